"""Owed: the invoices that are not paid yet, of one customer or of all, with their sum."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from engine.chat import words
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

LISTED_MAX = 10
NONE = "No invoice{of} is open."
SUM = "Open in all: {sums}."
_INVOICES = r"(?:invoices?|bills?|rechnung(?:en)?)"
_OWED = re.compile(
    r"\b(?:owe[sd]?|owing|outstanding|unpaid|overdue|schulde\w*|unbezahlt\w*|überfällig\w*"
    rf"|open\s{_INVOICES}|{_INVOICES}\s(?:\w+\s){{0,3}}?(?:open|offen)|offene\w*\s{_INVOICES})\b",
    re.IGNORECASE,
)
_BY_US = re.compile(  # the books hold no bills of others, so what we owe is told by what was said
    r"\b(?:(?:we|i)\s(?:\w+\s)?owe|schulde[nt]?\s(?:wir|ich)|(?:wir|ich)\s(?:\w+\s)?schulde[nt]?"
    r"|(?:muss|müssen)\s(?:ich|wir)\s(?:noch\s)?(?:be)?zahlen|dois-je|devons-nous|doit-on"
    r"|debo|debemos)\b",
    re.IGNORECASE,
)


def asked(said: str) -> bool:
    """Say whether the question is about what others have not paid us yet."""
    return _OWED.search(said) is not None and not by_us(said)


def by_us(said: str) -> bool:
    """Say whether the question is about what we have not paid others."""
    return _BY_US.search(said) is not None


async def lines(
    reader: Reader, customer: Record | None, today: date, settings: dict[str, Any]
) -> list[str]:
    """Return a line for each open invoice, the longest due first, and their sum by currency."""
    whose = {} if customer is None else {"customer": customer.id}
    found = await records.of_kind(reader, "invoice", limit=records.ALL, status="open", **whose)
    if not found:
        return [NONE.format(of=f" of {customer.name}" if customer else "")]
    found.sort(key=lambda one: one.state.get("due_on") or "9999")
    shown = [await _line(reader, one, customer, today, settings) for one in found[:LISTED_MAX]]
    shown += [f"and {len(found) - LISTED_MAX} more"] if len(found) > LISTED_MAX else []
    sums: dict[str, Decimal] = {}
    for one in found:
        currency = one.state["currency"]
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(one.state["total"])
    if len(found) > 1:
        told = ", ".join(words.money(total, currency) for currency, total in sums.items())
        shown.append(SUM.format(sums=told))
    return shown


async def _line(
    reader: Reader, one: Record, customer: Record | None, today: date, settings: dict[str, Any]
) -> str:
    state = one.state
    whose = ""
    if customer is None and state.get("customer"):
        owner = await records.get(reader, state["customer"])
        whose = f" · {owner.name}" if owner is not None else ""
    due = ""
    if state.get("due_on"):
        day = date.fromisoformat(state["due_on"])
        due = f", {'overdue since' if day < today else 'due on'} {words.written(day, settings)}"
    total = words.money(state["total"], state["currency"])
    return f"Invoice {state['number']}{whose}: {total}{due}"
