"""How the operator writes, as the settings have it, and what the words are about already."""

from collections.abc import Sequence

from agents.reading.words import Context
from memory import events, profile
from memory.db import Reader


async def about(reader: Reader, records: tuple[str, ...] = ()) -> Context:
    """Return the context of words that are about these records."""
    settings = await profile.read(reader)
    return Context(
        now=reader.now, zone=settings["zone"], locale=settings["locale"],
        currency=settings["currency"], about=records,
    )  # fmt: skip


async def of_mail(reader: Reader, mail: str | None, named: Sequence[str] = ()) -> Context:
    """Return the context of words about a mail: what it was read to be about.

    `named`: the records that words said before name, which come first.
    """
    read = await events.by_key(reader, "intake", mail) if mail else None
    found = tuple(read.body["about"]) if read is not None else ()
    return await about(reader, (*named, *found))
