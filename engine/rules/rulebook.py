"""The rulebook: the rules in force now. Firstmate's, the operator's files, and their own rules.

base (files, read at the start) + own rules (the database) ──commit──▶ book (what judges)

An own rule that no longer loads is set aside and said; it never stops the start.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.chat import outbox
from engine.chat.messages import say
from engine.rules import bundles, own_rules
from engine.rules.own_rules import OwnRule
from memory.db import Database, Tx
from policies.book import BookError, join
from policies.reading import Fault
from policies.rules import Book, Rule

SIGNAL = "rules"
SOURCE = "you"  # where an own rule stands, for whoever lists the book
UNREADABLE = "It is written in a way this version cannot read."
ASIDE = "I set a rule of yours aside, so it decides nothing: {says} Why: {why} /policy shows it."


@dataclass(frozen=True, slots=True)
class Composed:
    """A book, and why some own rules are not in it."""

    book: Book
    aside: dict[str, str]


class Rulebook:
    """What judges now. Changes count from their commit on, and all at once."""

    def __init__(self, base: Book) -> None:
        self.base = base
        self.book = base
        self.aside: dict[str, str] = {}
        self._made: dict[int, tuple[Book, Composed]] = {}
        self._numbers = 0
        self._in_force = 0

    async def open(self, db: Database) -> None:
        """Put the kept rules in force, and follow every change of them from now on."""
        db.listen(SIGNAL, self._committed)
        async with db.transaction() as tx:
            await self._refresh(tx, None)

    async def stand_on(self, tx: Tx, base: Book, cause: str | None) -> None:
        """Put other rules below the operator's own, from the commit on."""
        await self._refresh(tx, cause, base)

    async def add(self, tx: Tx, rule: Rule, says: str, cause: str) -> OwnRule:
        """Keep a rule of the operator, in force from the commit on. BookError: it cannot hold."""
        join(self.base, rule, SOURCE)
        kept = await own_rules.write(tx, rule, says, cause)
        await self._refresh(tx, cause)
        return kept

    async def turn(self, tx: Tx, old: OwnRule, state: own_rules.State, cause: str) -> OwnRule:
        """Pause, resume or remove a rule. BookError: it can no longer hold."""
        if state == "active":
            self._check(old)
        kept = await own_rules.turn(tx, old, state, cause)
        await self._refresh(tx, cause)
        return kept

    async def back(self, tx: Tx, old: OwnRule, cause: str) -> OwnRule | None:
        """Return to the version before. None: there is none. BookError: it can no longer hold."""
        before = await own_rules.get(tx, old.rule, old.version - 1)
        if before is None:
            return None
        if before.state == "active":
            self._check(before)
        kept = await own_rules.back(tx, old, cause)
        await self._refresh(tx, cause)
        return kept

    def _check(self, kept: OwnRule) -> None:
        rule = kept.read
        if rule is None:
            raise BookError((Fault(SOURCE, 0, kept.rule, UNREADABLE),))
        join(self.base, rule, SOURCE)

    async def _refresh(self, tx: Tx, cause: str | None, base: Book | None = None) -> None:
        """Compose the book as this transaction leaves the rules; the commit puts it in force."""
        kept, base = await own_rules.every(tx), base or self.base
        made = compose(base, kept)
        await bundles.keep(tx, made.book, cause)
        for one in kept:
            if one.rule in made.aside:
                text = ASIDE.format(says=one.says, why=made.aside[one.rule])
                await outbox.post(tx, say(f"rule:aside:{one.rule}:{one.version}", text))
        self._numbers += 1
        self._made[self._numbers] = (base, made)
        tx.signal(SIGNAL, str(self._numbers))

    def _committed(self, ref: str) -> None:
        """Numbers are given under the write lock, so the highest is the newest commit."""
        number = int(ref)
        if number <= self._in_force:
            return
        self.base, made = self._made[number]
        self._in_force, self.book, self.aside = number, made.book, made.aside
        self._made = {one: made for one, made in self._made.items() if one > number}


def compose(base: Book, own: Iterable[OwnRule]) -> Composed:
    """Return the base with every active rule that still loads, and why the others do not."""
    book, aside = base, {}
    for kept in own:
        if kept.state != "active":
            continue
        rule = kept.read
        if rule is None:
            aside[kept.rule] = UNREADABLE
            continue
        try:
            book = join(book, rule, SOURCE)
        except BookError as error:
            aside[kept.rule] = " ".join(fault.says for fault in error.faults)
    return Composed(book, aside)
