"""A note on a card, understood: the same wish with other values, or another wish about the same."""

from agents.playbooks import slots
from agents.playbooks.library import Playbook
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Route
from agents.reading.words import Candidate, Context
from engine.acting import effects
from engine.planning import goals
from engine.planning.goals import Goal
from memory.db import Reader
from memory.events import Event

SURE = ("command", "pattern")


async def goal_of(reader: Reader, event: Event) -> Goal | None:
    """Return the goal whose card the note was written on."""
    effect = await effects.get(reader, str(event.body.get("redirects", "")))
    return None if effect is None else await goals.get(reader, effect.goal)


async def wish(
    reader: Reader,
    goal: Goal,
    note: str,
    route: Route,
    playbooks: dict[str, Playbook],
    now: Context,
) -> Wish | None:
    """Return what the note asks for; None: nothing in it says so.

    A sentence that plainly names another playbook wins; else what it says fills the old wish anew.
    What it leaves open (who, which order) is as it was on the card.
    """
    old = {n: Candidate.model_validate(v) for n, v in goal.slots["values"].items()}
    said = (*goal.slots["said"], note)
    because = f"You said instead: “{note}”."
    if route.playbook is not None and not route.off and route.how in SURE:
        kept = _for(route.playbook, old, await _filled(reader, route.playbook, route, note, now))
        return Wish(route.playbook, kept, said, because, goal.slots["mail"])
    same = playbooks.get(goal.playbook or "")
    if same is None:
        return None
    told = await _filled(reader, same, None, note, now)
    if not told or all(old.get(name) == value for name, value in told.items()):
        return None
    return Wish(same, {**old, **told}, said, because, goal.slots["mail"])


async def _filled(
    reader: Reader, playbook: Playbook, route: Route | None, note: str, now: Context
) -> dict[str, Candidate]:
    """Return the slots that the note itself fills. A text takes only what a pattern points at."""
    wanted = [slot for slot in playbook.slots if route is not None or slot.type != "text"]
    filled = await slots.fill(reader, note, wanted, now, None if route is None else route.groups)
    return dict(filled.values)


def _for(
    playbook: Playbook, old: dict[str, Candidate], new: dict[str, Candidate]
) -> dict[str, Candidate]:
    """Return the old values of the kinds this playbook asks for, under what was said now."""
    types = {slot.name: slot.type for slot in playbook.slots}
    return {name: value for name, value in old.items() if name in types} | new
