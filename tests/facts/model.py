"""The slow way to know what holds: at one moment of the world, hear everything in its order.

Shares no code with memory/; it has no intervals, only who still stands at that moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

MIGHT = {"owner": 50, "document": 40, "connector": 30, "client": 20, "agent": 10}
NEVER_BY_REPETITION = {"iban", "email", "account"}


@dataclass(frozen=True)
class Said:
    """One statement of a history; `who` is the source of record, where it is one."""

    id: str
    person: str
    attribute: str
    value: Any
    author: str
    since: datetime
    until: datetime | None
    heard: datetime
    outside: bool
    source: str
    who: str
    one: bool = True


@dataclass(frozen=True)
class Done:
    """What happened to statements or people: withdrawn, endorsed, merged, split."""

    what: str
    ref: str
    other: str
    at: datetime


@dataclass(frozen=True)
class _Heard:
    said: Said
    might: int
    proposed: bool


def expected(
    log: Iterable[Said | Done], person: str, attribute: str, world: datetime, known: datetime
) -> set[tuple[str, str]]:
    """Return (value, standing) for everything that holds of the person, as text."""
    heard = [one for one in log if (one.heard if isinstance(one, Said) else one.at) <= known]
    people = _people(heard, person)
    gone = {one.ref for one in heard if isinstance(one, Done) and one.what == "withdrawn"}
    live = [
        one
        for one in heard
        if not isinstance(one, Said)
        or (one.person in people and one.attribute == attribute and one.id not in gone)
    ]
    if any(isinstance(one, Said) and not one.one for one in live):
        return _many(live, world)
    return _told(_standing(_as_heard(live), world), world)


def _people(heard: list[Said | Done], person: str) -> set[str]:
    """Play merges and splits; return everybody who is this person in the end."""
    is_now: dict[str, str] = {}
    for one in heard:
        if isinstance(one, Done) and one.what == "merged":
            is_now[one.other] = one.ref
        if isinstance(one, Done) and one.what == "split":
            del is_now[one.other]
    people = {person}
    while True:
        more = {goes for goes, stays in is_now.items() if stays in people} - people
        if not more:
            return people
        people |= more


def _as_heard(live: list[Said | Done]) -> list[_Heard]:
    """Return the statements in the order in which each came to count, and with which might."""
    said = {one.id: one for one in live if isinstance(one, Said)}
    order: list[_Heard] = []
    for one in live:
        if isinstance(one, Said):
            proposed = one.outside or one.author in ("client", "agent")
            order.append(_Heard(one, MIGHT[one.author], proposed))
        elif one.what == "endorsed" and one.ref in said:
            order = [each for each in order if each.said.id != one.ref]
            order.append(_Heard(said[one.ref], MIGHT["owner"], False))
        order = _confirmed(order)
    return order


def _confirmed(order: list[_Heard]) -> list[_Heard]:
    """Two sources of record that do not depend on each other lift what they both say."""
    for value in {repr(each.said.value) for each in order if each.proposed}:
        alike = [each for each in order if repr(each.said.value) == value]
        sources = {
            each.said.who
            for each in alike
            if each.said.author in ("document", "connector") and each.said.who
        }
        lifted = [each for each in alike if each.proposed]
        if len(sources) > 1 and lifted[0].said.attribute not in NEVER_BY_REPETITION:
            rest = [each for each in order if each not in lifted]
            new = [replace(each, might=MIGHT["connector"], proposed=False) for each in lifted]
            order = rest + new
    return order


def _standing(order: list[_Heard], world: datetime) -> list[_Heard]:
    """Let each who speaks of this moment come in; who has to go, goes for good."""
    believed: list[_Heard] = []
    spoke: list[_Heard] = []
    for new in (each for each in order if not each.proposed and each.said.since <= world):
        others = [old for old in spoke if old.said.value != new.said.value]
        is_past = any(old.said.since > new.said.since and _meets(new, old) for old in others)
        believed = [old for old in believed if old not in others or not _gives_way(old, new)]
        if not is_past:  # else somebody has spoken of a time after that, if not of this moment
            believed.append(new)
        spoke.append(new)
    proposed = [
        each
        for each in order
        if each.proposed
        and each.said.since <= world
        and not any(
            old.said.since > each.said.since
            and old.said.since <= world
            and old.said.value != each.said.value
            for old in order
            if not old.proposed
        )
    ]
    return believed + proposed


def _meets(old: _Heard, new: _Heard) -> bool:
    return old.said.until is None or new.said.since < old.said.until


def _gives_way(old: _Heard, new: _Heard) -> bool:
    if new.said.since > old.said.since:
        return new.might >= old.might and _meets(old, new)
    if new.said.since == old.said.since:
        return new.might > old.might or new.might == old.might == MIGHT["owner"]
    return False


def _told(standing: list[_Heard], world: datetime) -> set[tuple[str, str]]:
    here = [each for each in standing if each.said.until is None or each.said.until > world]
    sure = {repr(each.said.value) for each in here if not each.proposed}
    maybe = {repr(each.said.value) for each in here if each.proposed} - sure
    how = "active" if len(sure) == 1 else "disputed"
    return {(value, how) for value in sure} | {(value, "proposed") for value in maybe}


def _many(live: list[Said | Done], world: datetime) -> set[tuple[str, str]]:
    """Of many values each stands for itself."""
    values = {repr(one.value) for one in live if isinstance(one, Said)}
    found: set[tuple[str, str]] = set()
    for value in values:
        alike = [o for o in live if not isinstance(o, Said) or repr(o.value) == value]
        found |= _told(_standing(_as_heard(alike), world), world)
    return found
