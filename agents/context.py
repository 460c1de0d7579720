"""How the operator writes, as the settings have it, and what the words are about already."""

from agents.words import Context
from memory import events, profile
from memory.db import Reader


async def about(reader: Reader, records: tuple[str, ...] = ()) -> Context:
    """Return the context of words that are about these records."""
    settings = await profile.read(reader)
    return Context(
        now=reader.now, zone=settings["zone"], locale=settings["locale"],
        currency=settings["currency"], about=records,
    )  # fmt: skip


async def of_mail(reader: Reader, mail: str | None) -> Context:
    """Return the context of words that are about a mail: about whom and what it was read to be."""
    read = await events.by_key(reader, "intake", mail) if mail else None
    return await about(reader, tuple(read.body["about"]) if read is not None else ())
