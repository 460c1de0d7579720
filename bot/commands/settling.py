"""What the payments of a statement are for: sure ones by one tap, each other one by its own.

Only what the card shows is done: if the books or records changed since, it is shown anew.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agents.banking import settling
from agents.banking.matching import Found, Match
from bot.commands import importing
from connectors.contract import PermanentError
from connectors.money import in_words
from connectors.payments.ledger import Ledger
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Fold, Heading, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import events
from memory.canon.importing import Sorted
from memory.canon.records import TakenError

AT_ONCE = 20  # payments that one tap enters
ASKED_MAX = 6  # lines that the card asks about at a time
LETTERS = "ABC"
TITLE = "What the payments are for · {name}"
SURE = "{count} name an invoice and bring exactly what is owed"
OPEN = "{count} could be for these; tap the letter of the right one, or leave it"
MORE = "{count} more come after these."
NOTHING = "No payment of it fits an open invoice."
CHANGED = "The books or records changed since, so this is how it stands now. Nothing was done."
TAKEN = "I enter {count} in the ledger."


@dataclass(frozen=True, slots=True)
class _Look:
    """A statement as it stands now: its lines by their number, and what they may settle."""

    lines: dict[str, Sorted]
    found: tuple[Found, ...]
    seen: str | None  # as of which writing of the records

    @property
    def sure(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if one.sure)[:AT_ONCE]

    @property
    def open(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if not one.sure)


async def look(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show what the payments of a statement may be for. Nothing is changed."""
    try:
        shown = card(tap.ref, tap.item, await _looked(house, tap.ref))
    except PermanentError as error:
        return Reply(str(error), refused=True)
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        await outbox.post(tx, shown, who.conv)
        await outbox.show_again(tx, shown.key, who.conv)
    return Reply("", shown.key)


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Enter those payments that the card was sure of."""
    name, mark = json.loads(tap.item)
    now = await _looked(house, tap.ref)
    chosen = [(one, one.matches[0]) for one in now.sure]
    return await _settled(house, tap, who, key, values, name, now, chosen, mark)


async def choose(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Enter one payment for the invoices that the operator chose."""
    name, mark = json.loads(tap.item)
    now = await _looked(house, tap.ref)
    chosen = [(one, m) for one in now.open for m in one.matches if _mark([(one, m)]) == mark]
    return await _settled(house, tap, who, key, values, name, now, chosen, mark)


VERBS: dict[str, Any] = {"settle": look, "settle.take": take, "settle.choose": choose}


async def _settled(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], name: str, now: _Look,
    chosen: Sequence[tuple[Found, Match]], mark: str,
) -> Reply:  # fmt: skip
    done = bool(chosen) and _mark(chosen) == mark
    wanted = [(now.lines[one.came.number], match) for one, match in chosen]
    try:
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            done = done and await events.newest(tx, *importing.WRITTEN) == now.seen
            if done:
                await settling.plan(tx, house, wanted, cause, tap.conv)
    except TakenError:
        done = False
    left = await _looked(house, tap.ref)
    if done:
        taken = {one.came.number for one, _ in chosen}
        left = _Look(left.lines, tuple(f for f in left.found if f.came.number not in taken), None)
    shown = card(tap.ref, name, left)
    async with house.db.transaction() as tx:
        await outbox.post(tx, shown, who.conv)
    if not done:
        return Reply(CHANGED, shown.key, refused=True)
    count = "one payment" if len(wanted) == 1 else f"{len(wanted)} payments"
    return Reply(TAKEN.format(count=count), shown.key)


async def _looked(house: House, digest: str) -> _Look:
    lines, _, seen = await importing.sorted_now(house, digest)
    bills = await asyncio.to_thread(_bills, house)
    async with house.db.snapshot() as reader:
        found = await settling.find(reader, lines, bills)
    return _Look({str(one.row.line): one for one in lines}, tuple(found), seen)


def _bills(house: House) -> tuple[Any, ...]:
    return Ledger(house.blobs).invoices()


def card(digest: str, name: str, now: _Look) -> Msg:
    """Return what the payments may be for, each with its reasons."""
    title = TITLE.format(name=name)[:190]
    parts: list[Part] = [Heading(text=title), *_parts(now)]
    rows = tuple(_buttons(digest, name, now))
    return Msg(
        key=f"settle:{digest[:16]}", summary=title, parts=tuple(parts) or (_para(NOTHING),),
        buttons=rows,
    )  # fmt: skip


def _parts(now: _Look) -> Iterator[Part]:
    if not now.found:
        yield _para(NOTHING)
    if now.sure:
        items = tuple(f"{_line(now, one)}: {_told(one, one.matches[0])}" for one in now.sure)
        yield Fold(title=SURE.format(count=len(items)), parts=(Bullets(items=items),))
    if now.open:
        yield _para(OPEN.format(count=len(now.open)))
        for one in now.open[:ASKED_MAX]:
            choices = zip(LETTERS, one.matches, strict=False)
            told = tuple(f"{letter}: {_told(one, match)}" for letter, match in choices)
            yield Bullets(items=(_line(now, one), *told))
    if (more := len(now.open) - ASKED_MAX) > 0:
        yield _para(MORE.format(count=more))


def _buttons(digest: str, name: str, now: _Look) -> Iterator[tuple[Button, ...]]:
    if now.sure:
        item = json.dumps([name, _mark([(one, one.matches[0]) for one in now.sure])])
        label = f"Settle {len(now.sure)}"
        yield (Button(label=label, action="settle.take", ref=digest, item=item, style="ok"),)
    for one in now.open[:ASKED_MAX]:
        yield tuple(
            Button(
                label=f"Line {one.came.number}: {letter}", action="settle.choose", ref=digest,
                item=json.dumps([name, _mark([(one, match)])]),
            )
            for letter, match in zip(LETTERS, one.matches, strict=False)
        )  # fmt: skip


def _line(now: _Look, one: Found) -> str:
    line, came = now.lines[one.came.number], one.came
    told = (f"{came.day}", in_words(came.amount, came.currency), line.row.said)
    return f"line {came.number}: {' · '.join(filter(None, told))}"


def _told(one: Found, match: Match) -> str:
    shares = [f"{number}, {in_words(amount, one.came.currency)}" for number, amount in match.shares]
    return f"{' and '.join(shares)} ({'; '.join(match.why)})"


def _mark(chosen: Sequence[tuple[Found, Match]]) -> str:
    """Return what stands for exactly these payments and invoices: what was shown is done."""
    said = [[one.came.number, *map(str, one.came[1:4]), str(m.shares)] for one, m in chosen]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
