"""Walks of what has an end of its own: noted for a while, claimed by others, or only served."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.app import App
from engine.alarms import evening
from engine.keeping import bookkeeping
from engine.rules import retention
from memory import events
from memory.beliefs import facts
from memory.canon import records
from memory.forgetting import expiry, kept
from memory.recalling import recall
from memory.schema.chat import tokens
from memory.schema.recalls import recalls
from memory.schema.records import facts as facts_table
from memory.schema.work import work
from memory.texts import lifecycle, lifetimes
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_archive import hot
from tests.walks.test_asking import written
from tests.walks.test_retention import agreed, everything, faults, night

DOOR = "remember for two weeks that the door code of the studio is zebra"
ASKED = "what is the door code of the studio?"
CLAIM = "As we agreed, the new price is 9 EUR."


async def claims(app: App) -> list[facts.Fact]:
    """Return what is known of Ada's price."""
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
        assert ada is not None
        return await facts.current(reader, ada.id, "price")


async def test_what_is_to_be_remembered_for_two_weeks_is_told_so_long_and_then_goes_for_good(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say(DOOR)
    told = chat.text("Noted for a while: the company")
    assert "Told until Fri 4 Dec, 10:00; 30 days later it goes for good" in told
    clock.advance(days=13)
    await chat.say(ASKED)
    assert "the door code of the studio is zebra" in chat.last
    clock.advance(days=1)
    await chat.say(ASKED)
    assert "zebra" not in chat.last
    async with app.db.snapshot() as reader:
        assert await recall.recall(reader, "door code of the studio") != []  # may be taken back
    await night(app, chat, clock)
    assert "zebra" in await everything(app)
    clock.advance(days=29)
    await chat.say("/retention")
    assert "Noted for a while, 30 days after its time: nothing." in chat.last
    clock.advance(days=1)
    await chat.say("/retention")
    line = "30 days after its time: 1, the oldest from 20 Nov 2026 (note on the company)."
    assert line in chat.last
    assert "zebra" in await everything(app)
    await agreed(chat, "forget chat messages after 20 days")  # the answers that quoted it
    await night(app, chat, clock)
    assert "zebra" not in await everything(app)
    assert await faults(app) == ()


@pytest.mark.parametrize("at_once", [1, 20])
async def test_its_words_go_from_the_log_the_state_and_recall_without_any_rule(
    app: App, chat: Chat, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(retention, "GO_AT_ONCE", at_once)
    await chat.say(DOOR)
    assert "zebra" in await everything(app)
    clock.advance(days=14)
    await night(app, chat, clock)
    clock.advance(days=28)
    await night(app, chat, clock)
    assert "zebra" in await everything(app)
    await night(app, chat, clock)
    assert "zebra" not in await everything(app)
    clock.now = evening.next_ring(clock.now, "Europe/Berlin")
    await app.alarms.ring_due()
    await chat.settle()
    told = [chat.shown[key].summary for key in chat.order if key.startswith("forgotten:")]
    assert told == [
        "Let go in the night, because its own time was over: 1 note that was for a while."
    ]
    assert await faults(app) == ()


async def test_the_message_goes_also_where_its_note_went_before_it(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say(DOOR)
    clock.advance(days=60)
    async with app.db.snapshot() as reader:
        some = await retention.due(reader, app.house.book)
        traces = await expiry.trace(reader, some)
    async with app.db.transaction() as tx:
        await expiry.expire(tx, traces, [one for one in some if one.kind == "note"], None)
        [left] = await kept.still(tx, [one for one in some if one.kind == "message"])
    assert left.lapsed == "noted"
    await night(app, chat, clock)
    assert "zebra" not in await everything(app)


async def test_until_a_day_lasts_to_its_end_and_stands_with_the_person_it_names(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("note until 30 June: Ada is on parental leave")
    assert "Told until Wed 30 Jun, 23:59" in chat.text("Noted for a while: Ada Example")
    await chat.say("note on Bruno until 18:30: he is in the train")
    assert "Told until Fri 20 Nov, 18:30" in chat.text("Noted for a while: Bruno Muster")
    await chat.say("/who Ada")
    assert "Note: Ada is on parental leave until 30 Jun 2027" in chat.last
    clock.advance(days=223)
    await chat.say("/who Ada")
    assert "parental leave" not in chat.last


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("merk dir für zwei Wochen, dass der Türcode 4711 ist", "Fri 4 Dec, 10:00"),
        ("Merke dir bis 30. Juni: wir liefern nicht nach Wien", "Wed 30 Jun, 23:59"),
        ("notiere drei Tage lang: der Aufzug steht", "Mon 23 Nov, 10:00"),
        ("Notiz bis morgen 12:00: Ada ruft an", "Sat 21 Nov, 12:00"),
        ("keep in mind for the next 3 hours that the printer is away", "Fri 20 Nov, 13:00"),
        ("remember for a year that the lease is 900", "Sun 21 Nov, 10:00"),
        ("remember until 2026-12-24, that we are closed", "Thu 24 Dec, 23:59"),
    ],
)
async def test_a_time_is_heard_in_english_and_german(
    app: App, chat: Chat, said: str, until: str
) -> None:
    await chat.say(said)
    assert f"Told until {until}" in chat.text("Noted for a while")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("remember until the cows come home that we are closed", "I cannot read"),
        ("remember until 1 March 2020 that we are closed", "is already past"),
        ("remember for 0 days that we are closed", "That is no time I count in."),
        ("remember for 9999 years that we are closed", "That is no time I count in."),
    ],
)
async def test_a_time_that_cannot_be_read_is_said_and_nothing_is_noted(
    app: App, chat: Chat, said: str, why: str
) -> None:
    await chat.say(said)
    assert why in chat.last
    async with app.db.snapshot() as reader:
        assert await facts.current(reader, None, facts.NOTE) == []


async def test_what_was_taken_out_and_taken_back_ends_when_it_was_to_end(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say(DOOR)
    await chat.tap("Noted for a while", "Take it back")
    await chat.say(ASKED)
    assert "zebra" not in chat.last
    await chat.say(DOOR)
    await chat.say("forget this")
    await chat.tap("Taken out", "Take it back")
    async with app.db.snapshot() as reader:
        [note] = await facts.current(reader, None, facts.NOTE)
    assert note.valid_to == clock.now + timedelta(days=14)
    clock.advance(days=15)
    await chat.say(ASKED)
    assert "zebra" not in chat.last


@pytest.mark.parametrize("said", ["/stop", "never forget notes"])
async def test_stop_and_never_keep_what_has_reached_its_end(
    app: App, chat: Chat, clock: FakeClock, said: str
) -> None:
    await chat.say(DOOR)
    await (chat.say(said) if said.startswith("/") else agreed(chat, said))
    clock.advance(days=60)
    await night(app, chat, clock)
    async with app.db.snapshot() as reader:
        value = await reader.value(sa.select(facts_table.c.value).filter_by(attribute=facts.NOTE))
    assert "zebra" in value


async def test_a_claim_that_nobody_confirmed_goes_after_a_year_and_the_evening_says_so(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await written(chat, CLAIM, 1)
    [claim] = await claims(app)
    clock.advance(days=363)
    await night(app, chat, clock)
    assert [one.value for one in await claims(app)] == ["9.00"]
    clock.advance(days=2)
    await chat.say("/retention")
    said = "confirmed by nobody for 365 days: 1, the oldest from 20 Nov 2026"
    assert f"{said} (price on Ada Example)." in chat.last
    await night(app, chat, clock)
    assert await claims(app) == []
    assert CLAIM in await everything(app)  # the mail itself is kept until a rule says otherwise
    clock.now = evening.next_ring(clock.now, "Europe/Berlin")
    await app.alarms.ring_due()
    await chat.settle()
    told = [chat.shown[key].summary for key in chat.order if key.startswith("forgotten:")]
    assert told == [
        "Let go in the night, because its own time was over: 1 claim that nobody confirmed."
    ]
    await chat.say("/retention")
    assert "confirmed by nobody for 365 days: nothing." in chat.last
    async with app.db.snapshot() as reader:
        gone = await facts.get(reader, claim.id)
    assert gone is not None
    assert (gone.value, gone.status) == ("[erased]", "retracted")
    assert await faults(app) == ()


async def test_what_was_endorsed_or_said_by_the_operator_never_lapses(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await written(chat, CLAIM, 1)
    [claim] = await claims(app)
    await chat.say("Bruno's price is 70 EUR")
    await chat.say("note on Ada: prefers tea")
    clock.advance(days=400)
    async with app.db.snapshot() as reader:
        some = await retention.due(reader, app.house.book)
    assert [one.id for one in some] == [claim.id]
    async with app.db.transaction() as tx:  # after the night looked, before it lets go
        cause = await events.note(tx, "told", None)
        assert await facts.endorse(tx, claim.id, cause.id)
        [left] = await kept.still(tx, some)
    assert left.lapsed is None
    clock.advance(days=4000)
    await night(app, chat, clock)
    assert [one.value for one in await claims(app)] == ["9.00"]
    await chat.say("/who Ada")
    assert "prefers tea" in chat.last


async def test_a_night_of_lapses_that_was_cut_off_goes_on_where_it_stood(
    app: App, chat: Chat, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await written(chat, f"The new price is {number + 1} EUR.", number)
    clock.advance(days=400)
    monkeypatch.setattr(retention, "GO_AT_ONCE", 1)
    whole, done = expiry.expire, list[int]()

    async def cut_off(*args: object) -> object:
        done.append(1)
        if len(done) == 2:
            raise ConnectionResetError("killed")
        return await whole(*args)

    monkeypatch.setattr(expiry, "expire", cut_off)
    await night(app, chat, clock)
    assert len(await claims(app)) == 2
    clock.advance(minutes=10)
    await night(app, chat, clock)
    assert await claims(app) == []
    async with app.db.snapshot() as reader:
        expired = await events.of_kind(reader, expiry.EXPIRED)
    assert sum(event.body["lapsed"].get("claimed", 0) for event in expired) == 3
    assert await faults(app) == ()


async def test_what_only_served_goes_after_its_days_and_is_counted_beforehand(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("who asked for a subscription to the magazine?")
    await chat.say("/retention")
    assert "Counts of recall, after 90 days: nothing." in chat.last
    clock.advance(days=91)
    async with app.db.transaction() as tx:
        done = await tx.value(sa.select(sa.func.count()).select_from(work).filter_by(state="done"))
        await tx.conn.execute(sa.update(work).where(work.c.kind == "understand").values(
            state="quarantined"))  # fmt: skip
    await chat.say("/retention")
    assert "Counts of recall, after 90 days: 1, the oldest from 20 Nov 2026." in chat.last
    assert done > 0
    await night(app, chat, clock)
    async with app.db.snapshot() as reader:
        assert await reader.rows(sa.select(recalls)) == []
        left = await reader.rows(
            sa.select(work).where(work.c.due_at < reader.now - lifetimes.of("work"))
        )
    assert {row.state for row in left} == {"quarantined"}
    assert await bookkeeping.sweep(app.db) == 0
    assert await faults(app) == ()


@pytest.mark.parametrize("months", [20, pytest.param(36, marks=pytest.mark.slow)])
async def test_years_leave_a_memory_of_bounded_size(
    app: App, chat: Chat, clock: FakeClock, months: int
) -> None:
    sizes = []
    for month in range(months):
        await chat.say(f"remember for two weeks that the shop window shows lamp number {month}")
        await written(chat, f"Our parcel {month} came. The new price is {month + 1} EUR.", month)
        await chat.say("what did Ada write about the parcel?")
        clock.advance(days=31)
        await night(app, chat, clock)
        async with app.db.snapshot() as reader:
            worded = await reader.value(
                sa.select(sa.func.count()).select_from(facts_table).where(
                    facts_table.c.attribute.in_(("note", "price")),
                    sa.cast(facts_table.c.value, sa.Text) != '"[erased]"',
                )
            )  # fmt: skip
            rows = [
                int(await reader.value(sa.select(sa.func.count()).select_from(table)))
                for table in (recalls, work, tokens)
            ]
        sizes.append((worded, *rows, await hot(app)))
    after_a_year, at_the_end = sizes[14], sizes[-1]
    assert all(last <= first * 1.2 for first, last in zip(after_a_year, at_the_end, strict=True))
    assert at_the_end[0] <= 16
    async with app.db.snapshot() as reader:
        assert await lifecycle.hot(reader) < 60
    assert await faults(app) == ()
