"""Whether a conversation shows rich messages: said by one person, kept, and carried over."""

from bot.app import App
from engine.acting.taps import Person
from engine.chat import conversations, outbox
from engine.chat.messages import say
from engine.chat.tokens import Tap
from engine.desks import rich
from memory.copying import verify
from tests.chat import Chat

ADA = Person("7001", "telegram", "telegram:7001")
YES = Tap(action="rich", ref="rich:1", item="yes", conv=ADA.conv)


async def shown_rich(app: App) -> dict[str, bool]:
    """Say something everywhere; return which conversations would show it as a rich message."""
    async with app.db.transaction() as tx:
        await outbox.post(tx, say("note:1", f"now {tx.now}"))
    async with app.db.snapshot() as reader:
        due = await outbox.due(reader, "telegram")
    return {one.conv: one.rich for one in due if one.card.key == "note:1"}


async def admitted(app: App) -> None:
    async with app.db.transaction() as tx:
        for number in ("7001", "7009"):
            await conversations.admit(tx, ADA.surface, number, number)


async def test_a_yes_counts_in_its_own_conversation_and_in_the_log(app: App, chat: Chat) -> None:
    await admitted(app)
    assert await shown_rich(app) == {"telegram:7001": False, "telegram:7009": False}
    reply = await rich.answer(app.house, YES, ADA, "t1", {})
    assert reply.text == "Rich messages are on."
    assert await shown_rich(app) == {"telegram:7001": True, "telegram:7009": False}
    await admitted(app)  # pairing once more changes nothing
    assert (await shown_rich(app))["telegram:7001"] is True
    assert (await verify.verify(app.db)).faults == ()


async def test_a_no_ends_what_a_yes_began(app: App, chat: Chat) -> None:
    await admitted(app)
    await rich.answer(app.house, YES, ADA, "t1", {})
    no = YES.model_copy(update={"item": "no"})
    assert (await rich.answer(app.house, no, ADA, "t2", {})).text == "Rich messages are off."
    assert (await shown_rich(app))["telegram:7001"] is False
    async with app.db.snapshot() as reader:
        card = await outbox.get(reader, "rich:1")
    assert card is not None
    assert card.msg.summary == rich.OFF


async def test_the_next_data_folder_knows_it_too(app: App, chat: Chat) -> None:
    await admitted(app)
    await rich.answer(app.house, YES, ADA, "t1", {})
    async with app.db.snapshot() as reader:
        handed = await conversations.hand_over(reader)
    async with app.db.transaction() as tx:
        [known] = [one for one in handed.conversations if one.id == ADA.conv]
        moved = known.model_copy(update={"chat": "7002", "user": "7002"})
        plain = moved.model_copy(update={"chat": "7003", "user": "7003", "rich_since": None})
        taken = handed.model_copy(update={"conversations": [moved, plain], "sessions": []})
        assert moved.rich_since is not None
        await conversations.take_over(tx, taken)
        new = [await conversations.get(tx, f"telegram:{chat}") for chat in (7002, 7003)]
    assert [one is not None and one.rich_since is not None for one in new] == [True, False]


async def test_elsewhere_it_is_said_to_be_for_telegram(app: App, chat: Chat) -> None:
    for words in ("/rich", "/rich off"):
        await chat.say(words)
        assert chat.last.strip() == rich.ONLY_TELEGRAM


def test_only_the_test_card_asks_to_be_judged() -> None:
    card = rich.test_card("rich:1")
    assert rich.is_test(card)
    assert not rich.is_test(say("rich:1", rich.ON))
    assert {(b.ref, b.item) for row in card.buttons for b in row} == {
        ("rich:1", "yes"),
        ("rich:1", "no"),
    }
