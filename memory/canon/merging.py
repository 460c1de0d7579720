"""Merge and split: two records that turn out to be one, and one that turns out to be two.

The record that stays gets a new version with what the other knew besides, and its keys; the other
remains as it was, points to it, and everything that names it is found there. So a split gives back
both, whatever happened to the one that stayed meanwhile.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from memory import events
from memory.canon import keys, kinds, records
from memory.canon.records import Record
from memory.db import Reader, Tx, change
from memory.schema.events import events as log
from memory.schema.records import record_keys
from memory.schema.records import records as table

MERGED, SPLIT, APART = "record.merged", "record.split", "record.apart"


class MergeError(ValueError):
    """These two cannot become one; the message says why."""


async def merge(tx: Tx, stays: str, goes: str, cause: str | None) -> Record:
    """Let `goes` be the same as `stays` from now on; return the new version. MergeError."""
    one, other = await both(tx, stays, goes)
    together = union(one, other)
    for scheme, value in await _keys(tx, other.id):
        await change(tx, record_keys, {"scheme": scheme, "value": value}, record=one.id)
    await change(tx, table, {"id": other.id}, status="merged", merged_into=one.id)
    if other.status == "active":
        await records.confirm(tx, one.id, cause)
    changed = {name: value for name, value in together.items() if value != one.state.get(name)}
    before = {name: one.state.get(name) for name in changed}
    kept = await records.revise(tx, one.id, cause, **changed) if changed else one
    was = other.status
    await events.note(
        tx, MERGED, cause, record=one.id, merged=other.id, was=was, before=before, after=changed
    )
    return kept


async def split(tx: Tx, record_id: str, cause: str | None) -> tuple[Record, Record]:
    """Take back the merge of this record; return the one that stayed and it. MergeError.

    What the one that stayed got by the merge leaves it again, unless it was changed since. What
    was taken out of this one while it was merged leaves it now.
    """
    row = await _merge_of(tx, record_id)
    if row is None:
        raise MergeError("It was not merged, so there is nothing to take apart.")
    merge = row.body
    one = await records.get(tx, merge["record"])
    assert one is not None
    kept = await records.revise(tx, one.id, cause, **_without(one.state, merge))
    await change(tx, table, {"id": record_id}, status=merge["was"], merged_into=None)
    other = await records.get(tx, record_id)
    assert other is not None
    for scheme, value in await keys.held(tx, other.id):
        key, hers = {"scheme": scheme, "value": value}, record_keys.c.record == one.id
        await change(tx, record_keys, key, hers, record=other.id)
    for left in await _left_since(tx, other.id, row.seq):
        other = await records.revise(tx, other.id, cause, **_without(other.state, left))
    await events.note(tx, SPLIT, cause, record=one.id, merged=other.id)
    return kept, other


async def keep_apart(tx: Tx, one: str, other: str, cause: str | None) -> None:
    """Note that these are two, so that nobody asks again."""
    await events.note(tx, APART, cause, records=sorted((one, other)))


async def apart(reader: Reader) -> set[frozenset[str]]:
    """Return the pairs of which the operator said that they are two."""
    said = sa.select(log.c.body).where(log.c.kind == APART)
    return {frozenset(row.body["records"]) for row in await reader.rows(said)}


async def same_at(reader: Reader, record_id: str, moment: datetime) -> list[str]:
    """Return what `records.same` would have at that moment."""
    query = sa.select(log.c.kind, log.c.body).where(log.c.kind.in_((MERGED, SPLIT)))
    into: dict[str, str] = {}
    for row in await reader.rows(query.where(log.c.at <= moment).order_by(log.c.seq)):
        if row.kind == MERGED:
            into[row.body["merged"]] = row.body["record"]
        else:
            into.pop(row.body["merged"], None)
    found = [record_id]
    for each in found:  # grows while it is read
        found += [goes for goes, stays in into.items() if stays == each and goes not in found]
    return found


async def both(reader: Reader, stays: str, goes: str) -> tuple[Record, Record]:
    """Return the two of these ids if they can become one. MergeError says why not."""
    one, other = await records.get(reader, stays), await records.get(reader, goes)
    if one is None or other is None or "erased" in (one.status, other.status):
        raise MergeError("One of them is no longer in the records.")
    if one.id == other.id:
        raise MergeError(f"{one.name} is one record already.")
    if one.kind != other.kind:
        raise MergeError(f"{one.name} is a {one.kind} and {other.name} a {other.kind}.")
    if "aliases" not in one.state:
        raise MergeError(f"An {one.kind} is known by its number, so two numbers are two of them.")
    return one, other


def union(one: Record, other: Record) -> dict[str, Any]:
    """Return the state of the first with what the second knows besides. MergeError."""
    state = dict(one.state)
    for name, value in other.state.items():
        mine = state.get(name)
        if isinstance(mine, list):
            state[name] = [*mine, *(each for each in value if each not in mine)]
        elif isinstance(mine, dict):
            state[name] = {**value, **mine}
        elif mine in (None, ""):
            state[name] = value
    _rename(state, one, other)
    try:
        typed = kinds.model(one.kind, state)
    except ValueError as error:
        raise MergeError(kinds.says(error)) from None
    return typed.model_dump(mode="json")


def _rename(state: dict[str, Any], one: Record, other: Record) -> None:
    """Keep what the second was called, and where its mail went, beside the first's own."""
    if "aliases" in state and other.name.casefold() not in map(
        str.casefold, (one.name, *state["aliases"])
    ):
        state["aliases"] = [*state["aliases"], other.name]
    theirs = other.state.get("email")
    known = [
        kinds.email_key(each) for each in (state.get("email"), *state.get("emails", ())) if each
    ]
    if theirs and kinds.email_key(theirs) not in known:
        state["emails"] = [*state.get("emails", ()), theirs]


async def _keys(reader: Reader, record_id: str) -> list[tuple[str, str]]:
    query = sa.select(record_keys.c.scheme, record_keys.c.value)
    query = query.filter_by(record=record_id, ended_at=None)
    return [(row.scheme, row.value) for row in await reader.rows(query)]


async def _merge_of(reader: Reader, record_id: str) -> sa.Row[Any] | None:
    """Return the number and body of the newest merge of a record, if that holds now."""
    row = await reader.row(sa.select(table).filter_by(id=record_id, status="merged"))
    return None if row is None else await _newest_merge(reader, record_id)


async def _newest_merge(
    reader: Reader, record_id: str, before: int | None = None
) -> sa.Row[Any] | None:
    query = sa.select(log.c.seq, log.c.body).where(log.c.kind == MERGED).order_by(log.c.seq.desc())
    query = query.where(log.c.body["merged"].as_string() == record_id)
    if before is not None:
        query = query.where(log.c.seq < before)
    return await reader.row(query.limit(1))


async def _left_since(reader: Reader, record_id: str, seq: int) -> list[dict[str, Any]]:
    """Return the merges into this record that were taken back after this number of the log."""
    query = sa.select(log.c.seq, log.c.body).where(log.c.kind == SPLIT, log.c.seq > seq)
    found = []
    for row in await reader.rows(query.order_by(log.c.seq)):
        merge = await _newest_merge(reader, row.body["merged"], before=row.seq)
        if merge is not None and merge.body["record"] == record_id:
            found.append(dict(merge.body))
    return found


def _without(state: dict[str, Any], merge: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as they are without what the merge brought."""
    changes: dict[str, Any] = {}
    for name, after in merge["after"].items():
        before, now = merge["before"][name], state.get(name)
        if isinstance(now, list):
            brought = [each for each in after if each not in (before or ())]
            changes[name] = [each for each in now if each not in brought]
        elif isinstance(now, dict):
            kept = now.items() - (after.items() - (before or {}).items())
            changes[name] = dict(sorted(kept))
        elif now == after:
            changes[name] = before
    return changes
