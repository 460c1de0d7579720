"""Twice: the two yeses to what the rules want asked twice, typed or from two surfaces.

open ──yes──▶ first yes ──typed, or yes on another surface──▶ approved
              └──edit, later──▶ open
"""

from engine.acting import approvals
from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.acting.taps import Person, Reply
from engine.chat import conversations, words
from engine.drawing import cards, confirming
from engine.drawing.face_buttons import REALLY
from memory import profile
from memory.db import Tx

TYPE = "to confirm, type exactly {}"
FIRST = "That is your first yes; nothing is done yet. Now {} on the card, or tap {} on {}."
STANDS = "Your first yes on {} stands; nothing is done yet. Now {} on the card, or tap {} on {}."
NO_FIRST = "There is no first yes to this any more; nothing was done."
SAME = "Your first yes came from {}, too, so this one does not count. Tap it on {}."


async def not_enough(
    tx: Tx, asked: Approval, effect: Effect, who: Person, typed: str, cause: str
) -> Reply | None:
    """Return why this yes does not decide yet, and note a first one; None: it is confirmed."""
    if effect.verdict["outcome"] != "ask_twice":
        return None
    if confirming.is_given(effect.action, effect.digest, typed, await profile.get(tx, "locale")):
        return None
    wanted = TYPE.format(confirming.wanted(effect.action, effect.digest))
    surfaces = await conversations.surfaces(tx)
    if typed or not elsewhere(surfaces, who.surface):
        return Reply(f"Not done: {wanted}.", refused=True)
    if await approvals.first_yes(tx, asked, who.user, who.surface, cause):
        await cards.show(tx, effect.id)
        where = elsewhere(surfaces, who.surface)
        return Reply(FIRST.format(wanted, REALLY, where), refused=True)
    first = asked.first_on or who.surface
    where = elsewhere(surfaces, first)
    return Reply(STANDS.format(words.surface(first), wanted, REALLY, where), refused=True)


async def not_second(tx: Tx, asked: Approval, who: Person) -> Reply | None:
    """Return why a tap is not the second yes; None: it comes from another surface."""
    if asked.first_on is None:
        return Reply(NO_FIRST, refused=True)
    if asked.first_on == who.surface:
        where = elsewhere(await conversations.surfaces(tx), who.surface)
        return Reply(SAME.format(words.surface(who.surface), where), refused=True)
    return None


def elsewhere(surfaces: tuple[str, ...], first: str) -> str:
    """Return the other surfaces by name, "Slack or Telegram"; "" when there is none."""
    return " or ".join(words.surface(name) for name in surfaces if name != first)
