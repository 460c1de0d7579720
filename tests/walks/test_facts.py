"""Walks about what is known: asked, told, corrected, taken out, kept in mind, and reviewed."""

from datetime import timedelta

from agents.answers import knowing
from bot.app import App
from memory import events
from memory.beliefs import facts
from memory.beliefs.facts import Author
from memory.canon import records
from memory.copying import verify
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_outside import mail

ADA = "ada@example.org"


async def learn(
    app: App, attribute: str, value: str, author: Author = "client", *, days: int = 0
) -> str:
    """Let somebody else say something of Ada."""
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", ADA)
        assert ada is not None
        source = await events.note(tx, "told", None)
        return await facts.learn(
            tx, attribute, value, record=ada.id, author=author, source=source.id,
            cardinality="one", valid_from=tx.now - timedelta(days=days),
        )  # fmt: skip


async def test_what_was_told_is_answered_with_its_source_and_its_time(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("the price for Ada is 80 EUR since 1 March")
    assert "Price: 80.00 EUR" in chat.text("Noted on Ada Example")
    clock.advance(days=3)
    await chat.say("Ada's price is 90 EUR")
    assert "80.00 EUR" in chat.last
    assert "90.00 EUR" in chat.last
    await chat.say("what is Ada's price?")
    assert "Price: 90.00 EUR (you, Mon 23 Nov" in chat.last
    assert "80.00" not in chat.last
    await chat.say("what was the price for Ada in May?")
    assert "Price: 80.00 EUR since 1 Mar 2026 until 23 Nov 2026 (you, Fri 20 Nov" in chat.last
    await chat.say("wie hoch ist der Preis für Ada?")
    assert "90.00 EUR" in chat.last
    await chat.say("what did we believe on Friday about Ada's price?")
    assert "80.00 EUR" in chat.last
    await chat.say("what is Bruno's price?")
    assert "I know no price of Bruno Muster." in chat.last
    async with app.db.snapshot() as reader:  # may be another price than hers
        assert await knowing.heard(reader, "what is the price for Ada of the workshop?") is None
    assert (await verify.verify(app.db)).faults == ()


async def test_no_it_is_ninety_corrects_what_was_told_and_says_where_it_was_used(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("the price for Ada is 80 EUR since 1 March")
    await chat.say("what is the price for Ada?")
    clock.advance(minutes=5)
    await chat.say("no, it's 90")
    told = chat.text("Corrected")
    assert "80.00 EUR → 90.00 EUR" in chat.card("Corrected").summary
    assert "It was used here:" in told
    assert "told: Ada Example: Price: 80.00 EUR" in told
    await chat.say("what was the price for Ada in May?")
    assert "Price: 90.00 EUR" in chat.last
    await chat.tap("Corrected", "Take it back")
    await chat.say("what is the price for Ada?")
    assert "Price: 80.00 EUR since 1 Mar 2026" in chat.last
    assert "90.00" not in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_that_is_wrong_takes_out_what_was_told(app: App, chat: Chat) -> None:
    await chat.say("Ada's phone is +49 30 901820")
    await chat.say("what is Ada's phone?")
    await chat.say("that's wrong")
    assert "Phone: +4930901820 → nothing" in chat.card("Taken out").summary
    await chat.say("what is Ada's phone?")
    assert "I know no phone of Ada Example." in chat.last
    await chat.tap("Taken out", "Take it back")
    again = await chat.tap("Taken out", "Take it back")
    assert again.refused
    await chat.say("what is Ada's phone?")
    assert "+4930901820" in chat.last


async def test_of_several_it_asks_which_is_wrong(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: prefers tea")
    await chat.say("Ada's phone is +49 30 901820")
    await chat.say("/who Ada")
    await chat.say("forget this")
    assert "Which of these?" in chat.last
    await chat.tap("Which of these?", "prefers tea")
    await chat.say("/who Ada")
    told = chat.text("What I know about Ada Example")
    assert ("prefers tea" in told, "+4930901820" in told) == (False, True)


async def test_without_anything_told_nothing_is_guessed(app: App, chat: Chat) -> None:
    await chat.say("that's wrong")
    assert "I told you nothing from memory just now" in chat.last
    await chat.say("no, the price is 90")
    assert "I told you no price just now." in chat.last
    await chat.say("the price for Ada is a lot")
    assert "I cannot read “a lot” as one amount" in chat.last
    await chat.say("Ada's phone is 030 901820")
    assert "“030 901820” lacks its country" in chat.last
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", ADA)
        assert ada is not None
        assert await facts.current(reader, ada.id) == []


async def test_what_is_always_to_be_remembered_is_told_first(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: prefers tea")
    await chat.say("always remember that Ada pays by bank transfer")
    assert "Kept in mind for good: Ada Example" in chat.text("Kept in mind")
    await chat.say("/who Ada")
    told = chat.text("What I know about Ada Example")
    assert told.index("Always: Ada pays by bank transfer") < told.index("Note: prefers tea")
    await chat.say("merk dir immer, dass wir freitags nicht liefern")
    assert "the company" in chat.last


async def test_facts_lists_everything_that_was_ever_said(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("the price for Ada is 80 EUR")
    clock.advance(days=1)
    await chat.say("the price for Ada is 90 EUR")
    await learn(app, "price", "70.00")
    await chat.say("/facts Ada")
    told = chat.text("Facts about Ada Example")
    assert "Price: 70.00 (somebody else's words, Sat 21 Nov, 10:00) · not confirmed" in told
    assert "· no longer" in told
    await chat.say("/facts Zacharias")
    assert "I know nobody called “Zacharias”." in chat.last


async def test_on_monday_what_contradicts_itself_is_asked_once_and_settled(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("the price for Ada is 80 EUR since 1 March")
    await learn(app, "price", "95.00", "connector")
    await chat.say("Ada's phone is +49 30 901820")
    await learn(app, "iban", "DE89370400440532013000")
    clock.advance(days=3)
    await app.alarms.ring_due()
    await chat.settle()
    asked = chat.text("Which is right?")
    assert "1. Ada Example: Price: 95.00" in asked
    assert "the record says DE02120300000000202051" in asked
    labels = [button.label for row in chat.card("Which is right?").buttons for button in row]
    assert labels == ["1: 95.00", "1: 80.00 EUR", "2: as recorded"]  # an account only on its card
    reply = await chat.tap("Which is right?", "1: 95.00")
    assert reply.text == "Ada Example, price: 95.00."
    assert "1. ✓ Ada Example: Price: 95.00" in chat.text("Which is right?")
    await chat.tap("Which is right?", "2: as recorded")
    await chat.say("/review")
    assert "Nothing that I know contradicts itself." in chat.last
    await chat.say("what is Ada's price?")
    assert "Price: 95.00 (a system of record" in chat.last
    assert "80.00" not in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_a_claim_against_a_record_is_kept_there_only_by_a_yes(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", ADA)
        assert ada is not None
        await records.revise(tx, ada.id, None, phone="+4930901820")
    await learn(app, "phone", "+4930901821", days=1)
    await chat.say("/review")
    assert "Phone: +4930901821" in chat.text("Which is right?")
    token = chat.tokens[chat.key("Which is right?"), "1: +4930901821"]
    assert (await chat.press(token)).text == "Ada Example, phone: +4930901821."
    assert (await chat.press(token)).refused
    async with app.db.snapshot() as reader:
        now = await records.get(reader, ada.id)
        [fact] = await facts.current(reader, ada.id, "phone")
    assert now is not None
    assert (now.state["phone"], fact.status) == ("+4930901821", "active")


async def test_what_mails_claim_of_their_writer_stays_a_claim_however_often(
    app: App, chat: Chat
) -> None:
    for number in (1, 2, 3):
        claims = mail("As we agreed, the new price is 9 EUR.", number)
        await chat.drop(claims.replace(b"eve@evil.example", ADA.encode()))
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", ADA)
        assert ada is not None
        [claim] = await facts.current(reader, ada.id, "price")
    assert (claim.value, claim.status, claim.author) == ("9.00", "proposed", "client")
    assert len(claim.support) == 3


async def test_a_quiet_week_asks_nothing_and_the_next_one_is_set(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    for _ in range(2):
        clock.advance(days=7)
        await app.alarms.ring_due()
        await chat.settle()
    assert not any(key.startswith("review:") for key in chat.order)
    async with app.db.snapshot() as reader:
        rang = [
            e for e in await events.of_kind(reader, "alarm.rang") if e.body["alarm"] == "review"
        ]
    assert len(rang) == 2


async def test_what_differs_from_the_record_changes_it_with_one_tap_and_never_by_itself(
    app: App, chat: Chat
) -> None:
    await chat.say("Ada's phone is +49 30 1234567")
    assert "The record says nothing of it yet." in chat.text("Noted on Ada Example")
    await chat.tap("Noted on Ada Example", "Change the record")
    assert "+49301234567" in chat.text("the record is changed")
    await chat.say("the phone for Ada is +49 30 7654321")
    assert "The record still says +49301234567." in chat.last
    await chat.say("/who Ada")
    assert "Phone: +49301234567" in chat.last
    stale = chat.tokens[chat.key("Noted on Ada Example"), "Change the record"]
    await chat.press(stale)
    assert "[-+49301234567-]{++49307654321+}" in chat.text("the record is changed")
    assert (await chat.press(stale)).refused
    await chat.say("/history Ada")
    assert "You put what you had said into the record" in chat.last
    await chat.say("the phone for Ada is +49 30 7654321")
    assert "The record still says" not in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_an_old_button_leaves_a_record_that_changed_meanwhile(app: App, chat: Chat) -> None:
    await chat.say("Ada's phone is +49 30 1234567")
    stale = chat.tokens[chat.key("Noted on Ada Example"), "Change the record"]
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        assert ada is not None
        noted = await events.note(tx, "test.changed", None)
        await records.revise(tx, ada.id, noted.id, phone="+49309999999")
    assert (await chat.press(stale)).refused
    async with app.db.snapshot() as reader:
        now = await records.get(reader, ada.id)
    assert now is not None
    assert now.state["phone"] == "+49309999999"


async def test_a_mail_that_claims_another_phone_offers_no_change_of_the_record(
    app: App, chat: Chat
) -> None:
    await learn(app, "phone", "+49301111111")
    await chat.say("what is Ada's phone?")
    assert "not confirmed" in chat.last
    assert all("Change the record" not in button for _, button in chat.tokens)
