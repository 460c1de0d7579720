"""Moments and money as the operator reads them: their zone, their language."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

SHORT = {"iban": "IBAN", "vat id": "VAT ID"}  # fields of a record that no rule of case spells
DAY_CHARS = len("2026-11-27")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:\d\d))?")
SURFACES = {"telegram": "Telegram", "slack": "Slack"}


def moment(at: datetime, profile: dict[str, Any], *, zone: bool = False) -> str:
    """Return "Fri 27 Nov, 09:00", in the operator's zone; with `zone`, its name too."""
    from babel.dates import format_datetime

    local = at.astimezone(ZoneInfo(profile["zone"]))
    text = format_datetime(local, "EEE d MMM, HH:mm", locale=profile["locale"])
    return f"{text} ({profile['zone']})" if zone else str(text)


def surface(name: str) -> str:
    """Return what a surface is called."""
    return SURFACES.get(name, name)


def where(first: str | None, last: str) -> str:
    """Return where an answer was given: on one surface, or its two yeses on two."""
    if first in (None, last):
        return f"on {last}"
    return f"(first yes on {surface(str(first))}, second on {surface(last)})"


def age(since: timedelta, profile: dict[str, Any]) -> str:
    """Return "3 hours ago", in the operator's language."""
    from babel.dates import format_timedelta

    return str(format_timedelta(-since, add_direction=True, locale=profile["locale"]))


def midnight(now: datetime, profile: dict[str, Any]) -> datetime:
    """Return when the day began at the operator's place."""
    local = now.astimezone(ZoneInfo(profile["zone"]))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def today(now: datetime, profile: dict[str, Any]) -> str:
    """Return the operator's date, as ISO writes it: "2026-11-27"."""
    return now.astimezone(ZoneInfo(profile["zone"])).date().isoformat()


def day(at: datetime, profile: dict[str, Any]) -> str:
    """Return "27 Nov 2026", in the operator's zone and language."""
    return written(at.astimezone(ZoneInfo(profile["zone"])).date(), profile)


def written(on: date, profile: dict[str, Any]) -> str:
    """Return "27 Nov 2026", in the operator's language."""
    from babel.dates import format_date

    return str(format_date(on, "d MMM yyyy", locale=profile["locale"]))


def days(first: date, last: date, profile: dict[str, Any]) -> str:
    """Return "27 Nov 2026", or "23 Nov 2026 to 29 Nov 2026"."""
    said = written(first, profile)
    return said if first == last else f"{said} to {written(last, profile)}"


def shown(value: str, profile: dict[str, Any]) -> str:
    """Return a value of a record as it is read: a day or a moment that is kept as ISO writes it.

    “27 Nov 2026” or “27 Nov 2026, 09:00”, in the operator's zone and language; else as it is.
    """
    if _ISO.fullmatch(value) is None:
        return value
    try:
        if len(value) == DAY_CHARS:
            return written(date.fromisoformat(value), profile)
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    local = at.astimezone(ZoneInfo(profile["zone"]))
    return f"{day(at, profile)}, {local:%H:%M}"


def money(amount: Decimal | int | str, currency: str) -> str:
    """Return "1,250.00 EUR": one form everywhere, so a card and a receipt can be compared."""
    return f"{Decimal(amount):,.2f} {currency}"


def cost(amount: Decimal, currency: str) -> str:
    """Return a cost so that fractions of a cent are seen: "0.0042 EUR"; a round one as money."""
    whole = amount.quantize(Decimal("0.01"))
    return money(amount, currency) if amount == whole else f"{amount:,.4f} {currency}"


def label(field: str) -> str:
    """Return how a field of a record is called: “Phone”, “IBAN”."""
    said = field.replace("_", " ")
    return SHORT.get(said, said.capitalize())
