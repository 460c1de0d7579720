"""Makes a playbook of two finished plans that are alike: what differs becomes a slot. Pure.

A moment and an amount are asked each time, differ or not; where an address, an account or a number
does not come from a record nothing is made of it: it is never guessed from two cases.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from agents.plans import said_anew
from agents.playbooks import references
from agents.playbooks.references import WRITE, writes
from agents.reading.words import slug
from connectors.contract import Operation
from engine.models import model_calls

KINDS = {"person": "person", "company": "person", "invoice": "invoice", "order": "order",
         "payment": "payment"}  # fmt: skip
PROCESSES = {"email": "mail", "payments": "refunds", "invoices": "invoices", "cms": "publishing",
             "calendar": "meetings", "reminders": "reminders"}  # fmt: skip
ID_CHARS_MAX = 30
EXAMPLES = 5
OWN = "own-"
COMMAND = re.compile(r"^/\w+(?:@\w+)?\s*")
_ROOT = re.compile(r"\$\{([a-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished plan. `kinds` and `names`: what each of its records is, and is called.

    `begun`: when it was asked for, in the operator's zone.
    """

    title: str
    said: str
    steps: Sequence[Mapping[str, Any]]
    kinds: Mapping[str, str]
    names: Mapping[str, str]
    minutes_saved: int = 10
    begun: datetime | None = None

    @property
    def shape(self) -> str:
        """Return a digest of what plans that are alike have in common."""
        keys = [step["key"] for step in self.steps]
        return model_calls.digest(
            [
                [step["operation"], sorted(step["args"]), sorted(map(keys.index, step["after"]))]
                for step in self.steps
            ],
            [self.kinds[name] for name in self.used],
        )

    @property
    def used(self) -> list[str]:
        """Return the records that its steps refer to, in their order."""
        found = _ROOT.findall(json.dumps([dict(step) for step in self.steps]))
        return [name for name in dict.fromkeys(found) if name in self.kinds]


class _UntoldError(Exception):
    """Two cases do not tell what stands here."""


@dataclass
class _Slots:
    """The blanks so far, and of two plans when each was begun."""

    found: dict[str, dict[str, Any]]
    begun: tuple[datetime | None, datetime | None]
    of: dict[str, tuple[str, Any]] = field(default_factory=dict)  # type → its blank, what it was

    def text(self, step: Mapping[str, Any], arg: str) -> str:
        what = f"what should the {arg.replace('_', ' ')} be?"
        return f"${{{self._put(step, arg, 'text', what)}}}"

    def when(self, step: Mapping[str, Any], arg: str, both: tuple[Any, Any]) -> str:
        """Return how a moment is told: counted from the day of the wish, else asked."""
        if arg == "end" and "start" in step["args"] and self._is_of(step, "start", "when"):
            return f"${{{self.of['when'][0]}.end}}"
        first, second = map(said_anew.moment, both)
        if first is None or second is None:
            raise _UntoldError
        ahead = [said_anew.ahead(*one) for one in zip(both, self.begun, strict=True)]
        if ahead[0] == ahead[1] is not None and both[0] != both[1]:
            return str(ahead[0])
        behind = [_is_behind(*one) for one in zip((first, second), self.begun, strict=True)]
        if behind[0] != behind[1]:
            raise _UntoldError
        name = self._one(step, arg, "when", both, "when?")
        self.found[name]["past"] = behind[0]
        return f"${{{name}}}" if isinstance(first, datetime) else f"${{{name}.date}}"

    def money(self, step: Mapping[str, Any], arg: str, both: tuple[Any, Any]) -> str:
        if not all(isinstance(one, str | int | float) for one in both):
            raise _UntoldError
        return f"${{{self._one(step, arg, 'money', both, 'how much?')}}}"

    def currency(self, step: Mapping[str, Any]) -> str | None:
        """Return the currency of the amount that is asked for this step; None: none is."""
        asked = any(self._is_of(step, arg, "money") for arg in step["args"])
        return f"${{{self.of['money'][0]}.currency}}" if asked else None

    def _is_of(self, step: Mapping[str, Any], arg: str, type: str) -> bool:
        """Say whether this argument is what the blank of this type stands for."""
        return type in self.of and self.of[type][1][0] == step["args"][arg]

    def _one(self, step: Mapping[str, Any], arg: str, type: str, both: Any, what: str) -> str:
        """Return the one blank of its type: of two in a sentence nobody knows which is which."""
        if type not in self.of:
            self.of[type] = (self._put(step, arg, type, what), both)
        if self.of[type][1] != both:
            raise _UntoldError
        return self.of[type][0]

    def _put(self, step: Mapping[str, Any], arg: str, type: str, what: str) -> str:
        name = f"{step['key']}_{arg}"
        ask = f"{said_anew.plain(step['title'])}: {what}"
        self.found[name] = {"type": type, "required": True, "ask": ask}
        return name


def made(
    first: Finished, second: Finished, operations: Mapping[str, Operation]
) -> dict[str, Any] | None:
    """Return the playbook as data, or None where two cases do not tell enough."""
    if any(step["operation"] not in operations for step in first.steps):  # gone since
        return None
    called = _called(first)
    records = {new: _record_slot(first.kinds[old], new) for old, new in called.items()}
    slots = _Slots(records, (first.begun, second.begun))
    one, other = _abstract(first, called), _abstract(second, _called(second))
    try:
        steps = [
            _step(a, b, operations[a["operation"]], slots) for a, b in zip(one, other, strict=True)
        ]
    except _UntoldError:
        return None
    id = _id(first.title)
    if id == OWN:
        return None
    return {
        "id": id,
        "title": first.title,
        "process": PROCESSES.get(str(steps[0]["operation"]).split(".")[0], "knowledge"),
        "says": f"“{_words(first)}”: {len(steps)} steps, as you did them twice.",
        "commands": [id.removeprefix(OWN)],
        "examples": list(_examples(first, second)),
        "patterns": list(dict.fromkeys(_pattern(one, _called(one)) for one in (first, second))),
        "slots": slots.found,
        "steps": steps,
        "outcome": {"kind": id.replace("-", "_"), "minutes_saved": first.minutes_saved},
    }


def _called(plan: Finished) -> dict[str, str]:
    """Return the name of the slot for each record: “who”, “invoice”, “record_2”."""
    called: dict[str, str] = {}
    for name in plan.used:
        plain = {"person": "who"}.get(kind := KINDS.get(plan.kinds[name], "record"), kind)
        taken = sum(one.rstrip("_0123456789") == plain for one in called.values())
        called[name] = f"{plain}_{taken + 1}" if taken else plain
    return called


def _record_slot(kind: str, name: str) -> dict[str, Any]:
    said = "Who is it about?" if name.startswith("who") else f"Which {kind} is it about?"
    return {"type": KINDS.get(kind, "record"), "required": True, "ask": said}


def _abstract(plan: Finished, called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the steps with slots in the place of records and of their names."""

    def cut(value: Any) -> Any:
        if isinstance(value, str):
            for old, new in called.items():
                value = re.sub(rf"\$\{{{re.escape(old)}(?=[.?}}])", f"${{{new}", value)
                value = value.replace(plan.names[old], f"${{{new}.name}}")
            return value
        if isinstance(value, Mapping):
            return {name: cut(item) for name, item in value.items()}
        return [cut(item) for item in value] if isinstance(value, list | tuple) else value

    return [
        {**step, **{name: cut(step[name]) for name in ("args", "title", "why")}}
        for step in plan.steps
    ]


def _step(
    one: Mapping[str, Any], other: Mapping[str, Any], operation: Operation, slots: _Slots
) -> dict[str, Any]:
    is_same = one["title"] == other["title"] and not said_anew.holds(one["title"])
    title = one["title"] if is_same else operation.does
    named = {**one, "title": title}
    args = {}
    for name in sorted(one["args"], key=("end").__eq__):  # an end follows its start
        both = one["args"][name], other["args"][name]
        args[name] = _arg(named, name, both, operation.roles.get(name, "destination"), slots)
    currency = slots.currency(one)
    if currency and said_anew.is_literal(args.get("currency")):
        args["currency"] = currency
    why = title if said_anew.holds(one["why"]) else one["why"] or title
    return {k: one[k] for k in ("key", "operation", "after")} | {
        "args": args, "title": title, "why": why}  # fmt: skip


def _arg(
    step: Mapping[str, Any], name: str, both: tuple[Any, Any], role: str, slots: _Slots
) -> Any:
    value, again = both
    if value == again and not said_anew.is_literal(value):
        return value
    if role == "when":
        return slots.when(step, name, both)
    if role == "amount":
        return slots.money(step, name, both)
    fixed = references.is_one(value) or references.is_one(again)
    if role in said_anew.NEVER_FIXED or fixed:
        raise _UntoldError
    holds = said_anew.holds(value)
    if writes(value) and writes(again):  # said in other words each time
        return slots.text(step, name) if holds else {WRITE: value[WRITE]}
    if value == again and not holds:
        return value
    if not (isinstance(value, str) and isinstance(again, str)):
        raise _UntoldError
    return slots.text(step, name)


def _is_behind(at: date | datetime, begun: datetime | None) -> bool:
    if begun is None:
        return False
    return (at.date() if isinstance(at, datetime) else at) < begun.date()


def _id(title: str) -> str:
    letters = re.sub(r"[^a-z-]", "", slug(title))
    return f"{OWN}{re.sub('-+', '-', letters).strip('-')[:ID_CHARS_MAX].strip('-')}"


def _words(plan: Finished) -> str:
    return " ".join(COMMAND.sub("", plan.said).split()).rstrip(".!")


def _pattern(plan: Finished, called: Mapping[str, str]) -> str:
    """Return the sentence that was said, with a blank for every record that it names in full.

    Where it names a moment or an amount too, our readers say which words are what.
    """
    said = _words(plan)
    blanks = {plan.names[old]: f"(?P<{new}>.+?)" for old, new in called.items()}
    if spans := list(said_anew.spans(said)):
        blanks = dict.fromkeys(blanks, ".+?") | {said[a:b]: ".+?" for a, b in spans}
    pattern = re.escape(said)
    for words, blank in blanks.items():
        pattern = pattern.replace(re.escape(words), blank, 1)
    return pattern


def _examples(first: Finished, second: Finished) -> Iterator[str]:
    """Yield what was said; the rest only fills the form: an own playbook is never guessed."""
    yield _words(first)
    if _words(second).casefold() != _words(first).casefold():
        yield _words(second)
    yield from (f"{first.title} {number}" for number in range(1, EXAMPLES))
