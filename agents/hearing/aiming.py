"""What is said of objectives and projects: “newsletter is at 1,240”, “move it to July”, “stop …”.

English and German. Only a sentence whose objective or project is known is heard, or one that asks
for all of them; “it” is what the newest card is about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from agents.hearing import recording
from agents.reading import measured
from agents.reading.measured import NUMBER, UNIT
from agents.reading.words import Context
from engine.chat import outbox
from engine.chat.messages import Facts, Msg
from engine.planning import under
from memory.beliefs import facts
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

What = Literal["ask", "figure", "due", "target", "stop", "under", "unknown"]
CHARS_MAX = 300
ENDED = "The {name} does not go on any more, so nothing was begun under it."
LOOKED_AT = 3
IT = ("it", "this", "that", "es", "das", "this one")
KINDS = ("objective", "project")
_KIND = r"(?:objective|goal|project|ziel|projekt)"
_OF = r"(?P<of>.+?)"
_NOW = r"(?:\s+(?:now|today|jetzt|heute))?"
_PATTERNS: tuple[tuple[What, str], ...] = (
    ("ask", r"(?:what|which) are (?:my|our|the) (?:objectives|projects)"),
    ("ask", r"(?:show|list)(?: me)? (?:my|our|the|all) (?:objectives|projects)"),
    ("ask", r"(?:was|welche[s]?) sind (?:meine|unsere|die) (?:ziele|projekte)"),
    ("ask", rf"how (?:are we|am i|is it|do we) (?:doing|going) (?:on|with) {_OF}"),
    ("ask", rf"how is {_OF} (?:doing|going)"),
    ("figure", rf"{_OF}\s+(?:is|are|was|were|stands|stood|ist|war|steht|liegt|lag){_NOW}\s+"
               rf"(?:at|bei|auf)\s+(?P<value>{NUMBER})(?:\s*(?!on\b|am\b)(?P<unit>{UNIT}?))?{_NOW}"
               r"(?:\s+(?:on|am|as of|since|seit)\s+(?P<when>.+))?"),
    ("due", rf"(?:move|shift|postpone|extend|verschiebe?|verlängere?)\s+{_OF}\s+"
            r"(?:to|until|till|by|auf|bis)\s+(?P<when>.+)"),
    ("target", rf"(?:make|set|change|setze?|ändere?)\s+(?:the\s+(?:target|goal)\s+(?:of|for)\s+)?"
               rf"{_OF}\s+(?:to\s+|auf\s+)?(?P<value>{NUMBER})(?:\s*(?P<unit>{UNIT}))?"),
    ("stop", rf"(?:stop|drop|end|cancel|abandon|stoppe|beende)\s+(?:the\s+|das\s+)?"
             rf"(?P<of>{_KIND}\s+.+?)"),
    ("stop", rf"(?:the\s+|das\s+)?(?P<of>{_KIND}\s+.+?)\s+(?:is|ist)\s+"
             r"(?:stopped|dropped|cancel?led|gestoppt|eingestellt)"),
    ("under", r"(?:this|that|it|das|es) (?:is|belongs|gehört) (?:for|to|zum?) (?:the |das )?"
              r"(?P<of>(?:project|projekt)\s+.+)"),
)  # fmt: skip
_COMPILED = tuple((w, re.compile(rf"\s*{p}[\s.!?]*", re.IGNORECASE)) for w, p in _PATTERNS)


@dataclass(frozen=True, slots=True)
class Heard:
    """`found`: what may be meant; several are asked about. `value`, `when`: as they were said."""

    what: What
    found: tuple[Record, ...] = ()
    value: str = ""
    when: str = ""
    said: str = ""


async def heard(reader: Reader, said: str, conv: str, reply_to: str | None = None) -> Heard | None:
    """Return what is said of objectives and projects; None where it is about something else."""
    if name := under.named(said):
        return await _misnamed(reader, name)
    if len(said) > CHARS_MAX or "\n" in said.strip():
        return None
    said = " ".join(said.split())
    for what, pattern in _COMPILED:
        if (match := pattern.fullmatch(said)) is None:
            continue
        groups = match.groupdict()
        of = groups.get("of")
        if of is None:
            return Heard(what, said=said)
        found = await _meant(reader, of, conv, reply_to)
        if what in ("figure", "target"):
            found = [one for one in found if one.state.get("to") is not None]
        if found:
            value, when = groups.get("value") or "", groups.get("when") or ""
            value = measured.whole(value, groups.get("unit") or None)
            return Heard(what, tuple(found), value, when, said)
        if what == "stop":
            return Heard("unknown", value=of, said=said)
    return None


def stops(said: str) -> bool:
    """Say whether an objective or project is to be stopped: that answers no question of ours."""
    words = " ".join(said.split())
    return any(what == "stop" and pattern.fullmatch(words) for what, pattern in _COMPILED)


async def named(reader: Reader, said: str) -> Heard:
    """Return what follows /objectives: nothing, or a name."""
    if not said:
        return Heard("ask")
    found = await measured.find(reader, said, *KINDS, all_=True)
    return Heard("ask", tuple(found)) if found else Heard("unknown", value=f"“{said}”")


def number(heard: Heard, context: Context) -> Decimal:
    """Return the number that was said. ValueError says what is wrong with it."""
    return measured.number(heard.value, context.locale)


def day(said: str, context: Context) -> date:
    """Return the day that was said; of a month its last. ValueError."""
    found = recording.first_day(f"until {said}", context)
    if found is None:
        raise ValueError(f"I cannot read “{said}” as a day. Write it like 3 May or July.")
    return found[2]


async def ended(reader: Reader, said: Sequence[str]) -> str:
    """Return why nothing is begun for a wish whose project does not go on any more; "": it does."""
    name = under.last_named(said)
    told = await _misnamed(reader, name) if name else None
    return ENDED.format(name=told.value) if told is not None and told.found else ""


async def _misnamed(reader: Reader, name: str) -> Heard | None:
    """Return the project that a wish is for, where it is not known or does not go on; else None."""
    known = await records.called(reader, name, "project")
    if len(known) == 1 and measured.goes_on(known[0]):
        return None
    return Heard("unknown", tuple(known), value=f"project {name}")


async def _meant(reader: Reader, of: str, conv: str, reply_to: str | None) -> list[Record]:
    if of.casefold() not in IT:
        return await measured.find(reader, of, *KINDS)
    if reply_to is not None:
        card = await outbox.shown_as(reader, conv, reply_to)
        return [] if card is None else await _about(reader, card.msg)
    for card in reversed(await outbox.latest(reader, conv, LOOKED_AT)):
        if set(_refs(card.msg)):
            return await _about(reader, card.msg)
    return []


async def _about(reader: Reader, msg: Msg) -> list[Record]:
    """Return the objectives and projects that a card is about."""
    found: dict[str, Record] = {}
    for ref in _refs(msg):
        fact = await facts.get(reader, ref) if ref.startswith("fct_") else None
        record = await records.get(reader, (fact.record or "") if fact is not None else ref)
        if record is not None and record.kind in KINDS:
            found[record.id] = record
    return list(found.values())


def _refs(msg: Msg) -> Iterator[str]:
    for part in msg.parts:
        if isinstance(part, Facts):
            yield from (one.ref for one in part.evidence if one.ref.startswith(("rec_", "fct_")))
    for row in msg.buttons:
        yield from (one.ref for one in row if one.ref.startswith(("rec_", "fct_")))
