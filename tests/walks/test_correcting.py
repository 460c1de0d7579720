"""Corrections change the last wish: its question, its waiting card; what is done is said so."""

import pytest
import sqlalchemy as sa

from bot.app import App
from memory import events
from memory.canon import records
from memory.db import change
from memory.schema.work import effects
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_outside import mail
from tests.walks.test_words import heard_again

LATE = "tell Ada that we are late"


async def known(app: App, name: str, email: str) -> None:
    async with app.db.transaction() as tx:
        await records.create(tx, "person", {"name": name, "email": email}, None)


async def in_state(app: App, state: str) -> list[dict[str, str]]:
    """Return the arguments of the effects that stand so."""
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(effects.c.action).filter_by(state=state))
        return [row.action["args"] for row in rows]


async def test_no_the_other_one_of_that_name_changes_the_waiting_card(app: App, chat: Chat) -> None:
    await known(app, "Ada Sample", "ada@sample.example")
    await chat.say(LATE)
    await chat.tap("Which to do you mean?", "Ada Example")
    assert "ada@example.org" in chat.text("Send e-mail")
    await chat.say("no, the other Ada")
    assert [args["to"] for args in await in_state(app, "waiting")] == ["ada@sample.example"]
    assert [args["to"] for args in await in_state(app, "withdrawn")] == ["ada@example.org"]
    await chat.say("no, the other one of that name")
    assert [args["to"] for args in await in_state(app, "waiting")] == ["ada@example.org"]
    assert any("You said instead" in chat.text(m.summary) for m in chat.shown.values())


async def test_of_three_of_that_name_it_is_asked_which_of_the_others(app: App, chat: Chat) -> None:
    await known(app, "Ada Sample", "ada@sample.example")
    await known(app, "Ada Third", "ada@third.example")
    await chat.say(LATE)
    await chat.tap("Which to do you mean?", "Ada Example")
    await chat.say("no, the other Ada")
    assert await in_state(app, "waiting") == []
    assert "Ada Sample" in chat.last
    assert "Ada Example" not in chat.last
    await chat.tap("Which to do you mean?", "Ada Third")
    assert [args["to"] for args in await in_state(app, "waiting")] == ["ada@third.example"]


@pytest.mark.parametrize(
    ("said", "correction", "name", "was", "is_now"),
    [
        ("refund Ada 40 EUR", "I meant 50", "amount", "40.00", "50.00"),
        ("refund Ada 40 EUR", "no, 50 EUR", "amount", "40.00", "50.00"),
        ("refund Ada 40 EUR", "not 40, 50", "amount", "40.00", "50.00"),
        ("refund Ada 40 EUR", "no, refund Ada 50 EUR", "amount", "40.00", "50.00"),
        ("erstatte Ada 40 EUR", "nein, ich meinte 50", "amount", "40.00", "50.00"),
        ("refund Ada 40 EUR", "sorry, 45 not 40", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "change it to 45 EUR", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "set the amount to 45", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "cancel that, refund 45 instead", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "lass das, erstatte lieber 45", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "doch 45, nicht 40", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "nimm 45 EUR", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "ändere es auf 45 EUR", "amount", "40.00", "45.00"),
        ("refund Ada 40 EUR", "wrong amount, 45 EUR", "amount", "40.00", "45.00"),
        (
            LATE, "oops wrong person, I meant Bruno Muster", "to",
            "ada@example.org", "bruno@example.com",
        ),
        (LATE, "falsche Person, ich meinte Bruno", "to", "ada@example.org", "bruno@example.com"),
        (
            "tell Ada that the course starts on Friday", "not Friday, Monday", "text",
            "starts on Friday", "starts on Monday",
        ),
        (LATE, "I meant Bruno", "to", "ada@example.org", "bruno@example.com"),
        (
            "book a call with Ada on Friday at 11", "no, Monday", "start",
            "2026-11-20T11:00", "2026-11-23T11:00",
        ),
        (
            "book a call with Ada on Friday at 11", "no, at 14:30", "start",
            "2026-11-20T11:00", "2026-11-20T14:30",
        ),
    ],
)  # fmt: skip
async def test_what_was_meant_takes_the_place_of_what_was_said(
    app: App, chat: Chat, said: str, correction: str, name: str, was: str, is_now: str
) -> None:
    def values(some: list[dict[str, str]]) -> list[str]:
        return [str(args[name]) for args in some if name in args]

    await chat.say(said)
    before = values(await in_state(app, "waiting"))
    assert [was in value for value in before] == [True]
    await chat.say(correction)
    after = values(await in_state(app, "waiting"))
    assert [is_now in value for value in after] == [True]
    assert values(await in_state(app, "withdrawn")) == before
    await heard_again(app, chat)
    assert values(await in_state(app, "waiting")) == after


async def test_with_another_person_the_invoice_is_theirs(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    assert "INV-2026-007.pdf" in chat.text("Send e-mail")
    await chat.say("no, I meant Chloé")
    [args] = await in_state(app, "waiting")
    assert args["to"] == "chloe@example.net"
    assert "INV-2026-008" in str(args)
    assert "INV-2026-007" not in str(args)


async def test_an_account_is_never_kept_for_somebody_else(app: App, chat: Chat) -> None:
    await chat.say("pay Ada 120 EUR to DE02120300000000202051 for INV-7")
    await chat.say("no, Bruno")
    assert "To which account" in chat.last
    assert await in_state(app, "waiting") == []


async def test_a_correction_changes_the_wish_that_a_question_is_about(app: App, chat: Chat) -> None:
    await chat.say("write an e-mail to Ada")
    await chat.say("no, I meant Bruno")
    await chat.say("The lamp is ready.")
    assert [args["to"] for args in await in_state(app, "waiting")] == ["bruno@example.com"]


async def test_nothing_of_the_one_before_stays_while_it_is_asked_who(app: App, chat: Chat) -> None:
    await known(app, "Ada Sample", "ada@sample.example")
    await known(app, "Ada Third", "ada@third.example")
    await chat.say("pay Ada 120 EUR to DE02120300000000202051 for INV-7")
    await chat.tap("Which customer do you mean?", "Ada Example")
    await chat.say("no, the other Ada")
    await chat.tap("Which customer do you mean?", "Ada Third")
    assert "To which account" in chat.last
    assert await in_state(app, "waiting") == []


async def test_the_payment_of_one_is_never_refunded_for_another(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await known(app, "Ada Third", "ada@third.example")
    await chat.say("refund Ada 40 EUR")
    await chat.tap("Which customer do you mean?", "Ada Third")
    assert "Which payment should I refund?" in chat.last
    assert await in_state(app, "waiting") == []
    clock.advance(minutes=1)
    await chat.say("refund Bruno 40 EUR")
    await chat.say("no, refund Ada 50 EUR")
    await chat.say("Ada Example")
    [refund] = [args for args in await in_state(app, "waiting") if "payment" in args]
    assert (refund["payment"], refund["amount"]) == ("PAY-1042", "50.00")


async def test_a_wish_that_only_sounds_like_a_correction_is_a_wish_of_its_own(
    app: App, chat: Chat
) -> None:
    await chat.say("tell Bruno that we meet on Friday")
    await chat.say("tell Ada that the course is on Monday, not Friday")
    texts = {args["to"]: args["text"] for args in await in_state(app, "waiting")}
    assert sorted(texts) == ["ada@example.org", "bruno@example.com"]
    assert "the course is on Monday, not Friday" in texts["ada@example.org"]


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ("oh, remind me tomorrow to buy milk", "buy milk"),
        ("remind me tomorrow to buy oat milk, not soy", "buy oat milk, not soy"),
        ("remind me tomorrow to call Bruno instead of Ada", "call Bruno instead of Ada"),
    ],
)
async def test_what_is_done_swallows_no_wish_after_it(
    app: App, chat: Chat, wish: str, text: str
) -> None:
    await chat.say("remind me on Friday at 9 to water the plants")
    await chat.say(wish)
    assert [args["text"] for args in await in_state(app, "done")] == ["water the plants", text]


async def test_a_sentence_said_anew_takes_the_place_of_the_one_before(app: App, chat: Chat) -> None:
    await chat.say("tell Ada that the course starts on Friday")
    await chat.say("tell Ada that the course starts on Monday, not Friday")
    [args] = await in_state(app, "waiting")
    assert args["subject"] == "the course starts on Monday"


async def test_only_what_was_said_whole_is_replaced(app: App, chat: Chat) -> None:
    await chat.say("tell Ada that order 1042 costs 42 EUR, or 2 a day")
    await chat.say("not 2, 3")
    [args] = await in_state(app, "waiting")
    assert args["subject"].startswith("order 1042 costs 42 EUR, or 3 a day")


async def test_a_name_nobody_has_changes_nothing(app: App, chat: Chat) -> None:
    await chat.say("refund Ada 40 EUR")
    before = await in_state(app, "waiting")
    await chat.say("no, refund order 9999 50 EUR")
    assert "I changed nothing." in chat.last
    assert await in_state(app, "waiting") == before


async def test_the_mail_of_one_is_not_answered_to_another(app: App, chat: Chat) -> None:
    letter = mail("I want my money back for PAY-1042.", 1)
    await chat.drop(letter.replace(b"eve@evil.example", b"ada@example.org"))
    await chat.tap("Mail from", "Refund")
    answers = [args for args in await in_state(app, "waiting") if "in_reply_to" in args]
    assert [args["to"] for args in answers] == ["ada@example.org"]
    await chat.say("no, I meant Bruno")
    waiting = await in_state(app, "waiting")
    assert [args["to"] for args in waiting if "to" in args] == ["bruno@example.com"]
    assert not any(args.get("in_reply_to") for args in waiting)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("running", "has begun already: it is under way."),
        ("unknown", "has begun already: whether it was done is in doubt."),
    ],
)
async def test_what_may_have_happened_is_not_said_to_be_done(
    app: App, chat: Chat, state: str, said: str
) -> None:
    await chat.say(LATE)
    async with app.db.transaction() as tx:
        id = await tx.value(sa.select(effects.c.id).filter_by(state="waiting"))
        await change(tx, effects, {"id": id}, state=state)
        await events.note(tx, "test.stood", None)
    await chat.say("no, Bruno")
    assert said in chat.last
    assert len(await in_state(app, state)) == 1
    assert await in_state(app, "waiting") == []


async def test_a_slip_while_a_question_is_open_leaves_it_open(app: App, chat: Chat) -> None:
    await chat.say("remind me on Friday at 9")
    assert "What should I remind you of?" in chat.last
    await chat.say("no, remind me yesterday at 9")
    assert "I changed nothing." in chat.last
    await chat.say("The lamp")
    assert [args["text"] for args in await in_state(app, "done")] == ["The lamp"]


async def test_what_is_done_is_said_to_be_done_with_the_way_back(app: App, chat: Chat) -> None:
    await chat.say("remind me on Friday at 9 about invoice 7")
    await chat.say("not Friday, Monday")
    assert "is done already: reminder set for Fri 27 Nov" in chat.last
    await chat.tap("is done already", "Undo")
    assert [args["text"] for args in await in_state(app, "undone")] == ["invoice 7"]
    await chat.say("no, on Monday")
    assert "reminder set for Mon 23 Nov" in chat.text("Reminder · Mon 23 Nov")


async def test_of_several_wishes_the_one_is_changed_that_the_words_fit(
    app: App, chat: Chat
) -> None:
    await chat.say("refund Ada 40 EUR and tell Bruno that we are late")
    await chat.say("I meant 50")
    waiting = await in_state(app, "waiting")
    assert [args["amount"] for args in waiting if "amount" in args] == ["50.00"]
    assert any(args.get("to") == "bruno@example.com" for args in waiting)


async def test_what_is_called_off_is_withdrawn_before_the_wish_in_its_place(
    app: App, chat: Chat
) -> None:
    await chat.say("refund Ada 40 EUR")
    await chat.say("cancel that, write to Bruno that we are late instead")
    waiting = await in_state(app, "waiting")
    assert [args.get("to") for args in waiting] == ["bruno@example.com"]
    assert "instead" not in waiting[0]["text"]
    await heard_again(app, chat)
    assert await in_state(app, "waiting") == waiting


async def test_the_old_value_says_which_of_two_open_wishes_is_corrected(
    app: App, chat: Chat
) -> None:
    await chat.say("refund Ada 40 EUR")
    await chat.say("refund Bruno 30 EUR")
    await chat.say("sorry, 45 not 40")
    waiting = await in_state(app, "waiting")
    amounts = sorted(args["amount"] for args in waiting if "amount" in args)
    assert amounts == ["30.00", "45.00"]


@pytest.mark.parametrize("said", ["change it to 45 EUR", "cancel that, write to Ada that I am ill"])
async def test_of_two_that_one_message_left_open_it_is_asked_which(
    app: App, chat: Chat, said: str
) -> None:
    await chat.say("refund Ada 40 EUR and Bruno 20 EUR")
    before = await in_state(app, "waiting")
    await chat.say(said)
    assert "That may change several of your wishes" in chat.last
    assert await in_state(app, "waiting") == before


@pytest.mark.parametrize(
    "said", ["remind me tomorrow to buy milk not tea", "use the lift", "forget it, please"]
)
async def test_what_sounds_like_a_correction_leaves_the_card_of_another_thing(
    app: App, chat: Chat, said: str
) -> None:
    await chat.say("refund Ada 40 EUR")
    before = await in_state(app, "waiting")
    await chat.say(said)
    assert await in_state(app, "waiting") == before


TWO = "refund Ada 40 EUR and refund Bruno 30 EUR"


@pytest.mark.parametrize("said", ["no, refund Ada 50 EUR", "not 40, 50", "no, Ada 50 EUR"])
async def test_of_two_alike_the_one_is_changed_that_the_words_name(
    app: App, chat: Chat, said: str
) -> None:
    await chat.say(TWO)
    await chat.say(said)
    refunds = [args for args in await in_state(app, "waiting") if "payment" in args]
    assert {args["payment"]: args["amount"] for args in refunds} == {
        "PAY-1041": "30.00", "PAY-1042": "50.00",
    }  # fmt: skip
    assert len(refunds) == 2


async def test_where_several_may_be_meant_none_is_changed(app: App, chat: Chat) -> None:
    await chat.say(TWO)
    before = await in_state(app, "waiting")
    await chat.say("I meant 50")
    assert "That may change several of your wishes:" in chat.last
    assert "Ada Example" in chat.last
    assert "Bruno Muster" in chat.last
    assert await in_state(app, "waiting") == before


@pytest.mark.parametrize("said", ["no, the other Ada", "I meant 50", "not Friday, Monday"])
async def test_with_nothing_to_correct_nothing_is_guessed(app: App, chat: Chat, said: str) -> None:
    await chat.say(said)
    assert "I am not sure what you want, so I did nothing" in chat.last


async def test_what_was_said_since_is_what_is_corrected(app: App, chat: Chat) -> None:
    await chat.say("book a call with Ada on Friday at 11")
    before = await in_state(app, "waiting")
    await chat.say("Bruno is away on Tuesday")
    await chat.say("no, Monday")
    assert "I am not sure what you want, so I did nothing" in chat.last
    assert await in_state(app, "waiting") == before


async def test_a_try_that_was_not_understood_may_be_followed_by_another(
    app: App, chat: Chat
) -> None:
    await chat.say("refund Ada 40 EUR")
    for aside in ("no, fifty", "/today", "thanks"):
        await chat.say(aside)
    await chat.say("I meant 50")
    assert [a["amount"] for a in await in_state(app, "waiting") if "amount" in a] == ["50.00"]


async def test_after_hours_of_silence_nothing_is_corrected(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say(LATE)
    clock.advance(hours=5)
    await chat.say("no, Bruno")
    assert [args["to"] for args in await in_state(app, "waiting")] == ["ada@example.org"]
