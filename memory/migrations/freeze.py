"""Writes the first step anew from the tables, as long as nothing was released with it.

python -m memory.migrations.freeze
"""

from pathlib import Path

import sqlalchemy as sa

from memory.schema import metadata

VERSIONS = Path(__file__).with_name("versions")
FIRST = VERSIONS / "0001_first.py"
HEAD = '''"""The first schema: every table of version 0.1, frozen by memory.migrations.freeze."""

from alembic import op

revision = "0001"
down_revision: str | None = None

'''
FOOT = """

def upgrade() -> None:
    for statement in UP:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.get_bind().exec_driver_sql(statement)
"""


def frozen() -> str:
    """Return the source of the first step: what SQLite itself says of tables just created."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        rows = conn.exec_driver_sql(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%'"
            " ESCAPE '\\' ORDER BY rowid"
        ).all()
    engine.dispose()
    tables = [row.name for row in rows if row.type == "table"]
    rows = sorted(rows, key=lambda row: (tables.index(row.tbl_name), row.type != "table", row.name))
    up = "".join(f'    """\n{_readable(row.sql)}\n""",\n' for row in rows)
    down = "".join(f'    "DROP TABLE {name}",\n' for name in reversed(tables))
    return f"{HEAD}UP = (\n{up})\n\nDOWN = (\n{down})\n{FOOT}"


def main() -> None:
    """Write the file; refuses once a second step exists."""
    if later := [path.name for path in VERSIONS.glob("*.py") if path != FIRST]:
        raise SystemExit(f"{', '.join(later)} builds on it: add a step instead of changing this.")
    FIRST.write_text(frozen(), encoding="utf-8")


def _readable(sql: str) -> str:
    sql = sql.replace("\t", "    ")
    if "INDEX" in sql.split("(")[0]:
        sql = sql.replace(" ON ", "\n    ON ").replace(" WHERE ", "\n    WHERE ")
    return "\n".join(line.rstrip() for line in sql.strip().splitlines())


if __name__ == "__main__":
    main()
