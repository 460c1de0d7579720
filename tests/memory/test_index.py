"""The vector index, with a real Chroma, healthy and broken."""

import asyncio
import json
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest

import memory
from memory.vectors.index import Index, IndexAwayError, IndexBrokenError, Vector

SYNCED = 1_200  # Chroma writes its graph to files every 1,000 rows


def vectors(count: int, record: str = "") -> list[Vector]:
    chance = random.Random(7)
    return [
        Vector(f"psg_{number}", record, [chance.gauss(0, 1) for _ in range(384)])
        for number in range(count)
    ]


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an earlier run left it, with its graph written to files."""
    folder = tmp_path_factory.mktemp("healthy") / "index"

    async def fill() -> None:
        index = Index(folder)
        await index.upsert(vectors(SYNCED))
        await index.close()

    asyncio.run(fill())
    return folder


async def test_the_nearest_comes_first_with_its_cosine(index: Index) -> None:
    rows = vectors(20)
    await index.upsert(rows)
    found = await index.nearest(rows[3].values, 5)
    assert len(found) == 5
    assert next(iter(found)) == "psg_3"
    assert found["psg_3"] == pytest.approx(1, abs=1e-5)
    assert list(found.values()) == sorted(found.values(), reverse=True)


async def test_a_search_can_stay_within_one_record(index: Index) -> None:
    rows = vectors(20)
    await index.upsert(rows[:10])
    await index.upsert([Vector(row.id, "rec_ada", row.values) for row in rows[10:]])
    found = await index.nearest(rows[3].values, 50, record="rec_ada")
    assert set(found) == {row.id for row in rows[10:]}


async def test_storing_twice_is_storing_once(index: Index) -> None:
    await index.upsert(vectors(20))
    await index.upsert(vectors(20))
    assert await index.agrees(20)
    assert not await index.agrees(40)


async def test_what_was_deleted_is_not_found(index: Index) -> None:
    rows = vectors(20)
    await index.upsert(rows)
    await index.delete(["psg_3", "psg_never_seen"])
    assert "psg_3" not in await index.nearest(rows[3].values, 20)
    assert await index.agrees(19)


async def test_it_survives_a_restart(healthy: Path, index: Index) -> None:
    shutil.copytree(healthy, index.folder)
    assert await index.agrees(SYNCED)
    assert next(iter(await index.nearest(vectors(8)[7].values, 1))) == "psg_7"


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file_instead(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


def garbage_for_a_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"garbage" * 1_000)


def no_graph(folder: Path) -> None:
    shutil.rmtree(next(path for path in folder.iterdir() if path.is_dir()))


def no_links_between_vectors(folder: Path) -> None:
    """Everything counts and can be read, and a search finds only where it begins."""
    path = next(folder.rglob("data_level0.bin"))
    links, vector, label = 132, 384 * 4, 8  # bytes of one element, as hnswlib lays it out
    data = bytearray(path.read_bytes())
    for start in range(0, len(data), links + vector + label):
        data[start : start + links] = bytes(links)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm",
    [
        no_folder,
        a_file_instead,
        garbage_for_a_database,
        no_graph,
        no_links_between_vectors,
    ],
)
async def test_a_broken_folder_is_noticed_moved_aside_and_replaced(
    harm: Callable[[Path], None], healthy: Path, index: Index
) -> None:
    shutil.copytree(healthy, index.folder)
    harm(index.folder)
    assert not await index.agrees(SYNCED)
    await index.start_over()
    await index.upsert(vectors(30))
    assert await index.agrees(30)


@pytest.mark.parametrize("share", [0.0, 0.5], ids=["all", "half of it"])
def test_a_folder_that_ends_the_process_ends_it_once(
    healthy: Path, tmp_path: Path, share: float
) -> None:
    folder = tmp_path / "index"
    shutil.copytree(healthy, folder)
    path = next(folder.rglob("data_level0.bin"))
    kept = path.read_bytes()[: int(path.stat().st_size * share)]
    path.write_bytes(kept or b"x" * 50)  # Chroma reads past its end
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from memory.vectors.index import Index\n"
        "async def main():\n"
        "    index = Index(Path(sys.argv[1]))\n"
        f"    if not await index.agrees({SYNCED}):\n"
        "        await index.start_over()\n"
        "asyncio.run(main())\n"
    )
    root = Path(memory.__file__).parents[1]
    runs = [
        subprocess.run([sys.executable, "-c", code, str(folder)], cwd=root, capture_output=True)
        for _ in range(2)
    ]
    assert runs[-1].returncode == 0, runs[-1].stderr
    assert not folder.exists()
    assert not (tmp_path / "index.broken").exists()


async def test_a_mark_left_behind_keeps_the_folder_closed_until_it_starts_over(
    index: Index,
) -> None:
    await index.upsert(vectors(3))
    await index.close()
    index.mark.touch()
    again = Index(index.folder)
    assert not await again.agrees(3)
    with pytest.raises(IndexBrokenError, match="ended the process"):
        await again.delete(["psg_1"])
    await again.start_over()
    assert await again.agrees(0)
    assert not again.mark.exists()
    await again.close()


async def test_a_folder_lost_while_in_use_is_said_and_replaced(index: Index) -> None:
    await index.upsert(vectors(30))
    assert await index.agrees(30)
    shutil.rmtree(index.folder)
    assert not await index.agrees(30)
    with pytest.raises(IndexBrokenError):
        await index.upsert(vectors(40))
    assert index.trusted is False
    await index.start_over()
    await index.upsert(vectors(40))
    assert await index.agrees(40)


async def test_nothing_is_left_of_an_index_that_starts_over(index: Index) -> None:
    await index.upsert(vectors(3))
    shutil.copytree(index.folder, index.aside)  # as a crash leaves it
    await index.start_over()
    assert not index.folder.exists()
    assert not index.aside.exists()
    await index.upsert(vectors(5))
    await index.start_over()
    assert not index.aside.exists()


async def test_a_folder_that_cannot_be_made_is_broken_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    index = Index(tmp_path / "file" / "data" / "index")
    assert not await index.agrees(0)
    with pytest.raises(IndexBrokenError, match="cannot be opened"):
        await index.upsert(vectors(1))
    with pytest.raises(IndexBrokenError, match="cannot be removed"):
        await index.start_over()


class Proxy(BaseHTTPRequestHandler):
    """A server of Chroma's behind one that, once it is connected, says only that it is down."""

    def do_GET(self) -> None:
        last = self.path.rpartition("/")[2]
        known = {
            "heartbeat": {"nanosecond heartbeat": 1},
            "identity": {"user_id": "", "tenant": "default_tenant", "databases": ["*"]},
            "default_tenant": {"name": "default_tenant"},
            "default_database": {
                "id": str(UUID(int=1)), "name": "default_database", "tenant": "default_tenant",
            },
            "pre-flight-checks": {"max_batch_size": 1000, "supports_base64_encoding": False},
        }  # fmt: skip
        body = json.dumps(known[last]).encode() if last in known else b"<h1>Bad Gateway</h1>"
        self.send_response(200 if last in known else 502)
        self.send_header("content-type", "application/json" if last in known else "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing."""


async def test_a_server_that_something_else_answers_for_is_away(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    index = Index(tmp_path / "index", f"127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(IndexAwayError, match="does not answer"):
            await index.upsert(vectors(1))
        assert index.trusted is None
    finally:
        await index.close()
        await asyncio.to_thread(server.shutdown)
        serving.join()
        server.server_close()
