"""The bookkeeper's figure: of 60 generated books each line of a statement finds its one payment."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from memory import events
from memory.canon import booked, records
from memory.db import Database, Tx

CASES, UNSEEN = 60, 7000
DAY = date(2026, 11, 2)
NAMES = ("Ada", "Bruno", "Grace", "Linus", "Söhnke", "Zoë")
FAMILIES = ("Example", "Muster", "Groß", "O'Neil", "Lund", "van Dijk")
MEMOS = ("{name}", "{upper} thanks", "transfer from {turned}", "order {order}", "for {number}")


class Book(NamedTuple):
    """A payment that was booked, and the line of a statement that tells it; None: nobody's line."""

    number: str
    paid_on: date
    amount: Decimal
    currency: str
    who: int
    said: str | None


def books(seed: int) -> tuple[list[str], list[Book]]:
    """Return the customers of a case, and its payments; no two could be told by one line."""
    draw = random.Random(seed)
    family = draw.sample(FAMILIES, 3)
    people = [f"{draw.choice(NAMES)} {name} {seed}" for name in family]
    made = []
    for at in range(draw.randint(2, 8)):
        number, order, who = f"P{seed}-{at}", f"{seed}{at:02}", draw.randrange(3)
        name = people[who]
        turned = " ".join(reversed(name.split()))
        memo = draw.choice(MEMOS).format(
            name=name, upper=name.upper(), turned=turned, number=number, order=order
        )
        paid = DAY + timedelta(days=20 * at)  # none is near enough to be another's
        amount = Decimal(draw.choice((11900, 20050, draw.randint(100, 90000)))) / 100
        said = None if draw.random() < 0.2 else memo
        made.append(Book(number, paid, amount, draw.choice(("EUR", "EUR", "USD")), who, said))
    return people, made


def lines(
    seed: int, made: list[Book], people: list[str]
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield lines with the number of the payment they tell: "" for those of nobody."""
    draw = random.Random(seed * 7 + 1)
    for one in made:
        slip = timedelta(days=draw.randint(-booked.DAYS, booked.DAYS))
        line = {
            "amount": str(one.amount), "currency": one.currency,
            "paid_on": (one.paid_on + slip).isoformat(),
        }  # fmt: skip
        if one.said is not None:
            yield line, one.said, one.number
            continue
        other = people[(one.who + 1) % len(people)]
        yield line, other, ""
        yield line | {"amount": str(one.amount + Decimal("0.01"))}, one.number, ""
        yield line | {"currency": "GBP"}, one.number, ""
        late = one.paid_on + timedelta(days=booked.DAYS + 1)
        yield line | {"paid_on": late.isoformat()}, one.number, ""
        yield line, f"{one.number}9", ""


async def _kept(tx: Tx, seed: int) -> tuple[list[str], list[Book]]:
    people, made = books(seed)
    cause = (await events.note(tx, "test.booked", None)).id
    ids = [(await records.create(tx, "person", {"name": name}, cause)).id for name in people]
    for one in made:
        state = {
            "name": one.number, "number": one.number, "customer": ids[one.who],
            "order": one.number.replace("P", "").replace("-", "0"), "amount": one.amount,
            "currency": one.currency, "paid_on": one.paid_on,
        }  # fmt: skip
        await records.create(tx, "payment", state, cause)
    return people, made


async def test_each_line_finds_the_payment_it_tells_and_a_line_of_nobody_finds_none(
    db: Database,
) -> None:
    asked = told = 0
    async with db.transaction() as tx:
        for seed in range(UNSEEN, UNSEEN + CASES):
            people, made = await _kept(tx, seed)
            mine = {one.number for one in made}
            known = [
                one
                for one in booked.Books(
                    await records.of_kind(tx, "payment", limit=records.ALL), ()
                ).untold
                if one.name in mine
            ]
            assert len(known) == len(made)
            for line, said, number in lines(seed, made, people):
                found = await booked.twin(tx, line, said, known)
                assert (found.name if found else "") == number, (line, said)
                asked += 1
                told += bool(number)
    assert told >= 2 * CASES
    assert asked - told >= CASES
