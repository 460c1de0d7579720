"""Walks of a person who is erased: the certificate comes whole, whatever happens on the way."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pytest import MonkeyPatch

from agents.answers import answering, in_words
from agents.models import compatible
from bot.app import App
from bot.commands import certificate, forgetting, searching
from bot.commands.sample import MAIL
from bot.lower import terminal
from bot.remembering import Remembering
from engine.chat import outbox
from memory.canon import merging, records
from memory.copying.verify import verify
from memory.db import DiskFullError
from memory.forgetting import erasure
from memory.recalling.recall import Recalled
from memory.schema.records import facts
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.connectors.files import samples
from tests.peers.models import says, streams
from tests.walks.model_office import Office
from tests.walks.test_archive import hot
from tests.walks.test_outside import mail
from tests.walks.test_retention import everything, night
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


async def test_two_taps_at_once_erase_once_and_make_one_certificate(app: App, chat: Chat) -> None:
    await chat.say("/forget Ada Example")
    key = chat.key(f"{ADA}:")
    token = chat.tokens[key, chat.button(key, "Erase").label]
    taps = (app.tap(chat.who, key, token, {"confirm": ADA}) for key in ("one", "two"))
    replies = await asyncio.gather(*taps)
    await chat.settle()
    assert sorted(reply.refused for reply in replies) == [False, True]
    assert "was searched for name" in certified(chat)


async def test_what_was_merged_since_the_question_is_searched_for_as_well(
    app: App, chat: Chat
) -> None:
    await chat.say("/forget Ada Example")
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        state = {"name": ADA, "email": "ada@home.example"}
        home = await records.create(tx, "person", state, None)
        assert ada is not None
        await merging.merge(tx, home.id, ada.id, None)
    (app.folder / "mention.md").write_text("ask ada@home.example")
    await chat.tap(f"{ADA}:", "Erase", confirm=ADA)
    assert "mention.md" in certified(chat)


async def test_a_search_that_was_cut_off_is_begun_anew(
    app: App, chat: Chat, clock: FakeClock, monkeypatch: MonkeyPatch
) -> None:
    whole = searching.search
    tried: list[int] = []

    async def cut_off(*args: object, **kwargs: object) -> object:
        tried.append(1)
        if len(tried) == 1:
            raise ConnectionResetError("killed")
        return await whole(*args, **kwargs)

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
        await whole(db)

    monkeypatch.setattr(erasure, "scrub", scrub)
    await forget(chat)
    app.db.clock.advance(minutes=10)
    await chat.settle()
    assert len(busy) == 2
    assert {path for path in kept if path.exists()} < kept
    assert "was searched for name" in certified(chat)


@pytest.mark.parametrize("fault", [erasure.BusyError, DiskFullError])
async def test_what_an_erasure_left_undone_keeps_nobody_from_starting(
    app: App, monkeypatch: MonkeyPatch, fault: type[Exception]
) -> None:
    async def fails(_house: object) -> None:
        raise fault("later")

    monkeypatch.setattr(forgetting, "finish", fails)
    await forgetting.resume(app.house)
    monkeypatch.undo()
    await forgetting.resume(app.house)


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


TOLD = (
    "Ada Example told me on the phone that her younger sister Zoe moves to Lisbon in spring, and "
    "that the lamp is for her"
)


async def erased(app: App) -> None:
    """Erase Ada, as it may happen while something else awaits."""
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        if ada is not None:
            await erasure.erase(tx, ada.id, None)


async def test_who_is_erased_while_a_question_is_looked_up_is_not_told(
    app: App, chat: Chat, monkeypatch: MonkeyPatch
) -> None:
    await chat.say(TOLD)
    search = Remembering._found

    async def meanwhile(self: Remembering, *asked: Any) -> list[Recalled]:
        found = await search(self, *asked)
        await erased(app)
        return found

    monkeypatch.setattr(Remembering, "_found", meanwhile)
    await chat.say("who moves to Lisbon with the lamp?")
    assert "I find nothing about this." in chat.last
    assert "Zoe" not in await everything(app)
    assert (await verify(app.db)).faults == ()


@pytest.mark.parametrize("where", [(compatible, "complete"), (answering, "paragraph")])
async def test_who_is_erased_while_a_model_answers_stays_erased(
    office: Office, monkeypatch: MonkeyPatch, where: tuple[Any, str]
) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    real = getattr(*where)

    async def meanwhile(*asked: Any, **more: Any) -> Any:
        answer = await real(*asked, **more)
        await erased(office.app)
        return answer

    monkeypatch.setattr(*where, meanwhile)
    office.server.script(says({"sentences": [{"text": "Zoe moves to Lisbon.", "sources": [1]}]}))
    await chat.say("who moves to Lisbon with the lamp?")
    assert len(office.server.asked) == 1
    async with office.app.db.snapshot() as reader:
        assert "Zoe" not in str(await outbox.latest(reader, chat.who.conv))
    if where[0] is compatible:
        assert "Zoe" not in await everything(office.app)
    await chat.say("/memory")
    assert "Answers in a model's words cost 0.0030 EUR." in chat.last
    assert (await verify(office.app.db)).faults == ()


@pytest.mark.parametrize("names", [True, False], ids=["shown by name", "by what was said of her"])
async def test_who_is_erased_while_an_answer_is_shown_is_taken_out_of_it(
    office: Office, monkeypatch: MonkeyPatch, names: bool
) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    writes = in_words.Above._written_so_far
    began: list[str] = []

    async def meanwhile(above: in_words.Above, text: str) -> None:
        await writes(above, text)
        if not began:
            await erased(office.app)
        began.append(text)

    monkeypatch.setattr(in_words.Above, "_written_so_far", meanwhile)
    sister = "Ada Example's sister moves." if names else "It is for spring."
    said = (sister, "Zoe moves to Lisbon.", "The lamp is for Zoe.", "She said so.")
    sentences = [{"text": text, "sources": [1]} for text in said]
    office.server.script(streams(says({"sentences": sentences})))
    await chat.say("who moves to Lisbon with the lamp?")
    assert len(began) > 1
    assert in_words.WRITES not in chat.last
    assert "moves to Lisbon" not in chat.last
    assert "Zoe" not in await everything(office.app)
    assert (await verify(office.app.db)).faults == ()


async def test_what_an_edit_showed_of_a_style_goes_with_whom_it_was_for(
    app: App, chat: Chat
) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    form = chat.button(chat.key("Send e-mail"), "Edit").form
    assert form is not None
    text = next(field.initial for field in form.fields if field.id == "text")
    ends = "\n\nThe divorce of the zebra went well.\n\nWarm wishes"
    await chat.tap("Send e-mail", "Edit", text=text.replace("\n\nWarm wishes", ends))
    await chat.say("/style")
    assert "zebra" in chat.last
    assert (await forget(chat)).startswith("Erased.")
    await chat.say("/style")
    assert "zebra" not in chat.last
    assert "erased" not in chat.last
    assert "Your closing is “Warm wishes”" in chat.last
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(facts.c.value))
    assert not [row for row in rows if "zebra" in str(row.value)]
    assert (await verify(app.db)).faults == ()
