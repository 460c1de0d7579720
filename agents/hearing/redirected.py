"""A note on a card, understood: the same wish with other values, or another wish about the same."""

from agents.hearing import changing
from agents.hearing.changing import Changed
from agents.playbooks import slots
from agents.playbooks.library import Playbook
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Route
from agents.playbooks.slots import Filled
from agents.reading import context
from agents.reading.words import Candidate
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
) -> Changed | None:
    """Return what the note asks for; None: nothing in it says so.

    A sentence that plainly names another playbook wins; else what it says fills the old wish anew.
    What it leaves open (when, how much) is as it was on the card; with another person, nothing
    stays that was the old one's.
    """
    old = {n: Candidate.model_validate(v) for n, v in goal.slots["values"].items()}
    known = route.playbook is not None and not route.off and route.how in SURE
    playbook = route.playbook if known else playbooks.get(goal.playbook or "")
    if playbook is None:
        return None
    told = await _filled(reader, playbook, route if known else None, note)
    changed: dict[str, Candidate] = {n: v for n, v in told.values.items() if old.get(n) != v}
    if not (changed or told.ambiguous) and playbook.id == goal.playbook:
        return None
    types = {slot.name for slot in playbook.slots}
    base = Wish(
        playbook, {n: v for n, v in old.items() if n in types}, (*goal.slots["said"], note),
        f"You said instead: “{note}”.", goal.slots["mail"],
        read_by="" if known else goal.slots.get("read_by", ""),
    )  # fmt: skip
    if told.ambiguous or told.wrong:
        return changing.left_open(base, changed, told, *told.wrong)
    about = await context.of_mail(reader, goal.slots["mail"])
    return await changing.whose(reader, base, changed, about)


async def _filled(reader: Reader, playbook: Playbook, route: Route | None, note: str) -> Filled:
    """Return the slots that the note itself fills. A text takes only what a pattern points at."""
    wanted = [slot for slot in playbook.slots if route is not None or slot.type != "text"]
    now = await context.about(reader)
    return await slots.fill(reader, note, wanted, now, None if route is None else route.groups)
