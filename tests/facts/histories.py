"""Histories of a small company's facts, from a seed: told, corrected, late, withdrawn, merged.

Each step is done with the product's own verbs and written down for tests/facts/model.py.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from memory import events
from memory.beliefs import facts
from memory.canon import merging, records
from memory.db import Database, Tx
from tests.facts.model import Done, Said

BEGINS = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PEOPLE = ("Ada", "Bruno", "Chloé", "Dorota")
SOUNDS = "bcdfghklmnprtvwz"
VALUES: dict[str, tuple[Any, ...]] = {
    "price": ("80.00", "90.00", "95.00"),
    "phone": ("+49 30 1", "+49 30 2", "+49 30 3"),
    "iban": ("DE02120300000000202051", "DE89370400440532013000"),
    "note": ("likes tea", "pays late", "has two dogs"),
}
MANY = ("note",)
GUARDED = ("iban",)
SAY, STEPS = 12, 20
SOURCES = ("bank", "shop", "mail", "crm")


class Walking:
    """A clock that a history moves."""

    def __init__(self) -> None:
        self.now = BEGINS

    def __call__(self) -> datetime:
        return self.now


@dataclass
class History:
    """A history that is being lived: in the database, and as a list for the model."""

    db: Database
    clock: Walking
    rng: random.Random
    people: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    log: list[Said | Done] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    endorsed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    @property
    def said(self) -> list[Said]:
        return [one for one in self.log if isinstance(one, Said)]

    async def live(self) -> None:
        """Begin with four people, and let things happen."""
        async with self.db.transaction() as tx:
            for first in PEOPLE:
                last = "".join(self.rng.choice(SOUNDS) + self.rng.choice("aeiou") for _ in "1234")
                self.names.append(f"{first} {last.capitalize()}")
                state = {"name": self.names[-1]}
                self.people.append((await records.create(tx, "person", state, None)).id)
        for _ in range(STEPS):
            self.clock.now += self._while()
            async with self.db.transaction() as tx:
                await self._step(tx)
                if self._rarely():
                    await self._say(tx)  # in the same moment
            self.moments.append(self.clock.now)

    def root(self, person: str) -> str:
        """Return the one that this person is the same as by now."""
        while person in self.merged:
            person = self.merged[person]
        return person

    def _while(self) -> timedelta:
        return self.rng.choice([timedelta(microseconds=1), timedelta(minutes=7), timedelta(days=3)])

    async def _step(self, tx: Tx) -> None:
        other: tuple[Callable[[Tx], Awaitable[None]], ...] = (
            self._withdraw, self._withdraw_source, self._correct, self._endorse, self._endorse,
            self._merge, self._split,
        )  # fmt: skip
        known = len(self.said)
        is_saying = known < 3 or self.rng.randrange(len(other) + SAY) < SAY
        await (self._say(tx) if is_saying else self.rng.choice(other)(tx))

    async def _say(self, tx: Tx) -> None:
        author = self.rng.choice(("owner", "owner", "document", "connector", "client", "agent"))
        outside = author == "client" or (author != "owner" and self.rng.random() < 0.4)
        source = self.rng.choice(SOURCES)
        actor = self.rng.choice(("north", "south"))
        told = await events.append(
            tx, "told", source=source, key=f"{self.people[0]} {len(self.log)}", actor=actor,
            trust="outside" if outside else "system",
        )  # fmt: skip
        assert told is not None
        attribute = self.rng.choice(list(VALUES))
        since = self._since()
        until = since + timedelta(days=self.rng.randrange(1, 30)) if self._rarely() else None
        value = self.rng.choice(VALUES[attribute])
        person = self.rng.choice(self.people)
        one = attribute not in MANY
        id = await facts.learn(
            tx, attribute, value, record=person, author=author, source=told.id,
            cardinality="one" if one else "many", valid_from=since, valid_to=until,
        )  # fmt: skip
        who = f"{source}/{actor}"
        said = Said(
            id, person, attribute, value, author, since, until, tx.now, outside, told.id, who, one
        )
        self.log.append(said)

    def _since(self) -> datetime:
        """Mostly now; or earlier, later, or just when something else began."""
        kind = self.rng.random()
        if kind < 0.2 and self.said:
            return self.rng.choice(self.said).since
        days = 0 if kind < 0.6 else self.rng.randrange(-60, 0 if kind < 0.9 else 20)
        return self.clock.now + timedelta(days=days)

    def _rarely(self) -> bool:
        return self.rng.random() < 0.15

    async def _withdraw(self, tx: Tx) -> None:
        one = self.rng.choice(self.said)
        assert await facts.retract(tx, one.id, None) == (one.id not in self.gone)
        self._note_gone(one.id, tx.now)

    async def _withdraw_source(self, tx: Tx) -> None:
        source = self.rng.choice(self.said).source
        await facts.retract_source(tx, source, "evt_cause")
        for one in self.said:
            if one.source == source:
                self._note_gone(one.id, tx.now)

    def _note_gone(self, id: str, at: datetime) -> None:
        if id not in self.gone:
            self.gone.add(id)
            self.log.append(Done("withdrawn", id, "", at))

    async def _correct(self, tx: Tx) -> None:
        """The operator says that it was another value all along; a note ends when it did."""
        one = self.rng.choice(self.said)
        wrong = await facts.get(tx, one.id)
        assert wrong is not None
        value = self.rng.choice(VALUES[one.attribute])
        cause = (await events.note(tx, "said", None)).id
        id = await facts.correct(tx, wrong, value, cause)
        self._note_gone(one.id, tx.now)
        self.log.append(
            Said(
                id, one.person, one.attribute, value, "owner", one.since,
                one.until if one.attribute in facts.WORDS else None, tx.now, False, cause, "",
                one.one,
            )
        )  # fmt: skip

    async def _endorse(self, tx: Tx) -> None:
        one = self.rng.choice(self.said)
        can = one.id not in self.gone | self.endorsed and one.attribute not in GUARDED
        assert await facts.endorse(tx, one.id, "evt_yes") == can
        if can:
            self.endorsed.add(one.id)
            self.log.append(Done("endorsed", one.id, "", tx.now))

    async def _merge(self, tx: Tx) -> None:
        apart = [one for one in self.people if one not in self.merged]
        if len(apart) > 2:
            stays, goes = self.rng.sample(apart, 2)
            await merging.merge(tx, stays, goes, None)
            self.merged[goes] = stays
            self.log.append(Done("merged", stays, goes, tx.now))

    async def _split(self, tx: Tx) -> None:
        if self.merged:
            goes = self.rng.choice(list(self.merged))
            await merging.split(tx, goes, None)
            self.log.append(Done("split", self.merged.pop(goes), goes, tx.now))
