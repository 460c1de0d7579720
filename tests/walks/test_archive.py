"""Walks of what was said long ago: a night packs it away, and it is still told."""

import asyncio
from datetime import timedelta

import pytest

from bot.app import App
from bot.surfaces import Heard
from engine.flow import daily
from engine.keeping import archiving
from engine.rules import retention
from memory.copying.verify import verify
from memory.recalling import recall
from memory.texts import archive, lifecycle
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_outside import mail
from tests.walks.test_retention import MAILS, agreed, everything, night

ADA = b"Ada Example <ada@example.org>"
STRANGER = b"Eve <eve@evil.example>"
LARGE = 1000  # passages


async def hot(app: App) -> int:
    async with app.db.snapshot() as reader:
        return await lifecycle.hot(reader)


async def test_a_night_packs_old_mails_away_and_a_question_still_finds_them(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    asks = mail("The zebra cushion in velvet is for Ada Example", 1).replace(STRANGER, ADA)
    await chat.drop(asks)
    before = await hot(app)
    await chat.say("/archive")
    assert f"{before} passage" in chat.last and "at hand" in chat.last
    assert "The archive is empty." in chat.last
    assert "Tonight nothing would be packed away." in chat.last
    clock.advance(days=200)
    await chat.say("/archive")
    assert f"Tonight {before} would be packed away, the oldest from" in chat.last
    assert await hot(app) == before
    await night(app, chat, clock)
    assert await hot(app) == 0
    await chat.say("/archive")
    assert f"{before} are archived in 1 box of" in chat.last
    await chat.say("/who Ada Example")
    assert "zebra cushion" in chat.last
    assert (await verify(app.db)).faults == ()


async def test_what_a_rule_lets_go_goes_from_the_archive_too(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(mail("the zebra is striped", 1))
    clock.advance(days=200)
    await night(app, chat, clock)
    assert await hot(app) == 0
    await agreed(chat, MAILS)
    await night(app, chat, clock)
    async with app.db.snapshot() as reader:
        found = await archiving.tonight(reader)
    assert found.archived.passages == 0
    assert "zebra" not in await everything(app)


async def test_small_boxes_that_forgetting_left_are_joined_at_night_and_counted_beforehand(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    said = [f"the zebra number {n} eats hay of the meadow {n}" for n in range(130)]
    async with app.db.transaction() as tx:
        for number, text in enumerate(said):
            await recall.remember(
                tx, kind="message", ref=f"evt_{number}", text=text, trust="operator", conv="web:9",
                at=clock.now + timedelta(hours=5 * number),
            )  # fmt: skip
    clock.advance(days=200)
    await night(app, chat, clock)
    async with app.db.transaction() as tx:
        await recall.forget(tx, [f"evt_{number}" for number in range(130) if number % 5])
    await chat.say("/archive")
    assert "26 are archived in 2 boxes" in chat.last
    assert "Tonight 2 small boxes would become 1." in chat.last
    await chat.say("/retention")
    assert "Boxes of the archive with fewer than 32 passages, joined: 2." in chat.last
    await night(app, chat, clock)
    await chat.say("/archive")
    assert "26 are archived in 1 box" in chat.last
    assert "small boxes" not in chat.last
    async with app.db.snapshot() as reader:
        found = await recall.recall(reader, "which zebra eats hay of meadow 125")
        assert await archive.faults(reader) == []
    assert "evt_125" in [one.ref for one in found]
    assert (await verify(app.db)).faults == ()


async def test_a_night_that_was_cut_off_goes_on_where_it_stood(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    for number in range(4):
        await chat.drop(mail(f"zebra number {number}", number))
        clock.advance(hours=6)
    before = await hot(app)
    clock.advance(days=200)
    async with app.db.transaction() as tx:
        going = await lifecycle.due(tx, lifecycle.policy())
        assert sum(one.passages for one in going) == before
        await lifecycle.pack(tx, [going[0].session], None)
    assert 0 < await hot(app) < before
    await night(app, chat, clock)
    assert await hot(app) == 0
    async with app.db.snapshot() as reader:
        assert (await archiving.tonight(reader)).archived.passages == before
    clock.advance(days=1)
    await night(app, chat, clock)
    assert (await verify(app.db)).faults == ()


async def test_a_message_is_answered_while_the_night_works_over_a_large_store(
    app: App, chat: Chat, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "PACKED_AT_ONCE", 10)
    async with app.db.transaction() as tx:
        for number in range(LARGE):
            text = f"Letter number {number} is about lamps and chairs"
            await recall.remember(tx, kind="mail", ref=f"evt_{number}", text=text, trust="outside")
    clock.advance(days=200)
    clock.now = daily.next_ring(clock.now, "Europe/Berlin", retention.RINGS_AT)
    begun = asyncio.Event()
    app.db.listen("forgotten", lambda _: begun.set())
    await app.alarms.ring_due()
    await begun.wait()
    await app.hear(Heard(who=chat.who, key="night", words="/waiting"))
    while not (chat.order and "waits for you" in chat.last):  # whichever loop delivered it
        assert await hot(app) > 0, "the night ended before the answer came"
        await app.delivery.deliver(chat)
    await chat.settle()
    assert await hot(app) == 0
