"""Record: the one truth about a customer, an order, a payment. Every version is kept."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.canon import kinds, upcasters
from memory.db import Reader, Tx, change, insert, insert_once
from memory.redaction import REDACTS
from memory.schema.records import record_keys, record_versions, records

NAMES_MAX = 5000
ALL = 1_000_000
CHANGES = (  # what the log says of records: without a newer one of these, none is another
    "record.active", "record.proposed", "record.confirmed", "record.revised", "record.restored",
    "record.withdrawn", "record.merged", "record.split", "record.apart", *REDACTS,
)  # fmt: skip
_GONE = records.c.status.in_(("erased", "merged", "withdrawn"))


class Record(BaseModel, frozen=True):
    """A canonical record at its newest version. `state` is the model of its kind as JSON."""

    id: str
    kind: str
    name: str
    status: str
    version: int
    state: dict[str, Any]
    at: datetime


class Version(BaseModel, frozen=True):
    record: str
    version: int
    state: dict[str, Any]
    cause: str | None
    at: datetime


class TakenError(ValueError):
    """Another record already holds this key: they may be the same; a person decides."""

    def __init__(self, key: kinds.Key, record: str) -> None:
        super().__init__(f"{key[0]} {key[1]} already belongs to {record}")
        self.record = record


async def create(
    tx: Tx, kind: str, state: dict[str, Any], cause: str | None, *, status: str = "active"
) -> Record:
    """Record something new. TakenError when one of its keys belongs to another record."""
    typed = kinds.model(kind, state)
    id = tx.id("rec")
    await _claim(tx, id, typed.keys())
    clean = typed.model_dump(mode="json")
    await _look_up(tx, kind, clean)
    record = Record(
        id=id, kind=kind, name=typed.name, status=status, version=1, state=clean, at=tx.now
    )
    await insert(tx, records, record.model_dump() | {"schema": kinds.SCHEMA, "cause": cause})
    await _keep(tx, record, cause)
    await events.note(tx, f"record.{status}", cause, record=id, of=kind, name=typed.name)
    return record


async def revise(
    tx: Tx, record_id: str, cause: str | None, *, again: bool = False, **changes: Any
) -> Record:
    """Write a new version with these fields changed; the old one stays readable.

    Without a change there is none, but with `again`: it is said anew, and its keys may differ.
    """
    old = await get(tx, record_id)
    if old is None:
        raise KeyError(record_id)
    typed = kinds.model(old.kind, {**old.state, **changes})
    await _claim(tx, old.id, typed.keys())
    state = typed.model_dump(mode="json")
    if state == old.state and not again:
        return old
    await _look_up(tx, old.kind, state, old.state)
    record = old.model_copy(
        update={"state": state, "name": typed.name, "version": old.version + 1, "at": tx.now}
    )
    values = {"state": state, "name": record.name, "version": record.version, "at": tx.now}
    await change(tx, records, {"id": old.id}, cause=cause, schema=kinds.SCHEMA, **values)
    await _keep(tx, record, cause)
    before = {name: old.state.get(name) for name in changes}
    await events.note(tx, "record.revised", cause, record=old.id, before=before, after=changes)
    return record


async def confirm(tx: Tx, record_id: str, cause: str | None) -> None:
    """The operator says that a proposed record is real."""
    waiting = records.c.status == "proposed"
    if await change(tx, records, {"id": record_id}, waiting, status="active"):
        await events.note(tx, "record.confirmed", cause, record=record_id)


async def withdraw(tx: Tx, record_id: str, cause: str | None) -> bool:
    """Take back what was only just recorded. False: it was changed since, or is gone."""
    first = sa.and_(records.c.status == "active", records.c.version == 1)
    done = await change(tx, records, {"id": record_id}, first, status="withdrawn")
    if done:
        await events.note(tx, "record.withdrawn", cause, record=record_id)
    return done


async def get(reader: Reader, record_id: str) -> Record | None:
    """Return a record, or the one that it is the same as by now; see memory/canon/merging.py."""
    row = await reader.row(sa.select(records).filter_by(id=record_id))
    while row is not None and row.merged_into is not None:
        row = await reader.row(sa.select(records).filter_by(id=row.merged_into))
    return None if row is None else of_row(row)


async def same(reader: Reader, record_id: str) -> list[str]:
    """Return the record's id and those of all that are the same as it: what names it."""
    found = [record_id]
    for each in found:  # grows while it is read: what was merged into what was merged
        query = sa.select(records.c.id).filter_by(merged_into=each)
        found += [row.id for row in await reader.rows(query) if row.id not in found]
    return found


async def by_key(reader: Reader, scheme: str, value: str) -> Record | None:
    """Return the record that this e-mail address, order number … names."""
    mine = (record_keys.c.record == records.c.id) & record_keys.c.ended_at.is_(None)
    query = sa.select(records).join(record_keys, mine)
    row = await reader.row(query.filter_by(scheme=scheme, value=value.strip().lower()))
    return None if row is None else of_row(row)


async def keys_of(reader: Reader, record_id: str, scheme: str) -> list[str]:
    """Return every e-mail address, order number … of a record, as it is kept: in small letters."""
    mine = {"record": record_id, "scheme": scheme, "ended_at": None}
    query = sa.select(record_keys.c.value).filter_by(**mine)
    return [row.value for row in await reader.rows(query)]


async def of_kind(
    reader: Reader, kind: str, *, limit: int = NAMES_MAX, **state: Any
) -> list[Record]:
    """Return records of a kind whose state has these values, newest first."""
    query = sa.select(records).filter_by(kind=kind).where(~_GONE)
    for name, value in state.items():
        wanted = await same(reader, value) if name == "customer" else [value]
        query = query.where(records.c.state[name].as_string().in_(wanted))
    rows = await reader.rows(query.order_by(records.c.at.desc(), records.c.id.desc()).limit(limit))
    return [of_row(row) for row in rows]


async def with_account(reader: Reader, iban: str) -> list[Record]:
    """Return the people and companies whose account this is."""
    wanted = kinds.account_key(iban)
    parties = records.c.kind.in_(("person", "company"))
    query = sa.select(records).where(parties, ~_GONE, records.c.state["iban"].as_string() == wanted)
    return [of_row(row) for row in await reader.rows(query)]


async def called(reader: Reader, name: str, *of: str) -> list[Record]:
    """Return the records of these kinds that have this name or alias, capitals or not."""
    known = [record for kind in of for record in await of_kind(reader, kind)]
    return [
        record
        for record in known
        for names in [(record.name, *record.state.get("aliases", ()))]
        if name.casefold() in map(str.casefold, names)
    ]


async def count(reader: Reader, kind: str) -> int:
    """Return how many records of a kind there are; what was erased or merged is none."""
    query = sa.select(sa.func.count()).select_from(records).filter_by(kind=kind)
    return int(await reader.value(query.where(~_GONE)))


async def edition(reader: Reader) -> tuple[int, ...]:
    """Return what is another once any record is: the newest change of each sort in the log."""
    return await events.newest_of_each(reader, CHANGES)


async def history(reader: Reader, record_id: str) -> list[Version]:
    """Return every version, oldest first."""
    query = sa.select(record_versions).filter_by(record=record_id)
    rows = await reader.rows(query.order_by(record_versions.c.version))
    kind = str(await reader.value(sa.select(records.c.kind).filter_by(id=record_id)))
    return [version(kind, row) for row in rows]


def of_row(row: sa.Row[Any]) -> Record:
    """Return a row of `records` as it is read now."""
    columns = row._mapping  # built once: a listing makes thousands of records
    values = {name: columns[name] for name in Record.model_fields}
    if columns["schema"] != kinds.SCHEMA:
        values["state"] = upcasters.read(columns["kind"], columns["state"], columns["schema"])
    return Record(**values)


def version(kind: str, row: sa.Row[Any]) -> Version:
    """Return a row of `record_versions` as it is read now."""
    values = {name: row._mapping[name] for name in Version.model_fields}
    return Version(**values | {"state": upcasters.read(kind, row.state, row.schema)})


async def canonical_values(reader: Reader) -> list[str]:
    """Return every plain value of the active records: what counts as known to the company."""
    query = sa.select(records.c.state).filter_by(status="active")
    return [text for row in await reader.rows(query) for text in _scalars(row.state)]


async def _claim(tx: Tx, record_id: str, keys: list[kinds.Key]) -> None:
    for scheme, value in keys:
        key = {"scheme": scheme, "value": value}
        mine = {"record": record_id, "ended_at": None}
        if await insert_once(tx, record_keys, key | mine):
            continue
        held = (await tx.rows(sa.select(record_keys).filter_by(**key)))[0]
        if held.ended_at is not None:
            await change(tx, record_keys, key, **mine)
        elif held.record != record_id:
            raise TakenError((scheme, value), held.record)


async def _keep(tx: Tx, record: Record, cause: str | None) -> None:
    row = {"record": record.id, "version": record.version, "state": record.state}
    row |= {"schema": kinds.SCHEMA, "name": record.name}
    await insert(tx, record_versions, {**row, "cause": cause, "at": tx.now})


async def _look_up(
    tx: Tx, kind: str, state: dict[str, Any], old: dict[str, Any] | None = None
) -> None:
    """See that every record that is newly named is there and of the right kind. ValueError."""
    before = {id for _, _, id in kinds.named(kind, old or {})}
    for field, meant, id in kinds.named(kind, state):
        other = None if id in before else await get(tx, id)
        if id not in before and (other is None or other.kind not in meant.kinds):
            wanted = " or ".join(meant.kinds)
            raise ValueError(f"{field}: “{id}” is no {wanted} in the records")


def _scalars(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _scalars(item)]
    if isinstance(value, list):
        return [text for item in value for text in _scalars(item)]
    return [] if value in (None, "") or isinstance(value, bool) else [str(value)]
