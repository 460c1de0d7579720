"""Histories drawn by chance: what a company may go through, for tests that must hold after any."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from memory import artifacts, cursors, events, profile
from memory.beliefs import facts
from memory.canon import records
from memory.db import Database, Tx, insert
from memory.forgetting import erasure, expiry, kept
from memory.recalling import recall
from memory.schema import metadata
from memory.schema.recall import vectors
from memory.schema.work import work
from memory.texts import lifecycle

ODD = ("Größe ✓", "a\nb\u2028c", "\ud83d half", "'); DROP TABLE", "=1+1", "", "0", "null", "🙂")
NAMES = ("Ada", "Bruno", "Chloé", "Dorota", "Ed", "Fay")


async def live(db: Database, seed: int, steps: int, *, lasting: bool = False) -> None:
    """Let so many things happen, each in a commit of its own; `lasting`: nothing is forgotten."""
    chance = random.Random(seed)
    happens = LASTING if lasting else STEPS
    for number in range(steps):
        async with db.transaction() as tx:
            await chance.choice(happens)(tx, chance, f"{seed}-{number}")


async def _person(tx: Tx, chance: random.Random, key: str) -> None:
    state = {"name": f"{chance.choice(NAMES)} Number{key}", "email": f"{key}@example.org"}
    await records.create(tx, "person", state, None)


async def _revision(tx: Tx, chance: random.Random, key: str) -> None:
    if person := await _any(tx, chance):
        await records.revise(tx, person, None, aliases=[f"Alias{key}"])


async def _mail(tx: Tx, chance: random.Random, key: str) -> None:
    body = {"text": chance.choice(ODD), "sum": chance.random(), "many": [1, None, {"a": True}]}
    heard = await events.append(
        tx, "email.received", source="mail", key=key, trust="outside", actor="x@example.org",
        body=body,
    )  # fmt: skip
    assert heard is not None
    text = f"{chance.choice(NAMES)} writes {key} and pays {chance.randint(1, 99)} euros"
    for part in range(chance.randint(1, 3)):
        await recall.remember(
            tx, kind="mail", ref=heard.id if part == 0 else f"{heard.id}:{part}",
            text=f"{text}, part {part}", trust="outside", conv=chance.choice(("web:1", None)),
            record=await _any(tx, chance), by=chance.choice(NAMES),
        )  # fmt: skip


async def _fact(tx: Tx, chance: random.Random, key: str) -> None:
    value: Any = chance.choice((*ODD[:2], *ODD[3:], 7, 1.1, True, {"b": [2]}))
    await facts.learn(tx, "note", value, record=await _any(tx, chance), author="owner", source=None)


async def _draft(tx: Tx, chance: random.Random, key: str) -> None:
    art = await artifacts.keep(
        tx, "draft", "Reply", artifact_id=f"art_{key}", author="agent", cause=None, text="Dear"
    )
    if chance.random() < 0.5:
        await artifacts.revise(tx, art, "operator", None, text=chance.choice(ODD[3:]))


async def _setting(tx: Tx, chance: random.Random, key: str) -> None:
    await profile.save(tx, None, zone=f"Europe/{key}", quiet=chance.choice(("", "22-7")))
    await cursors.save(tx, f"source:{chance.randint(1, 3)}", key)


async def _open(tx: Tx, chance: random.Random, key: str) -> None:
    row = {"id": f"wrk_{key}", "kind": "understand", "ref": key, "state": "ready", "round": 0}
    await insert(tx, work, row | {"attempts": 0, "due_at": tx.now, "error": None})


async def _erasure(tx: Tx, chance: random.Random, key: str) -> None:
    if person := await _any(tx, chance):
        await erasure.erase(tx, person, None)


async def _expiry(tx: Tx, chance: random.Random, key: str) -> None:
    things = await kept.things(tx)
    some = chance.sample(things, min(2, len(things)))
    await expiry.expire(tx, await expiry.trace(tx, some), some, None)


async def _packing(tx: Tx, chance: random.Random, key: str) -> None:
    going = await lifecycle.due(tx, lifecycle.Policy(days={"mail": 1}, hot=chance.randint(0, 4)))
    await lifecycle.pack(tx, [one.session for one in going], None)


async def _any(tx: Tx, chance: random.Random) -> str | None:
    known = [one.id for one in await records.of_kind(tx, "person") if one.status == "active"]
    return chance.choice(known) if known else None


STEPS = (
    *(_person, _person, _revision, _mail, _mail, _mail, _fact, _fact, _draft, _setting, _open),
    *(_erasure, _expiry, _packing),
)
LASTING = tuple(step for step in STEPS if step not in (_erasure, _expiry))


def tables(path: Path) -> dict[str, list[Any]]:
    """Return every row of every table of ours as SQLite holds it, but for the vectors."""
    names = [name for name in metadata.tables if name != vectors.name]
    with closing(sqlite3.connect(path)) as conn:
        found = {
            name: conn.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall() for name in names
        }
        words = "SELECT rowid, text, before FROM passages_fts ORDER BY rowid"
        hits = "SELECT rowid FROM archived_fts WHERE archived_fts MATCH 'euros' ORDER BY rowid"
        found["archived_fts"] = conn.execute(hits).fetchall()
        found["passages_fts"] = conn.execute(words).fetchall()
    return found
