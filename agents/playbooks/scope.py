"""The scope of a goal: everything a reference or a draft of its playbook may name, as of now."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agents.playbooks import references
from agents.playbooks.library import Playbook
from agents.reading.parties import PARTIES
from agents.reading.words import Candidate
from connectors.contract import ANSWER
from engine.acting import effects
from engine.chat import words
from engine.planning import plans
from engine.planning.goals import Goal
from memory import events, profile
from memory.db import Reader

RESULT = "result"  # what a step brought, beside its arguments
BY_MODEL = "_by_model"  # of each step, the arguments that a model made up: nothing vouches for them
MARK_CHARS = 4  # tells two payments of one customer on one day apart


async def of_goal(reader: Reader, goal: Goal, playbook: Playbook | None) -> dict[str, Any]:
    """Return everything a reference or a draft may name for this goal, as it stands now.

    Without a playbook (a model planned it) `customer` is the one that its records are about.
    """
    values = {n: Candidate.model_validate(v) for n, v in goal.slots["values"].items()}
    settings = await profile.read(reader)
    situation = {
        "company": settings,
        "mail": await _mail(reader, goal),
        "today": words.today(reader.now, settings),
        "goal": {"mark": goal.id[-MARK_CHARS:]},
    }
    if playbook is not None:
        begun = goal.at.astimezone(ZoneInfo(settings["zone"]))
        situation[references.AHEAD] = _ahead(begun, playbook)
    defaults = None if playbook is None else playbook.defaults
    scope = await references.scope(reader, values, defaults, situation)
    if playbook is None and (customer := customer_in(scope, values)) is not None:
        scope["customer"] = customer
    scope["steps"], scope[BY_MODEL] = await _steps(reader, goal, scope)
    return scope


async def before(reader: Reader, values: Mapping[str, Candidate]) -> dict[str, Any]:
    """Return what a plan that is yet to be made may name, beside its own steps."""
    settings = await profile.read(reader)
    situation = {"company": settings, "today": words.today(reader.now, settings)}
    scope = await references.scope(reader, values, None, situation)
    if (customer := customer_in(scope, values)) is not None:
        scope["customer"] = customer
    return scope


def _ahead(begun: datetime, playbook: Playbook) -> dict[str, dict[str, str]]:
    """Return every moment that the playbook counts from the day of the wish, by days and time."""
    found: dict[str, dict[str, str]] = {}
    for path in references.paths([step.args for step in playbook.steps]):
        root, *rest = path.split(".")
        if root == references.AHEAD and len(rest) == 2:
            day = begun.date() + timedelta(days=int(rest[0]))
            of_day = found.setdefault(rest[0], {"date": day.isoformat()})
            if rest[1] != "date":
                clock = time.fromisoformat(f"{rest[1][:2]}:{rest[1][2:]}")
                of_day[rest[1]] = datetime.combine(day, clock, begun.tzinfo).isoformat()
    return found


def customer_in(scope: dict[str, Any], values: Iterable[str]) -> dict[str, Any] | None:
    """Return the one person or company that all these values are about; None: none, or several."""
    found: dict[str, dict[str, Any]] = {}
    for name in values:
        record = scope.get(name, {})
        party = record if record.get("kind") in PARTIES else record.get("customer")
        if isinstance(party, dict) and party.get("id"):
            found[party["id"]] = party
    return next(iter(found.values())) if len(found) == 1 else None


async def _steps(
    reader: Reader, goal: Goal, scope: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Return each step's arguments, as they are or will be asked, and what it brought.

    And the names of those that a model made up.
    """
    found, made_up = {}, {}
    for task in await plans.of_goal(reader, goal.id):
        effect = await effects.of_task(reader, task.id)
        args = references.resolve(task.args, scope)[0] if effect is None else effect.action.args
        found[task.key] = {**args, **_brought(effect)}
        origins = (task.origins or {}) if effect is None else effect.action.origins
        made_up[task.key] = tuple(path for path, origin in origins.items() if origin == "model")
    return found, made_up


def _brought(effect: effects.Effect | None) -> dict[str, Any]:
    """Return what a finished step brought: its id by the outside world, and what a tool said."""
    if effect is None or effect.receipt is None or effect.state != "done":
        return {}
    told = effect.receipt.data.get(ANSWER)
    return {RESULT: {"id": effect.receipt.id} | ({} if told is None else {ANSWER: told})}


async def _mail(reader: Reader, goal: Goal) -> dict[str, Any]:
    event = await events.get(reader, goal.slots["mail"]) if goal.slots["mail"] else None
    return {} if event is None else event.body
