"""The driver: a statement is one trip to the database's thread, and a stream stays a stream."""

from typing import Any

import pytest
import sqlalchemy as sa

from memory import driver
from memory.db import Database
from tests.memory.test_cancel import lock

NUMBERS = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
    " SELECT i FROM n"
)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to the database's thread."""
    made: list[str] = []
    execute = driver.Connection._execute

    async def counted(self: Any, work: Any, *args: Any, **options: Any) -> Any:
        made.append(work.__name__)
        return await execute(self, work, *args, **options)

    monkeypatch.setattr(driver.Connection, "_execute", counted)
    return made


@pytest.mark.parametrize("most", [0, 1, 999, 1000, 1001, 3000])
async def test_every_row_comes_once_and_in_order(db: Database, most: int) -> None:
    async with db.snapshot() as reader:
        query = NUMBERS.bindparams(most=max(most, 1))
        assert [row.i for row in (await reader.conn.execute(query)).all()] == [
            *range(1, max(most, 1) + 1)
        ]
        first = (await reader.conn.execute(query)).first()
        assert first is not None
        assert first.i == 1


async def test_a_statement_is_one_trip(db: Database, trips: list[str]) -> None:
    async with db.snapshot() as reader:
        trips.clear()
        await reader.conn.execute(NUMBERS.bindparams(most=10))
    assert trips[0] == "_run"
    assert trips.count("_run") == 1
    assert "_fetch" not in trips


async def test_a_stream_fetches_as_it_goes_and_can_be_left(db: Database, trips: list[str]) -> None:
    async with db.snapshot() as reader:
        stream = await reader.conn.stream(NUMBERS.bindparams(most=50_000))
        seen = [row.i async for row in _some(stream, 2500)]
        assert seen == [*range(1, 2501)]
        assert 2 <= trips.count("_fetch") < 10
        await stream.close()
    lock(db.path)


async def _some(stream: Any, count: int) -> Any:
    async for row in stream:
        yield row
        count -= 1
        if not count:
            return


async def test_a_statement_that_fails_says_so_and_holds_nothing(db: Database) -> None:
    with pytest.raises(sa.exc.OperationalError, match="no such table: absent"):
        async with db.snapshot() as reader:
            await reader.conn.execute(sa.text("SELECT * FROM absent"))
    lock(db.path)
