"""Back to an event: what was known then is known again, and nothing outside is forgotten."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from memory import cursors, events, profile
from memory.canon import records
from memory.copying.copies import RefusedError
from memory.copying.rollback import rollback
from memory.copying.transfer import DATABASE, STATE
from memory.copying.verify import verify
from memory.db import Database, change, insert
from memory.forgetting import erasure
from memory.recalling import recall
from memory.schema.work import effect_versions, effects
from memory.texts import lifecycle
from tests.memory.histories import live, tables

Clock = Callable[[], datetime]
NAMES = {table.name for table in STATE}


def state(path: Path) -> dict[str, list[Any]]:
    return {name: rows for name, rows in tables(path).items() if name in NAMES}


async def newest(db: Database) -> str:
    async with db.snapshot() as reader:
        return (await events.of_kind(reader, "mark"))[-1].id


async def mark(db: Database) -> str:
    async with db.transaction() as tx:
        await events.note(tx, "mark", None)
    return await newest(db)


async def faults(folder: Path, clock: Clock) -> tuple[str, ...]:
    db = Database(folder / DATABASE, clock)
    report = await verify(db)
    await db.close()
    return report.faults


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(5), marks=pytest.mark.slow)])
async def test_the_state_is_what_it_was_at_each_event(
    db: Database, tmp_path: Path, clock: Clock, seeds: range
) -> None:
    then = {}
    for seed in seeds:
        await live(db, seed, 8, lasting=True)
        then[await mark(db)] = state(db.path)
    for number, (event, was) in enumerate(then.items()):
        rolled = await rollback(db, event[-8:], tmp_path / str(number))
        assert rolled.to == event
        assert state(tmp_path / str(number) / DATABASE) == was
        assert await faults(tmp_path / str(number), clock) == ()
    assert (await verify(db)).faults == ()


async def test_the_log_goes_on_from_there_and_says_so(
    db: Database, tmp_path: Path, clock: Clock
) -> None:
    there = await mark(db)
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="Europe/Paris")
        await cursors.save(tx, "mailbox", "17")
    await rollback(db, there, tmp_path / "back", [tmp_path / "missing"])
    back = Database(tmp_path / "back" / DATABASE, clock)
    async with back.snapshot() as reader:
        [noted] = await events.of_kind(reader, "log.rolled_back")
        assert (noted.cause, noted.body["left_behind"]) == (there, 1)
        assert (await profile.read(reader))["zone"] != "Europe/Paris"
        assert await cursors.get(reader, "mailbox") == "17"
    async with back.transaction() as tx:
        await profile.save(tx, None, zone="Europe/Rome")
    assert (await verify(back)).faults == ()
    await back.close()


async def test_a_moment_means_the_last_event_until_then(db: Database, tmp_path: Path) -> None:
    await mark(db)
    second = await mark(db)
    async with db.snapshot() as reader:
        at = (await events.of_kind(reader, "mark"))[1].at
    await mark(db)
    assert (await rollback(db, at, tmp_path / "back")).to == second


async def test_what_was_erased_since_stays_erased_and_the_log_still_holds(
    db: Database, tmp_path: Path, clock: Clock
) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada Example"}, None)
        heard = await events.append(
            tx, "email.received", source="mail", key="1", trust="outside", actor="Ada Example",
            body={"text": "from Ada Example"},
        )  # fmt: skip
        assert heard is not None
        await recall.remember(tx, kind="mail", ref=heard.id, text="a blue lamp", trust="outside")
        await recall.remember(tx, kind="mail", ref="evt_later", text="a lamp", trust="outside")
    there = await mark(db)
    async with db.transaction() as tx:
        await erasure.erase(tx, ada.id, None)
    await rollback(db, there, tmp_path / "back")
    assert await faults(tmp_path / "back", clock) == ()
    data = (tmp_path / "back" / DATABASE).read_bytes()
    assert b"Ada Example" not in data
    assert tables(tmp_path / "back" / DATABASE)["passages"] == []


async def test_passages_of_what_was_known_then_come_along(db: Database, tmp_path: Path) -> None:
    async with db.transaction() as tx:
        heard = await events.note(tx, "heard", None)
        await recall.remember(tx, kind="mail", ref=heard.id, text="a blue lamp", trust="outside")
        packed = await events.note(tx, "heard", None)
        [name] = await recall.remember(
            tx, kind="mail", ref=packed.id, text="an old lamp", trust="outside"
        )
    there = await mark(db)
    async with db.transaction() as tx:
        assert await lifecycle.pack(tx, [name], None) == 1
        later = await events.note(tx, "heard", None)
        await recall.remember(tx, kind="mail", ref=later.id, text="a red lamp", trust="outside")
    await rollback(db, there, tmp_path / "back")
    back = Database(tmp_path / "back" / DATABASE)
    async with back.snapshot() as reader:
        found = {one.text for one in await recall.recall(reader, "lamp")}
        assert found == {"a blue lamp", "an old lamp"}
    await back.close()


async def test_what_was_done_since_is_listed_and_what_was_done_before_is_not(
    db: Database, tmp_path: Path
) -> None:
    await effect(db, "eff_before", "Refund 10.00 EUR")
    await finished(db, "eff_before")
    await effect(db, "eff_waited", "Refund 40.00 EUR")
    there = await mark(db)
    await finished(db, "eff_waited")
    await effect(db, "eff_later_", "Send e-mail")
    rolled = await rollback(db, there, tmp_path / "back")
    assert [line.partition("UTC: ")[2] for line in rolled.done] == [
        "Refund 40.00 EUR (waited, done)"
    ]


async def effect(db: Database, id: str, title: str) -> None:
    async with db.transaction() as tx:
        common = {"digest": id, "cause": "x", "at": tx.now, "action": {}, "verdict": {}}
        row = {"id": id, "task": id, "goal": "gol", "version": 1, "state": "waiting"}
        await insert(tx, effects, row | common)
        version = {"effect": id, "version": 1, "operation": "x", "counterpart": ""}
        preview = {"title": title}
        await insert(tx, effect_versions, version | common | {"preview": preview, "author": "a"})
        await events.note(tx, "effect.proposed", None)


async def finished(db: Database, id: str) -> None:
    async with db.transaction() as tx:
        await change(tx, effects, {"id": id}, state="done", done_at=tx.now)
        await events.note(tx, "effect.done", None)


async def test_a_point_that_is_none_is_refused_and_leaves_nothing(
    db: Database, tmp_path: Path
) -> None:
    there = await mark(db)
    await mark(db)
    for to, said in (
        ("nothing-like-it", "No event ends with"),
        (there[:0], "Several events end"),
        (datetime.fromisoformat("2020-01-01T00:00:00+00:00"), "Nothing had happened before 2020"),
    ):
        with pytest.raises(RefusedError, match=said):
            await rollback(db, to, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "x").touch()
    with pytest.raises(RefusedError, match="not empty"):
        await rollback(db, there, tmp_path / "back")


async def test_a_log_that_was_changed_is_not_replayed(db: Database, tmp_path: Path) -> None:
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="Europe/Paris")
    there = await mark(db)
    async with db.engine.begin() as conn:
        await conn.exec_driver_sql("UPDATE events SET body = ?", (json.dumps({"a": 1}),))
    with pytest.raises(RefusedError, match=r"cannot be replayed so far: .*content was changed"):
        await rollback(db, there, tmp_path / "back")
