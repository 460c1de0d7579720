"""The playbooks: what Firstmate can do without a model, as data, checked when loaded."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from agents.playbooks.references import SITUATION, STEPS, paths, roots

EXAMPLES_MIN = 5
FOLDER = Path(__file__).parent

Process = Literal["refunds", "invoices", "reminders", "meetings", "publishing", "mail", "knowledge"]
SlotType = Literal[
    "money", "when", "person", "invoice", "order", "payment", "account", "bill", "record", "text"
]
Operations = Mapping[str, Collection[str]]  # operation → the names of its arguments


class Slot(BaseModel, frozen=True, extra="forbid"):
    """A blank to fill from the operator's words."""

    name: str
    type: SlotType  # record: any document or party; bill: the number of somebody else's
    required: bool = False
    ask: str = ""  # the one question, when a required one is missing
    default: Any = None  # a value or references: "${payment.left}"
    past: bool = False  # a moment behind us: "paid on 3 November"
    rest: bool = False  # takes the rest of the sentence when no pattern says what it is
    whole: bool = False  # for somebody else: no further wish is cut off it
    beside: str = ""  # takes whoever is named beside the person of this slot: “Ada and Bruno”


class Step(BaseModel, frozen=True, extra="forbid"):
    """One effect of the plan. Every other step in `after` is done before it runs.

    `reports`: those that its words say were done. Where one of them is left out, so is this.
    """

    key: str
    title: str  # references allowed
    operation: str
    args: dict[str, Any]
    why: str
    after: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


class Outcome(BaseModel, frozen=True, extra="forbid"):
    kind: str
    minutes_saved: int = Field(ge=0)


class Playbook(BaseModel, frozen=True, extra="forbid"):
    """A declared way to fulfil one wish: how it is said, what it needs, which steps follow."""

    id: str = Field(pattern=r"^[a-z][a-z-]*$")
    title: str
    process: Process
    says: str  # one line for /help
    commands: tuple[str, ...] = ()  # "remind": /remind …
    examples: tuple[str, ...] = Field(min_length=EXAMPLES_MIN)
    unlike: tuple[str, ...] = ()  # sentences that sound alike and mean something else
    patterns: tuple[str, ...] = ()  # whole sentences; named groups are slots
    from_mail: tuple[str, ...] = ()  # how a customer's mail asks for it; empty: never
    dispute: bool = False  # what it writes, and any mail of its `from_mail`, is part of a dispute
    disputes: tuple[str, ...] = ()  # words that make whatever is written part of one
    slots: tuple[Slot, ...] = ()
    steps: tuple[Step, ...] = ()
    answer: str = ""  # instead of steps: what the front agent tells
    outcome: Outcome

    @field_validator("slots", mode="before")
    @classmethod
    def _names(cls, slots: Any) -> Any:
        if isinstance(slots, dict):
            return [{"name": name, **(slot or {})} for name, slot in slots.items()]
        return slots

    @model_validator(mode="after")
    def _acts_or_answers(self) -> "Playbook":
        if bool(self.steps) == bool(self.answer):
            raise ValueError("give it either steps or an answer")
        return self

    @property
    def defaults(self) -> dict[str, Any]:
        """Return the defaults of its slots, for `references.scope`."""
        return {slot.name: slot.default for slot in self.slots if slot.default is not None}


class PlaybookError(ValueError):
    """Playbooks that cannot be used; `faults` names every one of them, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load_folder(
    folder: Path = FOLDER, operations: Operations | None = None
) -> tuple[Playbook, ...]:
    """Read every playbook of a folder. Raises PlaybookError with all faults of all files."""
    return load({path.name: path.read_text() for path in sorted(folder.glob("*.yaml"))}, operations)


def load(texts: Mapping[str, str], operations: Operations | None = None) -> tuple[Playbook, ...]:
    """Return the playbooks written in these texts (file name → YAML).

    With `operations` their steps are checked against what the connectors can do.
    """
    faults: list[str] = []
    playbooks: list[Playbook] = []
    for name, text in texts.items():
        playbook = _parse(name, text, faults)
        if playbook:
            playbooks.append(playbook)
            faults += [f"{name}: {fault}" for fault in _faults(playbook, name, operations)]
    faults += _clashes(playbooks)
    if faults:
        raise PlaybookError(faults)
    return tuple(playbooks)


def _parse(name: str, text: str, faults: list[str]) -> Playbook | None:
    try:
        return Playbook.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        faults.append(f"{name}: this is not YAML: {' '.join(str(error).split())}")
    except ValidationError as error:
        faults += [f"{name}: {_where(fault['loc'])}{fault['msg']}" for fault in error.errors()]
    return None


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place)) + ": " if place else ""


def _faults(playbook: Playbook, name: str, operations: Operations | None) -> Iterator[str]:
    if Path(name).stem != playbook.id:
        yield f"the file of “{playbook.id}” must be called {playbook.id}.yaml"
    yield from _pattern_faults(playbook)
    yield from _slot_faults(playbook)
    keys = {step.key for step in playbook.steps}
    if len(keys) < len(playbook.steps):
        yield "two steps have the same key"
    earlier: set[str] = set()
    for step in playbook.steps:
        yield from _step_faults(step, playbook, earlier, keys)
        if operations is not None:
            yield from _operation_faults(step, operations)
        earlier.add(step.key)


def _pattern_faults(playbook: Playbook) -> Iterator[str]:
    slots = {slot.name for slot in playbook.slots}
    for pattern in (*playbook.patterns, *playbook.from_mail, *playbook.disputes):
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            yield f"“{pattern}” is not a regular expression: {error}"
            continue
        for group in groups.keys() - slots:
            yield f"“{pattern}” fills “{group}”, which is no slot{_nearest(group, slots)}"


def _slot_faults(playbook: Playbook) -> Iterator[str]:
    known = {slot.name for slot in playbook.slots} | {*SITUATION}
    for slot in playbook.slots:
        if slot.required and not slot.ask and slot.default is None:
            yield f"the slot “{slot.name}” is required: write the question that asks for it"
        for root in roots(slot.default) - known:
            yield f"the slot “{slot.name}” refers to “{root}”{_nearest(root, known)}"
    if len([slot for slot in playbook.slots if slot.rest]) > 1:
        yield "only one slot can take the rest of the sentence"


def _step_faults(
    step: Step, playbook: Playbook, earlier: set[str], keys: set[str]
) -> Iterator[str]:
    known = {slot.name for slot in playbook.slots} | {*SITUATION}
    for path in paths(step.args):
        root, _, rest = path.partition(".")
        if root == STEPS and rest.partition(".")[0] not in step.after:
            yield f"the step “{step.key}” uses “{path}”: put that step into its `after`"
    for root in (roots(step.args) | roots(step.title) | roots(step.why)) - known - {STEPS}:
        yield f"the step “{step.key}” refers to “{root}”, which is no slot{_nearest(root, known)}"
    for other in step.after:
        if other not in keys:
            yield f"the step “{step.key}” comes after “{other}”, which is no step"
        elif other not in earlier:
            yield f"the step “{step.key}” must stand below “{other}”, after which it comes"
    for other in step.reports:
        if other not in step.after:
            yield f"the step “{step.key}” reports “{other}”: put that step into its `after`"


def _operation_faults(step: Step, operations: Operations) -> Iterator[str]:
    if step.operation not in operations:
        near = _nearest(step.operation, operations)
        yield f"the step “{step.key}” calls {step.operation}, which no connector offers{near}"
        return
    known = operations[step.operation]
    for arg in step.args.keys() - set(known):
        yield f"the step “{step.key}”: {step.operation} takes no “{arg}”{_nearest(arg, known)}"


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f": did you mean “{near[0]}”?" if near else ""


def _clashes(playbooks: list[Playbook]) -> Iterator[str]:
    """Yield every id, command or example that two playbooks claim."""
    holders: dict[tuple[str, str], str] = {}
    for playbook in playbooks:
        claims = [("id", playbook.id)]
        claims += [("command", f"/{command}") for command in playbook.commands]
        claims += [("example", example.casefold()) for example in playbook.examples]
        for claim in claims:
            if claim in holders:
                yield f"{playbook.id}: the {claim[0]} “{claim[1]}” belongs to {holders[claim]} too"
            holders.setdefault(claim, playbook.id)
