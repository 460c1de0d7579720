"""Invoices, orders and payments a text names: by number, by month, as the latest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agents.reading.datewords import months
from agents.reading.words import Candidate, Context, Found, fold
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

Document = Literal["invoice", "order", "payment"]

DOCUMENTS: dict[Document, str] = {
    "invoice": r"invoices?|bills?|rechnung(?:en)?|facturas?|factures?",
    "order": r"orders?|bestellung(?:en)?|auftrag|aufträge|commandes?|pedidos?",
    "payment": r"payments?|zahlung(?:en)?|paiements?|pagos?",
}
CHOICES_MAX = 8  # more than these are no question
OTHER = "somebody else: leave the name out, or say another number"

_NUMBER = r"(?P<number>[A-Za-z]{0,6}[-/]?\d[\w/-]*+)(?!\s?(?:[€$£]|(?:eur|euros?|usd|gbp)\b))"
_TOKEN = re.compile(r"(?<![\w-])[A-Za-z]{1,8}[-/]\d[\w/-]*")
_NO = r"[\s.:#]*(?:(?:no|nr|num|number|nummer|numéro|número|n°|nº)\b[\s.:#]*)?"
_LATEST = r"latest|last|newest|most recent|letzten?|neuesten?|dernière|última"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A way the text names a document: by number, or by the month it was issued in.

    `maybe`: it has the form of a number, but no word says of what ("covid-19").
    """

    start: int
    end: int
    number: str = ""
    maybe: bool = False
    month: int = 0
    year: int = 0
    latest: bool = False


async def find(
    reader: Reader, text: str, kind: Document, context: Context, holders: Sequence[str] = ()
) -> list[Found]:
    """Return the invoices, orders or payments the text names, in its order.

    "7" names every number that ends in 7 as a whole group (INV-2026-007, not INV-17). `holders`
    are the customers it must belong to, where the text names them.
    """
    wanted = _wanted(text, kind, context) or _answer(text)
    if not wanted:
        return []
    all_known = await records.of_kind(reader, kind)
    known = [record for record in all_known if record.status in ("active", "proposed")]
    return [
        _document(text, each, known, context, holders)
        for each in wanted
        if not each.maybe or _looks_like(each.number, known)
    ]


def choice(record: Record) -> Candidate:
    """Return an invoice, order or payment as a choice: number, amount, day."""
    state = record.state
    amount = f"{state.get('total', state.get('amount'))} {state['currency']}"
    parts = [state["number"], amount, _day_of(record), record.name]
    label = " · ".join(dict.fromkeys(part for part in parts if part))
    return Candidate(value=state["number"], label=label, ref=record.id)


def numbers(text: str, context: Context) -> list[Found]:
    """Return the number of the bill that the text names, as written; it may be in no record."""
    wanted = [each for each in _wanted(text, "invoice", context) if each.number]
    first = sorted(wanted, key=lambda each: each.maybe)[:1]
    return [
        Found(each.start, each.end, (Candidate(value=each.number, label=each.number),))
        for each in first
    ]


def spans(text: str, context: Context) -> list[tuple[int, int]]:
    """Return where the text names documents, known or not, without reading the records."""
    return [(each.start, each.end) for kind in DOCUMENTS for each in _wanted(text, kind, context)]


def _wanted(text: str, kind: Document, context: Context) -> list[Wanted]:
    named = re.finditer(rf"\b(?:{DOCUMENTS[kind]}){_NO}{_NUMBER}", text, re.IGNORECASE)
    found = [Wanted(*match.span(), match["number"].rstrip("-/")) for match in named]
    found += [
        Wanted(*match.span(), match[0].rstrip("-/"), maybe=True)
        for match in _TOKEN.finditer(text)
        if not any(each.start <= match.start() < each.end for each in found)
    ]
    if kind == "invoice" and not found:
        found = _by_time(text, context)
    return sorted(found, key=lambda each: each.start)


def _answer(text: str) -> list[Wanted]:
    """Read "7" or "#7": what somebody says who was asked for the number."""
    match = re.fullmatch(rf"[\s#]*{_NUMBER}[\s.!]*", text)
    return [Wanted(*match.span(), match["number"])] if match else []


def _looks_like(number: str, known: list[Record]) -> bool:
    """Say whether some number of this kind begins with the same letters."""
    letters = _letters(number)
    return any(_letters(record.state["number"]) == letters for record in known)


def _by_time(text: str, context: Context) -> list[Wanted]:
    names = "|".join(sorted(months(context.locale), key=len, reverse=True))
    invoice = DOCUMENTS["invoice"]
    pattern = re.compile(
        rf"\b(?P<before>{names})(?:\s+(?P<year1>\d{{4}}))?[\s-]?(?:{invoice})\b"
        rf"|\b(?:{invoice})\s+(?:(?:from|for|of|in|vom|von|für|aus|de|du|del)\s+){{0,2}}"
        rf"(?P<after>{names})\b(?:\s+(?P<year2>\d{{4}}))?"
        rf"|\b(?P<latest>{_LATEST})\s+(?:{invoice})\b",
        re.IGNORECASE,
    )
    return [
        Wanted(
            *match.span(),
            month=months(context.locale).get((match["before"] or match["after"] or "").lower(), 0),
            year=int(match["year1"] or match["year2"] or 0),
            latest=bool(match["latest"]),
        )
        for match in pattern.finditer(text)
    ]


def _document(
    text: str, wanted: Wanted, known: list[Record], context: Context, holders: Sequence[str]
) -> Found:
    said = text[wanted.start : wanted.end].strip()
    fits = _by_number(wanted, known) if wanted.number else _of_month(wanted, known, context)
    theirs = [record for record in fits if record.state.get("customer") in holders]
    if fits and holders and not theirs:
        return Found(wanted.start, wanted.end, fault=f"“{said}” belongs to {OTHER}.")
    found = theirs or fits
    if not wanted.number and found:
        newest = max(_issued(record) for record in found)
        found = [record for record in found if _same_time(_issued(record), newest, wanted)]
    if not found or len(found) > CHOICES_MAX:
        return Found(wanted.start, wanted.end, fault=_nothing(said, len(found)))
    return Found(wanted.start, wanted.end, tuple(choice(record) for record in found))


def _by_number(wanted: Wanted, known: list[Record]) -> list[Record]:
    exact = [r for r in known if r.state["number"].lower() == wanted.number.lower()]
    return exact or [
        record for record in known if _ends_with(record.state["number"], wanted.number)
    ]


def _ends_with(number: str, said: str) -> bool:
    last = _digit_groups(said)
    same_letters = not _letters(said) or _letters(said) == _letters(number)
    return same_letters and _digit_groups(number)[-len(last) :] == last


def _letters(number: str) -> list[str]:
    return re.findall(r"[a-z]+", fold(number))


def _digit_groups(number: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", number)]


def _of_month(wanted: Wanted, known: list[Record], context: Context) -> list[Record]:
    today = context.local_now.date()
    return [
        record
        for record in known
        if (day := _issued(record)) != date.min
        and day <= today
        and wanted.month in (0, day.month)
        and wanted.year in (0, day.year)
    ]


def _issued(record: Record) -> date:
    day = _day_of(record)
    return date.fromisoformat(day) if day else date.min


def _same_time(day: date, newest: date, wanted: Wanted) -> bool:
    return day == newest if wanted.latest else day.year == newest.year


def _day_of(record: Record) -> str:
    names = ("issued_on", "ordered_on", "paid_on")
    return next((record.state[name] for name in names if record.state.get(name)), "")


def _nothing(said: str, count: int) -> str:
    if count:
        return f"“{said}” fits {count} records: say the whole number."
    return f"I have no record of “{said}”: say its number as it is written on it."
