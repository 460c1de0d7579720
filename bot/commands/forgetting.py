"""Forgetting a person: the words in the database, the vectors, and the files that were kept.

⟦erased, certificate begun, work set out⟧ ──▶ files deleted, pages rewritten ──▶ all searched
What to search for must outlast a crash and may not stay in the database, so it lies in a file of
its own until the certificate is whole.
"""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from bot.commands import certificate, searching
from connectors import blobs, disk
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.tokens import Tap
from engine.flow.durable import Work, open_work, undone
from engine.rules.house import House
from memory import cursors
from memory.canon import records
from memory.db import DiskFullError
from memory.forgetting import canary, erasure

ERASED = "Erased. What was written of this person can no longer be read here; backups keep theirs."
BACKUPS_FOLDER = "backups"
SEARCHES = "erasing"  # the folder of what is still to be searched for, a file an erasure
KIND = "certify"
SWEPT = "erased"  # the newest erasure whose files and pages are gone too


async def erase(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Erase a person for good, once their name was typed."""
    backups = await asyncio.to_thread(_backups, house)
    async with house.db.transaction() as tx:
        record = await records.get(tx, tap.ref)
        if record is None or record.status == "erased":
            return Reply(GONE, refused=True)
        if values.get("confirm", "").strip() != record.name:
            return Reply(f"Not erased: to confirm, type exactly {record.name}.", refused=True)
        same = await records.same(tx, record.id)
        words = [text for each in same for text in await canary.words(tx, each)]
        cause = await heard(tx, tap, who, key, values)
        gone = [await erasure.erase(tx, each, cause) for each in same]
        await outbox.post(tx, certificate.begun(cause, gone, backups), who.conv)
        await open_work(tx, KIND, cause)
        said = json.dumps(words).encode()
        await asyncio.to_thread(disk.write, _searched(house, cause), said)
    return Reply(ERASED)


async def certify(house: House, work: Work) -> None:
    """Finish an erasure, search every file for who it was, and make the certificate whole.

    BusyError: it is worth another try.
    """
    await finish(house)
    file = _searched(house, work.ref)
    said = await asyncio.to_thread(disk.read, file)
    found = None
    if said is not None:
        found = await searching.search(house.blobs, json.loads(said), but=file.parent)
    async with house.db.transaction() as tx:
        card = await outbox.get(tx, certificate.key(work.ref))
        if card is not None:
            await outbox.post(tx, certificate.ended(card.msg, found), card.conv)
    await asyncio.to_thread(file.unlink, missing_ok=True)


async def tidy(house: House) -> None:
    """Drop what is searched for no longer: its erasure was never stored, or was given up."""
    async with house.db.snapshot() as reader:
        wanted = {_searched(house, cause) for cause in await undone(reader, KIND)}
    for file in (house.blobs / SEARCHES).glob("*"):
        if file not in wanted:
            file.unlink()


def _searched(house: House, cause: str) -> Path:
    return house.blobs / SEARCHES / f"{cause}.json"


def _backups(house: House) -> int:
    return len(list((house.blobs.parent / BACKUPS_FOLDER).glob("firstmate-*")))


async def finish(house: House) -> None:
    """Delete the files and rewrite the pages of what went since this was last done."""
    async with house.db.snapshot() as reader:
        newest, gone = await erasure.gone_files(reader, await cursors.get(reader, SWEPT))
    if newest is None:
        return
    for digest in gone:
        path = blobs.path(house.blobs, digest)
        await asyncio.to_thread(path.unlink, missing_ok=True)
    await erasure.scrub(house.db)
    async with house.db.transaction() as tx:
        await cursors.save(tx, SWEPT, newest)


async def resume(house: House) -> None:
    """Do at a start what a crash kept from being done."""
    await tidy(house)
    with suppress(erasure.BusyError, DiskFullError):  # the next start tries again
        await finish(house)
