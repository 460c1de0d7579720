"""A checked plan becomes steps, each held to what it may hold and where that may come from."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.plans.plan_checked import Known, preliminary
from agents.plans.plan_wish import ProposedStep
from agents.playbooks import references
from agents.playbooks.planner import fixed, later_origin
from agents.playbooks.references import STEPS, writes
from engine.planning.plans import Step
from engine.rules.house import House
from policies.gate import Gate
from policies.rules import Origin

TITLE_CHARS_MAX = 100


def steps(
    house: House, goal: str, gate: Gate, ahead: Sequence[ProposedStep], known: Known
) -> tuple[Step, ...]:
    """Return the steps as tasks are made of them; `gate` stands where the request stands."""
    ready = preliminary(ahead, known)
    scope = {**known.scope, STEPS: dict(known.done)}
    made = []
    for step in ahead:
        args, still_open = ready[step.key]
        sure = {n: v for n, v in args.items() if not _is_open(n, step, still_open)}
        agent, spec = house.agent_of(step.operation, goal)
        title = references.resolve({"it": step.title}, scope)[0].get("it", step.title)
        made.append(
            Step(
                key=step.key,
                title=str(title)[:TITLE_CHARS_MAX],
                operation=step.operation,
                agent=agent,
                spec=spec,
                args=step.args,
                origins=_sources(gate, step, sure),
                fixed=fixed(house, step.operation, sure, {}),
                after=tuple(step.after),
                why=step.why,
            )
        )
    return tuple(made)


def invented(house: House, gate: Gate, step: ProposedStep, args: Mapping[str, Any]) -> list[str]:
    """Return a fault for every destination that nobody named: neither the owner nor a record."""
    roles = house.operation(step.operation).roles
    given = {n: v for n, v in args.items() if roles.get(n, "destination") == "destination"}
    return [
        f"{step.key}: nobody named “{_at(given, path)}” ({path}): take it from a record, or ask."
        for path, origin in gate.origins(given).items()
        if origin in ("model", "text")
    ]


def _is_open(name: str, step: ProposedStep, still_open: Sequence[str]) -> bool:
    value = step.args[name]
    return writes(value) or bool(references.paths(value) & set(still_open))


def _sources(gate: Gate, step: ProposedStep, sure: Mapping[str, Any]) -> dict[str, Origin]:
    """Return the least trusted origin each argument may have when its turn comes."""
    found: dict[str, Origin] = dict(gate.origins(sure))
    for name in step.args.keys() - sure.keys():
        found[name] = later_origin(step.args[name])
    return found


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list | tuple) else value[part]
    return value
