"""Walks about records: what is known of whom, since when and why, and two that are one."""

from bot.app import App
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from tests.chat import Chat
from tests.walks.test_always import allowed, rules
from tests.walks.test_refund import sent

ASK = "Are these the same?"


async def person(app: App, name: str, **state: object) -> Record:
    async with app.db.transaction() as tx:
        return await records.create(tx, "person", {"name": name, **state}, None)


async def test_who_tells_what_is_known_and_where_from(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: prefers tea")
    await chat.say("/who Ada")
    told = chat.text("What I know about Ada Example")
    assert "Email: ada@example.org" in told
    assert "Payment PAY-1042: 120.00 EUR" in told
    assert "prefers tea (you," in told
    await chat.say("/who PAY-1042")
    assert "Amount: 120.00" in chat.text("What I know about PAY-1042")


async def test_who_asks_which_and_says_when_there_is_nobody(app: App, chat: Chat) -> None:
    await chat.say("/who")
    assert "Write a name, an address or a number" in chat.last
    await chat.say("/who Zacharias")
    assert "I know nothing and nobody called “Zacharias”." in chat.last
    await person(app, "Ada Muster", email="ada@muster.example")
    await chat.say("/who Ada")
    assert "Several are called so." in chat.last
    assert "Ada Muster · ada@muster.example" in chat.last


async def test_records_are_counted_and_listed(app: App, chat: Chat) -> None:
    await chat.say("/records")
    assert "Person: 4" in chat.last
    await chat.say("/records banana")
    assert "There is no kind “banana”. There are: person, company," in chat.last
    await chat.say("/records companies")
    assert chat.last.startswith("Company")
    await chat.say("/records people")
    assert "Ada Example · ada@example.org" in chat.last
    for number in range(20):
        await person(app, f"Number {number}")
    await chat.say("/records person")
    assert "more; /who NAME finds each." in chat.last


async def test_history_tells_each_change_and_its_cause(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    await chat.tap("Refund", "✓ Refund")
    await chat.say("/history PAY-1042")
    told = chat.text("History of PAY-1042")
    newest, first = [line for line in told.splitlines() if line.startswith("- ")]
    assert "Refunded: 0.00 → 5.00" in newest
    assert "refund PAY-1042 5 EUR" in newest or "you tapped" in newest
    assert "Amount: — → 120.00" in first


async def test_a_record_goes_back_to_what_it_said_after_a_look_at_both(
    app: App, chat: Chat
) -> None:
    ada = await person(app, "Ada Muster", email="ada@muster.example", phone="+49301234567")
    async with app.db.transaction() as tx:
        await records.revise(tx, ada.id, None, name="Ida Muster", phone=None, language="de")
    await chat.say("/history ada@muster.example")
    await chat.tap("History of Ida Muster", "Back to 1…")
    card = chat.text("back to version 1?")
    assert "It becomes version 3, and nothing is lost" in card
    assert "Ida Muster" in card
    assert "+49301234567" in card
    reply = await chat.tap("back to version 1?", "Go back to version 1")
    assert reply.text == "Ada Muster says again what version 1 said; that is version 3 now."
    await chat.say("/history ada@muster.example")
    told = chat.text("History of Ada Muster")
    assert "Phone: — → +49301234567" in told
    assert "Language: de → —" in told
    assert (await verify.verify(app.db)).faults == ()


async def test_a_record_that_changed_since_or_is_of_the_books_does_not_go_back(
    app: App, chat: Chat
) -> None:
    ada = await person(app, "Ada Muster", email="ada@muster.example")
    for language in ("de", "en"):
        async with app.db.transaction() as tx:
            await records.revise(tx, ada.id, None, language=language)
    await chat.say("/history ada@muster.example")
    await chat.tap("History of Ada Muster", "Back to 1…")
    async with app.db.transaction() as tx:
        await records.revise(tx, ada.id, None, language="fr")
    reply = await chat.tap("back to version 1?", "Go back to version 1")
    assert reply.refused
    await chat.say("refund PAY-1042 5 EUR")
    await chat.tap("Refund", "✓ Refund")
    await chat.say("/history PAY-1042")
    assert chat.card("History of PAY-1042").buttons == ()


async def test_two_become_one_by_a_card_and_two_again(app: App, chat: Chat) -> None:
    await person(app, "A. Example", email="ada@home.example", phone="+49 30 2")
    await chat.say("/same Ada Example and ada@home.example")
    card = chat.text(ASK)
    assert "Email: ada@home.example" in card
    assert "Ada Example stays, and what names A. Example is found there." in card
    reply = await chat.tap(ASK, "They are the same")
    assert reply.text == "Ada Example is one record now. What named the other is found there."
    await chat.say("/who ada@home.example")
    assert "Emails: ada@home.example" in chat.text("What I know about Ada Example")
    await chat.tap(ASK, "Split them again")
    await chat.say("/who ada@home.example")
    assert "Phone: +49302" in chat.text("What I know about A. Example")
    assert (await verify.verify(app.db)).faults == ()


async def test_who_may_be_the_same_is_asked_with_what_speaks_for_it_and_against_it(
    app: App, chat: Chat
) -> None:
    await chat.say("/same")
    assert "I find nobody who may be the same as somebody else." in chat.last
    await person(app, "Nora Probe", email="nora@probe.example", phone="+49301234567")
    await person(app, "PROBE, Nora", email="n.p@home.example", phone="+49301234567")
    await person(app, "Emil Probe", email="emil@probe.example", phone="+49301234567")  # family
    await chat.say("/same")
    told = chat.text(ASK)
    assert "For it:" in told
    assert "the telephone is the same: +49301234567" in told
    assert "Against it:" in told
    assert "the address is another" in told
    assert "Emil" not in told
    await chat.tap(ASK, "They are two")
    await chat.say("/same")
    assert "I find nobody who may be the same" in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_a_card_that_no_longer_shows_how_they_are_does_nothing(app: App, chat: Chat) -> None:
    other = await person(app, "A. Example", email="ada@home.example")
    await chat.say("/same Ada Example and ada@home.example")
    async with app.db.transaction() as tx:
        await records.revise(tx, other.id, None, phone="+49 30 9")
    reply = await chat.tap(ASK, "They are the same")
    assert reply.refused
    async with app.db.snapshot() as reader:
        assert (await records.get(reader, other.id) or other).id == other.id


async def test_a_rule_does_not_reach_what_a_merge_brought_unseen(app: App, chat: Chat) -> None:
    await allowed(chat)
    await person(app, "B. M.", email="bruno@neu.example")
    await chat.say("/same Bruno Muster and bruno@neu.example")
    await chat.tap(ASK, "They are the same")
    assert [one.state for one in await rules(app)] == ["paused"]
    before = len(sent(app))
    await chat.say("write to bruno@neu.example that the course starts on Monday")
    assert len(sent(app)) == before


async def test_what_cannot_be_one_is_said(app: App, chat: Chat) -> None:
    for said, why in (
        ("/same Ada Example", "Write both, with “and” between them"),
        ("/same Ada Example and nobody@nowhere.example", "I know nothing and nobody"),
        ("/same Ada Example and ada@example.org", "is one record already"),
        ("/same Ada Example and PAY-1042", "Ada Example is a person and PAY-1042 a payment"),
    ):
        await chat.say(said)
        assert why in chat.last, said


async def test_who_was_merged_is_erased_with_the_one(app: App, chat: Chat) -> None:
    await person(app, "Adelheid E.", email="ada@home.example")
    await chat.say("/same Ada Example and ada@home.example")
    await chat.tap(ASK, "They are the same")
    await chat.say("/forget Ada Example")
    await chat.tap("Ada Example: the record", "Erase", confirm="Ada Example")
    text = (app.folder / "firstmate.db").read_bytes()
    assert b"ada@home.example" not in text
    assert b"Adelheid" not in text
    assert (await verify.verify(app.db)).faults == ()
