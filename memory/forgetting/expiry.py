"""Expiry: what was kept long enough goes out of the state, the log and recall, and stays provable.

The words go and the shape stays: `memory.expired` holds the fingerprint of what is left of every
event. What came of a thing (goals, effects, decisions, records) is not touched. An answer that
quotes it is, and what a model was shown of it and made of that.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from memory import events
from memory.beliefs import facts
from memory.db import Reader, Tx
from memory.forgetting.kept import PART, Kind, Lapse, Thing
from memory.ids import derived_id
from memory.journal import GENESIS, Entry
from memory.recalling import recall
from memory.redaction import ERASED, fingerprint
from memory.schema import metadata
from memory.schema.chat import cards, questions, suggestions
from memory.schema.events import events as log
from memory.schema.models import answers, reasons
from memory.schema.recall import archived, passages
from memory.schema.records import artifact_versions, artifacts, records
from memory.schema.records import facts as facts_table
from memory.schema.work import effect_versions, goals
from memory.texts.reach import RowKey, digests, key_of, pages

EXPIRED = "memory.expired"
GONE = "Forgotten, as a rule of yours says."
STAYS = frozenset(
    {"conv", "date", "digest", "file", "mail", "message_id", "mime", "redirects", "reply_to"}
)
QUOTING = (  # cards whose evidence is told there
    *("about", "asked", "enrich", "fact", "facts", "place", "qualify", "research", "who", "why"),
)
READ, PROPOSED = "email.fields", "enrich.proposed"  # events with words of others in their bodies
OWNERS = ((suggestions, "event"), (goals, "asked_by"), (facts_table, "id"))


@dataclass(slots=True)
class Traces:
    """Where the words of things stand, as of event number `seq`."""

    seq: int = 0
    things: frozenset[str] = frozenset()
    rows: dict[RowKey, set[str]] = field(default_factory=dict)  # → the things
    told: dict[str, set[str]] = field(default_factory=dict)  # the thing → events that quote it
    log: dict[str, set[str]] = field(default_factory=dict)  # the thing → events that hold rows
    files: dict[str, set[str]] = field(default_factory=dict)  # the thing → what nothing else needs


async def trace(reader: Reader, some: Collection[Thing]) -> Traces:
    """Find every row, logged change and file of these things. Reads the whole log once."""
    ids = {one.id for one in some}
    found, parts = Traces(things=frozenset(ids)), await _parts(reader, ids)
    async for row, id in _rows(reader, ids | parts.keys()):
        found.rows.setdefault(row, set()).add(parts.get(id, id))
    async for event in pages(reader, log):
        found.seq = event.seq
        _see(found, event)
    await _see_files(reader, found, some)
    return found


async def expire(
    tx: Tx, found: Traces, some: Collection[Thing], cause: str | None
) -> tuple[str, ...]:
    """Let these things go; return the files to delete after the commit. A second time: nothing."""
    for newer in await tx.rows(sa.select(log).where(log.c.seq > found.seq).order_by(log.c.seq)):
        _see(found, newer)
    ids = {one.id for one in some}
    for one in some:
        if one.kind in ("note", "fact"):
            await facts.retract(tx, one.id, cause)
    mine = {row for row, things in found.rows.items() if things & ids}
    for name, key in sorted(mine):
        await _blank_state(tx, metadata.tables[name], key)
    quoting = ids.union(*(found.told.get(id, ()) for id in ids))
    touched = quoting.union(*(found.log.get(id, ()) for id in ids))
    left = await _blank_log(tx, touched, quoting, mine)
    sources = {key[0] for name, key in mine if name in ("artifacts", "cards", "goals")}
    await recall.forget(tx, sorted(ids | sources))
    files = tuple(sorted(set().union(*(found.files.get(id, ()) for id in ids))))
    counts = dict(Counter(one.kind for one in some if one.lapsed is None))
    ends = dict(Counter(one.lapsed for one in some if one.lapsed and one.kind in ("note", "fact")))
    noted = await events.note(
        tx, EXPIRED, cause, things=sorted(ids), counts=counts, lapsed=ends, files=files,
        redacted=left,
    )  # fmt: skip
    done = sa.update(log).where(log.c.id.in_(left)).values(redacted_by=noted.id)
    await tx.conn.execute(done)
    return files


def goals_of(found: Traces, some: Collection[Thing]) -> list[str]:
    """Return the goals that these things asked for: what is told of them changes with the words."""
    ids = {one.id for one in some}
    rows = found.rows.items()
    return sorted(key[0] for (name, key), things in rows if name == "goals" and things & ids)


async def gone(reader: Reader, after_seq: int) -> tuple[Counter[Kind], Counter[Lapse]]:
    """Count what went since this event of the log: by its kind, and what had an end of its own."""
    counts: Counter[Kind] = Counter()
    ends: Counter[Lapse] = Counter()
    query = sa.select(log.c.body).where(log.c.kind == EXPIRED, log.c.seq > after_seq)
    for row in await reader.rows(query):
        counts.update(row.body["counts"])
        ends.update(row.body.get("lapsed", {}))
    return counts, ends


async def _parts(reader: Reader, ids: set[str]) -> dict[str, str]:
    """Return the parts that these messages were found to have, each with its message."""
    rows = await reader.rows(sa.select(log.c.id, log.c.cause).filter_by(kind=PART))
    return {row.id: row.cause for row in rows if row.cause in ids}


async def _rows(reader: Reader, ids: set[str]) -> AsyncIterator[tuple[RowKey, str]]:
    """Yield each row that holds words of these things, and which one's."""
    for row in await reader.rows(sa.select(cards.c.key)):
        if (of := row.key.rpartition(":")[2]) in ids:
            yield (cards.name, (row.key,)), of
    for table, owner in OWNERS:
        for row in await reader.rows(sa.select(table.c.id, table.c[owner].label("of"))):
            if row.of in ids:
                yield (table.name, (row.id,)), row.of
    asked = sa.select(log.c.cause, log.c.body).filter_by(kind="question.asked")
    for row in await reader.rows(asked):
        if row.cause in ids:
            yield (questions.name, (row.body["question"],)), row.cause
    for found in (_artifacts(reader, ids), _quoted(reader, ids), _read(reader, ids)):
        async for key, of in found:
            yield key, of


async def _quoted(reader: Reader, ids: set[str]) -> AsyncIterator[tuple[RowKey, str]]:
    """Yield the answers that quote one of these, or what came of it, by their evidence."""
    of = {id: {id} for id in ids} | await _goals(reader, ids)
    quoting = sa.or_(*(cards.c.key.startswith(f"{prefix}:") for prefix in QUOTING))
    for row in await reader.rows(sa.select(cards.c.key, cards.c.msg).where(quoting)):
        named = (one.get("ref") for part in row.msg["parts"] for one in part.get("evidence", ()))
        for id in set().union(*(of.get(ref, ()) for ref in named)):
            yield (cards.name, (row.key,)), id


async def _read(reader: Reader, ids: set[str]) -> AsyncIterator[tuple[RowKey, str]]:
    """Yield what models were asked with words of these: passages of them, for them or their goal.

    A question is its own task; a plan that was asked for and never made has a goal of its event's.
    """
    of = await _goals(reader, ids)
    of |= {derived_id("gol", id): {id} for id in ids} | {id: {id} for id in ids}
    for table in (passages, archived):
        rows = await reader.rows(sa.select(table.c.id, table.c.ref).where(table.c.ref.in_(of)))
        of |= {row.id: of[row.ref] for row in rows}
    columns = (reasons.c.id, reasons.c.task, reasons.c.goal, reasons.c.recalled)
    for row in await reader.rows(sa.select(*columns)):
        read = (row.task, row.goal, *(id for id, _ in row.recalled))
        for id in set().union(*(of.get(one, ()) for one in read)):
            yield (reasons.name, (row.id,)), id


async def _goals(reader: Reader, ids: set[str]) -> dict[str, set[str]]:
    """Return the goals that these asked for, or that are about one, each with those."""
    found = {}
    for row in await reader.rows(sa.select(goals.c.id, goals.c.asked_by, goals.c.slots)):
        if of := {row.asked_by, (row.slots or {}).get("mail")} & ids:
            found[row.id] = of
    return found


async def _artifacts(reader: Reader, ids: set[str]) -> AsyncIterator[tuple[RowKey, str]]:
    """Yield the artifacts that are things themselves, or are about one, with their versions."""
    owner = {}
    for row in await reader.rows(sa.select(artifacts.c.id, artifacts.c.about)):
        if of := next((id for id in (row.id, row.about) if id in ids), ""):
            owner[row.id] = of
            yield (artifacts.name, (row.id,)), of
    versions = sa.select(artifact_versions.c.artifact, artifact_versions.c.number)
    for row in await reader.rows(versions):
        if row.artifact in owner:
            yield (artifact_versions.name, (row.artifact, row.number)), owner[row.artifact]


def _see(found: Traces, event: sa.Row[Any]) -> None:
    for name, values in event.changes:
        for thing in found.rows.get(key_of(name, values), ()):
            found.log.setdefault(thing, set()).add(event.id)
    for thing in found.things.intersection(_quoted_by(event)):
        found.told.setdefault(thing, set()).add(event.id)


def _quoted_by(event: sa.Row[Any]) -> set[str]:
    """Return whose words the body of an event holds: a mail's fields, findings with their value."""
    if event.kind == READ:
        return {event.cause}
    if event.kind == PROPOSED and isinstance(event.body["found"], list):
        return {ref for one in event.body["found"] for ref in one["refs"]}
    return set()


async def _see_files(reader: Reader, found: Traces, some: Collection[Thing]) -> None:
    """Note the files of each thing that no other thing, record or effect names."""
    ids = {one.id for one in some}
    named: dict[str, set[str]] = {}
    mails = sa.select(log.c.id, log.c.body).where(
        log.c.kind == "email.received", log.c.redacted_by.is_(None)
    )
    for row in await reader.rows(mails):
        named[row.id] = set(digests(row.body))
    done = sa.select(artifacts.c.id).where(artifacts.c.title == ERASED)
    still = artifact_versions.c.artifact.not_in(done)
    for row in await reader.rows(sa.select(artifact_versions).where(still)):
        key = (artifact_versions.name, (row.artifact, row.number))
        for of in found.rows.get(key, {row.artifact}):
            named.setdefault(of, set()).update(digests(row.digest))
    others = [files for id, files in named.items() if id not in ids]
    held: set[str] = set().union(*others)
    for table in (records, effect_versions):
        async for row in pages(reader, table):
            held.update(digests([list(map(str, row))]))
    found.files = {id: named[id] - held for id in ids & named.keys()}


async def _blank_state(tx: Tx, table: sa.Table, key: tuple[Any, ...]) -> None:
    """Take the words out of a row. No change for the log: there they are taken out as well."""
    where = dict(zip(table.primary_key.columns.keys(), key, strict=True))
    row = await tx.row(sa.select(table).filter_by(**where))
    if row is not None:
        if table is reasons and row.answer is not None:
            await tx.conn.execute(sa.delete(answers).filter_by(key=row.answer))
        values = _blank_row(table.name, dict(row._mapping))
        await tx.conn.execute(sa.update(table).filter_by(**where).values(values))


async def _blank_log(
    tx: Tx, touched: Iterable[str], own: set[str], rows: set[RowKey]
) -> dict[str, str]:
    """Take the words out of these events; return the fingerprint of what is left of each."""
    left = {}
    for id in sorted(touched):
        found = await tx.row(sa.select(log).filter_by(id=id))
        if found is None or found.hash is None:
            continue  # a thing that is no event, or an event of this very transaction
        event = dict(found._mapping)
        cut: dict[str, Any] = {"changes": [_blank_entry(entry, rows) for entry in event["changes"]]}
        if id in own:
            cut |= {"body": _blank(event["body"])}
            cut |= {"actor": ERASED} if event["trust"] == "outside" else {}
        elif "title" in event["body"]:
            cut |= {"body": {**event["body"], "title": ERASED}}
        left[id] = fingerprint(await _hash_before(tx, found.seq), {**event, **cut})
        await tx.conn.execute(sa.update(log).filter_by(id=id).values(**cut, salt=None))
    return left


async def _hash_before(reader: Reader, seq: int) -> str:
    query = sa.select(log.c.hash).where(log.c.seq < seq).order_by(log.c.seq.desc())
    return str(await reader.value(query.limit(1)) or GENESIS)


def _blank_entry(entry: Entry, rows: set[RowKey]) -> Entry:
    name, values = entry
    return [name, {**values, **_blank_row(name, values)}] if key_of(name, values) in rows else entry


def _blank_row(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a row, or of a logged change of one, that lose their words."""
    blanks: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "cards": ("msg", lambda _: _gone_card(values["key"])),
        "suggestions": ("title", lambda _: ERASED),
        "goals": ("slots", lambda slots: slots and {**slots, "said": []}),
        "questions": ("body", _blank_question),
        "facts": ("value", lambda _: ERASED),
        "artifacts": ("title", lambda _: ERASED),
        "artifact_versions": ("text", lambda text: text and ERASED),
        "reasons": ("prompt", lambda prompt: [{**one, "content": ERASED} for one in prompt]),
    }
    name, blank = blanks[table]
    cut = {name: blank(values[name])} if name in values else {}
    return cut | ({"slots": {}} if table == "suggestions" and "slots" in values else {})


def _gone_card(key: str) -> dict[str, Any]:
    return {"key": key, "summary": GONE, "parts": [], "buttons": []}


def _blank_question(body: dict[str, Any]) -> dict[str, Any]:
    if "said" not in body:
        return body
    return {**body, "said": [], "values": {}, "because": ERASED}


def _blank(value: Any) -> Any:
    """Return the JSON value without its texts; what only says where and when stays."""
    if isinstance(value, dict):
        return {name: v if name in STAYS else _blank(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_blank(item) for item in value]
    return ERASED if isinstance(value, str) and value else value
