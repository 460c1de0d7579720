"""Going back: a record says again what an earlier version of it said, after a look at both.

What the books say is not taken back here: a payment is refunded, an invoice is corrected.
"""

from typing import Any

from bot.commands import sides
from engine.acting.taps import GONE, Person, Reply, heard
from engine.autonomy import ladder
from engine.chat import outbox
from engine.chat.messages import Button, FieldDiff, Heading, Msg, Para, Span
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import profile
from memory.canon import kinds, records, versions
from memory.canon.records import Record, TakenError, Version
from memory.db import Reader, Tx

OFFERED_MAX = 3
BOOKS = ("order", "invoice", "payment")  # they say what the ledger says
TITLE = "{name}: back to version {number}?"
SAYS = "It becomes version {next}, and nothing is lost: every version stays."
SAME = "It says now what it said then, so there is nothing to change."
BACK = "{name} says again what version {number} said; that is version {version} now."
NOT_NOW = "Not changed: {why}."


def offers(found: Record, numbers: list[int]) -> tuple[tuple[Button, ...], ...]:
    """Return a button for each of the newest earlier versions."""
    if found.kind in BOOKS:
        return ()
    earlier = sorted((n for n in numbers if n != found.version), reverse=True)[:OFFERED_MAX]
    row = tuple(
        Button(
            label=f"Back to {number}…",
            action="record.look_back",
            ref=found.id,
            item=f"{number} {found.version}",
        )
        for number in earlier
    )
    return (row,) if row else ()


async def look(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show what going back would change. Nothing is changed."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        shown = await _as_shown(tx, tap)
        if shown is None:
            return Reply(GONE, refused=True)
        try:
            card = _card(tap, *shown, await profile.read(tx))
        except ValueError as error:
            return Reply(NOT_NOW.format(why=kinds.says(error)), refused=True)
        await outbox.post(tx, card, who.conv)
        await outbox.show_again(tx, card.key, who.conv)
    return Reply("", card.key)


async def go(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Go back to what the card showed, if the record still is as it was then."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        shown = await _as_shown(tx, tap)
        if shown is None:
            return Reply(GONE, refused=True)
        now, then = shown
        try:
            record = await versions.restore(tx, now.id, then.version, cause)
        except TakenError as error:
            other = await records.get(tx, error.record)
            whose = f"an address of it belongs to {other.name if other else 'another'} by now"
            return Reply(NOT_NOW.format(why=whose), refused=True)
        except ValueError as error:
            return Reply(NOT_NOW.format(why=kinds.says(error)), refused=True)
        for address in _addresses(record) - _addresses(now):
            await ladder.widened(tx, house, record, address, cause)
        said = BACK.format(name=record.name, number=then.version, version=record.version)
        title = TITLE.format(name=now.name, number=then.version)
        parts = (Heading(text=title), Para(spans=(Span(text=said),)))
        await outbox.post(tx, Msg(key=_key(now), summary=said[:190], parts=parts), who.conv)
    return Reply(said)


VERBS: dict[str, Any] = {"record.look_back": look, "record.back": go}


async def _as_shown(reader: Reader | Tx, tap: Tap) -> tuple[Record, Version] | None:
    """Return the record and the earlier version, if nothing changed since the button was shown."""
    number, _, current = tap.item.partition(" ")
    now = await records.get(reader, tap.ref)
    then = await versions.get(reader, tap.ref, int(number))
    if now is None or then is None or now.id != tap.ref or str(now.version) != current:
        return None
    return None if now.kind in BOOKS or now.status == "erased" else (now, then)


def _card(tap: Tap, now: Record, then: Version, settings: dict[str, Any]) -> Msg:
    title = TITLE.format(name=now.name, number=then.version)
    rows = tuple(sides.changes(now.state, versions.whole(now.kind, then), settings))
    says = SAYS.format(next=now.version + 1) if rows else SAME
    parts = (Heading(text=title), Para(spans=(Span(text=says),)), FieldDiff(rows=rows))
    label = f"Go back to version {then.version}"
    button = Button(label=label, action="record.back", ref=now.id, item=tap.item)
    return Msg(
        key=_key(now),
        summary=title[:190],
        parts=parts if rows else parts[:2],
        buttons=((button,),) if rows else (),
    )


def _key(record: Record) -> str:
    return f"back:{record.id}"


def _addresses(record: Record) -> set[str]:
    keys = kinds.model(record.kind, record.state).keys()
    return {value for scheme, value in keys if scheme == "email"}
