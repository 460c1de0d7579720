"""Forgetting a person: the words in the database, the vectors, and the files that were kept."""

import asyncio

from connectors import blobs
from engine.house import House
from engine.taps import GONE, Person, Reply, heard
from engine.tokens import Tap
from memory import cursors, erasure, events, records
from memory.redaction import REDACTS

ERASED = "Erased. What was written of this person can no longer be read here; backups keep theirs."
SWEPT = "erased"  # the newest erasure whose files and pages are gone too


async def erase(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Erase a person for good, once their name was typed."""
    async with house.db.snapshot() as reader:
        record = await records.get(reader, tap.ref)
    if record is None or record.status == "erased":
        return Reply(GONE, refused=True)
    if values.get("confirm", "").strip() != record.name:
        return Reply(f"Not erased: to confirm, type exactly {record.name}.", refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        for each in await records.same(tx, record.id):
            await erasure.erase(tx, each, cause)
    try:
        await finish(house)
    except erasure.BusyError:
        return Reply(f"{ERASED} Old pages of the file are rewritten at the next start.")
    return Reply(ERASED)


async def finish(house: House) -> None:
    """Delete the files and rewrite the pages of what went since this was last done."""
    async with house.db.snapshot() as reader:
        erased = await events.of_kind(reader, *REDACTS)
        swept = await cursors.get(reader, SWEPT)
    last = next((at for at, event in enumerate(erased, 1) if event.id == swept), 0)
    erased = erased[last:]  # what is done is not done again: the same file may have come anew
    if not erased:
        return
    for digest in {digest for event in erased for digest in event.body["files"]}:
        path = blobs.path(house.blobs, digest)
        await asyncio.to_thread(path.unlink, missing_ok=True)
    await erasure.scrub(house.db)
    async with house.db.transaction() as tx:
        await cursors.save(tx, SWEPT, erased[-1].id)
