"""Checking: the texts of a call, held against everything they may take their facts from."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from agents.checks import draft
from agents.checks.evidence import Evidence, Finding, Kind
from agents.playbooks import references
from agents.playbooks import scope as scopes
from agents.reading import parties
from agents.specialists.spec_checks import Checks
from agents.specialists.specialist import Scope, Wanted
from agents.writing import sums, tone
from agents.writing.own import check as checks_of_file
from engine.drawing.marks import Marks
from engine.planning.goals import Goal
from engine.rules.house import House
from memory import ids
from memory.db import Reader
from policies.contracts import GOES_OUT, scalars

CHARS_MAX = 60_000  # of one text of the evidence; a longer one proves what it begins with
PROSE = ("title", "text")
OF_COMPANY = ("company", "email", "iban", "currency")
_ID = re.compile(rf"[a-z]{{3}}_[{ids.ALPHABET}]{{{ids.DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A call with its texts drafted, and what the checks found in them.

    `variants`: other texts for the fields of the call, each with what was found in it.
    `unwritten`: the operator is still to write one of its texts.
    """

    call: Wanted
    found: tuple[Finding, ...] = ()
    variants: tuple["Draft", ...] = ()
    unwritten: bool = False

    @property
    def marks(self) -> Marks:
        return marks(self.found)


def marks(found: Iterable[Finding]) -> Marks:
    """Return findings as they are kept with a version."""
    return [{"kind": one.kind, "words": one.words, "says": one.says} for one in found]


def of_goal(goal: Goal, scope: Scope, house: House, passages: Iterable[str] = ()) -> Evidence:
    """Return what the drafts of a goal may say: its words, mail, records, and these passages."""
    zone = ZoneInfo(str(scope.get("company", {}).get("zone") or "UTC"))
    said = [goal.text, *goal.slots.get("said", ())]
    money, vouches = _amounts(house), partial(_vouches, scope=scope)
    known = [
        _local(sums.written(path, value, scope, money, vouches), zone)
        for path, value in scalars(scope)
        if vouches(path) and not _ID.fullmatch(str(value))
    ]
    person = scope.get("customer") or scope.get("to") or {}
    texts = tuple(text[:CHARS_MAX] for text in (*said, *known, *passages))
    return Evidence(texts, recipient=str(person.get("name") or ""))


def _amounts(house: House) -> frozenset[str]:
    """Return what operations call the money that they move."""
    every = (one.roles.items() for one in house.operations.values())
    return frozenset(name for roles in every for name, role in roles if role == "amount")


def _vouches(path: str, scope: Scope) -> bool:
    """Say whether a value may be written of: no setting of ours, and nothing a model made up."""
    first, _, rest = path.partition(".")
    if first == "company":
        return rest in OF_COMPANY
    if first == references.STEPS:
        key, _, argument = rest.partition(".")
        made_up = scope.get(scopes.BY_MODEL, {}).get(key, ())
        return not any(argument == one or argument.startswith(f"{one}.") for one in made_up)
    return first not in (scopes.BY_MODEL, "goal")


def text(
    house: House, operation: str, title: str, text: str, evidence: Evidence
) -> tuple[Finding, ...]:
    """Return what is wrong with one text: facts, blanks, and the operator's own rules of tone."""
    found = draft.findings(text, evidence)
    return (*found, *tone.check(title, text, house.book, operation))


async def call(
    reader: Reader, house: House, wanted: Wanted, begun: Mapping[str, Any], evidence: Evidence,
    own: Checks,
) -> tuple[Finding, ...]:  # fmt: skip
    """Return what is wrong with the texts of a call that somebody outside would read.

    `begun`: the arguments that a drafted text started from, by name. `own`: what its specialist's
    file asks of them; the language that it says goes before the template's.
    """
    operation = house.operations.get(wanted.operation)
    if operation is None or operation.effect not in GOES_OUT:
        return ()
    found: list[Finding] = []
    for name, value in wanted.args.items():
        if operation.roles.get(name) in PROSE and isinstance(value, str) and value:
            title = operation.roles[name] == "title"
            template = begun.get(name)  # what is still to be written is none
            on = await _on(reader, value, template if isinstance(template, str) else "", evidence)
            if title:
                found += _but(draft.findings(value, on), "language", "length")
                continue
            marked = text(house, wanted.operation, "", value, on)
            found += _but(marked, "language") if own.language else marked
            found += checks_of_file(value, own)
    return tuple(dict.fromkeys(found))


def _but(found: Iterable[Finding], *kinds: Kind) -> Iterable[Finding]:
    return (one for one in found if one.kind not in kinds)


async def _on(reader: Reader, written: str, template: str, evidence: Evidence) -> Evidence:
    """Return the evidence for one text: with its template, and whom of the records it names."""
    named = await parties.find(reader, written)
    others = tuple(written[found.start : found.end] for found in named if found.readings)
    others = tuple(name for name in others if "@" not in name)
    return Evidence(evidence.texts, template, evidence.recipient, others)


def _local(value: str, zone: ZoneInfo) -> str:
    """Return a moment also as the operator's clock shows it: that is how one writes of it."""
    if len(value) < len("2026-05-03T14:30") or value[4:5] != "-" or value[10:11] not in ("T", " "):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return value
    return f"{value} {moment.astimezone(zone).isoformat()}"
