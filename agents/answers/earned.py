"""Earned: what came in within some days, of one customer or of all, by the payments on record."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from agents.answers import days
from engine.chat import words
from memory.canon import booked, records
from memory.canon.records import Record
from memory.db import Reader
from memory.texts.when import Span

NONE = "{when}: no payment{of} is on record."
SUM = "{when}: {sums} came in with {count}{of}."
BACK = "Of it {sums} went back as refunds."
_EARNED = re.compile(
    r"\b(?:earn(?:ed|ings?)?|incomes?|revenues?|turnover|(?:take|took|taken|come|came|coming)\sin"
    r"|ma[kd]e\smoney|money\s(?:did|have|do)\s(?:i|we)\sma[dk]e|einnahmen|umsatz|umsätze|verdien\w*"
    r"|eingenommen|(?:kam|kommt)\s(?:\w+\s){0,3}?(?:he)?rein)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(  # comes in as well, and is no money; a tax on it is another matter
    r"\b(?:mails?|e-?mails?|messages?|orders?|calls?|enquir\w+|inquir\w+|requests?|leads?|parcels?"
    r"|deliver\w+|bestellung\w*|anfragen?|nachrichten?|pakete?|lieferung\w*)\b[^?]{0,40}"
    r"\b(?:c(?:a|o)me|coming|kam\w*|komm\w*)\b|\b(?:income|turnover)\stax\w*",
    re.IGNORECASE,
)


def asked(said: str) -> bool:
    """Say whether the question is about what came in."""
    return _EARNED.search(said) is not None and _OTHER.search(said) is None


async def lines(
    reader: Reader, customer: Record | None, said: str, today: date, settings: dict[str, Any]
) -> list[str]:
    """Return what came in and what of it went back, for the days that the question names.

    Without any: this month, and this year so far.
    """
    whose = {} if customer is None else {"customer": customer.id}
    every = await records.of_kind(reader, "payment", limit=records.ALL, **whose)
    of = f" of {customer.name}" if customer else ""
    return [line for span in _spans(said, today) for line in _told(every, span, of, settings)]


def _spans(said: str, today: date) -> list[Span]:
    if found := days.named(said, today):
        return [Span(one.first, min(one.last, today)) for one in found if one.first <= today]
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    return [Span(month, today), *([Span(year, today)] if year != month else [])]


def _told(every: list[Record], span: Span, of: str, settings: dict[str, Any]) -> Iterator[str]:
    when = words.days(span.first, span.last, settings)
    zone = ZoneInfo(settings["zone"])
    paid = [one for one in every if span.first <= booked.day_of(one, zone) <= span.last]
    paid = [one for one in paid if Decimal(one.state["amount"]) > 0]  # else it is money that left
    if not paid:
        yield NONE.format(when=when, of=of)
        return
    count = f"{len(paid)} payment{'' if len(paid) == 1 else 's'}"
    yield SUM.format(when=when, sums=_sums(paid, "amount"), count=count, of=of)
    if back := _sums(paid, "refunded"):
        yield BACK.format(sums=back)


def _sums(paid: list[Record], of: str) -> str:
    """Return the sum in each currency, or "" where there is nothing."""
    sums: dict[str, Decimal] = {}
    for one in paid:
        amount = Decimal(one.state.get(of) or 0)
        if amount:
            currency = one.state["currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return " and ".join(words.money(total, currency) for currency, total in sums.items())
