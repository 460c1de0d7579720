"""A real database, made once as the program makes it; each test works on a copy."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memory import upgrade
from memory.db import Database
from memory.dialects import postgres
from memory.schema import metadata
from tests.peers.postgres import Cluster, programs, running

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

BOTH = pytest.mark.both


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let what is marked `BOTH` and asks for a database run in SQLite and in PostgreSQL."""
    if metafunc.definition.get_closest_marker("both") and "server" in metafunc.fixturenames:
        metafunc.parametrize("server", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Every look at it is a second later."""
    seconds = iter(range(10**9))
    return lambda: NOW + timedelta(seconds=next(seconds))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has its tables and no rows."""
    folder = tmp_path_factory.mktemp("empty") / "data"
    upgrade.upgrade(folder / "firstmate.db")
    return folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL whose new databases have the tables and no rows."""
    found = programs()
    if found is None:
        pytest.skip("NO POSTGRESQL: apt-get install postgresql, or memory is kept in SQLite alone")
    with running(found) as cluster:

        async def fill() -> None:
            engine = postgres.engine(cluster.new())
            async with engine.begin() as conn:
                await conn.run_sync(metadata.create_all)
            await engine.dispose()

        asyncio.run(fill())
        cluster.template = "firstmate_1"
        yield cluster


@pytest.fixture
def server(request: pytest.FixtureRequest) -> str | None:
    """The address of a database of PostgreSQL's, for tests that are marked `BOTH`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new()


@pytest.fixture
async def db(
    empty: Path, tmp_path: Path, clock: Callable[[], datetime], server: str | None
) -> AsyncIterator[Database]:
    path = shutil.copytree(empty, tmp_path / "data") / "firstmate.db"
    database = Database(path, clock, server=server)
    yield database
    await database.close()
