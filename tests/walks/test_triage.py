"""What went wrong: a card that says so, a way on for each class, a list, a report, an evening."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.app import RULES, App, open_app
from bot.lower import terminal
from connectors.contract import AuthError, PermanentError, TransientError, UnknownError
from engine.alarms import evening
from engine.desks import mending, triage
from engine.flow import arrivals
from engine.flow.durable import ATTEMPTS_MAX, Work, open_work
from memory import events
from memory.schema.work import alarms, effects, goals, outcomes
from policies import book
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_refund import ledger, planned, sent

AWAY = TransientError("The bank does not answer.")
REFUND = "Refund 120.00 EUR"
POISON = "wrk_poison"


class Door:
    """Stands before one operation: it fails as told, and counts who came by."""

    def __init__(self, app: App, name: str, trouble: Exception | None, **other: Any) -> None:
        self.trouble = trouble
        self.keys: list[str] = []
        operations: Any = app.house.operations
        inside = operations[name].run

        async def run(args: Any, key: str) -> Any:
            self.keys.append(key)
            if self.trouble is not None:
                raise self.trouble
            return await inside(args, key)

        operations[name] = replace(operations[name], run=run, **other)


@pytest.fixture
def insist(app: App, chat: Chat, clock: FakeClock) -> Callable[[], Awaitable[None]]:
    """Let every try that is due be made, and what gave up be said."""

    async def go_on() -> None:
        for _ in range(ATTEMPTS_MAX):
            clock.advance(minutes=1)
            await chat.settle()
        await app.alarms.ring_due()
        await chat.settle()

    return go_on


async def refund(chat: Chat, insist: Callable[[], Awaitable[None]]) -> None:
    await planned(chat)
    await chat.tap(REFUND, "✓ Refund")
    await insist()


async def test_a_failed_card_says_what_was_tried_and_what_helps(app, chat, insist) -> None:
    door = Door(app, "payments.refund", AWAY)
    await refund(chat, insist)
    card = chat.text(REFUND)
    assert "✗ It did not happen: The bank does not answer." in card
    assert "What kind: not reached" in card
    assert "Tried: 3 times, the last Fri 20 Nov, 10:02. What came back: “The bank" in card
    assert "Outside: certainly nothing was done." in card
    assert "What helps: Wait until the other side answers again, then tap Retry." in card
    assert "[Retry] [✎ Edit] [Mark done] [Abort]" in card
    assert len(door.keys) == 3
    assert len(set(door.keys)) == 1


async def test_a_retry_works_later_with_the_same_key_and_once(app, chat, insist) -> None:
    door = Door(app, "payments.refund", AWAY)
    await refund(chat, insist)
    token = chat.tokens[chat.key(REFUND), "Retry"]
    door.trouble = None
    assert (await chat.tap(REFUND, "Retry")).text == "I try again."
    assert "✓ refunded 120.00 EUR" in chat.text(REFUND)
    again = await chat.press(token)
    assert (again.text, again.refused) == ("This is done already.", True)
    assert len(set(door.keys)) == 1
    assert ledger(app).count("(REF-") == 1


async def test_a_goal_that_failed_succeeds_when_its_retry_does(app, chat, insist) -> None:
    door = Door(app, "email.send", AWAY)
    await chat.say("send Ada the October invoice")
    await chat.tap("Send e-mail", "✓ Send")
    await insist()
    assert await outcome(app) == ("failed", False, "failed", 0)
    door.trouble = None
    await chat.tap("Send e-mail", "Retry")
    assert await outcome(app) == ("done", True, None, 5)


async def outcome(app: App) -> tuple[Any, ...]:
    """Return the state of the one goal, then what its outcome says."""
    async with app.db.snapshot() as reader:
        query = sa.select(goals.c.state, outcomes.c.succeeded, outcomes.c.failure)
        both = query.add_columns(outcomes.c.minutes_saved).join_from(
            goals, outcomes, outcomes.c.goal == goals.c.id
        )
        [row] = await reader.rows(both.where(goals.c.playbook == "send-invoice"))
        return tuple(row)


async def test_a_step_that_could_not_be_prepared_is_listed_and_tried_again(app, chat) -> None:
    full = closed(app, "payments.refund")
    await planned(chat)
    assert "“Refund 120.00 EUR to Ada Example” cannot be done: The ledger is being mended." in told(
        chat
    )
    await chat.say("/triage")
    assert "The ledger is being mended.: could not be prepared" in chat.last
    assert "[1. Try again] [1. Drop]" in chat.last
    app.house.operations["payments.refund"] = full
    listed = chat.key("1 thing went wrong")
    again = chat.tokens[listed, "1. Try again"]
    assert (await chat.press(again)).text == "I try to prepare it again."
    assert "[✓ Refund]" in chat.text(REFUND)
    assert "[✓ Send]" in chat.text("Send e-mail")  # what was left out because of it comes too
    assert (await chat.press(again)).text == mending.SETTLED
    await chat.say("/triage")
    assert "Nothing went wrong" in chat.last


async def test_a_step_that_could_not_be_prepared_can_be_dropped(app, chat) -> None:
    closed(app, "payments.refund")
    await planned(chat)
    await chat.say("/triage")
    reply = await chat.tap("1 thing went wrong", "1. Drop")
    assert reply.text == "Left out."
    await chat.say("/triage")
    assert "Nothing went wrong" in chat.last


def closed(app: App, name: str) -> Any:
    """Let an operation refuse everything before it is asked; return it as it was."""
    operations: Any = app.house.operations

    async def preview(args: Any) -> Any:
        raise PermanentError("The ledger is being mended.")

    whole = operations[name]
    operations[name] = replace(whole, preview=preview)
    return whole


def told(chat: Chat) -> str:
    return "\n".join(terminal.lower(msg) for msg in chat.shown.values())


async def test_a_retry_under_stop_is_held_and_says_so(app, chat, insist) -> None:
    door = Door(app, "payments.refund", AWAY)
    await refund(chat, insist)
    door.trouble = None
    await chat.say("STOP")
    held = await chat.tap(REFUND, "Retry")
    assert held.text == "Held: STOP is on. Say /resume, then let it go on."
    assert held.refused
    assert ledger(app).count("(REF-") == 0


async def test_stop_holds_what_was_to_be_tried_again_by_itself(app, chat, clock, insist) -> None:
    door = Door(app, "payments.refund", AWAY)
    await planned(chat)
    await chat.tap(REFUND, "✓ Refund")
    assert len(door.keys) == 1  # it is on its way, and tried again in a moment
    door.trouble = None
    await chat.say("STOP")
    await insist()
    assert len(door.keys) == 1
    assert "✓ Approved. It has not run yet." in chat.text(REFUND)
    await chat.say("/resume")
    await insist()
    assert ledger(app).count("(REF-") == 0  # resuming is per item
    await chat.tap("Going on", "Go on: Refund")
    assert "✓ refunded 120.00 EUR" in chat.text(REFUND)
    assert len(set(door.keys)) == 1
    assert ledger(app).count("(REF-") == 1


async def test_what_failed_can_be_changed_and_is_asked_again(app, chat, insist) -> None:
    Door(app, "payments.refund", PermanentError("The bank pays out 50.00 EUR at most."))
    await refund(chat, insist)
    assert "What kind: refused for good" in chat.text(REFUND)
    assert "[✎ Edit] [Retry] [Mark done] [Abort]" in chat.text(REFUND)
    same = await chat.tap(REFUND, "Edit", amount="120.00")
    assert same.text == "Nothing is different; Retry does the same again."
    changed = await chat.tap(REFUND, "Edit", amount="40.00")
    assert changed.text == "Changed. Here is the new card."
    assert "Refunded: [-0.00 EUR-]{+40.00 EUR+}" in chat.text("Refund 40.00 EUR")
    assert "{+40.00 EUR+} of your payment" in chat.text("Send e-mail")
    assert "[✓ Refund]" in chat.text("Refund 40.00 EUR")
    assert ledger(app).count("(REF-") == 0


async def test_what_was_done_by_hand_lets_the_rest_go_on(app, chat, insist) -> None:
    Door(app, "payments.refund", AuthError("Your bank wants you to sign in."))
    await refund(chat, insist)
    assert "What kind: sign-in needed" in chat.text(REFUND)
    assert "`firstmate doctor`" in chat.text(REFUND)
    await chat.tap("Send e-mail", "✓ Send")
    assert sent(app) == []
    assert (await chat.tap(REFUND, "Mark done")).text == "Noted: done by you."
    card = chat.text(REFUND)
    assert "✓ done by hand: you said so" in card
    assert "Undo" not in card
    assert len(sent(app)) == 1


async def test_what_is_given_up_takes_what_depended_on_it_along(app, chat, insist) -> None:
    Door(app, "payments.refund", AWAY)
    await refund(chat, insist)
    token = chat.tokens[chat.key(REFUND), "Abort"]
    given_up = await chat.tap(REFUND, "Abort")
    assert given_up.text == "Given up. It is not done, nor what was to come after it."
    assert "Withdrawn" in chat.text(REFUND)
    assert "Withdrawn" in chat.text("Send e-mail")
    again = await chat.press(token)
    assert (again.text, again.refused) == ("This was given up already.", True)
    assert sent(app) == []


async def test_an_unknown_outcome_is_never_repeated_before_somebody_looked(
    app, chat, insist
) -> None:
    door = Door(app, "payments.refund", UnknownError("The line went dead."), find=None)
    await refund(chat, insist)
    card = chat.text(REFUND)
    assert "? It may have happened: No answer came back" in card
    assert "What kind: unknown outcome" in card
    assert "Tried: once Fri 20 Nov, 10:00." in card
    assert "Outside: it may have been done, once." in card
    assert "[Retry]" not in card
    assert "[It did not happen: retry] [It did not happen: drop]" in card
    assert len(door.keys) == 1
    door.trouble = None
    await chat.tap(REFUND, "It did not happen: retry")
    assert "✓ refunded 120.00 EUR" in chat.text(REFUND)
    assert len(door.keys) == 2
    assert len(set(door.keys)) == 1


async def test_an_unknown_outcome_that_happened_is_settled_by_a_word(app, chat, insist) -> None:
    Door(app, "payments.refund", UnknownError("The line went dead."), find=None)
    await refund(chat, insist)
    assert (await chat.tap(REFUND, "It happened")).text == "Noted: it happened."
    assert "✓ it happened: you looked and said so" in chat.text(REFUND)


async def test_a_look_that_fails_after_a_lost_answer_leaves_the_outcome_unknown(
    app, chat, insist
) -> None:
    async def find(key: str) -> None:
        raise TransientError("I cannot look now.")

    door = Door(app, "payments.refund", UnknownError("The line went dead."), find=find)
    await refund(chat, insist)
    assert "What kind: unknown outcome" in chat.text(REFUND)
    assert len(door.keys) == 1


async def test_an_answer_that_cannot_be_read_is_no_failure_and_no_success(
    app, chat, insist
) -> None:
    Door(app, "payments.refund", ValueError("expected JSON"), find=None)
    await refund(chat, insist)
    card = chat.text(REFUND)
    assert "What kind: bad answer" in card
    assert "I cannot read the answer (ValueError: expected JSON)." in card
    assert "[It happened]" in card


async def test_a_driver_that_breaks_each_time_ends_on_its_card_not_as_running(
    app, chat, insist
) -> None:
    door = Door(app, "payments.refund", RuntimeError("the driver broke"))
    await refund(chat, insist)
    card = chat.text(REFUND)
    assert "? It may have happened: the driver broke" in card
    assert "What kind: interrupted" in card
    assert len(door.keys) == 3
    assert "Its card says what you can do." in chat.text("I could not carry out")
    await chat.say("/triage")
    assert chat.last.count("interrupted") == 1


async def test_a_rule_that_forbids_it_meanwhile_is_said_on_the_card(
    app, chat, insist, tmp_path: Path
) -> None:
    await planned(chat)
    await chat.tap("Send e-mail", "✓ Send")
    own = tmp_path / "own.yaml"
    own.write_text("rules:\n- {id: no-mail, why: no mail today, then: deny, action: email.send}\n")
    known = {name: operation.effect for name, operation in app.house.operations.items()}
    rules = book.load_files([*sorted(RULES.glob("*.yaml")), own], known)
    app.house.rulebook.book = rules
    await chat.tap(REFUND, "✓ Refund")
    card = chat.text("Send e-mail")
    assert "What kind: rule changed" in card
    assert "Tried: not at all; it went wrong before the call." in card
    assert sent(app) == []


async def test_triage_lists_what_is_not_settled_newest_first(app, chat, clock, insist) -> None:
    await chat.say("/triage")
    assert chat.last.strip() == triage.NOTHING
    Door(app, "payments.refund", AWAY)
    await refund(chat, insist)

    async def fail(taken: Work) -> None:
        raise ValueError("this cannot be read")

    app.durable._handlers["poison"] = fail
    clock.advance(hours=1)
    async with app.db.transaction() as tx:
        await events.note(tx, "test.queued", None)
        await open_work(tx, "poison", "it", key=POISON)
    await insist()
    clock.advance(hours=1)
    async with app.db.transaction() as tx:
        await arrivals.keep(tx, "slack", "message", "m1", {})
        for _ in range(arrivals.TRIES_MAX):
            kept = await arrivals.get(tx, "slack", "m1")
            assert kept is not None
            await arrivals.failed(tx, kept, "it broke")
    await chat.say("/triage")
    assert "3 things went wrong" in chat.last
    lines = [line.strip("- ") for line in chat.last.splitlines() if line.strip("- ")[:2] in NUMBERS]
    assert [line.rpartition(",")[0] for line in lines] == [
        "1. Something from slack: set aside after three tries",
        "2. Work: poison: set aside after three tries",
        "3. Refund 120.00 EUR · Ada Example: not reached",
    ]
    assert lines[1].endswith("1 hour ago")
    title = "3 things went wrong"
    assert (await chat.tap(title, "1. Drop")).text == "Dropped."
    assert (await chat.tap(title, "1. Drop")).text == "This is settled already."
    assert (await chat.tap(title, "2. Drop")).text == "Dropped. Nothing more comes of it."
    assert (await chat.tap(title, "3. Refund")).card == chat.key(REFUND)
    await chat.tap(REFUND, "Abort")
    await chat.say("/triage")
    newest = [key for key in chat.order if key.startswith("triage:")][-1]
    assert chat.shown[newest].summary == triage.NOTHING


NUMBERS = ("1.", "2.", "3.")


async def test_work_that_was_set_aside_can_be_tried_again_from_the_list(app, chat, insist) -> None:
    troubles: list[Exception] = [ValueError("this cannot be read")] * ATTEMPTS_MAX

    async def fail(taken: Work) -> None:
        if troubles:
            raise troubles.pop()

    app.durable._handlers["poison"] = fail
    async with app.db.transaction() as tx:
        await events.note(tx, "test.queued", None)
        await open_work(tx, "poison", "it", key=POISON)
    await insist()
    await chat.say("/triage")
    assert (await chat.tap("1 thing went wrong", "1. Try again")).text == "I try again."
    await chat.say("/triage")
    assert chat.last.strip() == triage.NOTHING


async def test_an_autopsy_tells_the_first_cause_what_is_done_and_how_often(
    app, chat, clock, insist
) -> None:
    door = Door(app, "email.send", AWAY)
    await planned(chat)
    await chat.tap(REFUND, "✓ Refund")
    await chat.tap("Send e-mail", "✓ Send")
    await insist()
    await chat.tap("Send e-mail", "What happened?")
    report = chat.text("What happened: Send e-mail")
    assert (
        "First cause: Fri 20 Nov, 10:00, the call brought no receipt (not reached): “The" in report
    )
    assert "Done outside: refunded 120.00 EUR" in report
    assert "Before: this never went wrong in this way before." in report
    assert "What would prevent it: A playbook step that asks" in report
    steps = ("You tapped", "you were asked", "approved", "first call", "called again", "failed")
    assert [step for step in steps if f" · {step}" not in report] == []
    clock.advance(hours=2)
    await chat.tap("ada@example.org · failed", "Retry")
    await insist()
    await chat.tap("ada@example.org · failed", "Abort")
    await chat.say("send Ada the October invoice")
    await chat.tap("waits for you", "✓ Send")
    await insist()
    await chat.tap("ada@example.org · failed", "What happened?")
    again = chat.text("What happened: Send e-mail")
    assert "Before: email.send, not reached: 2 times, last Fri 20 Nov, 12:0" in again
    assert "Done outside: nothing else of this goal." in again
    assert len(set(door.keys)) == 2


async def ring(app: App, chat: Chat) -> list[str]:
    """Let every alarm ring that is due; return every evening line so far."""
    await app.alarms.ring_due()
    await chat.settle()
    return [chat.shown[key].summary for key in chat.order if key.startswith("evening:")]


async def test_the_evening_says_once_what_did_not_happen(app, chat, clock, insist) -> None:
    Door(app, "payments.refund", AWAY)
    await refund(chat, insist)
    clock.now = datetime(2026, 11, 20, 16, 59, tzinfo=UTC)
    assert await ring(app, chat) == []
    clock.advance(minutes=2)
    line = "Today did not happen: 1 refund failed (PAY-1042: not reached)."
    assert await ring(app, chat) == [line]
    assert await ring(app, chat) == [line]
    assert (await chat.tap("Today did not happen", "What went wrong")).card is not None
    assert "1. Refund 120.00 EUR" in chat.text("1 thing went wrong")
    clock.advance(days=1)
    assert (await ring(app, chat))[1:] == ["Today did not happen: 1 waits for you since yesterday."]


async def test_a_good_day_ends_in_silence_and_the_log_says_so(app, chat, clock) -> None:
    clock.advance(days=1)
    assert await ring(app, chat) == []
    async with app.db.snapshot() as reader:
        assert len(await events.of_kind(reader, "evening.quiet")) == 1
        due = await reader.value(sa.select(alarms.c.due_at).filter_by(key=evening.KEY, state="set"))
    assert due == datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


async def test_the_evening_counts_what_expired_and_what_rang_late(app, chat, clock) -> None:
    await chat.say("send Ada the October invoice")
    await chat.say("remind me tomorrow at 8 to call")
    clock.advance(days=7, hours=10)
    await ring(app, chat)
    clock.advance(days=1)
    lines = " ".join(await ring(app, chat))
    assert "1 mail expired unanswered" in lines
    assert "1 reminder rang late" in lines
    assert lines.count("expired unanswered") == 1
    assert lines.count("rang late") == 1


async def test_another_zone_moves_the_evening(app, chat) -> None:
    await chat.say("/settings zone America/New_York")
    async with app.db.snapshot() as reader:
        due = await reader.value(sa.select(alarms.c.due_at).filter_by(key=evening.KEY, state="set"))
    assert due == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def test_the_next_evening_is_at_18_on_the_wall_across_summer_time() -> None:
    berlin = "Europe/Berlin"
    before = datetime(2026, 10, 24, 16, 0, tzinfo=UTC)  # 18:00 in summer time: the next is tomorrow
    assert evening.next_ring(before, berlin).astimezone(UTC) == datetime(
        2026, 10, 25, 17, 0, tzinfo=UTC
    )
    spring = datetime(2027, 3, 27, 17, 0, tzinfo=UTC)
    assert evening.next_ring(spring, berlin).astimezone(UTC) == datetime(
        2027, 3, 28, 16, 0, tzinfo=UTC
    )
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo(berlin))
    assert evening.next_ring(noon, berlin).hour == 18
    assert evening.next_ring(noon, berlin).date() == noon.date()


async def test_days_that_were_slept_through_ring_once_at_the_next_start(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "slept")
    chat = Chat()
    app = await open_app(tmp_path / "slept", lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    await chat.say("send Ada the October invoice")
    await app.close()
    clock.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    app = await open_app(tmp_path / "slept", lambda db, folder: [chat], clock=clock)
    await app.start()
    chat.app = app
    try:
        lines = await ring(app, chat)
        assert await ring(app, chat) == lines
        assert len(lines) == 1
        assert lines[0].startswith("Since ")
        assert lines[0].endswith("did not happen: 1 waits for you since yesterday.")
        async with app.db.snapshot() as reader:
            query = sa.select(alarms.c.due_at).filter_by(key=evening.KEY, state="set")
            assert await reader.value(query) == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    finally:
        await app.close()


async def test_a_card_that_failed_keeps_its_tries_in_its_row(app, chat, insist) -> None:
    Door(app, "payments.refund", AWAY)
    await refund(chat, insist)
    async with app.db.snapshot() as reader:
        row = await reader.row(sa.select(effects).where(effects.c.failure.is_not(None)))
    assert row is not None
    assert (row.failure, [one["failure"] for one in row.tries]) == (
        "not_reached",
        ["not_reached"] * 3,
    )
