"""Booked: the payment of the operator's own that a line of a bank's statement may tell again.

Amount, day and party have to fit; even then it is a proposal, for two payments can be as alike.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import Any

from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

DAYS = 5
STATEMENT = "on the statement"  # the status of a payment that only a bank's list tells of
_WORD = re.compile(r"[^\W_]+")


async def payments(reader: Reader) -> list[Record]:
    """Return the payments that were booked and that no statement is known to have told."""
    every = await records.of_kind(reader, "payment", limit=records.ALL)
    return [
        one for one in every if one.state["status"] != STATEMENT and not one.state.get("statement")
    ]


async def twin(
    reader: Reader, state: dict[str, Any], said: str, known: Sequence[Record]
) -> Record | None:
    """Return the nearest by its day of those that fit a line, in which somebody wrote `said`."""
    paid, amount = state.get("paid_on"), Decimal(state["amount"])
    if paid is None or amount <= 0:
        return None
    day = date.fromisoformat(paid)
    fitting = [
        one
        for one in known
        if (Decimal(one.state["amount"]), one.state["currency"]) == (amount, state["currency"])
        and abs(day_of(one) - day).days <= DAYS
        and await _fits(reader, one, said)
    ]
    return min(fitting, key=lambda one: (abs(day_of(one) - day), one.id), default=None)


def day_of(payment: Record, zone: tzinfo = UTC) -> date:
    """Return when it was paid, or else the day it was recorded on, as it was in this zone."""
    paid = payment.state.get("paid_on")
    return date.fromisoformat(paid) if paid else payment.at.astimezone(zone).date()


def stands(number: str, said: str) -> bool:
    """Say whether this number stands in small letters among others."""
    return re.search(rf"(?<!\w){re.escape(number)}(?!\w)", said) is not None


async def _fits(reader: Reader, payment: Record, said: str) -> bool:
    """Say whether the party does: the customer is named there, or a number of the payment."""
    small = said.casefold()
    numbers = (payment.state["number"], payment.state.get("order"))
    if any(stands(number.casefold(), small) for number in numbers if number):
        return True
    customer = payment.state.get("customer")
    party = None if customer is None else await records.get(reader, customer)
    if party is None:
        return False
    words = set(_WORD.findall(small))
    called = (party.name, *party.state.get("aliases", ()))
    return any(_named(name, words) for name in called)


def _named(name: str, words: set[str]) -> bool:
    mine = set(_WORD.findall(name.casefold()))
    return bool(mine) and mine <= words
