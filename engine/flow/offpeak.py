"""Off-peak: the hours for what nobody waits for. Without hours it is done whenever nothing else is.

Work of the class `off_peak` waits for them, however long; the other classes know nothing of it.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.flow import quiet
from memory import profile
from memory.db import Reader
from memory.schema.work import work

NAME = "offpeak"  # of the setting
_SAID = re.compile(
    r"(?:the )?off[- ]?peak(?: hours?| time)?(?: is| are|:)?(?: from)? "
    r"(\d{1,2})(?::00)? ?(?:h|o'clock)? ?(?:to|until|till|-|–) ?(\d{1,2})(?::00)?(?: o'clock)?",
    re.IGNORECASE,
)


def said(words: str) -> str | None:
    """Return the hours that a sentence sets: “off-peak is 22 to 6” is 22-6. None: it sets none."""
    found = _SAID.fullmatch(words.strip().rstrip(".!"))
    return None if found is None else f"{int(found[1])}-{int(found[2])}"


def never(hours: str) -> bool:
    """Say whether these hours end as they begin: what waits for them would wait for ever."""
    begins, dash, ends = hours.partition("-")
    return bool(dash) and int(begins) == int(ends)


async def is_on(reader: Reader) -> bool:
    """Say whether off-peak work may be done at this moment."""
    settings = await profile.read(reader)
    hours = str(settings[NAME])
    if hours == quiet.OFF or never(hours):
        return True
    return quiet.within(_local(reader.now, settings["zone"]), hours)


async def waiting(reader: Reader) -> int:
    """Count what waits for the hours."""
    query = sa.select(sa.func.count()).select_from(work)
    return int(await reader.value(query.filter_by(lane="off_peak", state="ready")))


def _local(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone))
