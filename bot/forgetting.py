"""Forgetting a person: the words in the database, the vectors, and the files that were kept."""

import asyncio

from connectors import blobs
from engine.desk import GONE, Person, Reply, heard
from engine.house import House
from engine.tokens import Tap
from memory import erasure, records

ERASED = "Erased. What was written of this person can no longer be read here; backups keep theirs."


async def erase(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Erase a person for good, once their name was typed."""
    async with house.db.snapshot() as reader:
        record = await records.get(reader, tap.ref)
    if record is None or record.status == "erased":
        return Reply(GONE)
    if values.get("confirm", "").strip() != record.name:
        return Reply(f"Not erased: to confirm, type exactly {record.name}.")
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        done = await erasure.erase(tx, record.id, cause)
    for digest in done.files:
        path = blobs.path(house.blobs, digest)
        await asyncio.to_thread(path.unlink, missing_ok=True)
    await erasure.scrub(house.db)
    return Reply(ERASED)
