"""Foretold: what the rules say of each step of a plan before it is begun.

It is a forecast. Every step is judged again when its turn comes; only what is fixed to the letter
may get a yes in advance, and that yes is bound to the digest that the card showed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.plans.plan_checked import STAYS, Known, preliminary
from agents.plans.plan_wish import Proposed, ProposedStep
from agents.playbooks import references
from agents.playbooks import scope as scopes
from agents.specialists import acting
from agents.specialists.spec_checks import Checks
from agents.specialists.specialist import Wanted
from agents.writing import checking
from connectors.contract import ConnectorError, PermanentError
from engine.acting import gate
from engine.acting.gate import Proposal
from engine.drawing.marks import marks_of
from engine.planning import plans, specs
from engine.planning.goals import Goal
from engine.planning.versions import Version
from engine.rules.house import House

AGREEABLE = ("internal", "share", "booking")  # what one yes may hold with others; never money
UNPROVEN = ("text", "model")
LATER: dict[str, Any] = {"outcome": "later", "because": ""}


async def steps(house: House, goal: Goal, version: Version) -> dict[str, dict[str, Any]]:
    """Return by step the verdict in advance, its arguments, and its digest where it is fixed."""
    found: dict[str, dict[str, Any]] = {}
    for step, args, still_open in await _prepared(house, goal, version):
        found[step.key] = {**await _judged(house, goal, step, args, still_open), "args": step.args}
        whose, says = await _file(house, goal, step)
        if says.get("mode"):
            found[step.key] |= {"whose": whose, "mode": says["mode"]}
        operation = house.operation(step.operation)
        if operation.effect not in STAYS:  # its title may say it in other words
            found[step.key]["does"] = operation.does
        if not still_open:
            found[step.key]["args"] = args
    return found


async def agreed(house: House, goal: Goal, version: Version) -> dict[str, Proposal]:
    """Return by step what the operator says yes to: what is still exactly as the card showed it."""
    found: dict[str, Proposal] = {}
    told = version.foretold or {}
    for step, args, still_open in await _prepared(house, goal, version):
        shown = told.get(step.key, {})
        if not shown.get("agreeable") or still_open:
            continue
        try:
            proposal = await _weighed(house, goal, step, args)
        except ConnectorError:
            continue  # it is told when its turn comes
        if proposal.digest == shown["digest"] and _agreeable(house, step, proposal):
            found[step.key] = proposal
    return found


async def _prepared(
    house: House, goal: Goal, version: Version
) -> list[tuple[ProposedStep, dict[str, Any], tuple[str, ...]]]:
    """Return the steps that are not done, with what is known of their arguments now."""
    async with house.db.snapshot() as reader:
        scope = await scopes.of_goal(reader, goal, None)
        tasks = await plans.of_goal(reader, goal.id)
    done = {task.key: scope["steps"][task.key] for task in tasks if task.state == "done"}
    proposed = Proposed.model_validate({"understood": True, **(version.proposed or {})})
    ahead = [step for step in proposed.steps if step.key not in done]
    known = Known(operations=house.operations, scope=_without_steps(scope), done=done)
    ready = preliminary(ahead, known)
    return [(step, *ready[step.key]) for step in ahead]


def _without_steps(scope: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in scope.items() if name != "steps"}


async def _judged(
    house: House, goal: Goal, step: ProposedStep, args: dict[str, Any], still_open: Sequence[str]
) -> dict[str, Any]:
    if any(path.startswith("steps.") for path in still_open):
        return LATER
    try:
        proposal = await _weighed(house, goal, step, args)
    except PermanentError as error:
        return {"outcome": "cannot", "because": str(error)}
    except ConnectorError:
        return LATER
    verdict = proposal.verdict
    told: dict[str, Any] = {"outcome": verdict.outcome, "because": verdict.because}
    if not still_open and _agreeable(house, step, proposal) and not await _held(house, goal, step):
        told |= {"agreeable": True, "digest": proposal.digest}
    return told


async def _held(house: House, goal: Goal, step: ProposedStep) -> bool:
    """Say whether its specialist's file has checks of its own: what they mark needs a card."""
    return "checks" in (await _file(house, goal, step))[1]


async def _file(house: House, goal: Goal, step: ProposedStep) -> tuple[str, Mapping[str, Any]]:
    """Return who carries out a step, and what their file says; {}: it is none of yours."""
    async with house.db.snapshot() as reader:
        tasks = await plans.of_goal(reader, goal.id)
        task = next(one for one in tasks if one.key == step.key)
        return await specs.says_of(reader, task.id)


async def _weighed(house: House, goal: Goal, step: ProposedStep, args: dict[str, Any]) -> Proposal:
    async with house.db.snapshot() as reader:
        scope = await scopes.of_goal(reader, goal, None)
        why = str(references.resolve({"why": step.why}, scope)[0].get("why", ""))
        tasks = await plans.of_goal(reader, goal.id)
        task, call = next(t for t in tasks if t.key == step.key), Wanted(step.operation, args)
        action = await acting.action(reader, house, goal, task.agent, call, scope, why)
        evidence = checking.of_goal(goal, scope, house)
        found = await checking.call(reader, house, call, {}, evidence, Checks())
    return await gate.weigh(house, action, goal.id, task=task.id, marks=checking.marks(found))


def _agreeable(house: House, step: ProposedStep, proposal: Proposal) -> bool:
    """Say whether one tap may approve it together with others.

    What the checks marked in a text stands on a card of its own.
    """
    roles = house.operation(step.operation).roles
    doubtful = any(
        origin in UNPROVEN and roles.get(path.split(".")[0], "destination") == "destination"
        for path, origin in proposal.action.origins.items()
    )
    return (
        proposal.verdict.outcome == "ask"
        and proposal.action.effect in AGREEABLE
        and not doubtful
        and not proposal.verdict.facts.get("deceptive")
        and not proposal.preview.options
        and not marks_of(proposal.preview.facts)
    )
