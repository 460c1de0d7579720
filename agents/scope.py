"""The scope of a goal: everything a reference or a draft of its playbook may name, as of now."""

from typing import Any

from agents import references
from agents.library import Playbook
from agents.words import Candidate
from engine import effects, plans, words
from engine.goals import Goal
from memory import events, profile
from memory.db import Reader

MARK_CHARS = 4  # tells two payments of one customer on one day apart


async def of_goal(reader: Reader, goal: Goal, playbook: Playbook) -> dict[str, Any]:
    """Return everything a reference or a draft may name for this goal, as it stands now."""
    values = {n: Candidate.model_validate(v) for n, v in goal.slots["values"].items()}
    settings = await profile.read(reader)
    situation = {
        "company": settings,
        "mail": await _mail(reader, goal),
        "today": words.today(reader.now, settings),
        "goal": {"mark": goal.id[-MARK_CHARS:]},
    }
    scope = await references.scope(reader, values, playbook.defaults, situation)
    scope["steps"] = await _steps(reader, goal, scope)
    return scope


async def _steps(reader: Reader, goal: Goal, scope: dict[str, Any]) -> dict[str, Any]:
    """Return each step's arguments: as they are asked now, or as they will be asked."""
    found = {}
    for task in await plans.of_goal(reader, goal.id):
        effect = await effects.of_task(reader, task.id)
        args = references.resolve(task.args, scope)[0] if effect is None else effect.action.args
        found[task.key] = args
    return found


async def _mail(reader: Reader, goal: Goal) -> dict[str, Any]:
    event = await events.get(reader, goal.slots["mail"]) if goal.slots["mail"] else None
    return {} if event is None else event.body
