"""The door to alembic: brings the database file to the schema this program knows, or back.

All or nothing: every step runs in one transaction, so one that fails or is killed leaves the
schema as it was. A database that holds something is copied beside itself first.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

STEPS = Path(__file__).with_name("migrations")
BUSY_TIMEOUT_S = 30


class NewerDatabaseError(Exception):
    """The database knows steps that this program does not."""


def upgrade(path: Path) -> None:
    """Create the database, readable by its owner only, or bring it to the newest schema.

    Raises NewerDatabaseError.
    """
    from alembic import command

    _create(path)
    _migrate(path, _newest(), command.upgrade)


def downgrade(path: Path, revision: str) -> None:
    """Bring the database back to an older schema, "base" for none. What only the newer schema
    can hold is gone after it, but not from the copy. Raises NewerDatabaseError.
    """
    from alembic import command

    _migrate(path, revision, command.downgrade)


def current(path: Path) -> str | None:
    """Return the newest step the database has seen; None if it has no schema or does not exist."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as conn:
        known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if conn.execute(known).fetchone() is None:
            return None
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as conn:
        if conn.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            conn.execute("PRAGMA journal_mode = WAL")  # the file remembers it


def _newest() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _migrate(path: Path, target: str, move: Callable[["Config", str], None]) -> None:
    before = current(path)
    if before == target:
        return
    _refuse_newer(path, before)
    if before is not None:
        _copy(path, before)
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    config = _config()
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        move(config, target)


def _refuse_newer(path: Path, revision: str | None) -> None:
    from alembic.script import ScriptDirectory

    known = [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]
    if revision is not None and revision not in known:
        raise NewerDatabaseError(
            f"The database {path} was made by a newer Firstmate: its schema is {revision}, this "
            f"program knows them up to {known[0]}. Install the newer one again, or start from a "
            "backup made before it."
        )


def _copy(path: Path, revision: str) -> None:
    """Keep the file as it is now as `NAME.from-REVISION`, over the copy of an older try."""
    target = path.with_name(f"{path.name}.from-{revision}")
    half = target.with_name(f"{target.name}.half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)  # SQLite accepts an empty file and keeps its permissions
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as conn:
        conn.execute("VACUUM INTO ?", (str(half),))
    half.replace(target)


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    return config


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, above
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
