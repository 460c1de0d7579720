"""A database full of a company's years goes down to each older schema and up again, data kept."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from memory import upgrade
from memory.copying.verify import verify
from memory.db import Database
from memory.recalling.recall import recall
from tests.memory.histories import live, tables

STEPS = 150
ADDS = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{revision}", "{before}"
def upgrade():
    op.add_column("records", sa.Column("mood", sa.Text))
    op.execute("UPDATE records SET mood = 'good'")
    op.execute("CREATE TABLE moods (id TEXT PRIMARY KEY)")
    op.execute("INSERT INTO moods SELECT id FROM records")
def downgrade():
    op.execute("DROP TABLE moods")
    op.drop_column("records", "mood")
"""
COPIES = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{revision}", "{before}"
TABLES = ("events", "passages", "vectors", "boxes", "archived", "facts", "record_versions")
def upgrade():
    for name in TABLES:
        with op.batch_alter_table(name, recreate="always") as table:
            table.add_column(sa.Column("later", sa.Text))
def downgrade():
    for name in TABLES:
        with op.batch_alter_table(name, recreate="always") as table:
            table.drop_column("later")
"""


def revisions(steps: Path) -> list[str]:
    """Return the steps from the newest to the first."""
    config = Config()
    config.set_main_option("script_location", str(steps))
    return [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Our steps and two of a next version: one adds, one copies whole tables as SQLite must."""
    folder = tmp_path / "steps"
    shutil.copytree(upgrade.STEPS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for revision, step in (("next", ADDS), ("last", COPIES)):
        text = step.format(revision=revision, before=revisions(folder)[0])
        (folder / "versions" / f"{revision}.py").write_text(text)
    monkeypatch.setattr(upgrade, "STEPS", folder)
    return revisions(folder)


@pytest.mark.parametrize("seed", range(3))
async def test_down_to_each_older_schema_and_up_again_keeps_every_row(
    db: Database, steps: list[str], seed: int
) -> None:
    await live(db, seed, STEPS)
    before = tables(db.path)
    assert all(before[name] for name in ("events", "facts", "passages", "boxes", "archived"))
    await db.close()
    first = steps[-1]
    for revision in [*steps[1:], first]:
        upgrade.upgrade(db.path)
        assert upgrade.current(db.path) == steps[0]
        upgrade.downgrade(db.path, revision)
        assert upgrade.current(db.path) == revision
    assert tables(db.path) == before
    again = Database(db.path, db.clock)
    assert (await verify(again)).faults == ()
    async with again.snapshot() as reader:
        assert await recall(reader, "who pays euros")
    await again.close()


async def test_what_a_step_fills_is_there_after_it_and_gone_before_it(
    db: Database, steps: list[str]
) -> None:
    await live(db, 1, STEPS)
    upgrade.upgrade(db.path)
    async with db.snapshot() as reader:
        many = await reader.value(sa.text("SELECT count(*) FROM records WHERE mood = 'good'"))
        assert many == await reader.value(sa.text("SELECT count(*) FROM moods")) > 0
    await db.close()
    upgrade.downgrade(db.path, steps[-1])
    with pytest.raises(sa.exc.OperationalError, match="no such column: mood"):
        async with db.snapshot() as reader:
            await reader.value(sa.text("SELECT mood FROM records"))
