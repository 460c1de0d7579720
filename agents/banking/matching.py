"""Which open invoices a payment that arrived may settle: surely, or likely and why.

Sure is only what names the numbers and brings exactly their sum. Everything else is a choice of the
operator's, the likeliest first.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from agents.banking import references
from connectors.money import in_words
from memory.canon.booked import Told
from memory.canon.kinds import account_key

CHOICES_MAX = 3
TOGETHER_MAX = 3  # invoices of one customer that one payment may settle together
OPEN_MAX = 12  # of one customer, among which they are looked for
LEAST = 35  # points, below which an invoice is not named at all
NUMBER, AMOUNT, ACCOUNT, NAME, ALONE = 60, 40, 35, 30, 10
EARLY_DAYS = 14  # a payment that does not name it may come before its invoice, by so much
_WORD = re.compile(r"[^\W_]+")
_TITLES = frozenset(
    {"gmbh", "ag", "ug", "ltd", "inc", "llc", "kg", "co", "und", "and", "mr", "mrs"}
)


class Claim(NamedTuple):
    """An open invoice. `left`: what is still owed of it. `accounts`: known to be its customer's."""

    number: str
    left: Decimal
    currency: str
    names: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    issued: date | None = None
    customer: str = ""


class Came(NamedTuple):
    """A payment that arrived: its line's number, the amount, what the other side said."""

    number: str
    amount: Decimal
    currency: str
    day: date
    told: Told


class Match(NamedTuple):
    """Which invoices get how much of a payment. `rest`: what is more than they are owed."""

    shares: tuple[tuple[str, Decimal], ...]
    rest: Decimal
    points: int
    why: tuple[str, ...]
    customer: str = ""

    @property
    def label(self) -> str:
        return " + ".join(number for number, _ in self.shares)


class Found(NamedTuple):
    """A payment with what it may settle, the likeliest first. `sure`: the first is beyond doubt."""

    came: Came
    matches: tuple[Match, ...]
    sure: bool


def find(payments: Sequence[Came], claims: Sequence[Claim]) -> list[Found]:
    """Return the payments that may settle something; no two are sure of the same invoice."""
    left = {claim.number: claim for claim in claims}
    found = []
    for came in payments:
        open_ = [one for one in left.values() if _possible(came, one)]
        if (sure := _exact(came, open_)) is not None:
            for number, _ in sure.shares:
                left.pop(number)
            found.append(Found(came, (sure,), True))
        else:
            found.append(Found(came, (), False))
    doubtful = [each.came for each in found if not each.sure]
    alike = {
        _money(came): sum(_money(one) == _money(came) for one in doubtful) for came in doubtful
    }
    for at, each in enumerate(found):
        if not each.sure:
            open_ = [one for one in left.values() if _possible(each.came, one)]
            matches = _likely(each.came, open_, alike[_money(each.came)] == 1)
            found[at] = Found(each.came, matches, False)
    return [each for each in found if each.matches]


def _possible(came: Came, claim: Claim) -> bool:
    if came.currency != claim.currency or claim.left <= 0 or came.amount <= 0:
        return False
    early = claim.issued is not None and (claim.issued - came.day).days > EARLY_DAYS
    return not early or _names(came, claim)


def _exact(came: Came, claims: Sequence[Claim]) -> Match | None:
    """Return the invoices that are named, if the payment is exactly what they are owed."""
    named = [one for one in claims if _names(came, one)]
    if not named or sum(one.left for one in named) != came.amount:
        return None
    if len({one.customer for one in named}) > 1:
        return None
    why = "its number and amount stand there" if len(named) == 1 else "their numbers, and their sum"
    return _settling(came, named, NUMBER + AMOUNT, (why,))


def _likely(came: Came, claims: Sequence[Claim], alone: bool) -> tuple[Match, ...]:
    found = [match for one in claims if (match := _single(came, one, claims, alone)) is not None]
    named = [one for one in claims if _names(came, one)]
    if len(named) > 1:
        points = sum(_points(came, one)[0] for one in named) // len(named)
        found.append(_settling(came, named, points + 1, ("several numbers stand there",)))
    found += _together(came, claims)
    best: dict[tuple[tuple[str, Decimal], ...], Match] = {}
    for match in sorted(found, key=lambda one: -one.points):
        best.setdefault(match.shares, match)
    return tuple(best.values())[:CHOICES_MAX]


def _single(came: Came, claim: Claim, claims: Sequence[Claim], alone: bool) -> Match | None:
    points, why = _points(came, claim)
    if claim.left == came.amount:
        points, why = points + AMOUNT, [*why, "the amount is the same"]
        same = [one for one in claims if one.left == came.amount]
        if alone and len(same) == 1:
            points, why = points + ALONE, [*why, "no other open invoice has this amount"]
    elif points < ACCOUNT:  # a name alone does not make it a part
        return None
    if points < LEAST:
        return None
    return _settling(came, [claim], points, tuple(why))


def _together(came: Came, claims: Sequence[Claim]) -> list[Match]:
    """Return invoices of the customer who pays whose sum is the amount, none of them alone."""
    theirs: dict[str, list[Claim]] = {}
    for one in claims:
        if one.customer and _points(came, one)[0] >= NAME:
            theirs.setdefault(one.customer, []).append(one)
    found = []
    for several in theirs.values():
        for count in range(2, TOGETHER_MAX + 1):
            for some in combinations(several[:OPEN_MAX], count):
                if sum(one.left for one in some) == came.amount:
                    points, why = _points(came, some[0])
                    told = (*why, "together they are the amount")
                    found.append(_settling(came, some, points + AMOUNT - 5, told))
    return found


def _settling(came: Came, claims: Iterable[Claim], points: int, why: tuple[str, ...]) -> Match:
    """Let the invoices have what they are owed, the oldest first, as far as the payment goes."""
    rest, shares = came.amount, []
    listed = sorted(claims, key=lambda one: (one.issued or date.min, one.number))
    for one in listed:
        share = min(rest, one.left)
        if share > 0:
            shares.append((one.number, share))
            rest -= share
            if share < one.left:
                why = (*why, f"{in_words(one.left - share, came.currency)} would stay open")
    if rest:
        why = (*why, f"{in_words(rest, came.currency)} more than is owed")
    return Match(tuple(shares), rest, points, why, listed[0].customer)


def _points(came: Came, claim: Claim) -> tuple[int, list[str]]:
    """Return what speaks for it besides the amount."""
    points, why = 0, list[str]()
    if _names(came, claim):
        points, why = points + NUMBER, [*why, "its number stands there"]
    if account_key(came.told.iban) in claim.accounts and came.told.iban:
        points, why = points + ACCOUNT, [*why, "it came from the account of its customer"]
    elif _is_called(came.told, claim.names):
        points, why = points + NAME, [*why, "its customer is named there"]
    return points, why


def _names(came: Came, claim: Claim) -> bool:
    return references.named(claim.number, f"{came.told.text} {came.told.end_to_end}")


def _is_called(told: Told, names: Iterable[str]) -> bool:
    words = set(_WORD.findall(f"{told.name} {told.text}".casefold()))
    for name in names:
        mine = set(_WORD.findall(name.casefold())) - _TITLES
        if mine and mine <= words:
            return True
    return False


def _money(came: Came) -> tuple[Decimal, str]:
    return came.amount, came.currency
