"""The schema goes up and down in whole steps, whatever happens on the way."""

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory import upgrade
from memory.schema import metadata

SECOND = """
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.execute("ALTER TABLE profile ADD COLUMN note TEXT")
    op.execute("UPDATE profile SET note = 'new'")
    op.execute("CREATE TABLE notes (id TEXT PRIMARY KEY)")
def downgrade():
    op.execute("DROP TABLE notes")
    op.execute("ALTER TABLE profile DROP COLUMN note")
"""
BREAKS = SECOND.replace("CREATE TABLE notes", "CREATE TABLE profile")
KILLING = """
import json, os, signal, sys
from pathlib import Path
import alembic.command, alembic.script
import sqlalchemy as sa
from memory import upgrade

path, steps, point = Path(sys.argv[1]), Path(sys.argv[2]), 0
upgrade.STEPS = steps
before = path.read_bytes() if path.exists() else None
seen = []
while True:
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    if before is not None:
        path.write_bytes(before)
    child = os.fork()
    if child == 0:
        left = point
        def die(*_):
            global left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        sa.event.listen(sa.Engine, "before_cursor_execute", die)
        sa.event.listen(sa.Engine, "commit", die)
        upgrade.upgrade(path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    after = upgrade.current(path)
    upgrade.upgrade(path)
    seen.append([status, after, upgrade.current(path)])
    if status == 0:
        break
    point += 1
print(json.dumps(seen))
"""


def shape(path: Path) -> dict[str, Any]:
    """Return columns and indexes of each table, however they were written."""
    with closing(sqlite3.connect(path)) as conn:
        items = conn.execute(
            "SELECT name, tbl_name, type, sql FROM sqlite_master"
            " WHERE tbl_name != 'alembic_version'"
        ).fetchall()
        found: dict[str, Any] = {}
        for name, table, kind, sql in items:
            if kind == "table" and "VIRTUAL" not in sql:
                found[name] = conn.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
            elif sql:
                found[name] = " ".join(sql.split())
            else:
                unique = conn.execute(f'PRAGMA index_list("{table}")').fetchall()
                columns = conn.execute(f'PRAGMA index_info("{name}")').fetchall()
                found[name] = [columns, [row[2] for row in unique if row[1] == name]]
    return found


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(query).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "firstmate.db"


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The steps of a next version, which adds one."""
    steps = tmp_path / "steps"
    shutil.copytree(upgrade.STEPS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (steps / "versions" / "0002_second.py").write_text(SECOND)
    return steps


def test_the_steps_make_exactly_the_tables_the_program_knows(path: Path, tmp_path: Path) -> None:
    upgrade.upgrade(path)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'whole.db'}")
    metadata.create_all(engine)
    engine.dispose()
    stepwise, whole = shape(path), shape(tmp_path / "whole.db")
    differing = [name for name in stepwise | whole if stepwise.get(name) != whole.get(name)]
    assert not differing, (
        f"The steps differ from memory/schema in {differing}: before the first release run "
        "`python -m memory.migrations.freeze`, afterwards add a step."
    )


def test_a_new_database_is_its_owners_alone_and_writes_ahead(path: Path) -> None:
    upgrade.upgrade(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_database_that_is_up_to_date_is_left_alone(path: Path) -> None:
    upgrade.upgrade(path)
    before = path.read_bytes()
    upgrade.upgrade(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_no_file_has_no_schema_and_asking_makes_none(path: Path) -> None:
    assert upgrade.current(path) is None
    assert not path.exists()


def test_down_and_up_again_touches_no_table_of_others(path: Path) -> None:
    upgrade.upgrade(path)
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE workflow_status (id TEXT)")
        conn.execute("INSERT INTO workflow_status VALUES ('one')")
        conn.commit()
    upgrade.downgrade(path, "base")
    assert upgrade.current(path) is None
    left = {name for (name,) in rows(path, "SELECT name FROM sqlite_master")}
    assert left <= {"workflow_status", "alembic_version", "sqlite_sequence"} | {
        name for name in left if name.startswith("sqlite_autoindex_alembic")
    }
    upgrade.upgrade(path)
    assert rows(path, "SELECT id FROM workflow_status") == [("one",)]


def test_before_a_step_the_database_is_copied_beside_itself(
    path: Path, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade.upgrade(path)
    fill(path)
    monkeypatch.setattr(upgrade, "STEPS", steps)
    upgrade.upgrade(path)
    copy = path.with_name("firstmate.db.from-0001")
    assert upgrade.current(copy) == "0001"
    assert rows(copy, "SELECT name FROM profile") == [("zone",)]
    assert rows(path, "SELECT name, note FROM profile") == [("zone", "new")]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_step_that_fails_leaves_the_schema_and_the_rows_as_they_were(
    path: Path, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade.upgrade(path)
    fill(path)
    before = shape(path)
    (steps / "versions" / "0002_second.py").write_text(BREAKS)
    monkeypatch.setattr(upgrade, "STEPS", steps)
    with pytest.raises(sa.exc.OperationalError):
        upgrade.upgrade(path)
    assert (upgrade.current(path), shape(path)) == ("0001", before)
    assert rows(path, "SELECT name FROM profile") == [("zone",)]


def test_a_database_of_a_newer_program_is_refused_in_words(
    path: Path, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr(upgrade, "STEPS", steps)
        upgrade.upgrade(path)
    with pytest.raises(upgrade.NewerDatabaseError, match=r"schema is 0002.*up to 0001"):
        upgrade.upgrade(path)
    assert upgrade.current(path) == "0002"


def test_an_upgrade_killed_anywhere_leaves_the_old_schema_or_the_new(
    path: Path, steps: Path
) -> None:
    upgrade.upgrade(path)
    fill(path)
    fold(path)
    assert killed_everywhere(path, steps) == {"0001", "0002"}


def test_a_creation_killed_anywhere_leaves_nothing_or_everything(path: Path) -> None:
    path.parent.mkdir()
    assert killed_everywhere(path, upgrade.STEPS) == {None, "0001"}


def killed_everywhere(path: Path, steps: Path) -> set[str | None]:
    """Kill the upgrade before each statement in turn; return the schemas that were left."""
    command = [sys.executable, "-c", KILLING, str(path), str(steps)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    seen = json.loads(run.stdout)
    newest = seen[-1][1]
    assert len(seen) > 3
    assert all(status == 9 for status, *_ in seen[:-1])
    assert all(repaired == newest for *_, repaired in seen)
    return {after for _, after, _ in seen}


def fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("INSERT INTO profile VALUES ('zone', '\"UTC\"', '2026-11-21 09:00:00.000000')")
        conn.commit()


def fold(path: Path) -> None:
    """Bring what was written ahead into the file itself, so that it can be copied as one."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
