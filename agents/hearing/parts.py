"""The parts of a message that holds several wishes: each an event of its own, caused by it.

What came of a part is named after its event, so the message heard again makes nothing twice. The
event says only where its words stand in the message: they are kept, and forgotten, in one place.
Where several share a verb (sharing.py), they stand in several pieces.
"""

import re
from collections.abc import Sequence
from typing import Any

from agents.hearing.sharing import Pieces
from agents.reading import parties
from engine.rules import goal_rules
from memory import events
from memory.db import Database, Reader
from memory.events import Event

KIND = "message.part"
EACH = "choice.each"  # one of those who were all meant (each.py)
SOURCE = "part"

_STAND_IN = re.compile(
    r"\b(?:him|her|them|(?:the|this) (?:customer|client|sender|person)|ihm|ihr|ihnen|ihn"
    r"|dem kunden|der kundin)\b",
    re.IGNORECASE,
)


async def note(
    db: Database, event: Event, wishes: Sequence[Pieces], *, by_model: bool = False
) -> list[Event]:
    """Keep where the message is parted, and return its parts in their order."""
    async with db.transaction() as tx:
        for number, pieces in enumerate(wishes):
            body: dict[str, Any] = {"pieces": [list(one) for one in pieces]}
            body |= {"number": number, "of": len(wishes)}
            body |= {"heard": number} if by_model else {}
            await events.append(
                tx, KIND, source=SOURCE, key=_key(event, number), trust=event.trust,
                actor=event.actor, cause=event.id, body=body,
            )  # fmt: skip
        return await known(tx, event)


async def known(reader: Reader, event: Event) -> list[Event]:
    """Return the parts this message was found to have, each with its own words. []: it is one."""
    said = str(event.body.get("words", "")).strip()
    first = await events.by_key(reader, SOURCE, _key(event, 0))
    if first is None:
        return []
    parts = [await events.by_key(reader, SOURCE, _key(event, n)) for n in range(first.body["of"])]
    start, end = goal_rules.span(said)
    head, tail = said[:start], said[end:]  # “by the book: …, but ask me first” is for each
    made, about = [], list[str]()
    for part in parts:
        assert part is not None  # they were noted at once
        words = "".join(said[a:b] for a, b in _pieces(part))
        made.append(_with_words(event, part, f"{head}{words}{tail}", about))
        about = await _people(reader, words) or about
    return made


async def told(reader: Reader, id: str) -> Event | None:
    """Return an event; one that is a part with the words that are its own."""
    event = await events.get(reader, id)
    if event is None or event.kind != KIND:
        return event
    return next(one for one in await known(reader, await message(reader, event)) if one.id == id)


async def message(reader: Reader, event: Event) -> Event:
    """Return the message that an event is a part of, or the event itself."""
    whole = await events.get(reader, event.cause or "") if event.kind in (KIND, EACH) else None
    return whole or event


def _pieces(part: Event) -> list[list[int]]:
    whole = [[part.body["start"], part.body["end"]]] if "start" in part.body else []
    return list(part.body.get("pieces", whole))  # one of an older version stands in one piece


def _key(event: Event, number: int) -> str:
    return f"{event.id}:{number}"


def _with_words(event: Event, part: Event, words: str, about: list[str]) -> Event:
    """Return the part as a message of its own, about whom the part before it named."""
    stood_for = about if _STAND_IN.search(words) else []
    body = event.body | {"words": words, "text": words, "message": event.id, "about": stood_for}
    heard = {"heard": part.body["heard"]} if "heard" in part.body else {}
    return part.model_copy(update={"body": body | heard | {"files": [], "others": []}})


async def _people(reader: Reader, words: str) -> list[str]:
    """Return whom the words name, if that is one and the same."""
    found = {one.ref for each in await parties.find(reader, words) for one in each.readings}
    return [ref for ref in found if ref] if len(found) == 1 else []
