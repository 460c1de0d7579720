"""Spec: which version of a specialist's file is in use, and which one is tried beside it.

in use ──begin──▶ another on a share of the wishes, or in shadow ──▶ promoted (a tap goes back)
                                                                └──▶ ended
Every version is kept as it was read, so that what is in use stays in use when its file changes.
Which wish gets the one on trial is drawn from the wish's id, so it stays the same.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events, profile
from memory.db import Reader, Tx, insert, insert_once
from memory.journal import canonical
from memory.schema.specs import spec_drafts, specs
from memory.schema.work import tasks

SIGNAL = "specs"  # told after every change of what is in use or on trial
KEPT = "specs"  # {agent: Standing}, in the profile
SHARE = 20  # per cent of the wishes
VERSION_CHARS = 32  # nobody finds another file of the same name, however long they try


@dataclass(frozen=True, slots=True)
class Version:
    """`number`: as it is called. `says`: all of the file, as JSON."""

    number: int
    says: Mapping[str, Any]


class Trial(BaseModel, frozen=True):
    """`share`: per cent of the wishes that get it; 0: in shadow, nobody is shown what it does."""

    id: str
    version: str
    share: int
    since: datetime

    @property
    def shadow(self) -> bool:
        return self.share == 0

    def draws(self, goal: str) -> bool:
        """Say whether this wish is one of the share."""
        return int(version_of([self.id, goal]), 16) % 100 < self.share


class Standing(BaseModel, frozen=True):
    """`file`: what was read last. `before`: what was in use until the last promotion."""

    now: str
    file: str
    before: str = ""
    trial: Trial | None = None


def version_of(says: Any) -> str:
    """Return the name of a version: the beginning of a digest of all it says."""
    return hashlib.sha256(canonical(says).encode()).hexdigest()[:VERSION_CHARS]


async def of_task(reader: Reader, task: str | None) -> str:
    """Return the version by which a task is carried out; "": it is no step of a specialist's."""
    found = None if task is None else await reader.value(sa.select(tasks.c.spec).filter_by(id=task))
    return found or ""


async def says_of(reader: Reader, task: str) -> tuple[str, Mapping[str, Any]]:
    """Return who carries out a task and all their file says; {}: it is none of the operator's."""
    its = (specs.c.agent == tasks.c.agent) & (specs.c.version == tasks.c.spec)
    both = sa.join(tasks, specs, its)
    query = sa.select(specs.c.agent, specs.c.says).select_from(both).where(tasks.c.id == task)
    row = await reader.row(query)
    return ("", {}) if row is None else (row.agent, row.says)


async def standings(reader: Reader) -> dict[str, Standing]:
    """Return how it stands with each specialist that ever had a file of yours."""
    kept = await profile.get(reader, KEPT) or {}
    return {name: Standing.model_validate(one) for name, one in kept.items()}


async def versions(reader: Reader) -> dict[str, dict[str, Version]]:
    """Return every version that was ever read, by agent."""
    found: dict[str, dict[str, Version]] = {}
    for row in await reader.rows(sa.select(specs)):
        found.setdefault(row.agent, {})[row.version] = Version(row.number, row.says)
    return found


async def keep(tx: Tx, agent: str, version: str, says: Mapping[str, Any]) -> int:
    """Keep a version as it was read; the same again changes nothing. Return how many are kept."""
    known = await tx.rows(sa.select(specs.c.version).filter_by(agent=agent))
    if version in {row.version for row in known}:
        return len(known)
    row = {"agent": agent, "version": version, "number": len(known) + 1, "says": dict(says)}
    await insert(tx, specs, row | {"at": tx.now})
    await events.note(tx, "spec.read", None, agent=agent, version=version)
    return len(known) + 1


async def save(tx: Tx, agent: str, standing: Standing, cause: str | None) -> None:
    """Let it stand so from the commit on."""
    kept = dict(await profile.get(tx, KEPT) or {})
    kept[agent] = standing.model_dump(mode="json")
    await profile.save(tx, cause, **{KEPT: kept})


def tried(tx: Tx, old: Standing, version: str, share: int) -> Standing:
    """Return it with this version on trial; a trial that runs is ended."""
    trial = Trial(id=tx.id("trl"), version=version, share=share, since=tx.now)
    return old.model_copy(update={"trial": trial})


def taken(old: Standing, version: str) -> Standing:
    """Return it with this version in use for all."""
    return Standing(now=version, file=old.file, before=old.now)


def ended(old: Standing) -> Standing:
    """Return it without a trial; what was in use stays in use."""
    return old.model_copy(update={"trial": None})


async def drafted(tx: Tx, task: str, version: str, texts: Mapping[str, str], why: str) -> None:
    """Keep what a version in shadow would have drafted; the first stays. `why`: it did nothing."""
    row = {"task": task, "version": version, "texts": dict(texts), "why": why, "at": tx.now}
    if await insert_once(tx, spec_drafts, row):
        await events.note(tx, "spec.drafted", None, task=task, version=version)
