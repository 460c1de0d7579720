"""What else may go wrong: it is stopped, started twice, full, or sent the same thing twice."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.sample import MAIL
from tests.crash import counted, story
from tests.crash.conftest import OTHERS, At
from tests.crash.story import Operator

ROOM_MB = 32
QUESTION = "parcel number 07"


def test_stop_still_holds_after_a_kill(killed: At) -> None:
    operator = killed()
    operator.start()
    operator.say("halt", "STOP")
    operator.kill()
    operator.start()
    held = operator.tap("yes", "Send e-mail", "✓ Send", QUESTION)
    assert held == "Approved, and held: STOP is on. Say /resume to go on."
    operator.kill()
    operator.start()
    operator.say("go on", "/resume")
    operator.see("Going on", "Go on")
    assert counted.mails(operator.home / "sample") == []  # resuming is per item
    operator.tap("item", "Going on", "Go on")
    operator.see("Send e-mail", holding="filed in Sent")
    operator.stop()
    assert len(counted.mails(operator.home / "sample")) == 1


def test_a_second_process_is_refused_and_told_who_holds_the_folder(killed: At) -> None:
    operator = killed()
    operator.start()
    second = Operator(operator.home, operator.session)
    with pytest.raises(AssertionError, match=f"process {operator.process}"):
        second.start()
    assert "Firstmate already runs on this data folder" in operator.complaints()
    operator.say("still", "/waiting")
    operator.see(f"{OTHERS} ")
    operator.stop()


def test_what_arrives_twice_happens_once(killed: At) -> None:
    operator = killed()
    folder = operator.home / "sample"
    operator.start()
    for _ in range(3):
        operator.say("drop", file=MAIL.read_bytes())
    operator.tap("take", "Mail from Ada Example", "Refund")
    card = operator.see("Refund 120.00 EUR", "✓ Refund")
    [approve] = [form for label, form in card.buttons.items() if "✓" in label]
    said = [operator.browser.send("/tap", approve | {"id": id}) for id in ("1", "1", "2")]
    assert said[0] == "Approved."
    assert all(again.startswith("Already approved by you on web") for again in said[1:])
    operator.see("Refund 120.00 EUR", holding="refunded 120.00 EUR")
    operator.stop()
    assert counted.refunds(folder) == 1
    assert counted.faults(operator.home) == ()


def test_a_full_disk_is_said_in_a_sentence_and_nothing_is_half_done(
    busy: tuple[Path, str], small_disk: Path
) -> None:
    home = small_disk / "home"
    shutil.copytree(busy[0], home)
    operator = Operator(home, busy[1])
    operator.start()
    ballast = _filled(small_disk)
    for attempt in range(50):  # SQLite may still have room inside its own files
        answer = operator.say(f"full{attempt}", f"remind me tomorrow at 9 to call {'x' * 20_000}")
        if answer:
            break
    assert answer.startswith("The disk is full")
    assert operator.say("drop", file=MAIL.read_bytes()).startswith("The disk is full")
    ballast.unlink()
    operator.arm()
    story.refund(operator)  # the same message again, and everything after it
    operator.stop()
    assert counted.refunded(home / "sample") == ["40.00 EUR"]
    assert len(counted.mails(home / "sample")) == 1
    assert len(counted.waiting(home / "sample")) == OTHERS
    assert counted.faults(home) == ()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes; only root can mount one."""
    disk = tmp_path.resolve() / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        print("NO SMALL DISK: only root may mount one; a full disk is not tried.", file=sys.stderr)
        pytest.skip("NO SMALL DISK: only root may mount one, so a full disk is not tried")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _filled(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            while True:
                try:
                    if not file.write(b"\0" * size):
                        break
                except OSError:
                    break
    return ballast
