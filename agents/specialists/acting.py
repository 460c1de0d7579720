"""A call that a step wants becomes an action: checked arguments, each with its origin."""

from typing import Any

from agents.specialists.specialist import Scope, Wanted
from engine.acting import gate
from engine.acting import request as requests
from engine.planning.goals import Goal
from engine.planning.plans import Task
from engine.rules.house import House
from memory.db import Reader
from policies.rules import Action, Origin


async def action(
    reader: Reader, house: House, goal: Goal, agent: str, call: Wanted, scope: Scope, why: str
) -> Action:
    """Return what the call would do. PermanentError: its arguments do not fit."""
    operation = house.operation(call.operation)
    clean = gate.arguments(operation, call.args).model_dump(mode="json")
    request = await requests.begun(reader, house, goal.id, evidence=True)
    return Action(
        operation=call.operation,
        effect=operation.effect or "",
        args=clean,
        origins=request.origins(clean),
        agent=agent,
        reason=why,
        evidence=_evidence(goal),
        about=_about(scope),
    )


def by_hand(made: Action, task: Task, call: Wanted) -> Action:
    """Return the action, what the operator wrote for its step by hand being their own."""
    own = {name for name in task.by_hand or () if call.args.get(name) == task.args.get(name)}
    origins: dict[str, Origin] = {
        path: "operator" if path.split(".")[0] in own else origin
        for path, origin in made.origins.items()
    }
    return made.model_copy(update={"origins": origins})


def _evidence(goal: Goal) -> tuple[str, ...]:
    refs = [value.get("ref") for value in goal.slots["values"].values()]
    return tuple(dict.fromkeys(ref for ref in [goal.slots["mail"], *refs] if ref))


def _about(scope: dict[str, Any]) -> str | None:
    found = scope.get("customer", {}).get("id")
    return None if found is None else str(found)
