"""A yes in words: it counts only as a reply to the card it means."""

from engine.acting import approvals, effects, refining
from engine.acting.taps import Person
from engine.chat import outbox
from engine.desks import answering
from engine.rules.house import House
from memory.db import Reader, Tx
from memory.events import Event

CHOICES_MAX = 6


async def approved(tx: Tx, house: House, event: Event) -> str:
    """Approve the card that this replies to; return what came of it, or which it may mean."""
    conv, message = str(event.body["conv"]), event.body.get("reply_to")
    card = await outbox.shown_as(tx, conv, message) if message else None
    if card is None:
        return await _which(tx)
    asked = await approvals.on_card(tx, card.key)
    effect = None if asked is None else await effects.get(tx, asked.effect)
    if asked is None or effect is None or asked.state != "open":
        return "The card you reply to does not wait any more, so nothing was done."
    if effect.verdict["outcome"] != "ask":
        code = approvals.code(asked.id)
        return f"This must be confirmed: tap it, or write /ok {code} and what its card asks for."
    if (fresh := await refining.too_fresh(tx, asked, conv, refining.READ)) is not None:
        return fresh.text
    surface = conv.partition(":")[0]
    who = Person(event.actor, surface, conv)
    await answering.yes(tx, house, asked, effect, who, event.id)
    shown = await effects.preview_of(tx, effect.id, effect.version)
    return f"You approved: {shown.title}."


async def _which(reader: Reader) -> str:
    """Return how to say which card is meant, with the code of each that waits."""
    waiting = await approvals.waiting(reader, CHOICES_MAX)
    lines = [
        f"• /ok {approvals.code(one.id)}: "
        + (await effects.preview_of(reader, one.effect, one.version)).title
        for one in waiting
    ]
    if not lines:
        return "Nothing waits for a yes."
    said = "A yes counts as a reply to its card, so that nothing is mixed up. Tap it, or write:\n"
    return said + "\n".join(lines)
