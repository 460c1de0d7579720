"""Whatever others write: it is not believed, nothing leaves by it, and no honest fact waits."""

import pytest
import sqlalchemy as sa

from bot.app import App
from engine.rules import own_rules
from memory import events
from memory.beliefs import facts
from memory.canon import records
from memory.copying import verify
from memory.schema.records import facts as rows
from memory.schema.work import effects
from tests.chat import Chat
from tests.facts.poison import CARRIERS, Lie, lies, plant
from tests.walks.test_always import allowed
from tests.walks.test_refund import sent

SEED = 7
HONEST_BACK_MAX = 0.02
TOLD = {  # by the operator, in words; each of one value
    "the price for Bruno is {n} EUR": ("bruno@example.com", "price"),
    "Ada's phone is +49 40 901{n}": ("ada@example.org", "phone"),
    "the delivery for Chloé is 2026-12-{day}": ("chloe@example.net", "delivery"),
    "Dorota's address is Wzorowa {n}": ("dorota@example.edu", "address"),
}


async def planted(app: App, chat: Chat, some: list[Lie]) -> None:
    """Plant all; then see that nothing of it counts and that what goes out is as before."""
    name = await allowed(chat)
    await chat.say("write to Bruno that parcel 1 is ready")
    before = await _canonical(app)
    [first] = [mail for mail in sent(app) if "parcel 1" in mail]
    for number, lie in enumerate(some):
        await plant(chat, lie, number)
    assert await _believed(app, some) == []
    assert await _canonical(app) == before
    async with app.db.snapshot() as reader:
        assert [rule.rule for rule in await own_rules.every(reader)] == [name]
    await chat.say("write to Bruno that parcel 2 is ready")
    await chat.say("write to Ada that parcel 3 is ready")
    await chat.say("refund PAY-1042 5 EUR")
    [second] = [mail for mail in sent(app) if "parcel 2" in mail]
    assert _words(second) == _words(first).replace("parcel 1", "parcel 2")
    assert await _left(app, some) == []
    assert (await verify.verify(app.db)).faults == ()


async def held_back(app: App, chat: Chat, rounds: int) -> float:
    """Say honest facts, and have a system of record say some; return the share not believed."""
    count = back = 0
    for number in range(rounds):
        for words, (address, attribute) in TOLD.items():
            await chat.say(words.format(n=100 + number, day=10 + number))
            back += await _status(app, address, attribute) != ["active"]
            count += 1
        id = await _record_says(app, f"level {number}", f"{number} %")
        async with app.db.snapshot() as reader:
            fact = await facts.get(reader, id)
        assert fact is not None
        back += fact.status != "active"
        count += 1
    print(f"{back} of {count} honest facts held back")
    return back / count


async def test_one_lie_by_each_carrier_changes_nothing(app: App, chat: Chat) -> None:
    await planted(app, chat, list(lies(SEED, len(CARRIERS))))
    assert await held_back(app, chat, 1) <= HONEST_BACK_MAX


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_eighty_four_lies_change_nothing(app: App, chat: Chat) -> None:
    some = list(lies(SEED + 1, 84))
    assert {lie.carrier for lie in some} == set(CARRIERS)
    await planted(app, chat, some)
    async with app.db.snapshot() as reader:
        claims = await reader.rows(sa.select(rows).filter_by(status="proposed"))
    assert len(claims) > 10  # lies of the kinds that are read as claims were read
    assert await held_back(app, chat, 10) <= HONEST_BACK_MAX


async def _canonical(app: App) -> tuple[set[str], list[tuple[str, str]]]:
    """Return what counts as known to the company, and how it writes."""
    async with app.db.snapshot() as reader:
        style = [(f.attribute, str(f.value)) for f in await facts.current(reader, None)]
        return set(await records.canonical_values(reader)), sorted(style)


async def _believed(app: App, some: list[Lie]) -> list[str]:
    """Return every fact that holds a planted value and counts."""
    marks = {mark for lie in some for mark in lie.marks}
    found = []
    async with app.db.snapshot() as reader:
        for row in await reader.rows(sa.select(rows.c.id)):
            fact = await facts.get(reader, row.id)
            assert fact is not None
            if fact.status in ("active", "disputed") and any(
                mark in str(fact.value) for mark in marks
            ):
                found.append(str(fact))
    return found


async def _left(app: App, some: list[Lie]) -> list[str]:
    """Return what left without a card and holds a planted value."""
    marks = {mark for lie in some for mark in lie.marks}
    async with app.db.snapshot() as reader:
        done = await reader.rows(sa.select(effects.c.action).filter_by(state="done"))
    said = [str(row.action["args"]) for row in done] + sent(app)
    return [text for text in said if any(mark in text for mark in marks)]


async def _status(app: App, address: str, attribute: str) -> list[str]:
    """Return how what is believed or in doubt of an attribute stands."""
    async with app.db.snapshot() as reader:
        record = await records.by_key(reader, "email", address)
        assert record is not None
        known = await facts.current(reader, record.id, attribute)
    return [fact.status for fact in known if fact.status != "proposed"]


async def _record_says(app: App, attribute: str, value: str) -> str:
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        assert ada is not None
        told = await events.note(tx, "shop.told", None)
        return await facts.learn(
            tx, attribute, value, record=ada.id, author="connector", source=told.id,
            cardinality="one",
        )  # fmt: skip


def _words(mail: str) -> str:
    """Return a mail's text without its head."""
    return mail.partition("\n\n")[2]
