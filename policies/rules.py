"""The words of the policies: Action, Origin, Rule, Book, Verdict. Data only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

Origin = Literal["operator", "canonical", "record", "text", "model"]
Outcome = Literal["allow", "notify", "ask", "ask_twice", "deny"]
Level = Literal["house", "operator"]
STRICTNESS: dict[Outcome, int] = {"allow": 0, "notify": 1, "ask": 2, "ask_twice": 3, "deny": 4}
RUNS_BY_ITSELF = frozenset[Outcome]({"allow", "notify"})
HOURS_MAX = 90 * 24
EFFECTS: Mapping[str, str] = {
    "read": "tells nobody anything",
    "egress_read": "reads, but the request itself tells an outsider something",
    "internal": "changes only what Firstmate keeps",
    "share": "shows something to somebody outside",
    "money": "moves money",
    "booking": "takes somebody's time",
    "membership": "changes who belongs to what",
    "profile": "changes how you appear to others",
    "credential": "touches passwords, keys or access",
    "destructive": "deletes for good",
}
_SAID: Mapping[Outcome, str] = {
    "allow": "Do it",
    "notify": "Do it and tell me",
    "ask": "Ask me",
    "ask_twice": "Ask me twice",
    "deny": "Never",
}


class Action(BaseModel, frozen=True, extra="forbid"):
    """What an agent asks to do. Nothing has happened yet.

    `args` holds JSON values; `origins` has one entry for every scalar in it, named by its path
    ("to", "lines.0.amount").
    """

    operation: str
    effect: str  # the operation's effect class
    args: dict[str, Any]
    origins: dict[str, Origin] = Field(default_factory=dict)
    agent: str
    reason: str
    evidence: tuple[str, ...] = ()  # ids of events, records, artifacts
    about: str | None = None  # the record it concerns


class Canary(BaseModel, frozen=True, extra="forbid"):
    """A trial in earnest: it runs so often, then it asks until somebody has looked."""

    max: int = Field(ge=1, le=1000)


class Rule(BaseModel, frozen=True, extra="forbid"):
    """One line of policy: when it matches an action, and what then."""

    id: str
    why: str
    then: Outcome
    action: str | None = None  # an operation or a glob: "payments.*"
    effect: str | None = None  # an effect class
    when: tuple[str, ...] = ()  # CEL, all must hold
    shadow: bool = False  # evaluated and logged, never obeyed
    canary: Canary | None = None  # only of what lets something run by itself
    yields: bool = False  # gives way where a rule of the operator lets it run; the house's only
    floor: bool = False  # nobody can switch it off; the house's only
    wait_hours: int | None = Field(None, ge=1, le=HOURS_MAX)  # asked that long, then not done
    remind_hours: int | None = Field(None, ge=1, le=HOURS_MAX)  # asked once more after that long
    examples: tuple[dict[str, Any], ...] = ()  # tests beside the rule


class Verdict(BaseModel, frozen=True):
    """What the policies say of an action, by which rules, and why in one sentence."""

    outcome: Outcome
    rules: tuple[str, ...] = ()
    because: str
    facts: dict[str, Any] = Field(default_factory=dict)  # the facts the rules saw
    bundle: str = ""  # hash of the rule book that judged
    origins: dict[str, Origin] = Field(default_factory=dict)  # of each scalar argument
    shadow: tuple[str, ...] = ()  # matching rules on trial, which decided nothing
    yielded: tuple[str, ...] = ()  # matching rules that gave way to a rule of the operator
    wait_hours: int | None = None  # the shortest that a matching rule says; None: as usual
    remind_hours: int | None = None


Facts = Mapping[str, Any]


class Program(Protocol):
    """A compiled condition; `execute` takes a dict or a CEL context and may raise anything."""

    def execute(self, context: Any) -> Any: ...

    def variables(self) -> list[str]: ...

    def functions(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause of a rule: its CEL text, the program, the names of the facts it reads."""

    text: str
    program: Program
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule in the book, ready to be judged."""

    rule: Rule
    conditions: tuple[Condition, ...]
    source: str  # the file it stands in
    level: Level = "operator"  # "house": it came with Firstmate


@dataclass(frozen=True, slots=True)
class Book:
    """All rules in force. Their order never matters: the strictest match wins."""

    entries: tuple[Entry, ...]
    bundle: str  # hash of the rules
    operations: Mapping[str, str] | None = None  # name → effect class; None: not known here
    warnings: tuple[str, ...] = ()

    @property
    def on_trial(self) -> tuple[str, ...]:
        """Return the ids of the rules that run only so often before somebody looks."""
        return tuple(e.rule.id for e in self.entries if e.rule.canary and not e.rule.shadow)

    def describe(self) -> tuple[str, ...]:
        """Return one plain sentence a rule, strictest first."""
        ordered = sorted(self.entries, key=lambda entry: -STRICTNESS[entry.rule.then])
        return tuple(sentence(entry.rule) for entry in ordered)

    def listed(self) -> list[dict[str, Any]]:
        """Return the rules as JSON, by id: what the book's hash stands for."""
        return listed(self.entries)


def listed(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return rules as JSON, by id, with whose they are; what is as usual is left out."""
    ordered = sorted(entries, key=lambda entry: entry.rule.id)
    return [
        {"level": entry.level} | entry.rule.model_dump(mode="json", exclude_defaults=True)
        for entry in ordered
    ]


def sentence(rule: Rule) -> str:
    """Return what a rule says in one plain sentence, with its id and scope."""
    effect = f"what {EFFECTS.get(rule.effect, rule.effect)}" if rule.effect else ""
    scope = ", ".join(filter(None, (rule.action, effect))) or "everything"
    when = f", when {' and '.join(rule.when)}" if rule.when else ""
    trial = " On trial, it decides nothing yet." if rule.shadow else ""
    trial += f" After {rule.canary.max} times it asks for a look." if rule.canary else ""
    gives = " It gives way to a rule of yours." if rule.yields else ""
    fixed = " It cannot be switched off." if rule.floor else ""
    also = f"{_times(rule)}{gives}{fixed}{trial}"
    return f"{_SAID[rule.then]}: {rule.why}{also} ({rule.id}: {scope}{when})"


def _times(rule: Rule) -> str:
    waits = f" I wait {rule.wait_hours} hours." if rule.wait_hours else ""
    reminds = f" I ask once more after {rule.remind_hours} hours." if rule.remind_hours else ""
    return waits + reminds
