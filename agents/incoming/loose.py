"""A list without names of columns, or pasted into the chat: each line is read by what is in it."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

from agents.answers import reports
from connectors import blobs
from engine.chat import outbox
from engine.rules.house import House
from memory import artifacts
from memory.canon.importing import Row
from memory.events import Event
from memory.ids import derived_id

OPENS = re.compile(
    r"(?:here (?:are|is)|these are|import|add|hier (?:sind|ist)|das sind|importiere)\b[^\n]{0,60}?"
    r"\b(?:customers?|clients?|contacts?|people|addresses|kunden|kontakte|leute|adressen)\b[^\n]{0,20}",
    re.IGNORECASE,
)
ONE = re.compile(  # “new customer Ada Example, ada@example.org”
    r"(?:(?:please |bitte )?(?:add|create|record|erfasse|notiere|lege?)\s+)?"
    r"(?:a |an |our |eine[nr]? )?"
    r"(?:new|neue[rn]?|nouve(?:au|lle)|nuev[oa])\s+"
    r"(?:customer|client[ea]?|contact|person|kund(?:e|in|en)|kontakt)\b(?:\s+an\b)?:?\s+"
    r"(?P<who>[^\n]+)",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[\w.+%&'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
PHONE = re.compile(r"(?<![\w.+])(?!\d\d?\.\d\d?\.\d\d)(?:\+|0)[\d ()/.-]{5,24}\d")  # and no date
LINES_MIN = 2
EMPTY = " “”<>()[]:;,|·•*-\u2013\u2014\t"


def pasted(said: str) -> str | None:
    """Return the lines of “here are my customers: …”, or None when it is something else.

    One alone, “new customer Ada Example, ada@example.org”, is a list of one line.
    """
    if (one := ONE.fullmatch(said.strip())) and (EMAIL.search(said) or PHONE.search(said)):
        return one["who"].replace(", ", "\t")
    head, _, rest = said.strip().partition("\n")
    if not OPENS.fullmatch(head.strip().rstrip(":.! ")):
        return None
    lines = [line for line in rest.splitlines() if line.strip()]
    return "\n".join(lines) if len(lines) >= LINES_MIN else None


async def keep(house: House, event: Event, lines: str) -> None:
    """Keep a pasted list like a file, and offer to look at it as records."""
    digest = await asyncio.to_thread(blobs.put, house.blobs, lines.encode())
    async with house.db.transaction() as tx:
        await artifacts.keep(
            tx, "file", reports.PASTED, artifact_id=derived_id("art", event.id, digest),
            author="operator", cause=event.id, text=lines, digest=digest, mime="text/plain",
        )  # fmt: skip
        told = reports.list_pasted(event.id, len(lines.splitlines()), digest)
        await outbox.post(tx, told, event.body["conv"])


def rows(lines: Iterable[tuple[int, list[str]]]) -> list[Row]:
    """Return a person for each line; none at all where no line has an address or telephone."""
    found = [Row(line=number, state=_person(cells)) for number, cells in lines if any(cells)]
    sure = any({"email", "phone"} & set(row.state) for row in found)
    return found if sure else []


def _person(cells: list[str]) -> dict[str, Any]:
    text = "\t".join(cells)
    emails = list(dict.fromkeys(EMAIL.findall(text)))
    phones = [phone.strip() for phone in PHONE.findall(EMAIL.sub("\t", text))]
    bare = PHONE.sub("\t", EMAIL.sub("\t", text))
    names = [part.strip(EMPTY) for part in re.split(r"[\t;|<>]", bare)]
    name = next((part for part in names if any(map(str.isalpha, part))), "")
    state: dict[str, Any] = {"name": name or next(iter(emails), "")}
    state |= {"email": emails[0], "emails": emails[1:]} if emails else {}
    state |= {"phone": phones[0], "phones": phones[1:]} if phones else {}
    return state
