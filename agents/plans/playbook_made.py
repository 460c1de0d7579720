"""Makes a playbook of two finished plans that are alike: what differs becomes a slot. Pure.

Where a difference would be an address, an account or an amount nothing is made of it: such a thing
is said each time, and never guessed from two cases.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.playbooks import references
from agents.playbooks.references import WRITE, writes
from agents.reading.words import slug
from connectors.contract import Operation
from engine.models import model_calls

KINDS = {"person": "person", "company": "person", "invoice": "invoice", "order": "order",
         "payment": "payment"}  # fmt: skip
PROCESSES = {"email": "mail", "payments": "refunds", "invoices": "invoices", "cms": "publishing",
             "calendar": "meetings", "reminders": "reminders"}  # fmt: skip
SAID_EACH_TIME = ("destination", "amount", "reference", "secret", "when")
ID_CHARS_MAX = 30
EXAMPLES = 5
OWN = "own-"
COMMAND = re.compile(r"^/\w+(?:@\w+)?\s*")
_ROOT = re.compile(r"\$\{([a-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished plan. `kinds` and `names`: what each of its records is, and is called."""

    title: str
    said: str
    steps: Sequence[Mapping[str, Any]]
    kinds: Mapping[str, str]
    names: Mapping[str, str]
    minutes_saved: int = 10

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


@dataclass
class _Slots:
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def text(self, step: Mapping[str, Any], arg: str) -> str:
        name = f"{step['key']}_{arg}"
        ask = f"{step['title']}: what should the {arg.replace('_', ' ')} be?"
        self.found[name] = {"type": "text", "required": True, "ask": ask}
        return f"${{{name}}}"


def made(
    first: Finished, second: Finished, operations: Mapping[str, Operation]
) -> dict[str, Any] | None:
    """Return the playbook as data, or None where two cases do not tell enough."""
    called = _called(first)
    slots = _Slots({new: _record_slot(first.kinds[old], new) for old, new in called.items()})
    one, other = _abstract(first, called), _abstract(second, _called(second))
    steps = []
    for a, b in zip(one, other, strict=True):
        operation = operations.get(a["operation"])
        args = None if operation is None else _args(a, b, operation, slots)
        if args is None:
            return None
        steps.append({k: a[k] for k in ("key", "operation", "after")} | {
            "args": args, "title": a["title"], "why": a["why"] or a["title"]})  # fmt: skip
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


def _args(
    one: Mapping[str, Any], other: Mapping[str, Any], operation: Operation, slots: _Slots
) -> dict[str, Any] | None:
    args: dict[str, Any] = {}
    for name, value in one["args"].items():
        again = other["args"][name]
        if value == again:
            args[name] = value
        elif writes(value) and writes(again):
            args[name] = {WRITE: value[WRITE]}  # said in other words each time
        elif _differs_in_words(value, again, operation.roles.get(name, "destination")):
            args[name] = slots.text(one, name)
        else:
            return None
    return args


def _differs_in_words(value: Any, again: Any, role: str) -> bool:
    plain = isinstance(value, str) and isinstance(again, str)
    fixed = references.is_one(value) or references.is_one(again)
    return plain and role not in SAID_EACH_TIME and not fixed


def _id(title: str) -> str:
    letters = re.sub(r"[^a-z-]", "", slug(title))
    return f"{OWN}{re.sub('-+', '-', letters).strip('-')[:ID_CHARS_MAX].strip('-')}"


def _words(plan: Finished) -> str:
    return " ".join(COMMAND.sub("", plan.said).split()).rstrip(".!")


def _pattern(plan: Finished, called: Mapping[str, str]) -> str:
    """Return the sentence that was said, with a blank for every record that it names in full."""
    pattern = re.escape(_words(plan))
    for old, new in called.items():
        pattern = pattern.replace(re.escape(plan.names[old]), f"(?P<{new}>.+?)", 1)
    return pattern


def _examples(first: Finished, second: Finished) -> Iterator[str]:
    """Yield what was said; the rest only fills the form: an own playbook is never guessed."""
    yield _words(first)
    if _words(second).casefold() != _words(first).casefold():
        yield _words(second)
    yield from (f"{first.title} {number}" for number in range(1, EXAMPLES))
