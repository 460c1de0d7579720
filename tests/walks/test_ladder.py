"""Walks of earned autonomy: five yeses earn an offer, one “not so” takes the rule away."""

from datetime import UTC

import pytest
import sqlalchemy as sa

from bot.app import App
from engine.acting import streaks
from engine.alarms import evening
from engine.autonomy import ladder
from engine.rules import own_rules
from memory.copying import verify
from memory.schema.work import effect_versions
from policies.rules import Rule
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.engine.test_rulebook import MINE
from tests.walks.test_always import BRUNO, OFFER, asks, rules
from tests.walks.test_refund import sent

EARNED = "You approved the last 5 like this unchanged."


async def mailed(chat: Chat, clock: FakeClock, times: int, whom: str = "Bruno") -> None:
    """Approve so many mails to one person, a day apart."""
    for _ in range(times):
        clock.advance(days=1)
        await chat.say(f"write to {whom} that file {clock.now:%d%m} is ready")
        await chat.tap("Send e-mail", "✓ Send")


async def runs(app: App, chat: Chat, clock: FakeClock) -> own_rules.OwnRule:
    """Let mails to Bruno run by an earned rule."""
    await mailed(chat, clock, 5)
    await chat.tap(OFFER, "Yes, from now on")
    [rule] = await rules(app)
    return rule


async def test_the_fifth_yes_in_a_row_earns_the_offer_and_the_fourth_does_not(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await mailed(chat, clock, 4)
    assert OFFER not in "".join(chat.order)
    assert not [key for key in chat.order if key.startswith("always:")]
    await mailed(chat, clock, 1)
    card = chat.text(OFFER)
    assert EARNED in card
    assert "In the last 30 days I would have done 5 by myself: 5 of 5 like you." in card
    assert "[Yes, from now on] [Change the bounds] [No]" in card
    assert await rules(app) == []  # nothing holds before the yes
    await chat.tap(OFFER, "Yes, from now on")
    assert not await asks(app, chat, "write to Bruno that the course starts on Monday")
    assert (await verify.verify(app.db)).faults == ()


async def test_a_declined_offer_comes_again_after_fifteen(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await mailed(chat, clock, 5)
    await chat.tap(OFFER, "No")
    offers = [key for key in chat.order if key.startswith("always:")]
    await mailed(chat, clock, 9)
    assert {key for key in chat.order if key.startswith("always:")} == set(offers)
    await mailed(chat, clock, 1)
    assert "You approved the last 15 like this unchanged." in chat.text(OFFER)


@pytest.mark.parametrize("end", ["Edit", "Reject", "Undo", "Do it, but"])
async def test_an_edit_a_no_an_undo_or_another_way_ends_the_streak(
    app: App, chat: Chat, clock: FakeClock, end: str
) -> None:
    await mailed(chat, clock, 4)
    if end == "Undo":
        await chat.tap(BRUNO, "Undo")
    else:
        clock.advance(days=1)
        await chat.say("write to Bruno that the room is free")
        if end == "Edit":
            await chat.tap("Send e-mail", "Edit", text="The room is taken.")
            await chat.tap("Send e-mail", "✓ Send")
        elif end == "Reject":
            await chat.tap("Send e-mail", "Reject")
        else:
            await chat.tap("Send e-mail", "More")
            await chat.tap("Send e-mail", end, note="call him instead")
    await mailed(chat, clock, 4)
    assert not [key for key in chat.order if key.startswith("always:")]
    await mailed(chat, clock, 1)
    assert EARNED in chat.text(OFFER)


async def test_yeses_to_somebody_else_earn_nothing_here(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await mailed(chat, clock, 3)
    await mailed(chat, clock, 3, "Ada")
    assert not [key for key in chat.order if key.startswith("always:")]


async def test_mails_to_several_people_at_once_earn_nothing(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await mailed(chat, clock, 2)
    async with app.db.transaction() as tx:  # as a mail to a group is kept
        await tx.conn.execute(sa.update(effect_versions).values(counterpart=""))
    async with app.db.snapshot() as reader:
        assert await streaks.length(reader, streaks.Like("email.send", "")) == 0


async def test_money_is_never_offered(app: App, chat: Chat, clock: FakeClock) -> None:
    for amount in range(1, 7):
        clock.advance(days=1)
        await chat.say(f"refund PAY-1042 {amount} EUR")
        await chat.tap(f"Refund {amount}.00 EUR", "✓ Refund")
    assert not [key for key in chat.order if key.startswith("always:")]
    await chat.say("/trust")
    assert "I ask each time, and never offer otherwise. 6 in a row unchanged" in chat.last


async def test_a_complaint_pauses_the_rule_and_one_tap_lets_it_run_again(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    rule = await runs(app, chat, clock)
    assert not await asks(app, chat, "write to Bruno that the course starts on Monday")
    assert "[Not like this]" in chat.text(BRUNO)
    reply = await chat.tap(BRUNO, "Not like this")
    assert "I ask again each time" in reply.text
    again = await chat.tap(BRUNO, "Not like this")
    assert "I ask again each time" in again.text
    assert [one.state for one in await rules(app)] == ["paused"]
    lowered = chat.text("It no longer holds")
    assert "You said one was not right, so I ask again each time." in lowered
    assert await asks(app, chat, "write to Bruno that the course starts on Tuesday")
    reply = await chat.tap("It no longer holds", "Let it run again")
    assert reply.text == f"It holds again: {rule.says}"
    reply = await chat.tap("It no longer holds", "Let it run again")
    assert (reply.text, reply.refused) == ("It holds already.", True)


async def test_a_button_about_a_rule_does_nothing_once_the_rule_has_changed(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    rule = await runs(app, chat, clock)
    assert not await asks(app, chat, "write to Bruno that the course starts on Monday")
    await chat.tap(BRUNO, "Not like this")
    await chat.say(f"/policy remove {rule.rule}")
    async with app.db.transaction() as tx:  # kept once more in other words, and paused
        await app.house.rulebook.add(tx, MINE.model_copy(update={"id": rule.rule}), "Other.", "e1")
        newest = await own_rules.newest(tx, rule.rule)
        assert newest is not None
        await app.house.rulebook.turn(tx, newest, "paused", "e1")
    reply = await chat.tap("It no longer holds", "Let it run again")
    assert (reply.text, reply.refused) == (ladder.SETTLED, True)
    assert [one.state for one in await rules(app)] == ["paused"]


async def test_a_rule_that_can_no_longer_be_read_or_hold_stops_no_yes(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    async with app.db.transaction() as tx:  # as a later or an earlier Firstmate may have left them
        odd = MINE.model_copy(update={"id": "always-odd"})
        await own_rules.write(tx, odd.model_copy(update={"then": "perhaps"}), "Odd.", "e1")
    await mailed(chat, clock, 4)
    await chat.tap(BRUNO, OFFER)
    await chat.tap(OFFER, "Watch first")
    [watched] = [one for one in await rules(app) if one.rule != "always-odd"]
    async with app.db.transaction() as tx:
        gone = Rule.model_validate(watched.body | {"when": [*watched.body["when"], "1 + 1"]})
        await own_rules.write(tx, gone, watched.says, "e1")
    await chat.say("/trust")
    assert "I ask and watch; I would have done 0: 0 of 0 like you" in chat.last
    before = len(sent(app))
    await mailed(chat, clock, 2)
    assert len(sent(app)) == before + 2


async def test_what_ran_by_itself_and_is_taken_back_pauses_its_rule(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await runs(app, chat, clock)
    assert not await asks(app, chat, "write to Bruno that the course starts on Monday")
    await chat.tap(f"{BRUNO} · done", "Undo")
    assert [one.state for one in await rules(app)] == ["paused"]
    assert "You took one back" in chat.text("It no longer holds")


async def test_a_watched_rule_asks_and_is_offered_once_it_agreed_five_times(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await mailed(chat, clock, 5)
    reply = await chat.tap(OFFER, "Watch first")
    assert reply.text == "I watch, and ask as before."
    await mailed(chat, clock, 4)
    assert len(sent(app)) == 9
    await chat.say("/trust")
    assert "I ask and watch; I would have done 4: 4 of 4 like you" in chat.last
    await mailed(chat, clock, 1)
    assert "While I watched I would have done 5 by myself: 5 of 5 like you." in chat.text(OFFER)
    await chat.tap(OFFER, "Yes, from now on")
    assert not await asks(app, chat, "write to Bruno that the course starts on Monday")


async def test_trust_shows_the_ladder_with_its_evidence(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("/trust")
    assert "Nothing was asked in the last ninety days" in chat.last
    await runs(app, chat, clock)
    await mailed(chat, clock, 2, "Ada")
    await asks(app, chat, "write to Bruno that the course starts on Monday")
    await chat.say("/trust")
    for line in (
        "Autonomy is on",
        "Runs by itself",
        "Send an e-mail · Bruno Muster: runs by itself within its bounds and tells you (always-",
        "5 in a row unchanged, 5 approved, 1 by itself",
        "Send an e-mail · Ada Example: I ask; after 3 more yeses unchanged I offer a rule.",
        "are never offered",
    ):
        assert line in chat.last, chat.last


async def test_in_the_evening_what_ran_by_itself_is_shown_for_a_look(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await runs(app, chat, clock)
    for day in ("Monday", "Tuesday"):
        assert not await asks(app, chat, f"write to Bruno that the course starts on {day}")
    clock.now = evening.next_ring(clock.now, "Europe/Berlin").astimezone(UTC)
    await app.alarms.ring_due()
    await chat.settle()
    look = chat.text("I did 2 things outside by your rules")
    assert "2. Send e-mail · bruno@example.com" in look
    await chat.tap("I did 2 things outside", "Not like this: 2")
    assert [one.state for one in await rules(app)] == ["paused"]


async def test_after_ten_times_on_trial_it_asks_until_somebody_looked(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await runs(app, chat, clock)
    for number in range(10):
        clock.advance(days=1)
        assert not await asks(app, chat, f"write to Bruno that part {number} is ready")
    tried = chat.text("ran 10 times on trial")
    assert "Until you say so, I ask each time." in tried
    assert await asks(app, chat, "write to Bruno that the last part is ready")
    assert "It ran 10 times on trial by this rule" in chat.text(f"{BRUNO} · waits")
    reply = await chat.tap("ran 10 times on trial", "Let it run on")
    assert reply.text == "It runs on within its bounds."
    assert not await asks(app, chat, "write to Bruno that the summary is ready")
    again = await chat.tap("ran 10 times on trial", "Let it run on")
    assert again.refused
    assert [one.version for one in await rules(app)] == [2]


async def test_a_rule_on_trial_can_be_ended_with_its_review(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await runs(app, chat, clock)
    for number in range(10):
        clock.advance(days=1)
        assert not await asks(app, chat, f"write to Bruno that part {number} is ready")
    assert (await chat.tap("ran 10 times on trial", "Ask me again")).text.startswith("Paused")
    assert await asks(app, chat, "write to Bruno that the summary is ready")


async def test_trust_names_a_rule_in_words_that_lets_something_run(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("refunds up to 50 for known customers are fine")
    await chat.tap("A new rule?", "Yes, from now on")
    await chat.say("refund PAY-1042 15 EUR")
    await chat.say("/trust")
    says = "runs by itself within its bounds and tells you (said-notify-refund-amount). 1 by itself"
    assert says in chat.last
