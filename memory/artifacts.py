"""Artifact: a draft or a file, with every version by agent, operator or outside."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change, insert, insert_once
from memory.schema.records import artifact_versions, artifacts

Author = Literal["agent", "operator", "outside"]


class Version(BaseModel, frozen=True):
    """One version of an artifact: its text, or the digest of bytes kept under `blobs/`."""

    artifact: str
    number: int
    author: Author
    text: str | None
    digest: str | None
    mime: str | None
    at: datetime


async def keep(
    tx: Tx,
    kind: str,
    title: str,
    *,
    artifact_id: str,
    author: Author,
    cause: str | None,
    about: str | None = None,
    text: str | None = None,
    digest: str | None = None,
    mime: str | None = None,
) -> str:
    """Keep the first version of a draft or file. The same id again changes nothing."""
    row = {"id": artifact_id, "kind": kind, "title": title, "about": about, "cause": cause}
    if await insert_once(tx, artifacts, {**row, "head": 1, "at": tx.now}):
        await _add(tx, artifact_id, 1, author, cause, text=text, digest=digest, mime=mime)
        await events.note(tx, "artifact.kept", cause, artifact=artifact_id, title=title)
    return artifact_id


async def revise(tx: Tx, artifact_id: str, author: Author, cause: str | None, *, text: str) -> int:
    """Add a version and return its number."""
    head = int(await tx.value(sa.select(artifacts.c.head).filter_by(id=artifact_id)))
    await _add(tx, artifact_id, head + 1, author, cause, text=text)
    await change(tx, artifacts, {"id": artifact_id}, head=head + 1)
    await events.note(tx, "artifact.revised", cause, artifact=artifact_id, by=author)
    return head + 1


async def versions(reader: Reader, artifact_id: str) -> list[Version]:
    """Return all versions, oldest first."""
    query = sa.select(artifact_versions).filter_by(artifact=artifact_id)
    rows = await reader.rows(query.order_by(artifact_versions.c.number))
    names = Version.model_fields
    return [Version(**{name: row._mapping[name] for name in names}) for row in rows]


async def _add(
    tx: Tx,
    artifact_id: str,
    number: int,
    author: Author,
    cause: str | None,
    *,
    text: str | None = None,
    digest: str | None = None,
    mime: str | None = None,
) -> None:
    row = {"artifact": artifact_id, "number": number, "author": author, "text": text}
    rest = {"digest": digest, "mime": mime, "cause": cause, "at": tx.now}
    await insert(tx, artifact_versions, row | rest)
