"""Quiet hours: when the operator is not to be disturbed by what can wait."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

OFF = "off"
_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")


def fault(text: str) -> str | None:
    """Return what is wrong with quiet hours as written, in the operator's words."""
    found = _HOURS.fullmatch(text)
    if text == OFF or (found and int(found[1]) < 24 and int(found[2]) < 24):
        return None
    return f"“{text}” are no quiet hours. Write them like 20-8, or off."


def is_quiet(local: datetime, settings: dict[str, Any]) -> bool:
    """Say whether this moment at the operator's place is quiet."""
    return within(local, str(settings["quiet"]))


def within(local: datetime, hours: str) -> bool:
    """Say whether a moment at the operator's place lies in hours like 22-6; never in other text."""
    found = _HOURS.fullmatch(hours)
    if found is None:
        return False
    begins, ends = int(found[1]), int(found[2])
    if begins <= ends:
        return begins <= local.hour < ends
    return local.hour >= begins or local.hour < ends


def awake(moment: datetime, settings: dict[str, Any]) -> datetime:
    """Return the moment itself, or the end of the quiet hours it falls into."""
    local = moment.astimezone(ZoneInfo(settings["zone"]))
    if not is_quiet(local, settings):
        return moment
    ends = int(str(settings["quiet"]).partition("-")[2])
    end = local.replace(hour=ends, minute=0, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)
