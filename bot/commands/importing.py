"""A list that was dropped: what it would make of the records, and the tap that does it."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from agents.banking.line import Own
from agents.banking.sheet import UnknownColumnsError
from agents.incoming import tables
from bot.commands import columns, likely
from connectors import blobs
from connectors.contract import PermanentError
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Fold, Heading, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import events, profile
from memory.canon import fields, importing, records, versions
from memory.canon.importing import Fate, Sorted
from memory.canon.records import TakenError

AT_ONCE = 200
WRITTEN = ("record.active", "record.proposed", "record.revised", "list.imported")
SHOWN_MAX = 30
ASKED_MAX = 4  # lines that the card asks about at a time
BOOKED: Fate = "booked"
BROUGHT = ("statement", "trace")  # by which a payment is known to be a line
SAME = "It is that payment; no statement records it a second time."
ANOTHER = "It is recorded as a payment of its own."
LEFT_OPEN = " Lines left open: {count}; “Import as records…” asks again whether you booked them."
LATE = "That payment was changed since, so I leave it as it is."
WHAT_FOR = "What are they for?"
APART = "It is not that payment after all; the card asks again."
TITLE = "Import “{name}”"
FATES: dict[Fate, str] = {
    "new": "would be new",
    "booked": "may be payments that you booked: say of each below whether it is",
    "adds": "would get what is missing in their record",
    "known": "are recorded already, nothing new",
    "namesake": "have the name of somebody recorded and no address of theirs, so they are left out",
    "shared": "have an address of somebody of another name, so they are left out",
    "wrong": "cannot be read, so they are left out",
}
SAYS = "What is recorded stays as it is; a list only fills in what is missing."
MOVED = (
    "Each line is recorded once, however often a statement tells it. What the other side wrote is "
    "shown here and not recorded. No invoice is settled before you say what a payment is for."
)
LEFT = "Left out are the columns {names}."
NOTHING = "There is nothing in it to add; nothing was changed."
OTHER = "The records changed since, so this is what it would do now. Nothing was done."
MEANWHILE = "The records changed meanwhile. Tap “Import as records…” again for what is left."
DONE = "Imported: {new} new, {adds} filled in. {rest} left as they are."
LIKELY = "Of all records {count} pairs may be the same; /same asks about them."


async def look(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show what an import would do, or ask what the columns mean. Nothing is changed."""
    try:
        found, left, _ = await sorted_now(house, tap.ref)
    except UnknownColumnsError as error:
        return await columns.ask(house, tap, who, key, values, error)
    except PermanentError as error:
        return Reply(str(error), refused=True)
    shown = card(tap.ref, tap.item, found, left)
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        await outbox.post(tx, shown, who.conv)
        await outbox.show_again(tx, shown.key, who.conv)
    return Reply("", shown.key)


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Import exactly what the card showed, in portions; again after a crash does the rest."""
    name, _, shown_as = tap.item.rpartition(" ")
    try:
        found, left, seen = await sorted_now(house, tap.ref)
    except PermanentError as error:
        return Reply(str(error), refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        if _fingerprint(found) != shown_as:
            again = card(tap.ref, name, found, left)
            await outbox.post(tx, again, who.conv)
            return Reply(OTHER, again.key, refused=True)
    todo = [one for one in found if one.fate in ("new", "adds")]
    for start in range(0, len(todo), AT_ONCE):
        try:
            async with house.db.transaction() as tx:
                if not start and await events.newest(tx, *WRITTEN) != seen:
                    return Reply(MEANWHILE, refused=True)  # by the same tap, it may be
                await importing.take(tx, todo[start : start + AT_ONCE], cause)
        except TakenError:  # somebody else wrote it since: this portion is as if never begun
            return Reply(MEANWHILE, refused=True)
    counts = {str(fate): sum(one.fate == fate for one in found) for fate in FATES}
    rest = len(found) - len(todo)
    said = DONE.format(**counts, rest=rest) if todo else NOTHING
    async with house.db.snapshot() as reader:
        pairs = len(await likely.find(reader))
    said += f" {LIKELY.format(count=pairs)}" if pairs and todo else ""
    open_ = sum(one.fate == BOOKED for one in found)
    said += LEFT_OPEN.format(count=open_) if open_ else ""
    async with house.db.transaction() as tx:
        await events.note(tx, "list.imported", cause, file=tap.ref, counts=counts)
        moved = any(one.row.kind == "payment" for one in found)
        await outbox.post(tx, _done(tap.ref, name, said, moved), who.conv)
    return Reply(said)


async def same(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The line is the payment that the card named: it is that one's from now on."""
    return await _decided(house, tap, who, key, values)


async def another(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The line is a payment of its own."""
    return await _decided(house, tap, who, key, values, fate="new")


async def _decided(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], fate: Fate = "adds"
) -> Reply:
    """Do with one line what the operator says, if it still is as the card showed it."""
    line, booked, name = tap.item.split(" ", 2)
    try:
        found, *_ = await sorted_now(house, tap.ref)
    except PermanentError as error:
        return Reply(str(error), refused=True)
    mine = [
        one for one in found if (str(one.row.line), one.record, one.fate) == (line, booked, BOOKED)
    ]
    done = True
    try:
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            for one in mine:
                await importing.take(tx, [one._replace(fate=fate)], cause)
    except TakenError:
        done = False
    shown = await _again(house, tap.ref, name, who)
    if not (mine and done):
        return Reply(OTHER, shown, refused=True)
    return Reply(SAME if fate == "adds" else ANOTHER, shown)


async def apart(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The line is not that payment after all, which is again what it was before."""
    booked, name = tap.item.split(" ", 1)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        now = await records.get(tx, booked)
        before = None if now is None else await versions.get(tx, now.id, now.version - 1)
        if now is None or not _brought(now.state, None if before is None else before.state):
            return Reply(LATE, refused=True)
        await versions.restore(tx, now.id, now.version - 1, cause)
    return Reply(APART, await _again(house, tap.ref, name, who))


def _brought(now: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """Say whether only the statement's number came with the newest version."""
    return (
        before is not None
        and bool(now["statement"])
        and now | dict.fromkeys(BROUGHT) == before | {name: before.get(name) for name in BROUGHT}
    )


async def _again(house: House, digest: str, name: str, who: Person) -> str:
    """Show the look as it is now; return the key of its card."""
    found, left, _ = await sorted_now(house, digest)
    shown = card(digest, name, found, left)
    async with house.db.transaction() as tx:
        await outbox.post(tx, shown, who.conv)
    return shown.key


async def learnt(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The columns mean what the card said: remember it, and show what the import would do."""
    name = await columns.learn(house, tap, who, key, values)
    return await look(house, tap.model_copy(update={"item": name}), who, f"{key}:look", values)


VERBS: dict[str, Any] = {
    "import": look,
    "import.learnt": learnt,
    **columns.VERBS,
    "import.take": take,
    "import.same": same,
    "import.another": another,
    "import.apart": apart,
}


def card(digest: str, name: str, found: Sequence[Sorted], left: tuple[str, ...]) -> Msg:
    """Return what an import would do, with the lines behind each number."""
    title = TITLE.format(name=name)
    moved = any(one.row.kind == "payment" for one in found)
    parts: list[Part] = [Heading(text=title), _para(MOVED if moved else SAYS), *_groups(found)]
    parts += [_para(LEFT.format(names=", ".join(left)))] if left else []
    count = sum(one.fate in ("new", "adds") for one in found)
    asked = [one for one in found if one.fate == BOOKED][:ASKED_MAX]
    rows = tuple(_asks(digest, name, one) for one in asked)
    yours = [one for one in found if one.why == importing.YOURS][:ASKED_MAX]
    rows += tuple(_offers(digest, name, one) for one in yours)
    item = f"{name} {_fingerprint(found)}"
    button = Button(label=f"Import {count}", action="import.take", ref=digest, item=item)
    what_for = Button(label=WHAT_FOR, action="settle", ref=digest, item=name)
    rows += ((what_for,),) if moved else ()
    return Msg(
        key=_key(digest),
        summary=title[:190],
        parts=tuple(parts if count or asked else [*parts, _para(NOTHING)]),
        buttons=(*rows, (button,)) if count else rows,
    )


def _offers(digest: str, name: str, one: Sorted) -> tuple[Button, ...]:
    label = f"Line {one.row.line}: it is not"
    item = f"{one.record} {name}"
    return (Button(label=label, action="import.apart", ref=digest, item=item),)


def _asks(digest: str, name: str, one: Sorted) -> tuple[Button, ...]:
    """Return the two answers to whether a line is the payment that was booked."""
    line, item = one.row.line, f"{one.row.line} {one.record} {name}"
    yes = Button(label=f"Line {line}: that one", action="import.same", ref=digest, item=item)
    no = Button(label=f"Line {line}: another", action="import.another", ref=digest, item=item)
    return (yes, no)


def _groups(found: Sequence[Sorted]) -> Iterator[Part]:
    for fate, says in FATES.items():
        some = [one for one in found if one.fate == fate]
        if not some:
            continue
        lines = tuple(_line(one) for one in some[:SHOWN_MAX])
        more = f" (the first {SHOWN_MAX})" if len(some) > SHOWN_MAX else ""
        yield Fold(title=f"{len(some)} {says}{more}", parts=(Bullets(items=lines),))


def _line(one: Sorted) -> str:
    if one.row.kind == "payment":
        return _moved(one)
    added = ", ".join(f"{name}: {value}" for name, value in one.adds.items())
    said = "; ".join(filter(None, (added, one.why)))
    address = one.row.state.get("email")
    who = f"{one.name} · {address}" if address and address != one.name else one.name
    return f"line {one.row.line}: {who or 'no name'}{f' ({said})' if said else ''}"


def _moved(one: Sorted) -> str:
    """Return a line of a statement: day, amount, the account's last digits, what stands there."""
    state = one.row.state
    account = str(state["number"]).partition("-")[0]
    told = [state["paid_on"], f"{state['amount']} {state['currency']}", f"account …{account}"]
    said = f" ({one.why})" if one.why else ""
    return f"line {one.row.line}: {' · '.join(filter(None, [*told, one.row.said]))}{said}"


def _done(digest: str, name: str, said: str, moved: bool) -> Msg:
    title = TITLE.format(name=name)
    what_for = Button(label=WHAT_FOR, action="settle", ref=digest, item=name)
    return Msg(
        key=_key(digest), summary=said[:190], parts=(Heading(text=title), _para(said)),
        buttons=((what_for,),) if moved else (),
    )  # fmt: skip


async def sorted_now(house: House, digest: str) -> tuple[list[Sorted], tuple[str, ...], str | None]:
    """Return what would become of the lines, the columns left out, and as of which writing."""
    data = await asyncio.to_thread(blobs.get, house.blobs, digest)
    own = _own(house)
    async with house.db.snapshot() as reader:
        settings = await profile.read(reader)
    mine = Own(settings["bank_columns"], settings["iban"], settings["currency"])
    rows, left = await asyncio.to_thread(tables.read, data, fields.columns(own), mine)
    async with house.db.snapshot() as reader:
        found = await importing.sort(reader, rows, country_of(settings), own)
        return found, left, await events.newest(reader, *WRITTEN)


def _own(house: House) -> dict[str, fields.Own]:
    try:
        return fields.load(house.blobs).get("person", {})
    except fields.FieldsError as error:  # written since the start, which checks it too
        raise PermanentError(str(error)) from None


def country_of(settings: dict[str, Any]) -> str | None:
    """Return where the company is, by its account or its language: “DE”."""
    account, region = settings["iban"], settings["locale"].partition("_")[2]
    return account[:2] or region or None


def _fingerprint(found: Sequence[Sorted]) -> str:
    """Return what stands for exactly this outcome: what was shown is what is done."""
    said = json.dumps([[one.row.line, one.fate, one.record, one.adds] for one in found])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _key(digest: str) -> str:
    return f"import:{digest[:16]}"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
