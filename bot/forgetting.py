"""Forgetting a person: the words in the database, the vectors, and the files that were kept.

Afterwards every file of the data folder is searched, and a certificate says what went, what is
still there and why. It names nobody.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from connectors import blobs
from engine import outbox
from engine.house import House
from engine.messages import Bullets, Heading, Msg, Para, Part, Span
from engine.taps import GONE, Person, Reply, heard
from engine.tokens import Tap
from memory import canary, cursors, erasure, events, records
from memory.erasure import Erasure
from memory.redaction import REDACTS

ERASED = "Erased. What was written of this person can no longer be read here; backups keep theirs."
CERTIFICATE = "Certificate of erasure"
NOWHERE = "Then every file of the data folder was searched for name, addresses and numbers: none."
STILL = (
    "Then every file of the data folder was searched for name, addresses and numbers. They still "
    "stand in these; books and sent mail stay by law, the others are yours to delete:"
)
BACKUPS = (
    "Backups and exports made before today hold it still: {count} lie in the folder backups. "
    "Delete them when newer ones will do; after restoring an old one, /forget again."
)
BACKUPS_FOLDER = "backups"
NAMED_MAX = 10
SWEPT = "erased"  # the newest erasure whose files and pages are gone too


async def erase(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Erase a person for good, once their name was typed."""
    async with house.db.snapshot() as reader:
        record = await records.get(reader, tap.ref)
        same = await records.same(reader, tap.ref)
        words = [text for each in same for text in await canary.words(reader, each)]
    if record is None or record.status == "erased":
        return Reply(GONE, refused=True)
    if values.get("confirm", "").strip() != record.name:
        return Reply(f"Not erased: to confirm, type exactly {record.name}.", refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        gone = [await erasure.erase(tx, each, cause) for each in await records.same(tx, record.id)]
    later = ""
    try:
        await finish(house)
    except erasure.BusyError:
        later = " Old pages of the file are rewritten at the next start."
    left = await asyncio.to_thread(canary.search, house.blobs, words)
    backups = await asyncio.to_thread(_backups, house)
    async with house.db.transaction() as tx:
        await outbox.post(tx, _certificate(cause, gone, left, backups), who.conv)
    return Reply(f"{ERASED}{later}")


def _certificate(cause: str, gone: Sequence[Erasure], left: Sequence[str], backups: int) -> Msg:
    """Return what was removed, where it still stands, and which event of the log proves it."""
    rows: Counter[str] = Counter()
    for one in gone:
        rows.update(one.rows)
    files = {file for one in gone for file in one.files}
    cut = sum(one.events for one in gone)
    lines = [f"{count} in {table}" for table, count in sorted(rows.items())]
    lines += [f"{cut} events of the log made unreadable", f"{len(files)} kept files deleted"]
    parts: list[Part] = [Heading(text=CERTIFICATE), Bullets(items=tuple(lines))]
    parts.append(_para(STILL if left else NOWHERE))
    parts += [Bullets(items=tuple(left[:NAMED_MAX]))] if left else []
    parts += [_para(f"and {len(left) - NAMED_MAX} more.")] if len(left) > NAMED_MAX else []
    parts.append(_para(BACKUPS.format(count=backups)))
    parts.append(_para(f"The log proves it from {cause} on: `firstmate verify`."))
    return Msg(key=f"erased:{cause}", summary=CERTIFICATE, parts=tuple(parts))


def _backups(house: House) -> int:
    return len(list((house.blobs.parent / BACKUPS_FOLDER).glob("firstmate-*")))


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))


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
