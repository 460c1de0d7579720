"""Refining: a better draft takes the place of the first one on its card, unless it is too late.

Whoever touched the card has begun to decide: what they look at stays, to the letter.
"""

from datetime import timedelta

import sqlalchemy as sa

from engine.acting import approvals, effects, gate
from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.acting.gate import Proposal
from engine.acting.taps import Reply
from engine.chat import outbox
from engine.drawing import cards, face
from engine.flow.durable import open_work
from engine.planning import refinements
from engine.planning.refinements import End
from memory import profile
from memory.db import Reader, Tx
from memory.schema.chat import deliveries

KIND = "refine"
LOOK = timedelta(seconds=2)  # who taps sooner after the card changed meant what stood there before
READ = timedelta(seconds=30)  # and who writes yes
CHANGED = "This card changed a moment ago, so nothing was done. Read it, then tap once more."
SHOWN = "Its first draft was asked, so the better one is asked, too."


async def expect(tx: Tx, effect_id: str, cause: str) -> None:
    """Let a better draft of what is asked follow. Nothing where nobody is asked."""
    effect = await effects.get(tx, effect_id)
    asked = await approvals.newest(tx, effect_id)
    if effect is None or asked is None or asked.state != "open":
        return
    await refinements.expect(tx, asked.id, effect_id, cause)
    await open_work(tx, KIND, asked.id, key=f"{KIND}:{asked.id}", lane="behind")
    await cards.show(tx, effect_id)


async def lack(tx: Tx, effect_id: str, cause: str) -> None:
    """Let what is asked wait for money for a better draft. Nothing where nobody is asked."""
    asked = await approvals.newest(tx, effect_id)
    if asked is not None and asked.state == "open":
        await refinements.lack(tx, asked.id, effect_id, cause)


async def again(tx: Tx, approval: str, cause: str) -> None:
    """There is money now: let the better draft of a question that still waits follow."""
    asked = await approvals.get(tx, approval)
    if asked is None or asked.state != "open" or not await refinements.again(tx, asked.id, cause):
        return
    await open_work(tx, KIND, asked.id, key=f"{KIND}:{asked.id}:{cause}", lane="behind")
    await cards.show(tx, asked.effect)


async def put(tx: Tx, asked: Approval, old: Effect, proposal: Proposal) -> None:
    """Make the better draft the next version on the same card; or note why it is left out."""
    if (why := await _too_late(tx, asked, old, proposal)) is not None:
        await over(tx, asked, why)
        return
    proposal = gate.asked(proposal, SHOWN)  # never unseen where the first was asked
    await refinements.end(tx, asked.id, "came", old.cause)
    await outbox.become(tx, cards.key(old.id, old.version), cards.key(old.id, old.version + 1))
    await effects.revise(tx, old, proposal, "agent", old.cause)


async def over(tx: Tx, asked: Approval, why: End = "none") -> None:
    """No better draft comes any more: the card no longer says that one may."""
    if why == "short" and await refinements.of(tx, asked.id) == "begun":
        why = "forgone"
    if asked.state != "open" and why in ("none", "broken", "short"):
        why = "late"
    if not await refinements.end(tx, asked.id, why, None):
        return
    card = await outbox.get(tx, cards.key(asked.effect, asked.version))
    if card is not None:  # whatever menu is open on it
        parts = tuple(part for part in card.msg.parts if part != face.BETTER)
        msg = card.msg.model_copy(update={"parts": parts})
        await outbox.post(tx, msg, card.conv, priority=card.priority)


async def broke(tx: Tx, approval: str) -> Approval | None:
    """Nobody writes it any more. Return the question that still waits; None: it is settled."""
    asked = await approvals.get(tx, approval)
    if asked is not None:
        await over(tx, asked, "broken")
    return asked if asked is not None and asked.state == "open" else None


async def replied(tx: Tx, conv: str, message: str, cause: str) -> None:
    """The operator answers this message with words: what it asks stays as it is."""
    card = await outbox.shown_as(tx, conv, message)
    asked = None if card is None else await approvals.on_card(tx, card.key)
    if asked is not None:
        await refinements.touch(tx, [asked.id], cause)


async def too_fresh(
    reader: Reader, asked: Approval, conv: str, pause: timedelta = LOOK
) -> Reply | None:
    """Return why a yes does not count yet: the card it is on changed in place just before."""
    if asked.version == 1:
        return None
    before = await approvals.of_version(reader, asked.effect, asked.version - 1)
    if before is None or await refinements.of(reader, before.id) != "came":
        return None
    shown = {"card": cards.key(asked.effect, asked.version), "conv": conv}
    seen = sa.select(deliveries.c.at).filter_by(**shown).where(deliveries.c.version > 0)
    at = await reader.value(seen)
    if at is None or at + pause > reader.now:
        return Reply(CHANGED, shown["card"], refused=True)
    return None


async def _too_late(tx: Tx, asked: Approval, old: Effect, proposal: Proposal) -> End | None:
    now = await effects.get(tx, old.id)
    if now is None or (now.state, now.version) != ("waiting", asked.version):
        return "late"
    if await refinements.of(tx, asked.id) != "awaited":
        return "left"
    if proposal.digest == old.digest:
        return "none"
    if proposal.verdict.outcome == "deny":
        return "refused"
    return "stopped" if await profile.get(tx, "stopped") is not None else None
