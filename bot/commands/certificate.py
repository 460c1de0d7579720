"""The certificate of an erasure: what went, what is still there and why. It names nobody.

posted with the erasure: "being searched" ──all files searched──▶ the same card says what is left
"""

from collections import Counter
from collections.abc import Sequence

from bot.commands.searching import Found
from engine.chat.messages import Bullets, Heading, Msg, Para, Part, Span
from memory.forgetting.erasure import Erasure
from memory.schema.called import CALLED

TITLE = "Certificate of erasure"
SEARCHING = (
    "The files of the data folder are being searched for name, addresses and numbers; "
    "this certificate then says what was found."
)
NOWHERE = "Then every file of the data folder was searched for name, addresses and numbers: none."
STILL = (
    "Then every file of the data folder was searched for name, addresses and numbers. They still "
    "stand in these; books and sent mail stay by law, the others are yours to delete:"
)
UNREAD = "These cannot be looked into (pictures, recordings, locked or damaged files):"
LOST = (
    "The files were not searched to the end, and I no longer know what to search for. Look "
    "yourself whether one of them still holds the name."
)
BACKUPS = (
    "Backups and exports made before today hold it still: {count} lie in the folder backups. "
    "Delete them when newer ones will do; after restoring an old one, /forget again."
)
NAMED_MAX = 10


def key(cause: str) -> str:
    """Return the key of the card by the event that asked for the erasure."""
    return f"erased:{cause}"


def begun(cause: str, gone: Sequence[Erasure], backups: int) -> Msg:
    """Return what was removed and which event of the log proves it; the search comes later."""
    rows: Counter[str] = Counter()
    for one in gone:
        rows.update(one.rows)
    files = {file for one in gone for file in one.files}
    cut = sum(one.events for one in gone)
    lines = sorted(f"{CALLED[table].capitalize()}: {count}" for table, count in rows.items())
    lines += [f"Entries of the log made unreadable: {cut}", f"Kept files deleted: {len(files)}"]
    parts: list[Part] = [Heading(text=TITLE), Bullets(items=tuple(lines)), _para(SEARCHING)]
    parts.append(_para(BACKUPS.format(count=backups)))
    parts.append(_para(f"The log proves it from {cause} on: `firstmate verify`."))
    return Msg(key=key(cause), summary=TITLE, parts=tuple(parts))


def ended(before: Msg, found: Found | None) -> Msg:
    """Return the certificate with what the search found; None: it can no longer be made."""
    parts: list[Part] = []
    for part in before.parts:
        parts += _findings(found) if part == _para(SEARCHING) else [part]
    return before.model_copy(update={"parts": tuple(parts)})


def _findings(found: Found | None) -> list[Part]:
    if found is None:
        return [_para(LOST)]
    parts: list[Part] = [_para(STILL if found.named else NOWHERE), *_listed(found.named)]
    if found.unread:
        parts += [_para(UNREAD), *_listed(found.unread)]
    return parts


def _listed(files: Sequence[str]) -> list[Part]:
    parts: list[Part] = [Bullets(items=tuple(files[:NAMED_MAX]))] if files else []
    return parts + ([_para(f"and {len(files) - NAMED_MAX} more.")] if files[NAMED_MAX:] else [])


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
