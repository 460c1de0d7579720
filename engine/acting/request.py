"""A request as the gate sees it: what was said, what was planned, what it has done so far."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from pydantic.fields import FieldInfo

from connectors.contract import ANSWER, Operation
from engine.planning import goals, plans
from engine.planning.goals import Goal
from engine.rules import goal_rules
from engine.rules.house import House
from memory import events
from memory.canon import records
from memory.db import Reader
from memory.schema.work import effects
from policies.contracts import Contract
from policies.gate import Gate
from policies.planned import Call

RECORDS = "records.read"  # stands for looking into the records, which is no operation of its own
STARTED = ("running", "done", "unknown")
TEXTS = ("subject", "text", "quoted", "from", "message_id")  # of a mail, what its sender wrote


def contracts(operations: Iterable[Operation]) -> dict[str, Contract]:
    """Return what the gate may rely on of each operation."""
    known = {
        one.name: Contract(effect=one.effect, roles=one.roles, records=("id",))
        for one in operations
    }
    return known | {RECORDS: Contract(effect="read", outside=False)}


async def begun(
    reader: Reader, house: House, goal_id: str, *, evidence: bool = False, task: str | None = None
) -> Gate:
    """Return a gate that stands where the request of this goal stands now.

    `evidence`: with everything the records know, to find origins. `task`: the one that a call is
    to be held to; None for what the operator asks for by a tap, an undo for example.
    """
    goal = await goals.get(reader, goal_id)
    step = None if task is None else await plans.task(reader, task)
    slots: dict[str, Any] = {} if goal is None else goal.slots
    read_by = slots.get("read_by", "") if task else ""  # what is tapped was read by nobody
    without = (step.without if step else None) or ()
    rules = goal_rules.book(house.book, slots.get("said", ()), read_by, without=without)
    gate = Gate(rules, contracts(house.operations.values()))
    if goal is None:
        return gate
    known = await records.canonical_values(reader) if evidence else ()
    calls = None if task is None else _calls(step, house.operations)
    gate.begin(await _parts(reader, goal), known, calls)
    if any(value.get("ref") for value in goal.slots.get("values", {}).values()):
        gate.observe(RECORDS, {})
    columns = (effects.c.action, effects.c.state, effects.c.receipt)
    query = sa.select(*columns).filter_by(goal=goal.id)
    for row in await reader.rows(query.where(effects.c.state.in_((*STARTED, "rejected")))):
        if row.state == "rejected":
            gate.refuse(row.action["operation"])
        else:
            gate.observe(row.action["operation"], row.action["args"], _brought(row.receipt))
    return gate


def _brought(receipt: Mapping[str, Any] | None) -> Any:
    """Return what a call brought: a tool's answer, somebody else's words, or the driver's id."""
    if receipt is None:
        return None
    told = receipt.get("data", {}).get(ANSWER)
    return {"id": receipt["id"]} if told is None else {ANSWER: told}


async def _parts(reader: Reader, goal: Goal) -> list[tuple[str, str]]:
    """Return the operator's own words and, apart from them, the mail they are about."""
    parts = [(words, "operator") for words in goal.slots.get("said", ())]
    read = goal.slots.get("mail")
    mail = await events.get(reader, read) if read else None
    if mail is not None:
        texts = [mail.body.get(name) for name in TEXTS]
        texts += [attached["text"] for attached in mail.body.get("attachments", ())]
        parts += [(str(text), "forwarded") for text in texts if text]
    return parts


def _calls(task: plans.Task | None, operations: Mapping[str, Operation]) -> list[Call]:
    """Return what the task may call. How often it does is its own affair: it has one effect."""
    return [] if task is None else [_call(task, operations.get(task.operation))]


def _call(task: plans.Task, operation: Operation | None) -> Call:
    """Return what a task may do: its own arguments, and what its operation adds by itself."""
    if operation is None:
        return Call(operation=task.operation, sources=task.origins, times=None)
    fields = operation.args.model_fields.items()
    added = {name: "model" for name, field in fields if name not in task.args and _usual(field)}
    flags = frozenset(name for name in task.args if operation.roles.get(name) == "flag")
    sources = None if task.origins is None else {**added, **task.origins}
    fixed = {name: tuple(values) for name, values in (task.fixed or {}).items()}
    return Call(operation=task.operation, sources=sources, values=fixed, flags=flags, times=None)


def _usual(field: FieldInfo) -> bool:
    """Say whether the operation itself fills the field in when nobody does."""
    return not field.is_required() and bool(field.get_default(call_default_factory=False))
