"""Walks of what is new of somebody: an address, a number, an account are changed after a look."""

import pytest

from bot.app import App
from memory.beliefs import facts
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from tests.chat import Chat

CARD = "Ada Example: a change"
OTHER = "DE89370400440532013000"
SAID = (
    ("change Ada's email to ada@new.example", "email", "ada@new.example"),
    ("please update the e-mail address of Ada to ada@new.example.", "email", "ada@new.example"),
    ("Ada's new address is ada@new.example", "email", "ada@new.example"),
    ("ändere Adas E-Mail auf ada@new.example", "email", "ada@new.example"),
    ("Adas neue Mailadresse lautet ada@new.example", "email", "ada@new.example"),
    ("change Ada's phone number to +49 30 1234567", "phone", "+49301234567"),
    ("setze bitte Adas Telefonnummer auf +49 30 1234567", "phone", "+49301234567"),
    ("set Ada Example's IBAN to DE89 3704 0044 0532 0130 00", "iban", OTHER),
    ("Adas neue IBAN ist DE89 3704 0044 0532 0130 00", "iban", OTHER),
    ("die neue Bankverbindung von Ada ist DE89370400440532013000", "iban", OTHER),
)


async def ada(app: App) -> Record:
    async with app.db.snapshot() as reader:
        return next(
            one for one in await records.of_kind(reader, "person") if one.name == "Ada Example"
        )


async def test_what_is_new_of_somebody_is_looked_at_and_changed_by_a_tap(
    app: App, chat: Chat
) -> None:
    for said, field, value in SAID:
        before = await ada(app)
        shown = set(chat.order)
        await chat.say(said)
        assert (await ada(app)).version == before.version, said  # only looked at
        if before.state[field] == value:
            assert "is recorded like this already" in chat.last, said
            continue
        assert chat.order[-1] not in shown, said
        assert ("ask by phone" in chat.text(CARD)) == (field == "iban")
        await chat.tap(CARD, "Change it")
        now = (await ada(app)).state
        assert now == {**before.state, field: value}, said
        async with app.db.transaction() as tx:
            await records.revise(tx, before.id, None, **{field: before.state[field]})
    assert (await verify.verify(app.db)).faults == ()


async def test_what_is_no_such_thing_is_said_before_anything_is_offered(
    app: App, chat: Chat
) -> None:
    before = await ada(app)
    for said, why in (
        ("change Ada's email to nowhere", "is not an e-mail address"),
        ("change Ada's IBAN to DE89370400440532013001", "is not a valid IBAN"),
        ("change Ada's phone to 12", "is not a phone number"),
        ("change Ada's email to Bruno@example.com", "bruno@example.com belongs to Bruno Muster"),
    ):
        await chat.say(said)
        assert why in chat.last, said
        assert "Change it" not in chat.last
    assert await ada(app) == before


@pytest.mark.parametrize(
    "said",
    [
        "Ada's email is broken", "Ada's number is on the invoice", "Ada's account is overdue",
        "the email for Ada: say that we come", "update Ada's email to include the price",
        "our IBAN for Ada is DE89370400440532013000", "> Ada's email is ada@new.example",
        "Bruno wrote: Ada's email is ada@new.example", "Adas Nummer ist besetzt",
    ],
)  # fmt: skip
async def test_an_ordinary_sentence_about_an_address_is_not_taken_for_one(
    app: App, chat: Chat, said: str
) -> None:
    await chat.say(said)
    assert "is not a" not in chat.last
    assert not any("a change" in one.summary for one in chat.shown.values())


@pytest.mark.parametrize(
    "said",
    [
        "change Ada's email to ada@new.example, please write to her there",
        "change Ada's email to ada@new.example and write her that we got it",
        "Ada's number is +49 30 1234567 (mobile)",
        "Ada's number is +49 30 1234567 or 8",
        "Adas neue IBAN ist DE89 3704 0044 0532 0130 00 laut Mail",
    ],
)
async def test_words_behind_the_address_are_neither_swallowed_nor_read_into_it(
    app: App, chat: Chat, said: str
) -> None:
    before = await ada(app)
    await chat.say(said)
    assert "is not a" in chat.last
    assert await ada(app) == before


async def test_of_two_that_are_called_so_none_is_changed_until_it_is_clear_which(
    app: App, chat: Chat
) -> None:
    before = await ada(app)
    async with app.db.transaction() as tx:
        other = {"name": "Ada Other", "email": "ada@other.example"}
        await records.create(tx, "person", other, None)
    await chat.say("change Ada's email to ada@new.example")
    assert "Several are called so: " in chat.last
    assert "Ada Other · ada@other.example" in chat.last
    assert await ada(app) == before
    await chat.say("change the email of ada@other.example to ada@new.example")
    await chat.tap("Ada Other: a change", "Change it")
    assert await ada(app) == before


async def test_a_second_tap_and_one_after_another_change_write_nothing(
    app: App, chat: Chat
) -> None:
    await chat.say("change Ada's email to ada@new.example")
    token = chat.tokens[chat.key(CARD), "Change it"]
    await chat.say("change Ada's email to ada@newest.example")
    newest = chat.tokens[chat.order[-1], "Change it"]
    taps = [await app.tap(chat.who, f"twice{n}", token, {}) for n in range(2)]
    assert [one.refused for one in taps] == [False, True]
    assert (await app.tap(chat.who, "newest", newest, {})).refused  # it showed another version
    now = await ada(app)
    assert (now.state["email"], now.version) == ("ada@new.example", 2)


async def test_what_a_record_has_no_place_for_is_noted_as_a_fact(app: App, chat: Chat) -> None:
    before = await ada(app)
    for said in (
        "change Ada's address to Ringstr. 5, 10115 Berlin",
        "ändere die Adresse von Ada auf Lindenweg 7, 10115 Berlin",
    ):
        await chat.say(said)
        assert "Noted on Ada Example" in chat.last, said
    assert await ada(app) == before
    async with app.db.snapshot() as reader:
        [held] = await facts.current(reader, before.id, "address")
    assert held.value == "Lindenweg 7, 10115 Berlin"


@pytest.mark.parametrize(
    "said", ["is Ada's new email ada@new.example?", "change my email to x@y.z"]
)
async def test_what_asks_or_is_about_nobody_changes_no_record(
    app: App, chat: Chat, said: str
) -> None:
    before = await ada(app)
    await chat.say(said)
    assert not any("a change" in one.summary for one in chat.shown.values())
    assert await ada(app) == before
