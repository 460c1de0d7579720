"""The commands about records: /who, /records, /history, and /same for two that are one.

Two records become one only by a tap on a card that shows both sides, and can be split again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.answers import reports
from agents.hearing.front import Command
from agents.reading import named, parties
from bot.commands import going_back, likely, sides
from engine.acting.taps import GONE, Person, Reply, heard
from engine.autonomy import ladder
from engine.chat import outbox, words
from engine.chat.messages import (
    Bullets,
    Button,
    FieldDiff,
    Heading,
    Msg,
    Para,
    Part,
    Span,
    say,
)
from engine.chat.tokens import Tap
from engine.rules.house import House
from engine.why import explain
from memory import events, profile
from memory.canon import fields, kinds, merging, records
from memory.canon.records import Record, Version
from memory.db import Reader, Tx
from memory.events import Event
from memory.recalling import recall, scope

LISTED_MAX, VERSIONS_MAX, ASKED_MAX = 15, 20, 3
NOBODY = "I know nothing and nobody called “{name}”."
SEVERAL = "Several are called so. Write one of these: {names}."
WHO_HOW = "Write a name, an address or a number after it, like /who Ada or /history INV-204."
SAME_HOW = "Write both, with “and” between them: /same Ada Example and ada@home.example"
NONE_LIKELY = "I find nobody who may be the same as somebody else. {how}"
MORE_LIKELY = "{count} more may be the same; /same shows the next when these are answered."
NO_KIND = "There is no kind “{kind}”. There are: {known}."
PLURALS = {"people": "person", "companies": "company"}
EMPTY = "There are no records yet. Forward a mail, or say “note on Ada: …”."
TITLE = "Are these the same?"
ONE = "{name} is one record now. What named the other is found there."
TWO = "Noted: they are two. I do not ask again."
SPLIT = "They are two records again: {one} and {other}."


@dataclass(frozen=True, slots=True)
class Who:
    house: House
    remembering: recall.Recall

    def commands(self) -> dict[str, Command]:
        return {
            "who": self.who,
            "records": self.records,
            "history": self.history,
            "same": self.same,
        }

    async def who(self, event: Event, rest: str) -> Msg:
        """Tell what is known of one record, each with its source."""
        key = f"who:{event.id}"
        async with self.house.db.snapshot() as reader:
            found = await one_called(reader, rest)
            if isinstance(found, str):
                return say(key, found)
            within = await scope.about(reader, found.id)
        remembered = await self.remembering(rest, within)
        async with self.house.db.snapshot() as reader:
            told = await reports.about(reader, found.id, remembered, key)
        return told or say(key, GONE)

    async def records(self, event: Event, rest: str) -> Msg:
        """Count the records by kind; with a kind, list the newest of it."""
        key, kind = f"records:{event.id}", _kind(rest)
        async with self.house.db.snapshot() as reader:
            if kind in kinds.KINDS:
                return await _listed(reader, kind, key)
            if kind:
                return say(key, NO_KIND.format(kind=rest.strip(), known=", ".join(kinds.KINDS)))
            counts = {kind: await records.count(reader, kind) for kind in kinds.KINDS}
        lines = tuple(f"{kind.capitalize()}: {count}" for kind, count in counts.items() if count)
        if not lines:
            return say(key, EMPTY)
        own = _own_fields(self.house)
        how = _para("/records person lists the newest of a kind, /who NAME tells about one.")
        parts = (Heading(text="Records"), Bullets(items=lines), *own, how)
        return Msg(key=key, summary="Records", parts=parts)

    async def history(self, event: Event, rest: str) -> Msg:
        """Tell every version of one record, the newest first: what changed, when and why."""
        key = f"history:{event.id}"
        async with self.house.db.snapshot() as reader:
            found = await one_called(reader, rest)
            if isinstance(found, str):
                return say(key, found)
            settings = await profile.read(reader)
            versions = await records.history(reader, found.id)
            lines = [await _version(reader, *pair, settings) for pair in _pairs(versions)]
        shown = tuple(reversed(lines))[:VERSIONS_MAX]
        more = len(lines) - len(shown)
        parts: list[Part] = [Heading(text=f"{found.name} · {found.kind}"), Bullets(items=shown)]
        parts += [_para(f"{more} older versions are kept as well.")] if more else []
        return Msg(
            key=key,
            summary=f"History of {found.name}"[:190],
            parts=tuple(parts),
            buttons=going_back.offers(found, [version.version for version in versions]),
        )

    async def same(self, event: Event, rest: str) -> Msg | None:
        """Ask on a card whether two records are the same, with what each of them says."""
        key, (first, _, second) = f"same:{event.id}", rest.partition(" and ")
        if not rest:
            return await self._likely(event, key)
        if not second.strip():
            return say(key, SAME_HOW)
        async with self.house.db.transaction() as tx:
            one, other = await one_called(tx, first), await one_called(tx, second)
            if isinstance(one, str) or isinstance(other, str):
                return say(key, one if isinstance(one, str) else str(other))
            try:
                together = merging.union(*await merging.both(tx, one.id, other.id))
            except merging.MergeError as error:
                return say(key, str(error))
            await outbox.post(
                tx, card(one, other, together, await profile.read(tx)), str(event.body["conv"])
            )
        return None

    async def _likely(self, event: Event, key: str) -> Msg | None:
        """Ask about those who may be the same, the likeliest last, where it is seen first."""
        async with self.house.db.snapshot() as reader:
            found = await likely.find(reader)
        async with self.house.db.transaction() as tx:
            for one, other, match in reversed(found[:ASKED_MAX]):
                together = merging.union(one, other)
                asked = card(one, other, together, await profile.read(tx), likely.why(match))
                await outbox.post(tx, asked, str(event.body["conv"]))
                await outbox.show_again(tx, asked.key, str(event.body["conv"]))
        if not found:
            return say(key, NONE_LIKELY.format(how=SAME_HOW))
        more = len(found) - ASKED_MAX
        return say(key, MORE_LIKELY.format(count=more)) if more > 0 else None


async def merge(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """They are the same: what the card showed becomes the new version."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        pair = await _as_shown(tx, tap)
        if pair is None:
            return Reply(GONE, refused=True)
        one, other = pair
        try:
            kept = await merging.merge(tx, one.id, other.id, cause)
        except merging.MergeError as error:
            return Reply(str(error), refused=True)
        for address in await records.keys_of(tx, kept.id, "email"):
            await ladder.widened(tx, house, kept, address, cause)
        apart = Button(label="Split them again", action="record.split", ref=other.id)
        said = ONE.format(name=kept.name)
        await outbox.post(tx, _answered(one, other, said, apart), who.conv)
    return Reply(said)


async def split(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """They are two after all: both come back."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        try:
            one, other = await merging.split(tx, tap.ref, cause)
        except merging.MergeError as error:
            return Reply(str(error), refused=True)
        said = SPLIT.format(one=one.name, other=other.name)
        await outbox.post(tx, _answered(one, other, said), who.conv)
    return Reply(said)


async def two(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """They are two, and are not asked about again."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        pair = await _as_shown(tx, tap)
        if pair is None:
            return Reply(GONE, refused=True)
        one, other = pair
        await merging.keep_apart(tx, one.id, other.id, cause)
        await outbox.post(tx, _answered(one, other, TWO), who.conv)
    return Reply(TWO)


VERBS: dict[str, Any] = {"record.merge": merge, "record.split": split, "record.apart": two}


def card(
    one: Record,
    other: Record,
    together: dict[str, Any],
    settings: dict[str, Any],
    why: tuple[Part, ...] = (),
) -> Msg:
    """Return the question: what each side says, and what the one that stays would say then."""
    asks = f"{one.name} stays, and what names {other.name} is found there. It can be split again."
    parts: list[Part] = [Heading(text=TITLE)]
    for side in (one, other):
        parts += [
            _para(f"{side.name} · version {side.version}"),
            Bullets(items=sides.says(side.state, settings)),
        ]
    parts += [
        *why,
        _para(asks),
        FieldDiff(rows=tuple(sides.changes(one.state, together, settings))),
    ]
    item = f"{other.id} {one.version} {other.version}"
    yes = Button(label="They are the same", action="record.merge", ref=one.id, item=item)
    no = Button(label="They are two", action="record.apart", ref=one.id, item=item)
    return Msg(
        key=_key(one, other),
        summary=f"{TITLE} {one.name} · {other.name}"[:190],
        parts=tuple(parts),
        buttons=((yes, no),),
    )


def _answered(one: Record, other: Record, said: str, *buttons: Button) -> Msg:
    parts = (Heading(text=TITLE), _para(f"{one.name} · {other.name}"), _para(said))
    rows = (buttons,) if buttons else ()
    return Msg(key=_key(one, other), summary=f"{TITLE} {said}"[:190], parts=parts, buttons=rows)


def _key(one: Record, other: Record) -> str:
    return f"same:{':'.join(sorted((one.id, other.id)))}"


async def _as_shown(tx: Tx, tap: Tap) -> tuple[Record, Record] | None:
    """Return both records, if they still are as the card showed them."""
    id, *versions = tap.item.split()
    one, other = await records.get(tx, tap.ref), await records.get(tx, id)
    if one is None or other is None or [str(one.version), str(other.version)] != versions:
        return None
    return one, other


async def one_called(reader: Reader, wanted: str) -> Record | str:
    """Return the record of a name, address or number; or in a sentence why none or several."""
    wanted = wanted.strip()
    if not wanted:
        return WHO_HOW
    for scheme in ("email", "order", "payment", "invoice", "domain"):
        known = await records.by_key(reader, scheme, wanted)
        if known is not None:
            return known
    readings = [one for found in await parties.find(reader, wanted) for one in found.readings]
    by_id = {one.ref: one for one in readings if one.ref}
    if not by_id:
        things = await named.find(reader, wanted)
        by_id = {str(one.ref): one for found in things for one in found.readings}
    if len(by_id) > 1:
        return SEVERAL.format(names=", ".join(one.label for one in by_id.values()))
    found = await records.get(reader, next(iter(by_id))) if by_id else None
    return found or NOBODY.format(name=wanted)


def _kind(said: str) -> str:
    """Return the kind that is meant, in the singular."""
    word = said.strip().casefold()
    return PLURALS.get(word) or (word if word in kinds.KINDS else word.removesuffix("s"))


async def _listed(reader: Reader, kind: str, key: str) -> Msg:
    found = await records.of_kind(reader, kind, limit=LISTED_MAX)
    count = await records.count(reader, kind)
    more = count - len(found)
    lines = tuple(parties.choice(one).label for one in found)
    parts: list[Part] = [
        Heading(text=f"{kind.capitalize()}: {count}"),
        Bullets(items=lines or ("none",)),
    ]
    parts += [_para(f"{more} more; /who NAME finds each.")] if more > 0 else []
    return Msg(key=key, summary=f"Records of the kind {kind}", parts=tuple(parts))


def _own_fields(house: House) -> tuple[Part, ...]:
    """Return the operator's own fields, or what is wrong with their file."""
    try:
        known = fields.load(house.blobs)
    except fields.FieldsError as error:
        return (_para(str(error)),)
    lines = tuple(
        f"{kind}: {own.label or name} ({own.type.replace('_', ' or ')}, {own.data_class})"
        for kind, some in known.items()
        for name, own in some.items()
    )
    return (_para("Fields of your own:"), Bullets(items=lines)) if lines else ()


def _pairs(versions: list[Version]) -> Iterator[tuple[Version | None, Version]]:
    yield from zip([None, *versions], versions, strict=False)


async def _version(
    reader: Reader, before: Version | None, now: Version, settings: dict[str, Any]
) -> str:
    """Return one line: when, what changed, and the event that caused it."""
    old = {} if before is None else before.state
    sided = [
        (name, sides.value(old.get(name), settings), sides.value(value, settings))
        for name, value in now.state.items()
        if value != old.get(name)
    ]
    changed = [
        f"{sides.label(name)}: {was or '—'} → {became or '—'}"
        for name, was, became in sided
        if before is not None or became
    ]
    event = await events.get(reader, now.cause) if now.cause else None
    why = f" · {explain.said(event)}" if event is not None else ""
    at = words.moment(now.at, settings)
    return f"{now.version} · {at} · {'; '.join(changed) or 'nothing'}{why}"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
