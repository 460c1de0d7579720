"""What the embedded mail driver adds: Maildirs that any mail program reads."""

import mailbox
import os
from pathlib import Path

import pytest

from connectors.contract import PermanentError
from connectors.email import local
from connectors.email.inbox import Inbox
from tests.connectors.contracts.houses import MAIL, START, House

ONLY = [local.connect]


async def arrived(inbox: Inbox) -> list[tuple[str, bytes | None]]:
    return [(one.key, one.data) async for one in inbox.new(None)]


async def test_any_maildir_reader_sees_one_read_mail(house: House) -> None:
    await house.do("email.send", MAIL, "eff_01")
    box = mailbox.Maildir(house.folder / "mail" / "Sent", create=False)
    (message,) = box
    assert isinstance(message, mailbox.MaildirMessage)
    assert (message.get_subdir(), message.get_flags()) == ("cur", "S")
    assert message.get_payload()


async def test_a_mail_program_that_changes_the_flags_does_not_make_it_two(house: House) -> None:
    receipt = await house.do("email.send", MAIL, "eff_01")
    box = house.folder / "mail" / "Sent" / "cur"
    (box / "eff_01:2,S").rename(box / "eff_01:2,FRS")
    assert await house.do("email.send", MAIL, "eff_01") == receipt
    assert [path.name for path in box.iterdir()] == ["eff_01:2,FRS"]


async def test_a_mail_that_left_sent_cannot_be_taken_back(house: House) -> None:
    receipt = await house.do("email.send", MAIL, "eff_01")
    (house.folder / "mail" / "Sent" / "cur" / "eff_01:2,S").unlink()
    with pytest.raises(PermanentError, match="no longer in the folder Sent"):
        await house.take_back("email.send", receipt, "eff_undo")


async def test_new_mail_is_handed_over_until_it_is_marked(tmp_path: Path) -> None:
    inbox, new = Inbox(tmp_path), tmp_path / "mail" / "Inbox" / "new"
    assert await arrived(inbox) == []
    new.mkdir(parents=True)
    for name, age in (("b.host", 200), ("a.host", 100), (".hidden", 300)):
        (new / name).write_bytes(name.encode())
        os.utime(new / name, (START.timestamp() - age, START.timestamp() - age))
    assert await arrived(inbox) == [("b.host", b"b.host"), ("a.host", b"a.host")]
    await inbox.stored("b.host")
    await inbox.stored("b.host")
    assert await arrived(inbox) == [("a.host", b"a.host")]
    assert (tmp_path / "mail" / "Inbox" / "cur" / "b.host:2,S").read_bytes() == b"b.host"


@pytest.mark.parametrize("key", ["../cur/x", "/etc/passwd", "a/b", "..", "."])
async def test_only_a_mail_of_the_inbox_can_be_marked(tmp_path: Path, key: str) -> None:
    with pytest.raises(PermanentError):
        await Inbox(tmp_path).stored(key)
