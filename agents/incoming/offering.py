"""Offering: what a mail asks for becomes a suggestion, its blanks filled from the mail's words."""

from agents.playbooks import planner, slots
from agents.playbooks.library import Playbook
from agents.reading.words import Candidate, Context
from engine.planning import suggestions
from memory.db import Tx
from memory.events import Event


async def offer(
    tx: Tx, event: Event, playbook: Playbook, text: str, known: Context, conv: str | None,
    nearer: str = "",
) -> None:  # fmt: skip
    """Suggest it once. `nearer`: words of the mail that come before all others of it."""
    filled = await slots.fill(tx, text, playbook.slots, known)
    values: dict[str, Candidate] = dict(filled.values)
    if nearer:
        values |= (await slots.fill(tx, nearer, playbook.slots, known)).values
    wish = planner.Wish(playbook, values, (), "", event.id)
    kept = {name: value.model_dump(mode="json") for name, value in values.items()}
    await suggestions.offer(tx, event.id, playbook.id, kept, planner.title_of(wish), conv)
