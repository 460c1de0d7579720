"""The business of the month: who its customers are, and what its owner wants on each day.

Everything comes from the seed. There are two customers for three wishes a day, so that each is
written to a few times a week, some more often than others, as in life; from the third week on one
has a new address, and a new customer comes.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

FIRST = ("Ines", "Jonas", "Klara", "Levin", "Mira", "Nils", "Oda", "Pavel", "Quirin", "Runa")
LAST = ("Probe", "Muster", "Beispiel", "Specimen", "Modell", "Vorlage")
NEWCOMER = "Tilda Probe"
TOPICS = ("the parcel", "the file", "the draft", "the offer", "the room plan", "the colour chart")
STATES = ("is ready", "is on its way", "needs a day more", "has arrived", "was sent today")
PAYMENTS = 24
KINDS = {"mail": 56, "meeting": 7, "refund": 5, "stranger": 4, "note": 14, "reminder": 14}
OUTWARD = ("mail", "meeting", "refund", "stranger")
WEEK = 7
COMES = 2 * WEEK  # the day on which there is a new customer, and an old one has a new address
FIRST_FREE, SLOTS = date(2027, 1, 10), 6  # of a day


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing the owner says, and what alone may come of it: `args` of `operation`.

    `then`: what may follow it, as the mail that tells of a refund. `whose`: the customer, by name,
    whose new address it goes to.
    """

    words: str
    kind: str
    operation: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    holds: str = ""  # must stand in the text
    then: "Wish | None" = None
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    email: str


def customers(per_day: int) -> tuple[Customer, ...]:
    """Return whom a business with so many wishes a day knows at its beginning."""
    named = [f"{first} {last}" for last in LAST for first in FIRST]
    count = min(max(len(FIRST), per_day * 2 // 3), len(named))
    return tuple(Customer(name, _email(name)) for name in named[:count])


def newcomer() -> Customer:
    """Return who becomes a customer on the day COMES."""
    return Customer(NEWCOMER, _email(NEWCOMER))


def payments(known: tuple[Customer, ...]) -> Iterator[tuple[str, Customer]]:
    """Yield the number of each payment and who made it."""
    for number in range(PAYMENTS):
        yield f"PAY-{2001 + number}", known[number % len(known)]


class Business:
    """What is wanted on each day of the month."""

    def __init__(self, seed: int, per_day: int) -> None:
        self._chance = random.Random(f"business {seed}")
        self._per_day = per_day
        self._said = 0
        self._meetings = 0
        self._first = customers(per_day)
        self._known = list(self._first)

    def day(self, number: int) -> Iterator[Wish]:
        """Yield the wishes of a day, counted from 0."""
        if number == COMES:
            self._known.insert(1, newcomer())
        kinds, weights = zip(*KINDS.items(), strict=True)
        for kind in self._chance.choices(kinds, weights, k=self._per_day):
            self._said += 1
            yield self._wish(kind, number)

    def _wish(self, kind: str, day: int) -> Wish:
        one = self._someone()
        said = f"{self._chance.choice(TOPICS)} {self._said} {self._chance.choice(STATES)}"
        match kind:
            case "mail" if day >= COMES and one == self._first[2]:
                new = f"{one.email.partition('@')[0]}@new.example"
                moved = _mail(f"write to {new} that {said}", new, said, "stranger")
                return replace(moved, whose=one.name)
            case "mail":
                return _mail(f"write to {one.name} that {said}", one.email, said, "mail")
            case "stranger":
                new = f"visitor{self._said}@fresh.example"
                return _mail(f"write to {new} that {said}", new, said, "stranger")
            case "meeting":
                return self._meeting(one)
            case "refund":
                payment, payer = self._chance.choice(tuple(payments(self._first)))
                cents = self._said % 100
                amount = f"{self._chance.randint(1, 9)}.{cents:02}"
                args = {"payment": payment, "amount": amount}
                told = _mail("", payer.email, f"{amount} EUR", "mail")
                words = f"refund {payment} {amount} EUR"
                return Wish(words, kind, "payments.refund", args, then=told)
            case "note":
                return Wish(f"note on {one.name}: {said}", kind)
        return Wish(f"remind me tomorrow at 9 about {said}", kind)

    def _meeting(self, one: Customer) -> Wish:
        """Ask for a slot that nobody has: from the tenth of January on, hour by hour."""
        day, hour = divmod(self._meetings, SLOTS)
        self._meetings += 1
        on = FIRST_FREE + timedelta(days=day)
        when = f"{on.day} {on:%B %Y} at {9 + hour}:00"
        return Wish(
            f"book a call with {one.name} on {when}",
            "meeting",
            "calendar.book",
            {"attendees": [one.email]},
        )

    def _someone(self) -> Customer:
        weights = [1 / math.sqrt(at + 1) for at in range(len(self._known))]
        return self._chance.choices(self._known, weights)[0]


def _mail(words: str, to: str, holds: str, kind: str) -> Wish:
    return Wish(words, kind, "email.send", {"to": to}, holds)


def _email(name: str) -> str:
    first, last = name.lower().split()
    return f"{first}@{last}.example"
