"""Walks of a company that moves: it goes on where it was, in the folder made of a copy."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import offices
from bot.app import App, open_app
from bot.settings import Settings
from engine.flow import schedule
from memory import events
from memory.copying import verify
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_refund import ledger, planned, sent

Way = Callable[[Settings, Path], Awaitable[verify.Report]]


@asynccontextmanager
async def opened(folder: Path, chat: Chat, clock: FakeClock) -> AsyncIterator[App]:
    app = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await app.start()
    chat.app = app
    yield app
    await app.close()


async def copied(settings: Settings, folder: Path) -> tuple[Path, Way]:
    return await offices.backed_up(settings, folder), offices.restored


async def carried(settings: Settings, folder: Path) -> tuple[Path, Way]:
    return await offices.exported(settings, folder), offices.taken_in


@pytest.mark.parametrize(
    "away", [copied, pytest.param(carried, marks=pytest.mark.slow)], ids=["a backup", "an export"]
)
async def test_an_open_card_is_answered_in_the_new_folder(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, away
) -> None:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    shutil.copytree(filled, tmp_path / "old" / "company")
    old, new = Settings(home=tmp_path / "old"), Settings(home=tmp_path / "new")
    chat = Chat()
    async with opened(old.home / "company", chat, clock) as app:
        await chat.pair(app)
        await planned(chat)
        copy, back = await away(old, tmp_path / "away")
        yes = chat.tokens[chat.key("Refund 120.00 EUR"), "✓ Refund"]
        await chat.press(yes)
        assert ledger(app).count("(REF-") == 1
    report = await back(new, copy)
    assert report.faults == ()
    assert (await offices.rehearsed(copy)).head == report.head
    assert (await offices.verified(new, report.head)).faults == ()
    async with opened(new.home / "company", chat, clock) as app:
        assert ledger(app).count("(REF-") == 0
        assert (await chat.press(yes)).text == "Approved."
        await chat.tap("Send e-mail", "✓ Send")
        assert (ledger(app).count("(REF-"), len(sent(app))) == (1, 1)
    assert (await offices.verified(new, report.head)).faults == ()


@pytest.mark.slow
async def test_a_company_taken_back_asks_again_and_refunds_no_second_time(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    shutil.copytree(filled, tmp_path / "old" / "company")
    old, new = Settings(home=tmp_path / "old"), Settings(home=tmp_path / "new")
    chat = Chat()
    async with opened(old.home / "company", chat, clock) as app:
        await chat.pair(app)
        await planned(chat)
        async with app.db.snapshot() as reader:
            there = (await events.of_kind(reader, "effect.waiting"))[-1].id
        await chat.tap("Refund 120.00 EUR", "✓ Refund")
        await chat.tap("Send e-mail", "✓ Send")
    rolled = await offices.rolled_back(old, there, new.home)
    assert [line.partition("UTC: ")[2][:18] for line in rolled.done] == [
        "Refund 120.00 EUR ", "Send e-mail · ada@", "Note on Ada Exampl"
    ]  # fmt: skip
    assert (await offices.verified(new, None)).faults == ()
    async with opened(new.home / "company", chat, clock) as app:
        await chat.say("/waiting")
        assert "2 wait for your yes or no." in chat.last
        assert (ledger(app).count("(REF-"), len(sent(app))) == (1, 1)
        assert (await chat.tap("Refund 120.00 EUR", "✓ Refund")).text == "Approved."
        assert ledger(app).count("(REF-") == 1
