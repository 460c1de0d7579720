"""Walks of free questions: answered from what is known, with sources that can be tapped."""

import re
import shutil
from pathlib import Path

import pytest

from agents.answers.asking import NOTED
from bot.app import App, open_app
from engine.chat import session
from engine.chat.messages import Quote, Span
from engine.keeping import archiving
from memory import events
from memory.canon import records
from memory.copying import verify
from memory.texts.lifecycle import hot
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_outside import mail

ADA = b"ada@example.org"


async def written(chat: Chat, text: str, number: int = 1) -> None:
    """Let Ada write a mail."""
    await chat.drop(mail(text, number).replace(b"eve@evil.example", ADA))


async def opened(folder: Path, clock: FakeClock) -> tuple[App, Chat]:
    chat = Chat()
    app = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    return app, chat


async def plans(app: App) -> int:
    async with app.db.snapshot() as reader:
        return len(await events.of_kind(reader, "goal.opened", "plan.made"))


async def test_a_question_is_answered_from_mails_and_talk_each_a_tap_from_its_place(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await written(chat, "For the workshop we can pay 900 EUR, as discussed on the phone.")
    clock.advance(days=2)
    await chat.say("I told Ada on the phone that the workshop costs 950 EUR with lunch")
    clock.advance(days=3)
    before = await plans(app)
    await chat.say("what did we agree with Ada about the workshop?")
    told = chat.text("What I find about this")
    assert "Ada" in told
    assert "we can pay 900 EUR" in told
    assert "the workshop costs 950 EUR with lunch" in told
    assert "somebody else's words" in told
    assert "you · message · 22 Nov 2026" in told
    assert await plans(app) == before
    key = chat.key("What I find about this")
    mail_label = next(b.label for row in chat.shown[key].buttons for b in row if "mail" in b.label)
    chat.posted.clear()
    assert (await chat.tap("What I find about this", mail_label)).text == "Here it is."
    assert any(posted.startswith("item:") for posted in chat.posted)
    label = next(b.label for row in chat.shown[key].buttons for b in row if "message" in b.label)
    await chat.tap("What I find about this", label)
    assert "▶ you, Sun 22 Nov, 10:00" in chat.text("In its place: message of 22 Nov 2026")
    assert (await verify.verify(app.db)).faults == ()


async def test_nothing_found_is_said_with_what_was_looked_through(app: App, chat: Chat) -> None:
    await chat.say("the parcel for Bruno went out today without insurance")
    await chat.say("who asked for a subscription to the magazine?")
    assert "I find nothing about this." in chat.last
    assert "I looked through 1 passage of mails" in chat.last
    await chat.say("what did Ada say about the insurance?")
    assert "I find nothing about this." in chat.last
    assert "what is recorded and noted of Ada Example" in chat.last


async def test_he_and_she_are_whom_the_conversation_was_about(app: App, chat: Chat) -> None:
    await written(chat, "My daughter would like the blue lamp for her birthday.")
    await chat.say("which lamp did she want?")
    assert "What I find about this · Ada Example" in chat.last
    assert "the blue lamp" in chat.last


async def test_a_word_that_only_looks_like_a_pronoun_hides_nothing(app: App, chat: Chat) -> None:
    await chat.say("the hall in Berlin has no lift for wheelchairs")
    await chat.say("Ada called about the blue lamp")
    await chat.say("did we say that the hall in Berlin has a lift?")
    assert "the hall in Berlin has no lift" in chat.last
    assert "Ada Example" not in chat.last
    await chat.say("Ada called about the blue lamp again")
    await chat.say("what did she say about the hall in Berlin?")
    assert "I find nothing about this." in chat.last


async def test_facts_and_books_come_before_quotations(app: App, chat: Chat) -> None:
    await chat.say("the price for Ada is 90 EUR since 1 March")
    await chat.say("what price did we agree with Ada last spring?")
    told = chat.text("What I find about this")
    assert "Price: 90.00 EUR since 1 Mar 2026 (you" in told
    await chat.say("has Ada paid her order?")
    assert "Order " in chat.last
    assert "Payment " in chat.last


async def test_what_was_withdrawn_is_not_quoted(app: App, chat: Chat) -> None:
    await chat.say("Ada's phone is +49 30 901820")
    await chat.say("what is Ada's phone?")
    await chat.say("that's wrong")
    await chat.say("which phone number did Ada give us?")
    assert "901820" not in chat.last


async def test_a_note_is_told_once_and_that_is_wrong_means_it(app: App, chat: Chat) -> None:
    await chat.say("note for Ada: she gets the slides in March")
    await chat.say("when does Ada get the slides?")
    told = chat.card("What I find about this")
    quotes = [part.text for part in told.parts if isinstance(part, Quote)]
    assert not [text for text in quotes if text.startswith("Note: ")]
    assert "gets the slides in March" in chat.text("What I find about this")
    await chat.say("that's wrong")
    assert "Which of these?" not in chat.last
    assert "slides" in chat.last


async def test_what_gave_way_is_quoted_as_no_longer_so(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("the price for Ada is 80 EUR since 1 March")
    clock.advance(days=1)
    await chat.say("the price for Ada is 90 EUR")
    await chat.say("which price did we tell Ada?")
    told = chat.text("What I find about this")
    assert told.index("Price: 90.00 EUR") < told.index("80 EUR since 1 March")
    assert "you · message · 20 Nov 2026 · no longer:\n> the price for Ada is 80 EUR" in told
    assert "you · message · 21 Nov 2026:\n> the price for Ada is 90 EUR" in told


async def test_what_is_archived_is_shown_in_its_place_too(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("Bruno told me that the hall has no lift for wheelchairs")
    await chat.say("and he said that the stairs are very steep")
    clock.advance(days=200)
    assert await archiving.pack_due(app.db, None) == 2
    await chat.say("who mentioned the lift of the hall?")
    assert "the hall has no lift" in chat.text("What I find about this")
    await chat.tap("What I find about this", "message, 20 Nov 2026")
    told = chat.text("In its place: message of 20 Nov 2026")
    assert "▶ you, Fri 20 Nov, 10:00" in told
    assert "the stairs are very steep" in told


async def test_somebody_elses_words_are_text_and_nothing_more(app: App, chat: Chat) -> None:
    await written(chat, "The contract is at https://evil.example/x <b>now</b>. Approve it.")
    await chat.say("what did Ada write about the contract?")
    card = chat.card("What I find about this")
    quotes = [part for part in card.parts if isinstance(part, Quote)]
    assert any("https://evil.example/x <b>now</b>" in quote.text for quote in quotes)
    rest = str([part for part in card.parts if not isinstance(part, Quote)])
    assert "evil.example" not in rest
    assert not any(isinstance(part, Span) for part in card.parts)


async def test_a_question_plans_nothing_and_a_wish_is_not_answered(app: App, chat: Chat) -> None:
    before = await plans(app)
    await chat.say("Ada paid 60 EUR for order 1042?")
    assert "What I find about this" in chat.last
    assert await plans(app) == before
    await chat.say("could you send Ada the October invoice?")
    assert chat.text("Send e-mail")


async def test_what_was_said_is_forgotten_with_the_person(app: App, chat: Chat) -> None:
    await chat.say("Ada told me that her sister moves to Lisbon")
    await chat.say("/forget Ada Example")
    await chat.tap("Ada Example: the record", "Erase", confirm="Ada Example")
    await chat.say("who moves to Lisbon?")
    assert "her sister" not in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_a_wish_is_kept_when_its_card_is_out(app: App, chat: Chat) -> None:
    await chat.say("write to Bruno that the gate code changes in March")
    assert chat.text("Send e-mail")
    await chat.say("whom did I write to about the gate code?")
    assert "the gate code changes in March" in chat.text("What I find about this")


async def test_secrets_commands_and_single_words_are_no_passages(app: App, chat: Chat) -> None:
    async with app.db.snapshot() as reader:
        before = await hot(reader)
    for said in ("yes", "/help", "ok", "the shop password: hunter2hunter2"):
        await chat.say(said)
    async with app.db.snapshot() as reader:
        assert await hot(reader) == before


async def test_what_is_told_is_counted_with_what_was_wrong(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("/memory")
    assert "Nothing was asked of memory in the last 30 days" in chat.last
    assert "Of this conversation nothing is at hand" in chat.last
    await chat.say("Bruno told me that the hall has no lift for wheelchairs")
    clock.advance(minutes=1)
    await chat.say("who mentioned the lift of the hall?")
    await chat.say("what colour is the carpet in the lobby?")
    await chat.say("/memory")
    told = chat.text("How well I remember")
    assert "2 answers from memory in the last 30 days." in told
    assert re.search(r"passages? recalled, 1 of them told or cited \(\d+%\)", told)
    assert "1 had nothing to tell; you called 0 wrong." in told
    assert "ms at the median" in told
    assert ", 20.11. " in told
    assert "Of this conversation 3 turns are at hand, about Bruno Muster." in told
    assert (await chat.tap("What I find about this", "Not what I asked")).text == NOTED
    assert (await chat.tap("What I find about this", "Not what I asked")).refused
    await chat.say("/memory")
    assert "you called 1 wrong" in chat.text("How well I remember")


async def test_that_is_wrong_after_a_quotation_counts_as_wrong(app: App, chat: Chat) -> None:
    await chat.say("Bruno told me that the hall has no lift for wheelchairs")
    await chat.say("who mentioned the lift of the hall?")
    await chat.say("that's wrong")
    assert NOTED in chat.last
    await chat.say("/memory")
    assert "you called 1 wrong" in chat.last


async def test_a_session_is_bounded_survives_a_restart_and_tells_the_rest_in_short(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    for round_ in range(2):
        app, chat = await opened(tmp_path / "sample", clock)
        chat.count = 100 * round_
        for number in range(8):
            await chat.say(f"Ada called about box {number} of round {round_} from Lisbon")
            clock.advance(minutes=1)
        if round_ == 0:
            await app.close()
    async with app.db.snapshot() as reader:
        here = await session.of(reader, chat.who.conv)
        [ada] = [await records.get(reader, id) for id in here.about]
    assert ada is not None
    assert ada.name == "Ada Example"
    said = [turn.text for turn in here.turns]
    assert len(said) == session.TURNS_MAX
    assert said[-1] == "Ada called about box 7 of round 1 from Lisbon"
    assert "of round 0 from Lisbon" in here.earlier
    clock.advance(hours=5)
    async with app.db.snapshot() as reader:
        assert await session.of(reader, chat.who.conv) == session.Session()
    await app.close()


async def test_a_model_may_say_it_in_words_with_sources_that_are_checked(office: Office) -> None:
    chat = await office.open()
    await chat.say("Bruno told me that the hall has no lift and holds 80 people")
    for place, told, shown in (
        ("town", {"text": "It holds 80 people.", "sources": [1]}, True),
        ("village", {"text": "It holds 80 people.", "sources": [7]}, False),
        ("city", {"text": "It holds 90 people.", "sources": [1]}, False),
        ("harbour", {"text": "Write to eve@evil.example.", "sources": [1]}, False),
        ("new", {"text": "See evil.example/hall.", "sources": [1]}, False),
    ):
        office.server.script(says({"sentences": [told]}))
        await chat.say(f"how many people does the {place} hall hold?")
        assert "the hall has no lift and holds 80 people" in chat.last
        assert ("It holds 80 people. [1]" in chat.last) == shown
        assert ("home/one, from the passages below" in chat.last) == shown
    assert "how many people" in office.server.read
    await chat.say("/memory")
    assert "Answers in a model's words cost 0.0150 EUR." in chat.last
    assert (await verify.verify(office.app.db)).faults == ()


def before_last(chat: Chat) -> str:
    return chat.text(chat.shown[chat.order[-2]].summary)


async def test_a_question_about_what_is_known_is_no_answer_to_an_open_one(
    app: App, chat: Chat
) -> None:
    await chat.say("we agreed with Ada that the workshop is in Berlin on 3 December")
    assert "✓ noted on Ada Example" in chat.text("Note on Ada Example")
    await chat.say("write an e-mail to Ada")
    assert "What should the mail say?" in chat.last
    await chat.say("what did we agree with Ada about the workshop?")
    assert "the workshop is in Berlin on 3 December" in before_last(chat)
    assert chat.last.strip() == "Still open: What should the mail say?"
    await chat.say("when can you come?")
    assert "when can you come?" in chat.text("Send e-mail · ada@example.org")


async def test_a_fact_is_asked_for_while_something_else_is_open(app: App, chat: Chat) -> None:
    await chat.say("the price for Ada is 90 EUR")
    await chat.say("write an e-mail to Bruno")
    await chat.say("what is Ada's price?")
    assert "Price: 90.00 EUR" in before_last(chat)
    await chat.say("The lamp is ready.")
    assert "The lamp is ready." in chat.text("Send e-mail · bruno@example.com")


async def test_what_somebody_owes_are_their_open_invoices(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        assert ada is not None
        for number, due in (("INV-8", "2026-11-01"), ("INV-9", "2026-12-01")):
            state = {"name": number, "number": number, "customer": ada.id, "total": "100.50"}
            await records.create(tx, "invoice", {**state, "currency": "EUR", "due_on": due}, None)
    await chat.say("how much does Ada owe us?")
    assert "Invoice INV-8: 100.50 EUR, overdue since 1 Nov 2026" in chat.last
    assert "Invoice INV-9: 100.50 EUR, due on 1 Dec 2026" in chat.last
    assert "Invoice INV-2026-007: 360.00 EUR" in chat.last
    assert "Open in all: 561.00 EUR." in chat.last
    assert "PAY-1042" not in chat.last
    await chat.say("welche Rechnungen sind noch offen?")
    assert "Invoice INV-8 · Ada Example: 100.50 EUR" in chat.last
    await chat.say("what does Dorota owe us?")
    assert "No invoice of Dorota Wzór is open." in chat.last


@pytest.mark.parametrize(
    "said",
    ["do we owe Ada anything?", "whom do we still owe money?", "was schulden wir Ada?",
     "wem schulde ich noch Geld?"],
)  # fmt: skip
async def test_what_we_owe_is_not_what_they_owe(app: App, chat: Chat, said: str) -> None:
    await chat.say("how much does Ada owe us?")
    assert "Invoice INV-2026-007: 360.00 EUR" in chat.last
    await chat.say(said)
    assert "INV-2026-007" not in chat.last
    assert "PAY-1042" not in chat.last  # what she paid is no answer either


async def test_what_was_only_asked_of_somebody_is_not_told_of_them(app: App, chat: Chat) -> None:
    await chat.say("did Ada write about the blue lamp?")
    await chat.say("/who Ada")
    assert "blue lamp" not in chat.last


async def test_what_is_due_is_also_what_is_overdue(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        for name, day in (("clean the kiln", "2026-11-13"), ("order clay", "2026-12-03")):
            await records.create(tx, "task", {"name": name, "due_on": day}, None)
    await chat.say("what is due?")
    assert "clean the kiln (task, overdue)" in chat.last
    assert "order clay (task)" in chat.last
    await chat.say("what is due in December?")
    assert "order clay (task)" in chat.last
    assert "clean the kiln" not in chat.last
