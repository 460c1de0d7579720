"""What is to be reached, as it is said: “grow newsletter from 800 to 2,000 readers”, “400 readers”.

English and German. Which objective or project words mean is found here, too: by its name, by what
it counts, or by a word of them.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from agents.reading.words import tokens
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

NUMBER = r"[+-]?\d(?:[\d.,'\u00a0\u202f]*\d)?"
UNIT = r"(?:%|[^\W\d]\w*(?: [^\W\d]\w*)?)"
UNREAD = "I cannot read “{said}” as one number. Write it like 1240 or 12.5."
SEVERAL = "Several objectives may be meant: {names}. Say which one, by its whole name."
OPEN = {"objective": ("open",), "project": ("planned", "running", "paused")}
TIMES = ("k", "tsd", "thousand", "tausend", "mio", "million", "millions", "millionen", "mrd")
DOWN = ("reduce", "cut", "lower", "shrink", "senke", "reduziere", "verringere")
_UP = r"grow|increase|raise|lift|bring|get|push|steigere|erhöhe|bringe?"
_OUR = r"(?:(?:the|our|my|der|die|das|den|unsere[nr]?|meine[nr]?)\s+)?"
_GROWS = re.compile(
    rf"(?:(?P<verb>{_UP}|{'|'.join(DOWN)})\s+)?{_OUR}(?P<measure>[^\d\s](?:.*?\S)?)\s+"
    rf"(?:(?:from|von)\s+(?P<start>{NUMBER})(?:\s*{UNIT})?\s+)?"
    rf"(?:up to|down to|to|auf)\s+(?P<to>{NUMBER})(?:\s*(?P<unit>{UNIT}))?",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"(?P<to>{NUMBER})\s+(?P<measure>[^\W\d].*)")
_TO = re.compile(  # “from 0 to 10 by …” is no time of day
    rf"\s(?:to|auf)\s+{NUMBER}(?:\s*{UNIT})??(?=\s+(?:by|until|till|before|due|bis)\b)",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"\s*,\s*(?:to\s+|auf\s+)?(?P<to>{NUMBER})(?:\s*(?P<unit>{UNIT}))?\s*$")
_COUNTED = {  # what is counted here already, as it is called
    "revenue": r"(?:the\s+)?(?:revenue|turnover|umsatz)",
    "orders": r"(?:the\s+)?(?:orders?|bestellungen|aufträge)",
    "posts": r"(?:the\s+)?(?:published\s+)?(?:posts|blog posts|beiträge)",
}
_LEAD = re.compile(
    rf"{_OUR}(?:(?P<kind>projects?|projekt|objective|goal|ziel)\s+)?[“\"]?(?P<name>.+?)[”\"]?",
    re.IGNORECASE,
)
_BELONGS = re.compile(
    r"\s(?:for|under|towards|für|unter)\s+(?P<of>[^,]+?)(?=\s*(?:,|$))", re.IGNORECASE
)


def whole(said: str, unit: str | None) -> str:
    """Return a number with what multiplies it, for “1.2 k” is no 1.2; other units are left out."""
    times = unit is not None and unit.casefold().split()[0] in TIMES
    return f"{said} {unit}" if times else said


def number(said: str, locale: str) -> Decimal:
    """Return the number as the operator's language writes it. ValueError says what is wrong."""
    from babel.numbers import NumberFormatError, parse_decimal

    try:
        return parse_decimal(said.replace("'", ""), locale=locale, strict=True)
    except NumberFormatError:
        raise ValueError(UNREAD.format(said=said)) from None


async def read(reader: Reader, kind: str, name: str, locale: str) -> tuple[str, dict[str, Any]]:
    """Return what an objective or project is called, and what its words say is to be reached.

    ValueError: a number cannot be read, or several objectives are meant.
    """
    if kind == "objective":
        return aim(name, locale)
    if kind != "project":
        return name, {}
    name, said = share(name, locale)
    name, serves = await belonging(reader, name)
    if len(serves) > 1:
        raise ValueError(SEVERAL.format(names=", ".join(each.name for each in serves)))
    if serves:
        said["objective"] = serves[0].id
    if "to" in said:
        said["measure"] = name
    return name, said


def begins_after(kind: str, text: str) -> int:
    """Return from where on an objective says its days: after the number that is to be reached."""
    match = _TO.search(text) if kind == "objective" else None
    return 0 if match is None else match.end()


def aim(name: str, locale: str) -> tuple[str, dict[str, Any]]:
    """Return what an objective is called, and what it says of a number that is to be reached."""
    if (match := _GROWS.fullmatch(name)) is not None:
        verb, measure = match["verb"] or "", match["measure"]
        state = _state(measure, match["to"], match["unit"], locale)
        if match["start"]:
            state["start"] = str(number(match["start"], locale))
        if verb.lower() in DOWN or Decimal(state.get("start", 0)) > Decimal(state["to"]):
            state["direction"] = "down"
        return f"{verb} {measure}".strip(), state
    if (match := _COUNT.fullmatch(name)) is not None:
        return name, _state(match["measure"], match["to"], None, locale)
    return name, {}


def share(name: str, locale: str) -> tuple[str, dict[str, Any]]:
    """Return what a project is called without its own number: “Spring campaign …, 400 readers”."""
    match = _SHARE.search(name)
    if match is None:
        return name, {}
    return name[: match.start()], _state("", match["to"], match["unit"], locale)


def _state(measure: str, to: str, unit: str | None, locale: str) -> dict[str, Any]:
    found: dict[str, Any] = {"to": str(number(whole(to, unit), locale))}
    if measure:
        found["measure"] = measure
    if unit:
        found["unit"] = unit
    for counted, says in _COUNTED.items():
        if re.fullmatch(says, measure, re.IGNORECASE):
            found["counted"] = counted
    return found


async def find(reader: Reader, said: str, *kinds: str, all_: bool = False) -> list[Record]:
    """Return the objectives and projects that words mean, by name, by measure, or by a word.

    Only what still goes on, but with `all_`.
    """
    match = _LEAD.fullmatch(said.strip())
    if match is None:
        return []
    name, kind = match["name"].casefold(), (match["kind"] or "").casefold()
    wanted = kinds or ("objective", "project")
    if kind:
        wanted = tuple(k for k in wanted if (k == "project") == kind.startswith("proj"))
    known = [each for k in wanted for each in await records.of_kind(reader, k)]
    known = [each for each in known if all_ or goes_on(each)]
    for same in (_called, _worded):
        if found := [each for each in known if same(each, name)]:
            return found
    return []


def goes_on(record: Record) -> bool:
    """Say whether an objective or project still goes on."""
    return record.state["status"] in OPEN[record.kind]


async def belonging(reader: Reader, name: str) -> tuple[str, list[Record]]:
    """Return what a project is called, and the objectives that its words say it is for."""
    for match in reversed(list(_BELONGS.finditer(name))):
        if found := await find(reader, match["of"], "objective"):
            return name[: match.start()] + name[match.end() :], found
    return name, []


def _called(record: Record, name: str) -> bool:
    return name in _names(record)


def _names(record: Record) -> Iterator[str]:
    yield record.name.casefold()
    if measure := record.state.get("measure"):
        yield str(measure).casefold()


def _worded(record: Record, name: str) -> bool:
    """Say whether every word of what was said stands in one of its names."""
    said = {token.text for token in tokens(name)}
    return any(said and said <= {token.text for token in tokens(one)} for one in _names(record))
