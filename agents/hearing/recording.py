"""What the operator says is there: “new project Spring for Ada until 30 June”, “task: call Bo”.

English and German. Only a sentence that opens with what it is about is heard; the rest is read for
whom it is for, its days and its money, and what is left is its name.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from agents.reading import amounts, measured, moments, named, parties
from agents.reading.datewords import months
from agents.reading.words import Candidate, Context, Found
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader
from memory.recalling import naming

CHARS_MAX = 600
EDGES = ' ,.;:\u2013-"“”'
_KIND = "|".join(rf"(?P<{kind}{{n}}>{says})" for kind, says in naming.SAID.items())
_A = r"(?:an?\s+|the\s+|our\s+|ein(?:e[nr]?|en)?\s+|das\s+|die\s+|den\s+|der\s+)?"
_DO = r"(?:(?:please|bitte)\s+)?(?:(?:add|create|record|start|note|erfasse|notiere|lege?)\s+)?"
_OPENS = (
    rf"{_DO}{_A}(?:new|neue[snr]?)\s+(?:{_KIND})\b(?:\s+(?:called|named|namens))?:?\s+(?P<rest>.+)",
    rf"(?:please\s+)?(?:record|erfasse)\s+{_A}(?:{_KIND})\b:?\s+(?P<rest>.+)",
    rf"(?:{_KIND}):\s*(?P<rest>.+)",
    rf"{_A}(?P<meeting{{n}}>meeting|termin|treffen|besprechung)\s+(?P<rest>(?:with|mit)\s.+)",
    rf"(?:{_KIND})\s+(?P<name>[^:]+?):\s+(?P<rest>.+)",
    rf"{_A}(?:{_KIND})\s+(?P<name>.+?)\s+(?:is|was|ist|wurde)\s+(?:now\s+|jetzt\s+)?(?P<to>\w+)",
    r"(?P<project{n}>project|projekt)\s+(?P<serves>.+\s(?:for|under|towards|für|unter)\s.+)",
)
_COMPILED = tuple(
    re.compile(rf"\s*{opens.replace('{n}', '')}[\s.!]*", re.IGNORECASE | re.DOTALL)
    for opens in _OPENS
)
_CONSENT = re.compile(
    r"\s*(?P<who>.+?)\s+(?:(?P<gave>consents?(?:ed)? to"
    r"|gave (?:(?:her|his|their) )?consent (?:to|for)"
    r"|agreed to (?:get|receive)(?! (?:back|to|rid)\b))"
    r"|(?P<took>with(?:drew|draws) (?:(?:her|his|their|the) )?consent (?:to|for)"
    r"|revoked (?:(?:her|his|their|the) )?consent (?:to|for)))\s+(?P<rest>.+?)[\s.!]*",
    re.IGNORECASE,
)
_WHOSE = re.compile(r"(?:(?:our|the|my) )?(?:(?:new )?(?:customer|client) )?", re.IGNORECASE)
STATES = {  # what is said of one → its field and value, where its kind knows it
    "planned": "planned", "geplant": "planned", "running": "running", "paused": "paused",
    "pausiert": "paused", "done": "done", "finished": "done", "erledigt": "done",
    "fertig": "done", "dropped": "dropped", "reached": "reached", "erreicht": "reached",
    "open": "open", "offen": "open", "agreed": "agreed", "won": "agreed", "vereinbart": "agreed",
    "lost": "lost", "verloren": "lost", "offered": "offered", "angeboten": "offered",
    "published": "published", "veröffentlicht": "published", "withdrawn": "withdrawn",
}  # fmt: skip
STATE = {"deal": "stage"}  # where it is not called the status
LIMIT, SINCE = r"(?:by|until|till|before|due|bis|fällig)", r"(?:from|since|starting|ab|seit)"
_WHO = re.compile(r"\b(?:for|with|by|of|für|mit|von)\s+$", re.IGNORECASE)
_DATED = re.compile(
    rf"(?:(?P<limit>{LIMIT})|(?P<since>{SINCE})|on|am|in|im|at|um)\s+(?:the\s+|zum\s+|end of\s+)?$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\b(?:(?:with a |mit )?budget(?: of| von)?|worth|for|über|of)\s*$", re.I)
_ABOUT = re.compile(r"^(?:about|on|über|zu|zum|zur|:)\s+", re.IGNORECASE)
_CHANNEL = re.compile(
    r"\b(?:for|on|in|für|auf|im)\s+(?:the |our |den |die |unseren? )?"
    r"(blog|newsletter|website|linkedin|instagram|mastodon|podcast|youtube)\b",
    re.IGNORECASE,
)
DAYS: dict[str, tuple[str, str, str]] = {  # by kind: the field of a day, of a limit, of a start
    "project": ("starts_on", "ends_on", "starts_on"),
    "deal": ("expected_on", "expected_on", "expected_on"),
    "task": ("due_on", "due_on", "due_on"),
    "objective": ("due_on", "due_on", "due_on"),
}
MONEY = {"project": "budget", "deal": "amount"}
BELONGS = {"project": ("task", "content"), "objective": ("task",)}  # by what is named: which do
NO_MOMENT = "When is it? Say it like “a meeting with Ada on Tuesday at 10”."
WHICH_DAY = "“{said}” may be two moments: {readings}. Say it with am or pm, or as 15:00."
UNKNOWN = "I have no {kind} called “{name}”. “new {kind} {name}” would make one."
NO_STATE = "A {kind} is never “{said}”. It can be: {states}."
SEVERAL = "Several are called “{name}”: {names}."
NAMELESS = "How is it called? Say it like “new {kind} Spring”."


class UnreadError(ValueError):
    """It cannot be recorded as it was said; the message says why and how it can."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A record as the words say it: a new one, or the one that is there with these changes."""

    kind: str
    state: dict[str, Any]
    known: Record | None = None


@dataclass(slots=True)
class _Rest:
    """What is left to read of a sentence; what was understood is cut out of it."""

    text: str
    state: dict[str, Any] = field(default_factory=dict)

    def cut(self, start: int, end: int, before: re.Pattern[str] | None = None) -> str:
        """Take a span out with the small words before it; return these."""
        head = self.text[:start]
        match = before.search(head) if before is not None else None
        said = match[0] if match else ""
        head = head[: match.start()] if match else head
        self.text = f"{head.rstrip()} {self.text[end:].lstrip()}".strip()
        return said


async def heard(reader: Reader, said: str, context: Context) -> Heard | None:
    """Return what was said to be there; None where it is about something else. UnreadError."""
    if len(said) > CHARS_MAX or "\n" in said.strip():
        return None
    said = " ".join(said.split())  # many blanks would be tried in many ways
    if (match := _CONSENT.fullmatch(said)) is not None:
        return await _consent(reader, match, context)
    for pattern in _COMPILED:
        if (match := pattern.fullmatch(said)) is None:
            continue
        groups = match.groupdict()
        kind = next(each for each in naming.SAID if groups.get(each))
        if kind == "consent":
            return None
        if groups.get("serves") is not None:  # without “new” only what serves an objective
            made = await _made(reader, kind, groups["serves"], context)
            return made if "objective" in made.state else None
        if groups.get("to") is not None:
            return await _stands(reader, kind, groups["name"], groups["to"])
        if groups.get("name") is not None and (known := await _known(reader, kind, groups["name"])):
            return await _changed(reader, known, groups["rest"], context)
        if groups.get("name") is None:
            return await _made(reader, kind, groups["rest"], context)
    return None


async def _made(reader: Reader, kind: str, rest: str, context: Context) -> Heard:
    left = _Rest(rest.strip().rstrip(".!"))
    await _read(reader, kind, left, context)
    try:
        text, aims = await measured.read(reader, kind, left.text.strip(EDGES), context.locale)
    except ValueError as error:
        raise UnreadError(str(error)) from None
    left.state |= aims
    name = _name(text)
    if kind == "meeting":
        if "starts_at" not in left.state:
            raise UnreadError(NO_MOMENT)
        name = await _meeting_name(reader, left.state, name)
    if not name:
        raise UnreadError(NAMELESS.format(kind=kind))
    if kind == "meeting":
        known = await _meeting(reader, name, left.state)
    else:
        known = await _known(reader, kind, name)
    if known is not None:
        return Heard(kind, left.state, known)
    return Heard(kind, {"name": name, **left.state})


async def _meeting(reader: Reader, name: str, state: dict[str, Any]) -> Record | None:
    """Return the meeting of this name and moment; with the same people there are many."""
    starts_at = datetime.fromisoformat(state["starts_at"])
    for each in await records.called(reader, name, "meeting"):
        if datetime.fromisoformat(each.state["starts_at"]) == starts_at:
            return each
    return None


async def _changed(reader: Reader, known: Record, rest: str, context: Context) -> Heard | None:
    """Return what a sentence about something known changes; None if any word of it is not read."""
    left = _Rest(rest.strip().rstrip(".!"))
    await _read(reader, known.kind, left, context)
    if not left.state or _name(left.text).casefold() not in ("", "and", "und", "budget"):
        return None
    return Heard(known.kind, left.state, known)


async def _stands(reader: Reader, kind: str, name: str, to: str) -> Heard | None:
    known = await _known(reader, kind, name)
    if known is None and kind == "objective":  # “objective newsletter is reached”
        found = await measured.find(reader, name, kind)
        known = found[0] if len(found) == 1 else None
    if known is None or to.casefold() not in STATES:
        return None
    where, value = STATE.get(kind, "status"), STATES[to.casefold()]
    info = kinds.KINDS[kind].model_fields.get(where)
    allowed = getattr(info.annotation, "__args__", ()) if info is not None else ()
    if value not in allowed:
        raise UnreadError(NO_STATE.format(kind=kind, said=to, states=", ".join(allowed)))
    return Heard(kind, {where: value}, known)


async def _known(reader: Reader, kind: str, name: str) -> Record | None:
    """Return the one of this name. UnreadError: several are called so."""
    found = await records.called(reader, name.strip(' “”"'), kind)
    if len(found) > 1:
        names = ", ".join(each.id[-6:] for each in found)
        raise UnreadError(SEVERAL.format(name=name, names=names))
    return found[0] if found else None


# ── reading what follows ────────────────────────────────────────────────────────────────────────


async def _read(reader: Reader, kind: str, left: _Rest, context: Context) -> None:
    await _belongs(reader, kind, left)
    if (match := _CHANNEL.search(left.text)) and kind == "content":
        left.state["channel"] = match[1].casefold()
        left.cut(*match.span())
    _money(kind, left, context)
    _moment(left, context) if kind == "meeting" else _days(kind, left, context)
    await _parties(reader, kind, left)


async def _belongs(reader: Reader, kind: str, left: _Rest) -> None:
    """Read which project or objective it belongs to: “for project Spring”."""
    for each in await named.find(reader, left.text):
        record = await records.get(reader, str(each.readings[0].ref))
        if record is None or len(each.readings) > 1 or kind not in BELONGS.get(record.kind, ()):
            continue
        before = re.search(
            r"\b(?:for|in|of|to|für|im|zum|zu)\s+(?:the\s+)?$", left.text[: each.start]
        )
        if before is not None:
            left.state[record.kind] = record.id
            left.cut(before.start(), each.end)
            return


def _money(kind: str, left: _Rest, context: Context) -> None:
    if kind not in MONEY:
        return
    taken = moments.spans(left.text, context)
    for found in amounts.find(left.text, context, taken):
        if len(found.readings) == 1 and _has_currency(left.text[found.start : found.end]):
            [reading] = found.readings
            left.state |= {MONEY[kind]: reading.value, "currency": reading.more["currency"]}
            left.cut(found.start, found.end, _MONEY)
            return


def _has_currency(said: str) -> bool:
    return any(not (sign.isdigit() or sign in ".,' \u00a0\u202f-") for sign in said)


def _moment(left: _Rest, context: Context) -> None:
    """Read when a meeting is; one that was is read as well."""
    ahead = moments.find(left.text, context)
    found = (
        ahead
        if any(each.readings for each in ahead)
        else moments.find(left.text, context, past=True)
    )
    for each in found[:1]:
        if each.fault:
            raise UnreadError(each.fault)
        if len(each.readings) > 1:
            readings = " or ".join(one.label for one in each.readings)
            said = left.text[each.start : each.end].strip()
            raise UnreadError(WHICH_DAY.format(said=said, readings=readings))
        left.state |= {"starts_at": each.readings[0].value, "ends_at": each.readings[0].more["end"]}
        left.cut(each.start, each.end, _DATED)


def _days(kind: str, left: _Rest, context: Context) -> None:
    if kind not in DAYS:
        return
    plain, limit, since = DAYS[kind]
    after = measured.begins_after(kind, left.text)
    while (found := first_day(left.text[after:], context)) is not None:
        start, end, day = found[0] + after, found[1] + after, found[2]
        said = _DATED.search(left.text[: start + _lead(left.text[start:end])])
        where = limit if said and said["limit"] else since if said and said["since"] else plain
        if where in left.state:
            return
        left.state[where] = day.isoformat()
        left.cut(start + _lead(left.text[start:end]), end, _DATED)


def _lead(said: str) -> int:
    """Return how long the small words are that a moment may begin with: “by the ”."""
    match = re.match(r"(?:(?:on|by|until|till|for|am|bis|für|zum|vom|the|den)\s+)+", said, re.I)
    return match.end() if match else 0


def first_day(text: str, context: Context) -> tuple[int, int, date] | None:
    """Return the first day or month that is named, and where: of a month its last day."""
    found = [each for each in moments.find(text, context) if each.readings]
    if found:
        each = found[0]
        return each.start, each.end, date.fromisoformat(each.readings[0].more["date"])
    names = "|".join(sorted(map(re.escape, months(context.locale)), key=len, reverse=True))
    match = re.search(
        rf"(?:(?<=by )|(?<=until )|(?<=till )|(?<=bis )|(?<=in )|(?<=im )|(?<=of ))"
        rf"(?P<month>{names})\b(?:\s+(?P<year>[12]\d{{3}})\b)?", text, re.IGNORECASE,
    )  # fmt: skip
    if match is None:
        return None
    today, month = context.local_now.date(), months(context.locale)[match["month"].lower()]
    year = int(match["year"] or (today.year if month >= today.month else today.year + 1))
    return match.start(), match.end(), date(year, month, monthrange(year, month)[1])


async def _parties(reader: Reader, kind: str, left: _Rest) -> None:
    """Read whom it is for or with, where the words before say so."""
    names = kinds.names(kind)
    where = "attendees" if "attendees" in names else "customer" if "customer" in names else ""
    while where and (each := _introduced(left.text, await parties.find(reader, left.text))):
        known = [reading for reading in each.readings if reading.ref]
        if len(known) != 1:
            labels = ", ".join(reading.label for reading in each.readings)
            raise UnreadError(SEVERAL.format(name=left.text[each.start : each.end], names=labels))
        ref = str(known[0].ref)
        if where == "attendees":
            left.state[where] = [*left.state.get(where, []), ref]
        else:
            left.state[where] = ref
        left.cut(each.start, each.end, _WHO)
        if where == "attendees":  # “with Ada and Bo”
            left.text = re.sub(r"^(?:and|und|,)\s+(?=\w)", "with ", left.text)


def _introduced(text: str, found: list[Found]) -> Found | None:
    known = (each for each in found if any(reading.ref for reading in each.readings))
    return next((each for each in known if _WHO.search(text[: each.start])), None)


def _name(text: str) -> str:
    return _ABOUT.sub("", text.strip(EDGES)).strip(EDGES)


async def _meeting_name(reader: Reader, state: dict[str, Any], topic: str) -> str:
    who = [await records.get(reader, id) for id in state.get("attendees", ())]
    people = " and ".join(each.name for each in who if each is not None)
    whole = f"Meeting with {people}" if people else "Meeting"
    return f"{whole}: {topic}" if topic else whole


async def _consent(reader: Reader, match: re.Match[str], context: Context) -> Heard | None:
    """Read who allowed what, or takes it back: withdrawn it stays, as proof.

    Only where nothing but a name stands before: “Ada never agreed to get …” allows nothing.
    """
    who, rest = match["who"], _Rest(match["rest"])
    found = [each for each in await parties.find(reader, who) if each.readings]
    known = [one for each in found for one in each.readings if one.ref]
    if len(found) != 1 or not known or rest.text.endswith("?"):
        return None
    if who[found[0].end :] or _WHOSE.fullmatch(who[: found[0].start]) is None:
        return None
    if len(known) > 1:
        raise UnreadError(SEVERAL.format(name=who, names=_labels(known)))
    day = context.local_now.date()
    past = [each for each in moments.find(rest.text, context, past=True) if each.readings]
    if past:
        day = date.fromisoformat(past[0].readings[0].more["date"])
        rest.cut(past[0].start, past[0].end, _DATED)
    purpose, person = _name(rest.text), str(known[0].ref)
    given = [
        each
        for each in await records.of_kind(reader, "consent", person=person)
        if each.state["purpose"].casefold() == purpose.casefold()
        and each.state["withdrawn_on"] is None
    ]
    if match["took"]:
        if not given:
            raise UnreadError(f"No consent of {known[0].value} to “{purpose}” is recorded.")
        return Heard("consent", {"withdrawn_on": day.isoformat()}, given[0])
    state = {"person": person, "purpose": purpose, "given_on": day.isoformat()}
    if given:
        return Heard("consent", {}, given[0])
    return Heard("consent", {"name": f"{known[0].value}: {purpose}", **state})


def _labels(found: list[Candidate]) -> str:
    return ", ".join(each.label for each in found)
