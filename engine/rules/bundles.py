"""Bundle: the words of one rule book, kept under its hash, so that an old verdict can be read."""

import sqlalchemy as sa

from memory import events
from memory.db import Reader, Tx, insert_once
from memory.schema.rules import bundles
from policies.book import of_listed
from policies.rules import Book, Rule, sentence


async def keep(tx: Tx, book: Book, cause: str | None) -> None:
    """Keep what a book says before it judges; again: nothing new."""
    row = {"hash": book.bundle, "rules": book.listed(), "at": tx.now}
    if await insert_once(tx, bundles, row):
        await events.note(tx, "bundle.kept", cause, bundle=book.bundle)


async def words(reader: Reader, bundle: str, wanted: list[str]) -> tuple[str, ...]:
    """Return what these rules said in the book of this hash, in the order they are asked for."""
    listed = await reader.value(sa.select(bundles.c.rules).filter_by(hash=bundle)) or []
    said = {
        one["id"]: Rule.model_validate({k: one[k] for k in one if k != "level"}) for one in listed
    }
    return tuple(sentence(said[id]) for id in wanted if id in said)


async def book(reader: Reader, bundle: str) -> Book | None:
    """Return the book of this hash as it was; None: it is not kept, or cannot be read any more."""
    listed = await reader.value(sa.select(bundles.c.rules).filter_by(hash=bundle))
    try:
        return None if listed is None else of_listed(listed, bundle)
    except ValueError:
        return None
