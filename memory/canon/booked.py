"""Booked: the payment of the operator's own that a line of a bank's statement may tell again.

Amount, day and party have to fit; even then it is a proposal, for two payments can be as alike.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader

DAYS = 5
STATEMENT = "on the statement"  # the status of a payment that only a bank's list tells of
_WORD = re.compile(r"[^\W_]+")


class Told(NamedTuple):
    """What a line of a statement says besides: the other side's words, never recorded."""

    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end: str = ""
    reversal: bool = False  # the bank took a booking back


class Books:
    """The payments that are recorded, by what a line of a statement may know them by.

    Each stands for one line at most, so two lines that are equal in all stay two.
    """

    def __init__(self, every: Sequence[Record], states: Sequence[dict[str, Any]]) -> None:
        self._numbers = {
            value: one for one in every for scheme, value in _keys(one) if scheme == "payment"
        }
        told = (self._numbers.get(str(state["number"]).lower()) for state in states)
        self._taken = {one.id for one in told if one is not None}
        self._lines = [one for one in every if one.state.get("trace")]
        self._own = [one for one in every if _is_booked(one)]

    @property
    def untold(self) -> list[Record]:
        """Return the payments that were booked and that no statement is known to have told."""
        return [one for one in self._own if one.id not in self._taken]

    def of_number(self, number: str) -> Record | None:
        return self._numbers.get(number)

    def same_line(self, state: dict[str, Any]) -> Record | None:
        """Return the payment of the same line in another form, or from a bank without ids."""
        form, _, mark = str(state.get("trace") or "").partition("-")
        return self._take(
            one
            for one in self._lines
            if one.state["trace"].partition("-")[2] == mark
            and (one.state["trace"].partition("-")[0] != form or _unnamed(one, mark))
        )

    def near_line(self, state: dict[str, Any]) -> Record | None:
        """Return the payment of a line in another form that fits in all but its words."""
        form, _, mark = str(state.get("trace") or "").partition("-")
        same = ("amount", "currency", "paid_on")
        return self._take(
            one
            for one in self._lines
            if one.state["trace"].partition("-")[0] != form
            and not one.state.get("statement")
            and _account(one.state["number"]) == _account(state["number"])
            and all(one.state[name] == state[name] for name in same)
            and mark
        )

    def take(self, one: Record) -> None:
        self._taken.add(one.id)

    def _take(self, found: Iterable[Record]) -> Record | None:
        one = next((one for one in found if one.id not in self._taken), None)
        if one is not None:
            self.take(one)
        return one


async def books(reader: Reader, states: Sequence[dict[str, Any]]) -> Books:
    """Return what is recorded, for these lines. Nothing is read where there are none."""
    every = await records.of_kind(reader, "payment", limit=records.ALL) if states else []
    return Books(every, states)


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


def _keys(one: Record) -> list[kinds.Key]:
    numbers = filter(None, (one.state["number"], one.state.get("statement")))
    return [("payment", str(number).lower()) for number in numbers]


def _is_booked(one: Record) -> bool:
    """Say whether the operator booked it; a line that was settled since is no other one's twin."""
    told = one.state.get("statement") or one.state.get("trace")
    return one.state["status"] != STATEMENT and not told


def _unnamed(one: Record, mark: str) -> bool:
    """Say whether the bank gave the line of this payment no id: its trace is its number."""
    return f"-{mark}." in str(one.state.get("statement") or one.state["number"])


def _account(number: str) -> str:
    return "-".join(number.split("-")[:2])


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
