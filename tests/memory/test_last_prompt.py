"""Which prompt of a purpose was last asked with, and that this is cheap to know."""

import sqlalchemy as sa

from engine.models.model_calls import Came, Wanted, note
from engine.models.trials import last_asked, pinned, steps_asked
from memory.db import Database
from tests.memory.conftest import BOTH


async def asked(db: Database, *steps: str) -> None:
    async with db.transaction() as tx:
        for step in steps:
            await note(tx, Wanted(step=step, agent="a", basis=""), None, Came(state="gave_up"))


@BOTH
async def test_what_was_last_asked_with_stays_in_use_and_of_no_other_purpose(db: Database) -> None:
    await asked(db, "plan/2", "draft.text/7", "draft.text/5", "draft.judge/3", "plan.repair/1")
    await asked(db, "shadow.plan/9", "planner/8", "beside.text/6")
    async with db.snapshot() as reader:
        found = {name: await pinned(reader, name, 4) for name in ("plan", "draft", "judge", "hear")}
    assert {name: one.now.prompt for name, one in found.items()} == {
        "plan": 1, "draft": 5, "judge": 3, "hear": 4,
    }  # fmt: skip


async def test_what_was_last_asked_with_is_found_without_a_look_at_every_call(
    db: Database,
) -> None:
    await asked(db, *["answer/1"] * 5)
    for query in (steps_asked(), last_asked("plan/1")):
        said = str(query.compile(compile_kwargs={"literal_binds": True}))
        async with db.snapshot() as reader:
            rows = (await reader.conn.execute(sa.text(f"EXPLAIN QUERY PLAN {said}"))).all()
        plan = [str(row[-1]) for row in rows]
        assert any("USING COVERING INDEX reasons_step" in line for line in plan)
        assert not [line for line in plan if line.startswith("SCAN reasons")], plan
