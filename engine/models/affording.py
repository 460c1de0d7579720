"""Affording: what the texts of a plan may cost, beside what is left to pay for them.

What they may cost is said once for a version of a plan; what is left, whenever its card is acted
on. Where it is too little the card says so before anything is begun.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.models import rungs
from engine.models.model_calls import Limits
from engine.planning import ledger, plans, versions
from engine.planning.ledger import Purse
from engine.planning.versions import Version
from memory.db import Reader, Tx

Texts = dict[str, Any]


def price(count: int, low: Decimal, high: Decimal, needs: Mapping[str, Decimal]) -> Texts:
    """Return what so many texts may cost. `needs`: by agent, what has to be there for its own."""
    told = {agent: str(amount) for agent, amount in needs.items()}
    return {"count": count, "low": str(low), "high": str(high), "needs": told}


async def beside(reader: Reader, limits: Limits, goal: str, texts: Texts) -> Texts:
    """Return it with what is left: by budget, whether that is too little, and the way up."""
    needs = {agent: Decimal(amount) for agent, amount in texts["needs"].items()}
    pairs: dict[str, tuple[Purse, Purse, Decimal]] = {}
    settings: dict[str, Any] = {}
    for agent, own in needs.items():
        stands = await rungs.standing(reader, limits.budget, goal, agent)
        settings = stands.settings
        for purse, usual in zip(stands.now, stands.usual, strict=True):
            need = own if purse.of.startswith("agent:") else sum(needs.values(), ledger.NOTHING)
            pairs[purse.of] = (purse, usual, need)
    left = {of: str(_left(purse)) for of, (purse, _, _) in pairs.items()}
    poor = [one for one in pairs.values() if one[0].level(one[2]) == "frozen"]
    told = {**texts, "left": left, "currency": settings["currency"], "up": None}
    if poor:
        purse, usual, _ = max(poor, key=lambda one: one[2] - _left(one[0]))
        told["up"] = rungs.way_up(reader, settings, purse, usual).model_dump(mode="json")
    return told


async def short(tx: Tx, limits: Limits, version: Version) -> bool:
    """Look anew what is left for an offered plan, show it, and say whether that is too little."""
    if version.texts is None:
        return False
    now = await beside(tx, limits, version.goal, version.texts)
    if now != version.texts:
        await versions.price(tx, version, now)
        await plans.draw(tx, version.goal)
    return now["up"] is not None


def _left(purse: Purse) -> Decimal:
    return max(purse.most - purse.spent, ledger.NOTHING)
