"""Walks of a person who is erased: the certificate comes whole, whatever happens on the way."""

import shutil
from pathlib import Path

import pytest
from pytest import MonkeyPatch

from bot import certificate, forgetting, searching
from bot.app import App
from bot.lower import terminal
from bot.sample import MAIL
from connectors import blobs
from engine import outbox
from memory import erasure
from memory.verify import verify
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.connectors.files import samples
from tests.walks.test_archive import hot
from tests.walks.test_outside import mail
from tests.walks.test_retention import night
from tests.walks.test_rule_words import opened

ADA = "Ada Example"
FROM_ADA = b"Ada Example <ada@example.org>"
STRANGER = b"Eve <eve@evil.example>"


async def forget(chat: Chat) -> str:
    """Erase Ada; return the answer to the tap."""
    await chat.say("/forget Ada Example")
    return (await chat.tap(f"{ADA}:", "Erase", confirm=ADA)).text


async def only_erase(app: App, chat: Chat) -> str:
    """Erase Ada in a process that does nothing else any more; return the answer to the tap."""
    await chat.say("/forget Ada Example")
    key = chat.key(f"{ADA}:")
    token = chat.tokens[key, chat.button(key, "Erase").label]
    with app.taking_in():
        reply = await app.tap(chat.who, "erase", token, {"confirm": ADA})
        while await app.delivery.deliver(chat):
            pass
        await app.close()
    return reply.text


def certified(chat: Chat) -> str:
    """Return the certificate as it is shown now, also where an older process showed it first."""
    [card] = [msg for msg in chat.shown.values() if msg.summary == certificate.TITLE]
    return terminal.lower(card)


def searches(app: App) -> list[Path]:
    return list((app.folder / forgetting.SEARCHES).glob("*"))


async def test_the_certificate_names_packed_files_and_what_nobody_can_look_into(
    app: App, chat: Chat
) -> None:
    site = app.folder / "site"
    site.mkdir(exist_ok=True)
    (site / "terms.pdf").write_bytes(samples.paper(f"Terms for {ADA}"))
    (site / "scan.png").write_bytes(samples.PNG)
    assert (await forget(chat)).startswith("Erased.")
    told = certified(chat)
    still, closed = told.split("These cannot be looked into")
    assert "site/terms.pdf" in still
    assert "site/scan.png" in closed
    assert "being searched" not in told
    assert ADA.casefold() not in told.casefold()
    assert searches(app) == []


async def test_an_archived_mail_of_somebody_erased_is_in_no_box_and_no_page(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    asks = mail("The zebra cushion in velvet is for Ada Example", 1).replace(STRANGER, FROM_ADA)
    await chat.drop(asks)
    clock.advance(days=200)
    await night(app, chat, clock)
    assert await hot(app) == 0
    await forget(chat)
    assert "firstmate.db" not in certified(chat)
    assert (await verify(app.db)).faults == ()


async def test_a_process_that_ends_after_the_erasure_searches_at_its_next_start(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    (app.folder / "mention.md").write_text(f"{ADA} was here")
    assert (await only_erase(app, chat)).startswith("Erased.")
    assert "being searched" in certified(chat)
    assert len(searches(app)) == 1
    app, chat = await opened(tmp_path / "sample", clock)
    told = certified(chat)
    assert "mention.md" in told
    assert "being searched" not in told
    assert searches(app) == []
    await app.close()


async def test_a_search_that_was_cut_off_is_begun_anew(
    app: App, chat: Chat, clock: FakeClock, monkeypatch: MonkeyPatch
) -> None:
    whole = searching.search
    tried: list[int] = []

    async def cut_off(*args: object, **kwargs: object) -> object:
        tried.append(1)
        if len(tried) == 1:
            raise ConnectionResetError("killed")
        return await whole(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "search", cut_off)
    await forget(chat)
    assert "being searched" in certified(chat)
    clock.advance(minutes=10)
    await chat.settle()
    assert len(tried) == 2
    assert "was searched for name" in certified(chat)


async def test_a_search_whose_words_are_lost_says_so(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    await only_erase(app, chat)
    for file in searches(app):
        file.unlink()
    app, chat = await opened(tmp_path / "sample", clock)
    assert "I no longer know what to search for" in certified(chat)
    await app.close()


async def test_an_erasure_that_was_not_stored_leaves_no_name_in_the_folder(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: MonkeyPatch
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    write = forgetting.disk.write

    def dies(path: Path, data: bytes) -> None:
        write(path, data)
        raise ConnectionResetError("killed")

    monkeypatch.setattr(forgetting.disk, "write", dies)
    with pytest.raises(ConnectionResetError):
        await forget(chat)
    monkeypatch.undo()
    assert len(searches(app)) == 1
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    assert searches(app) == []
    chat.count = 100
    await chat.say("/who Ada Example")
    assert "ada@example.org" in chat.last
    await app.close()


async def test_files_go_with_the_search_that_follows(
    app: App, chat: Chat, monkeypatch: MonkeyPatch
) -> None:
    await chat.drop(mail("Here is my letter", 1).replace(STRANGER, FROM_ADA))
    kept = {path for path in (app.folder / "blobs").rglob("*") if path.is_file()}
    busy: list[int] = []
    whole = erasure.scrub

    async def scrub(db: object) -> None:
        busy.append(1)
        if len(busy) == 1:
            raise erasure.BusyError("still being read")
        await whole(db)  # type: ignore[arg-type]

    monkeypatch.setattr(erasure, "scrub", scrub)
    await forget(chat)
    app.db.clock.advance(minutes=10)  # type: ignore[attr-defined]
    await chat.settle()
    assert len(busy) == 2
    assert {path for path in kept if path.exists()} < kept
    assert blobs.path(app.folder, "0" * 64) not in kept
    assert "was searched for name" in certified(chat)


async def test_a_card_with_a_button_that_named_somebody_can_still_be_shown(
    app: App, chat: Chat
) -> None:
    await chat.drop(MAIL)
    await forget(chat)
    async with app.db.snapshot() as reader:
        cards = await outbox.latest(reader, chat.who.conv)
        labels = [b.label for card in cards for row in card.msg.buttons for b in row]
    assert any("[er" in label for label in labels)
    assert ADA.casefold() not in " ".join(labels).casefold()
