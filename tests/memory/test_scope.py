"""Nothing out of scope is ever recalled: by words, by meaning, or out of a box."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory import artifacts, events
from memory.canon import records
from memory.db import Database, insert
from memory.recalling import scope
from memory.recalling.recall import Recalled, embed_pending, recall
from memory.schema.recall import archived, passages
from memory.schema.work import goals
from memory.texts import lifecycle
from memory.texts.lifecycle import Policy
from memory.texts.passages import SENSITIVITIES, remember
from memory.vectors.embed import find_encoder
from memory.vectors.index import Index
from tests.memory.conftest import BOTH

pytestmark = BOTH

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WORDS = ("order", "lamp", "glazier", "invoice", "window", "paint")
CONVS = ("web:1", "web:2", None)
KINDS = ("message", "mail", "note", "artifact")
TRUSTS = ("operator", "outside", "system")
MANY = 200


@pytest.fixture
def clock() -> Any:
    return lambda: NOW


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


@dataclass
class Company:
    """Two projects of one customer and two goals, and what each has to do with them."""

    records: list[str]
    of_project: dict[str, set[str]]  # the records that are in scope
    of_goal: dict[str, set[str]]  # the refs
    refs: list[str]


async def company(db: Database) -> Company:
    found = Company([], {}, {}, [f"evt_{number}" for number in range(20)])
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada Example"}, None)
        found.records.append(ada.id)
        for name in ("Shop", "Barn"):
            state = {"name": name, "customer": ada.id}
            project = await records.create(tx, "project", state, None)
            mine = {project.id}
            for kind in ("task", "content"):
                state = {"name": f"A {kind} of {name}", "project": project.id}
                mine.add((await records.create(tx, kind, state, None)).id)
            found.of_project[project.id] = mine
            found.records += sorted(mine)
        for goal in ("gol_1", "gol_2"):
            asked = await events.note(tx, "message.received", None, trust="operator", text="Go")
            await _open(tx, goal, asked.id)
            done = await events.note(tx, "task.done", asked.id, goal=goal)
            art = await artifacts.keep(
                tx, "draft", "Reply", artifact_id=f"art_{goal}", about=goal, author="agent",
                cause=None, text="Dear",
            )  # fmt: skip
            found.of_goal[goal] = {goal, asked.id, done.id, art}
            found.refs += sorted(found.of_goal[goal])
    return found


async def _open(tx: Any, goal: str, asked: str) -> None:
    row = {"id": goal, "text": "Go", "mode": "deterministic", "state": "open", "asked_by": asked}
    about = {"conv": None, "playbook": None, "slots": {}, "at": tx.now, "due_at": None}
    await insert(tx, goals, row | about)


async def say(db: Database, chance: random.Random, known: Company, number: int) -> None:
    async with db.transaction() as tx:
        await remember(
            tx, kind=chance.choice(KINDS), ref=chance.choice(known.refs),
            text=f"{' '.join(chance.choices(WORDS, k=6))} {number}",
            trust=chance.choice(TRUSTS), record=chance.choice([None, *known.records]),
            conv=chance.choice(CONVS), sensitivity=chance.choice([None, *SENSITIVITIES]),
        )  # fmt: skip


def asked(chance: random.Random, known: Company) -> dict[str, Any]:
    """Return a scope drawn by chance, of one to three limits."""
    may: dict[str, Any] = {
        "record": chance.choice(known.records),
        "project": chance.choice([*known.of_project]),
        "goal": chance.choice([*known.of_goal]),
        "conv": chance.choice(CONVS[:2]),
        "kinds": tuple(chance.sample(KINDS, 2)),
        "trusts": tuple(chance.sample(TRUSTS, 1)),
        "sensitivity": chance.choice(SENSITIVITIES),
    }
    return {name: may[name] for name in chance.sample(sorted(may), chance.randint(1, 3))}


def inside(row: Any, known: Company, wanted: dict[str, Any]) -> bool:
    """Say whether a passage is in scope, as plainly as it can be said."""
    told = SENSITIVITIES[: SENSITIVITIES.index(wanted.get("sensitivity", "secret")) + 1]
    return (
        row.record in ({wanted["record"]} if "record" in wanted else {row.record})
        and row.record in known.of_project.get(wanted.get("project", ""), {row.record})
        and row.ref in known.of_goal.get(wanted.get("goal", ""), {row.ref})
        and row.conv == wanted.get("conv", row.conv)
        and row.kind in wanted.get("kinds", KINDS)
        and row.trust in wanted.get("trusts", TRUSTS)
        and row.sensitivity in told
    )


async def everything(db: Database) -> list[Any]:
    async with db.snapshot() as reader:
        hot, cold = [await reader.rows(sa.select(table)) for table in (passages, archived)]
    return [*hot, *cold]


async def ask(db: Database, query: str, **how: Any) -> list[Recalled]:
    async with db.snapshot() as reader:
        return await recall(reader, query, **how)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("packed", [False, True], ids=["hot", "archived"])
async def test_nothing_out_of_scope_is_recalled_and_all_that_is_in_scope_can_be(
    db: Database, index: Index, seed: int, packed: bool
) -> None:
    chance, encoder = random.Random(seed), find_encoder()
    assert encoder is not None
    known = await company(db)
    for number in range(MANY):
        await say(db, chance, known, number)
    while await embed_pending(db, encoder, index):
        pass
    if packed:
        async with db.transaction() as tx:
            rules = Policy(days=dict.fromkeys(KINDS, 365.0), hot=10)
            going = await lifecycle.due(tx, rules)
            await lifecycle.pack(tx, [one.session for one in going], None)
    rows = await everything(db)
    some = 0
    for _ in range(40):
        wanted = asked(chance, known)
        mine = {row.id for row in rows if inside(row, known, wanted)}
        query = " ".join(chance.choices(WORDS, k=2))
        how: dict[str, Any]
        for how in ({}, {"encoder": encoder, "index": index}):
            found = {
                one.id for one in await ask(db, query, k=500, budget_tokens=10**6, **wanted, **how)
            }
            assert found <= mine, wanted
            if how and not packed:  # a vector is enough; of boxes only some are opened
                assert len(found) >= 0.8 * min(len(mine), 50), wanted
            some += bool(found)
    assert some > 20


async def test_what_comes_from_outside_or_is_about_a_person_is_personal(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada Example"}, None)
        shop = await records.create(tx, "project", {"name": "Shop"}, None)
        said: dict[str, dict[str, Any]] = {
            "mail": {"trust": "outside"},
            "of Ada": {"trust": "operator", "record": ada.id},
            "of the shop": {"trust": "operator", "record": shop.id},
            "note": {"trust": "operator"},
            "post": {"trust": "operator", "sensitivity": "public"},
            "pin": {"trust": "operator", "sensitivity": "secret"},
        }
        for ref, how in said.items():
            await remember(tx, kind="note", ref=ref, text=f"glazier {ref}", **how)
    classes = {one.ref: one.sensitivity for one in await ask(db, "glazier")}
    assert classes == {
        "mail": "personal",
        "of Ada": "personal",
        "of the shop": "business",
        "note": "business",
        "post": "public",
        "pin": "secret",
    }
    told = {one.ref for one in await ask(db, "glazier", sensitivity="business")}
    assert told == {"of the shop", "note", "post"}


async def test_a_project_is_what_belongs_to_it_also_under_a_former_name(db: Database) -> None:
    known = await company(db)
    [shop, barn] = known.of_project
    async with db.snapshot() as reader:
        assert {
            id
            for limit in (await scope.read(reader, project=shop)).limits
            for _, ids in limit
            for id in ids
        } == known.of_project[shop]
        assert (await scope.read(reader, goal="gol_0")).limits == ((("ref", ("gol_0",)),),)
    assert known.of_project[barn].isdisjoint(known.of_project[shop])
    await say(db, random.Random(1), known, 1)
    assert await ask(db, " ".join(WORDS), goal="gol_0") == []


def test_equal_scopes_are_equal_keys() -> None:
    one = scope.Scope(((("kind", ("mail",)),),))
    assert {one: 1}[scope.Scope(((("kind", ("mail",)),),))] == 1
