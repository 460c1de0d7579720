"""Days and amounts as banks write them in tables, and what all of them together show."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

Order = Literal["", "day", "month"]
Decimals = Literal["", ",", "."]
LEFT = frozenset({"s", "soll", "d", "dr", "debit", "-", "af", "dbit", "out", "belastung"})
_SPACES = re.compile(r"[\s'’_\u00a0\u202f]")
_CURRENCY = re.compile(r"(?i)^(?:[a-z]{3}|[€$£])?(.*?)(?:[a-z]{3}|[€$£])?$")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*", re.ASCII)
_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2}|\d{4})(?:[T ,]\s?\d{1,2}:.*)?", re.ASCII)
_ISO = re.compile(r"(\d{4})([./-]?)(\d{2})\2(\d{2})(?:[T ].*)?", re.ASCII)
_CODE = re.compile(r"\b[A-Z]{3}\b")
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
CENTURY = 2000


def is_day(written: str) -> bool:
    return any(day(written, order) for order in ("day", "month"))


def day(written: str, order: str) -> str:
    """Return the day as “2026-11-03”; "" where it is none. `order`: “day” or “month” first.

    With points between, the day is first everywhere.
    """
    text = written.strip()
    if found := _ISO.fullmatch(text):
        return _made(found[1], found[3], found[4])
    if found := _DAY.fullmatch(text):
        if len(found[1]) > 2:
            return ""
        one, other = found[1], found[3]
        first = "day" if found[2] == "." else order or "day"
        day_of, month = (one, other) if first == "day" else (other, one)
        year = found[4] if len(found[4]) == 4 else str(CENTURY + int(found[4]))
        return _made(year, month, day_of)
    return ""


def order_of(days: Sequence[str]) -> Order:
    """Return which comes first, as any of the days shows it; "" where none does."""
    for found in filter(None, map(_slashed, days)):
        if int(found[1]) > 12:
            return "day"
        if int(found[3]) > 12:
            return "month"
    return ""


def unclear_days(days: Sequence[str]) -> bool:
    """Say whether day and month could be either way round."""
    return any(map(unclear_day, days)) and not order_of(days)


def unclear_day(written: str) -> bool:
    found = _slashed(written)
    return found is not None and found[1] != found[3]


def is_amount(written: str) -> bool:
    return any(amount(written, decimal) is not None for decimal in (",", "."))


def amount(written: str, decimal: str) -> Decimal | None:
    """Return the amount; None where it is none. “12,00-”, “(12.00)” and “12,00 S” have left."""
    text, left = _bare(written)
    if _NUMBER.fullmatch(text) is None:
        return None
    groups = "." if (decimal or ".") == "," else ","
    whole, _, cents = text.partition("," if groups == "." else ".")
    if len(cents) > 2 and cents[2:].strip("0"):
        return None
    plain = whole.replace(groups, "")
    if groups in cents or not _grouped(whole.lstrip("+-"), groups):
        return None
    found = Decimal(f"{plain}.{cents[:2] or '0'}")
    return -abs(found) if left else found


def decimal_of(amounts: Sequence[str]) -> Decimals:
    """Return what stands before the cents, as any amount shows it; "" where none does."""
    for text in (_bare(each)[0] for each in amounts):
        comma, point = text.rfind(","), text.rfind(".")
        if comma >= 0 and point >= 0:
            return "," if comma > point else "."
        for mark, at in ((",", comma), (".", point)):
            if at < 0:
                continue
            if text.count(mark) > 1:
                return "." if mark == "," else ","
            if len(text) - at - 1 != 3 or at > 3 + (text[0] in "+-"):
                return "," if mark == "," else "."
    return ""


def unclear_decimals(amounts: Sequence[str]) -> bool:
    """Say whether “1,234” could be one or a thousand."""
    some = any("," in text or "." in text for text in (_bare(each)[0] for each in amounts))
    return some and not decimal_of(amounts)


def currency(written: str) -> str:
    """Return the currency that stands beside an amount, "" if none does."""
    if found := _CODE.search(written):
        return found[0]
    return next((code for sign, code in SIGNS.items() if sign in written), "")


def _bare(written: str) -> tuple[str, bool]:
    """Return an amount without spaces and currency, and whether a sign behind says it left."""
    text = _SPACES.sub("", written).replace("\u2212", "-")
    left = False
    if text.startswith("(") and text.endswith(")"):
        text, left = text[1:-1], True
    if text[-1:] in ("-", "+"):
        text, left = text[:-1], left or text[-1] == "-"
    if re.fullmatch(r".*\d[SHDC]", text):
        text, left = text[:-1], left or text[-1] in "SD"
    sign = text[:1] if text[:1] in ("+", "-") else ""
    inner = _CURRENCY.match(text.removeprefix(sign))
    bare = inner[1] if inner else text
    return (bare if bare[:1] in ("+", "-") else sign + bare), left


def _grouped(whole: str, mark: str) -> bool:
    """Say whether thousands are parted as thousands are."""
    head, *rest = whole.split(mark)
    return bool(head) and (not rest or len(head) <= 3) and all(len(part) == 3 for part in rest)


def _slashed(written: str) -> re.Match[str] | None:
    text = written.strip()
    found = _DAY.fullmatch(text)
    return found if found and not _ISO.fullmatch(text) and found[2] != "." else None


def _made(year: str, month: str, day_of: str) -> str:
    try:
        return date(int(year), int(month), int(day_of)).isoformat()
    except ValueError:
        return ""
