"""Redirect: the third answer beside yes and no. “Do it, but…” goes back to the planner.

The card is withdrawn and says what was asked for instead; once that is planned, it links to it.
"""

from engine.acting import effects
from engine.acting.taps import Person, Reply, opened
from engine.autonomy import ladder
from engine.chat.tokens import Tap
from engine.desks import halting
from engine.drawing import cards
from engine.flow import inbox
from engine.planning import goals
from engine.rules.house import House
from memory import events
from memory.db import Tx, change
from memory.events import Event
from memory.schema.work import effects as effects_table

NOTE_CHARS_MAX = 1000
EMPTY = "Write what I should do instead; nothing was changed."
TAKEN = "Put aside. I plan it the other way."


async def redirect(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Not like this: withdraw it and hand the note to the planner."""
    note = values.get("note", "").strip()[:NOTE_CHARS_MAX]
    if not note:
        return Reply(EMPTY, refused=True)
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        asked, effect, cause = question
        goal = await goals.get(tx, effect.goal)
        await change(tx, effects_table, {"id": effect.id}, error=_said(note))
        await effects.end(tx, effect.id, "withdrawn", cause)
        await ladder.doubted(tx, house, effect, "redirected", cause)
        body = {
            "words": note,
            "text": note,
            "conv": who.conv,
            "mail": None if goal is None else goal.slots.get("mail"),
            "redirects": effect.id,
        }
        await inbox.receive(
            tx,
            "message.received",
            source="redirect",
            key=asked.id,
            trust="operator",
            actor=who.user,
            body=body,
            cause=cause,
        )
    return Reply(TAKEN)


async def link(tx: Tx, event: Event, title: str, cause: str) -> None:
    """Let the withdrawn card name the plan that came of its note."""
    effect_id = str(event.body.get("redirects", ""))
    note = str(event.body.get("words", ""))
    if not effect_id:
        return
    await change(tx, effects_table, {"id": effect_id}, error=f"{_said(note)} New plan: {title}.")
    await events.note(tx, "effect.redirected", cause, effect=effect_id, title=title)
    await cards.show(tx, effect_id)


async def put_aside(tx: Tx, goal_id: str, why: str, cause: str) -> None:
    """Withdraw a whole plan of which nothing happened yet: it was meant otherwise."""
    for effect in await effects.of_goal(tx, goal_id):
        if effect.state in ("waiting", "approved"):
            await change(tx, effects_table, {"id": effect.id}, error=why)
        elif effect.state == "failed":
            await effects.abort(tx, effect.id, cause)
    await halting.end(tx, goal_id, why, cause)


def _said(note: str) -> str:
    return f"You said instead: “{note}”."
