"""What the planner is reminded of: finished plans like this, and what is known. Never outsiders'.

A passage that somebody else wrote, or that a mail brought about, is left out: a plan is made before
anything of others is read.
"""

from dataclasses import replace

from agents.models.wish import Part
from agents.plans.plan_wish import Given
from memory.recalling.recall import Recall, Recalled
from memory.recalling.scope import Within

ALIKE_MAX = 3
OTHERS_MAX = 3
CHARS_MAX = 1200


async def with_memory(recall: Recall, given: Given) -> Given:
    """Return what is given with the episodes and passages that its words recall."""
    found = await recall("\n".join(given.said), Within(sensitivity="personal"))
    trusted = [one for one in found if one.trust != "outside"]
    alike = [one for one in trusted if one.kind == "episode"][:ALIKE_MAX]
    others = [one for one in trusted if one.kind in ("note", "fact")][:OTHERS_MAX]
    parts = [
        *(_part("how a plan like this went", one) for one in alike),
        *(_part("remembered", one) for one in others),
    ]
    recalled = tuple((one.id, one.score) for one in (*alike, *others))
    return replace(given, alike=tuple(parts), recalled=recalled)


def _part(name: str, one: Recalled) -> Part:
    return Part(name, one.text[:CHARS_MAX], one.sensitivity, passage=one.id, spare=True)
