"""Settling: what holds among statements about one thing, by who said it and since when. Pure.

Nothing is stored of it. So a statement that is withdrawn gives way to what stood before it, one
that comes late finds its place, and two records that become one are settled by the same rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Standing = Literal["active", "disputed", "proposed", "superseded"]
Order = tuple[datetime, int]  # a moment, and the number among those of that moment
Source = tuple[str, str]  # where it came from and who it was there

RANK = {"owner": 5, "document": 4, "connector": 3, "client": 2, "agent": 1}
OWNER, CONFIRMED = RANK["owner"], RANK["connector"]
OF_RECORD = ("document", "connector")
INDEPENDENT_MIN = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said, as it is known at one moment. `said` is equal for the same value."""

    id: str
    said: str
    start: datetime
    end: datetime | None  # by its own words
    heard: Order  # when it was said; its `order` when it came to count: with the operator's yes
    order: Order
    rank: int
    believed: bool
    of_record: Source | None = None  # the source of record that says so
    guarded: bool = False  # however often it is said, only the operator can make it believed


@dataclass(frozen=True, slots=True)
class Held:
    """How a statement stands; `end` is when it stops to hold in the world, `by` what ends it."""

    id: str
    standing: Standing
    end: datetime | None
    by: str | None = None
    support: tuple[str, ...] = ()  # all that say the same at that moment, itself first


def at(statements: Sequence[Statement], world: datetime) -> list[Held]:
    """Return what holds at a moment of the world: one value, or each that is disputed or proposed.

    Of several that say the same the one with most authority stands for all.
    """
    known = confirmed(statements)
    by_value: dict[str, list[Statement]] = {}
    for one in sorted(known, key=lambda one: (not one.believed, -one.rank, one.order)):
        if one.start <= world and not _over(ending(one, known)[0], world):
            by_value.setdefault(one.said, []).append(one)
    believed = [said for said, same in by_value.items() if same[0].believed]
    sure: Standing = "active" if len(believed) == 1 else "disputed"
    found = []
    for said, same in by_value.items():
        standing = sure if said in believed else "proposed"
        support = tuple(one.id for one in same)
        found.append(Held(same[0].id, standing, *ending(same[0], known), support))
    return found


def each(statements: Sequence[Statement], world: datetime) -> list[Held]:
    """Return how every one of them stands at this moment, the oldest word first."""
    known = sorted(confirmed(statements), key=lambda one: one.order)
    standing = {id: held.standing for held in at(statements, world) for id in held.support}
    found = []
    for one in known:
        end, by = ending(one, known)
        ahead: Standing = "active" if one.believed else "proposed"
        later: Standing = "superseded" if _over(end, world) else ahead
        found.append(Held(one.id, standing.get(one.id, later), end, by, (one.id,)))
    return found


def confirmed(statements: Sequence[Statement]) -> list[Statement]:
    """Let what is only proposed be believed where two independent sources of record say so."""
    found = []
    for one in statements:
        since = None if one.believed or one.guarded else _second_source(one.said, statements)
        if since is not None:
            order = max(one.order, since)
            one = replace(one, believed=True, rank=CONFIRMED, order=order)
        found.append(one)
    return found


def ending(one: Statement, known: Sequence[Statement]) -> tuple[datetime | None, str | None]:
    """Return when it stops to hold, by its own words or by what came after, and which that is."""
    after = [(other.start, other.order, other.id) for other in known if _ends(other, one)]
    start, _, id = min(after, default=(None, None, None))
    if start is None or _over(one.end, start):
        return one.end, None
    return start, id


def _ends(new: Statement, old: Statement) -> bool:
    """Say whether `new` is what followed on `old` in the world.

    It must begin later and have as much authority; what is told late about an earlier time ends
    where the later begins, whoever told it. Of one beginning the stronger word counts, and of two
    of the owner's the newer.
    """
    if not new.believed or new.said == old.said:
        return False
    if not old.believed:
        return new.start > old.start
    came_after = new.order > old.order
    if new.start == old.start:
        return came_after and (new.rank > old.rank or new.rank == old.rank == OWNER)
    return new.start > old.start and (not came_after or new.rank >= old.rank)


def _second_source(said: str, statements: Sequence[Statement]) -> Order | None:
    """Return when the second independent source of record said the same."""
    first: dict[Source, Order] = {}
    for one in sorted(statements, key=lambda one: one.heard):
        if one.said == said and one.of_record is not None:
            first.setdefault(one.of_record, one.heard)
    orders = sorted(first.values())
    return orders[INDEPENDENT_MIN - 1] if len(orders) >= INDEPENDENT_MIN else None


def _over(end: datetime | None, world: datetime) -> bool:
    return end is not None and end <= world
