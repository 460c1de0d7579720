"""Taking another of the ways a card offers: a new version, judged and shown before it is asked.

A text of a model stays a model's when it is chosen; it is no edit, and nothing is learnt from it.
"""

from dataclasses import replace

from connectors.contract import Option, PermanentError
from engine.acting import approvals, effects, gate
from engine.acting.taps import GONE, STALE, Person, Reply, heard, not_open
from engine.chat.tokens import Tap
from engine.desks import desk
from engine.drawing import cards
from engine.drawing.sight import LETTERS
from engine.rules.house import House

CHOSEN = "You chose this draft; to choose is not to approve."


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Take another of the ways the card offers: a new version, judged and asked again."""
    async with house.db.snapshot() as reader:
        asked = await approvals.get(reader, tap.ref)
        effect = None if asked is None else await effects.get(reader, asked.effect)
        if effect is None:
            return Reply(GONE, refused=True)
        shown = await effects.preview_of(reader, effect.id, effect.version)
    offered = dict(zip(LETTERS, shown.options, strict=False))
    if tap.item not in offered:
        return Reply(STALE, cards.key(effect.id, effect.version), refused=True)
    option = offered[tap.item]
    if not option.drafted:
        args = {**effect.action.args, **option.args}
        return await desk.revise(house, tap, who, key, values, effect, desk.by_hand(effect, args))
    others = tuple(one for letter, one in offered.items() if letter != tap.item)
    return await _draft(house, tap, who, key, values, effect, (option, *others))


async def _draft(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str],
    effect: effects.Effect, options: tuple[Option, ...],
) -> Reply:  # fmt: skip
    """Put the first of these drafts in the place of the one that was asked."""
    taken = options[0]
    action = effect.action.model_copy(update={"args": {**effect.action.args, **taken.args}})
    try:
        proposal = await gate.weigh(
            house, action, effect.goal, task=effect.planned_by, marks=taken.marks, options=options
        )
    except PermanentError as error:
        return Reply(f"Not changed: {error}", refused=True)
    if proposal.verdict.outcome in ("allow", "notify"):  # chosen is not approved
        asks = {"outcome": "ask", "because": CHOSEN}
        proposal = replace(proposal, verdict=proposal.verdict.model_copy(update=asks))
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        now = await approvals.get(tx, tap.ref)
        if now is not None and (refusal := await not_open(tx, now, effect, who, cause)) is not None:
            return refusal
        if not await effects.revise(tx, effect, proposal, "operator", cause):
            return Reply(STALE, cards.key(effect.id, effect.version), refused=True)
        await desk.redraft_dependents(tx, effect)
    return Reply("Taken. Here is the new card.", cards.key(effect.id, effect.version + 1))
