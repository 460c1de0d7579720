"""Several wishes in one message: each becomes its own plan, question or answer, in their order."""

import pytest
import sqlalchemy as sa

from agents.playbooks.routing import ROUTED_CHARS_MAX
from bot.app import App
from bot.lower import terminal
from memory.canon import records
from memory.schema.work import goals
from tests.chat import Chat
from tests.walks.test_words import heard_again

BOTH = "refund Ada 40 EUR and remind me on Friday to call her, and what do we know about Ada?"


async def wishes(app: App) -> list[str]:
    """Return what was taken on, the first wish first."""
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(goals.c.text, goals.c.slots).order_by(goals.c.at))
        return sorted(f"{row.slots['said'][0]} = {row.text}" for row in rows)


async def test_each_wish_of_a_message_is_done_and_each_question_answered(
    app: App, chat: Chat
) -> None:
    await chat.say(BOTH)
    assert "40.00 EUR" in chat.text("Refund")
    assert "reminder set for Fri 27 Nov" in chat.text("Reminder")
    assert "ada@example.org" in chat.text("What I know about Ada Example")
    assert len(await wishes(app)) == 3


async def test_heard_again_after_a_crash_it_makes_nothing_twice(app: App, chat: Chat) -> None:
    await chat.say(BOTH)
    before = await wishes(app), list(chat.order)
    await heard_again(app, chat)
    assert (await wishes(app), list(chat.order)) == before


async def test_whoever_the_wish_before_named_is_meant_by_her(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice and tell her that it is due in May")
    cards = [terminal.lower(m) for m in chat.shown.values() if "ada@example.org" in m.summary]
    assert sorted("INV-2026-007.pdf" in card for card in cards) == [False, True]
    assert all(("INV-2026-007.pdf" in card) != ("it is due in May" in card) for card in cards)


@pytest.mark.parametrize(
    "said",
    [
        "write to Ada that we refund her and remind her of the course",
        "write to Ada that the course is full. Please send us the invoice. Remind me to call.",
        "remind me on Friday to call Ada and send Bob the invoice",
        "remind me tomorrow to check who paid and who did not?",
        "note on Ada: wants a refund and a call",
        "tell Ada that we met and tell her that we are glad",
    ],
)
async def test_nothing_is_cut_off_the_text_of_a_wish(app: App, chat: Chat, said: str) -> None:
    await chat.say(said)
    [wish] = await wishes(app)
    assert wish.startswith(f"{said} = ")


async def test_a_list_is_as_many_wishes_and_the_one_nobody_knows_is_named(
    app: App, chat: Chat
) -> None:
    await chat.say("Today:\n- remind me tomorrow at 8 to water the plants\n- book a flight to Rome")
    assert "reminder set" in chat.text("Reminder")
    assert "I am not sure what you want" in chat.text("“book a flight to Rome”: ")
    assert len(await wishes(app)) == 1


@pytest.mark.parametrize(
    ("said", "known", "unknown"),
    [
        ("refund Ada 5 EUR and book a flight", "5.00 EUR", "book a flight"),
        ("book a flight to Rome and refund Ada 5 EUR", "5.00 EUR", "book a flight to Rome"),
        ("erstatte Ada 5 EUR und buche einen Flug", "5.00 EUR", "buche einen Flug"),
    ],
)
async def test_a_wish_nobody_knows_is_named_beside_the_one_that_is_done(
    app: App, chat: Chat, said: str, known: str, unknown: str
) -> None:
    await chat.say(said)
    assert known in chat.text("Refund")
    assert "I am not sure what you want" in chat.text(f"“{unknown}”: ")
    assert len(await wishes(app)) == 1


@pytest.mark.parametrize(
    "said",
    [
        "find a hall and remind me on Friday about it",
        "refund Ada 5 EUR for the lamp and the shade",
        "remind me on Friday that the hall is open and send Bob the invoice",
        "note on Ada: she wants us to pay back 5 EUR and send her the October invoice",
    ],
)
async def test_what_belongs_together_or_may_is_not_parted(app: App, chat: Chat, said: str) -> None:
    await chat.say(said)
    assert all(wish.startswith(f"{said} = ") for wish in await wishes(app))
    assert not [msg for msg in chat.shown.values() if msg.summary.startswith("“")]


async def test_a_wish_behind_a_note_that_only_tells_something_is_one_of_its_own(
    app: App, chat: Chat
) -> None:
    await chat.say("note on Ada: the gate code is 4711 and refund Ada 5 EUR")
    assert "5.00 EUR" in chat.text("Refund")
    note, refund = await wishes(app)
    assert note.startswith("note on Ada: the gate code is 4711 = ")
    assert refund.startswith("refund Ada 5 EUR = ")


async def test_a_project_named_first_is_meant_for_every_item_of_a_list(
    app: App, chat: Chat
) -> None:
    async with app.db.transaction() as tx:
        await records.create(tx, "project", {"name": "Spring", "status": "running"}, None)
    await chat.say(
        "for project Spring:\n- remind me tomorrow at 8 to water the plants\n"
        "- send Ada the October invoice"
    )
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(goals.c.project, goals.c.slots))
    under = [row.project for row in rows if row.slots["said"][0].startswith("for project Spring")]
    assert len(under) == 2
    assert under[0] is not None and under[0] == under[1]


async def test_a_question_about_one_holds_up_no_other_and_they_take_turns(
    app: App, chat: Chat
) -> None:
    await chat.say("remind me to water the plants; publish a post; send Ada the October invoice")
    assert "INV-2026-007.pdf" in chat.text("Send e-mail")
    asked = [m.summary for m in chat.shown.values() if "?" in m.summary]
    assert asked == ["Remind me · water the plants: When should I remind you?"]
    await chat.say("tomorrow at 8")
    assert "reminder set for Sat 21 Nov" in chat.text("Reminder")
    assert "Publish a post: What is the title of the post?" in chat.text("Publish a post")
    await heard_again(app, chat)
    await chat.say("Spring courses")
    await chat.say("They start in May.")
    assert "They start in May." in chat.text("Publish Spring courses")


async def test_who_calls_a_question_off_takes_nothing_else_back_and_drops_no_other(
    app: App, chat: Chat
) -> None:
    await chat.say("remind me on Friday at 9 to call Bo")
    await chat.say("remind me to water the plants; publish a post")
    await chat.say("annule")
    await heard_again(app, chat)
    assert not any("Take back" in one.summary for one in chat.shown.values())
    assert "Dropped." in [one.summary for one in chat.shown.values()]
    await chat.say("Spring courses")
    assert "What is its text?" in chat.last
    await chat.say("never mind")
    await chat.say("cancel")
    assert "There is no open question. “undo” takes back" in chat.last
    await chat.say("undo")
    assert "reminder taken back" in chat.last


async def test_a_dropped_question_makes_way_for_the_next(app: App, chat: Chat) -> None:
    await chat.say("remind me to water the plants; publish a post")
    await chat.say("/cancel")
    assert "What is the title of the post?" in chat.text("Publish a post: ")
    await chat.say("/cancel")
    await chat.say("/cancel")
    assert "There is no open question." in chat.last


async def test_the_questions_that_wait_come_back_after_another_wish(app: App, chat: Chat) -> None:
    await chat.say("remind me to water the plants; publish a post")
    await chat.say("write an e-mail to Ada")
    await heard_again(app, chat)
    assert "What should the mail say?" in chat.last
    await chat.say("The lamp is ready.")
    assert "The lamp is ready." in chat.text("Send e-mail")
    await chat.say("tomorrow at 8")
    assert "reminder set for Sat 21 Nov" in chat.text("Reminder")
    await chat.say("/cancel")
    await chat.say("/cancel")
    assert "There is no open question." in chat.last


async def test_ask_me_first_is_meant_for_every_wish_of_the_message(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice and tell Ada that it is there, but ask me first")
    assert all("ask me first" in one for one in await wishes(app))


@pytest.mark.parametrize("head", ["by the book: ", "Be creative - "])
async def test_how_to_go_about_it_is_meant_for_every_wish(app: App, chat: Chat, head: str) -> None:
    await chat.say(f"{head}refund Ada 40 EUR and remind me on Friday to call her")
    said = [one.partition(" = ")[0] for one in await wishes(app)]
    assert said == [f"{head}refund Ada 40 EUR", f"{head}remind me on Friday to call her"]


async def test_of_many_wishes_none_is_lost(app: App, chat: Chat) -> None:
    days = [f"remind me tomorrow at {hour} to call {hour} people" for hour in range(8, 18)]
    await chat.say("\n".join(days))
    assert len(await wishes(app)) == len(days)


async def test_the_wishes_of_a_long_message_are_parted_as_well(app: App, chat: Chat) -> None:
    days = [
        f"remind me tomorrow at {hour} to call all {hour} people who came to the workshop of "
        "ours, and to hear from each of them how it was"
        for hour in range(8, 18)
    ]
    said = "\n".join(days)
    assert len(said) > ROUTED_CHARS_MAX
    await chat.say(said)
    assert len(await wishes(app)) == len(days)


async def test_a_long_message_that_is_no_list_of_wishes_says_how_it_would_be_heard(
    app: App, chat: Chat
) -> None:
    await chat.say("The sun was out and the lake lay still beyond the old mill. " * 30)
    assert "It has more than 1,000 letters" in chat.last
    assert "Write each wish in a line of its own" in chat.last
    assert await wishes(app) == []
