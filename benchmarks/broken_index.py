"""What becomes of recall when the vector index is lost, damaged, stale, or changed behind our back?

python -m benchmarks.broken_index [--passages 2200] [--questions 60] [--only NAME]

Each way of breaking it is tried on a copy of one sound company, in a process of its own, because a
damaged folder can take a process down; then it is started again, as a service would be. Printed
are when it was noticed, how long filling it took, how often a process died of it, and how much of
the ten passages that were told before is told meanwhile and after; last, how much of the ten that
the index alone had found nearest it finds again.
"""

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._figures import ROOT, percentile
from benchmarks.three_years import COLOURS, MATTERS, STREETS, THINGS
from memory.db import Database
from memory.recalling import recall
from memory.schema import metadata
from memory.vectors import meaning
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index, IndexBrokenError

SEED = 5
FOUND = 10
SAME_MIN = 0.97  # a search in a graph made anew is as exact, and no two are equal
ASKED = "asked.json"
TOLD = "told.json"
STARTS_MAX = 3
WRITING = 200  # passages that are new when a process is killed while it writes
BYTES_OF_ELEMENT = (132, 384 * 4, 8)  # links, vector and label, as hnswlib lays them out
GRAPH = ("data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")

Harm = Callable[[Path], None]


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file_instead(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


def garbage(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"garbage" * 1_000)


def no_graph(folder: Path) -> None:
    """As in chroma#7090: everything counts, and a search finds little or nothing."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def no_links(folder: Path) -> None:
    links, *others = BYTES_OF_ELEMENT
    path = next(folder.rglob("data_level0.bin"))
    data = bytearray(path.read_bytes())
    for start in range(0, len(data), links + sum(others)):
        data[start : start + links] = bytes(links)
    path.write_bytes(data)


def truncated(name: str, share: float) -> Harm:
    def harm(folder: Path) -> None:
        for path in folder.rglob(name):
            size = path.stat().st_size
            with path.open("r+b") as file:
                file.truncate(min(int(size * share), max(0, size - 1)))

    return harm


def by_another_process(what: str) -> Harm:
    """Open the folder a second time, while it is in use, and change it there."""
    code = (
        "import sys, chromadb\n"
        "from chromadb.config import Settings\n"
        "quiet = Settings(anonymized_telemetry=False)\n"
        "client = chromadb.PersistentClient(sys.argv[1], quiet)\n"
        "[rows] = client.list_collections()\n"
        "some = rows.get(limit=300, include=['embeddings'])\n"
        f"{what}\n"
    )

    def harm(folder: Path) -> None:
        ask = (sys.executable, "-c", code, str(folder))
        subprocess.run(ask, check=True, capture_output=True)

    return harm


AT_REST: dict[str, Harm] = {
    "the folder is gone": no_folder,
    "a file is in its place": a_file_instead,
    "its database is garbage": garbage,
    "its graph is gone (chroma#7090)": no_graph,
    "its graph has no links": no_links,
    **{
        f"chroma.sqlite3 cut at {share:.0%}": truncated("chroma.sqlite3", share)
        for share in (0, 0.3, 0.7, 1)
    },
    **{
        f"{name} cut at {share:.0%}": truncated(name, share)
        for name in GRAPH
        for share in (0, 0.5, 1)
    },
}
IN_USE: dict[str, Harm] = {
    "the folder goes while it is in use": no_folder,
    "another process deletes from it": by_another_process("rows.delete(ids=some['ids'])"),
    "another process adds to it": by_another_process(
        "rows.add(ids=[f'x{n}' for n in range(300)], embeddings=some['embeddings'])"
    ),
    "another process deletes the collection": by_another_process(
        "client.delete_collection(rows.name)"
    ),
}
KILLED = "kill -9 while it is written"


async def main() -> None:
    parser = argparse.ArgumentParser(description="What becomes of recall when the index breaks.")
    parser.add_argument("--passages", type=int, default=2_200)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--only", default="")
    parser.add_argument("--child", nargs=2, metavar=("WAY", "FOLDER"))
    wanted = parser.parse_args()
    encoder = find_encoder()
    if encoder is None:
        print("benchmarks/broken_index: skipped, the encoder is not here")
        return
    if wanted.child:
        way, folder = wanted.child
        await (
            _write(Path(folder), encoder) if way == "write" else _live(way, Path(folder), encoder)
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        await measure(Path(folder), wanted.passages, wanted.questions, wanted.only, encoder)


async def measure(folder: Path, passages: int, questions: int, only: str, encoder: Encoder) -> None:
    """Make one sound company, break a copy of it in each way, print."""
    sound = folder / "sound"
    await _fill(sound, passages, questions, encoder)
    database, index = Database(sound / "f.db"), Index(sound / "index")
    before, took = await _asked(database, index, encoder, sound)
    words, _ = await _asked(database, None, None, sound)
    near = await _near(index, encoder, sound)
    (sound / TOLD).write_text(json.dumps([before, near]))
    await index.close()
    await database.close()
    print(
        f"{passages} passages, {questions} questions in other words, p95 "
        f"{percentile(took, 0.95) * 1000:.0f} ms. By words alone {_same(words, before):.0%} of the "
        "ten are the same.\n"
    )
    print(
        f"{'':40}{'noticed':>9}{'meanwhile':>10}{'p95':>8}{'filled in':>10}{'after':>7}{'died':>5}"
    )
    for way in (*AT_REST, *IN_USE, KILLED):
        if only in way:
            broken = folder / "broken"
            shutil.copytree(sound, broken)
            _report(way, await asyncio.to_thread(_tried, way, broken))
            shutil.rmtree(broken)


def _report(way: str, found: dict[str, Any]) -> None:
    if "after" not in found:
        print(f"{way:42}  NOT REPAIRED: {found}")
        return
    noticed = "sound" if found["sound"] else f"{found['noticed_ms']:.0f} ms"
    filled = "" if found["sound"] else f"{found['filled_s']:.1f} s"
    lost = "" if min(found["after"], found["near"]) >= SAME_MIN else "  LOST"
    print(
        f"{way:40}{noticed:>9}{found['meanwhile']:>10.0%}{found['p95_ms']:>5.0f} ms{filled:>10}"
        f"{found['after']:>8.1%}{found['near']:>8.1%}{found['died']:>5}{lost}",
        flush=True,
    )


def _tried(way: str, folder: Path) -> dict[str, Any]:
    """Break it, and start a process on it until one lives to tell."""
    if way in AT_REST:
        AT_REST[way](folder / "index")
    if way == KILLED:
        _kill_while_writing(folder)
    died = []
    for _ in range(STARTS_MAX):
        ran = subprocess.run(_child(way, folder), cwd=ROOT, capture_output=True, text=True)
        if ran.returncode == 0:
            found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
            return found | {"died": len(died)}
        died.append(ran.returncode)
        if ran.returncode > 0:
            raise SystemExit(ran.stderr)
    return {"died": died}


def _child(way: str, folder: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "benchmarks.broken_index", "--child", way, str(folder))


def _kill_while_writing(folder: Path) -> None:
    """End a process the hard way as soon as it said that it is storing vectors."""
    with subprocess.Popen(_child("write", folder), cwd=ROOT, stdout=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        for _ in range(2):
            writing.stdout.readline()
        time.sleep(random.Random(SEED).uniform(0.0, 0.1))
        writing.kill()


async def _write(folder: Path, encoder: Encoder) -> None:
    database, index = Database(folder / "f.db"), Index(folder / "index")
    async with database.transaction() as tx:
        for number in range(WRITING):
            text = f"A note of no importance, number {number}"
            await recall.remember(tx, kind="note", ref=f"new_{number}", text=text, trust="operator")
    while await meaning.embed_pending(database, encoder, index, 20):
        print("stored", flush=True)


async def _live(way: str, folder: Path, encoder: Encoder) -> None:
    """Live one process on a broken folder: ask, notice, ask, fill, ask; print what came of it."""
    database, index = Database(folder / "f.db"), Index(folder / "index")
    await encoder.vectors(["warm"])
    harm = IN_USE.get(way)
    if harm is not None:
        async with database.snapshot() as reader:
            assert await meaning.is_trusted(reader, index, encoder.name)
        await asyncio.to_thread(harm, folder / "index")
    began = time.perf_counter()
    if harm is None:
        async with database.snapshot() as reader:
            sound = await meaning.is_trusted(reader, index, encoder.name)
    else:  # what the product does every ten minutes
        sound = await meaning.look_again(database, encoder.name, index)
    noticed_ms = (time.perf_counter() - began) * 1000
    meanwhile, took = await _asked(database, index, encoder, folder)
    began = time.perf_counter()
    done = 1
    while done:
        done = 0
        with contextlib.suppress(IndexBrokenError):  # the next try starts it over
            done = await meaning.embed_pending(database, encoder, index)
            continue
        done = 1
    filled_s = time.perf_counter() - began
    after, _ = await _asked(database, index, encoder, folder)
    nearest = await _near(index, encoder, folder)
    await index.close()
    await database.close()
    before, near = json.loads((folder / TOLD).read_text())
    told = {"sound": sound, "noticed_ms": noticed_ms, "filled_s": filled_s}
    told |= {"meanwhile": _same(meanwhile, before), "after": _same(after, before)}
    told["near"] = _same(nearest, near)
    print(json.dumps(told | {"p95_ms": percentile(took, 0.95) * 1000}))


async def _fill(folder: Path, passages: int, questions: int, encoder: Encoder) -> None:
    await asyncio.to_thread(folder.mkdir)
    chance = random.Random(SEED)
    database, index = Database(folder / "f.db"), Index(folder / "index")
    async with database.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    asked = set()
    async with database.transaction() as tx:
        for number in range(passages):
            told, question = chance.choice(MATTERS)
            matter = {
                "colour": chance.choice(COLOURS),
                "thing": chance.choice(THINGS),
                "street": chance.choice(STREETS),
                "number": str(chance.randrange(10, 99)),
                "who": "Ada",
            }
            text, ref = told.format(**matter), f"evt_{number}"
            await recall.remember(tx, kind="note", ref=ref, text=text, trust="operator")
            asked.add(question.format(**matter))
    await recall.rebuild(database, encoder, index)
    await index.close()
    await database.close()
    (folder / ASKED).write_text(json.dumps(chance.sample(sorted(asked), questions)))


async def _asked(
    database: Database, index: Index | None, encoder: Encoder | None, folder: Path
) -> tuple[list[list[str]], list[float]]:
    """Return what is told to each question, and the seconds it took."""
    answers, took = [], []
    for question in json.loads((folder / ASKED).read_text()):
        began = time.perf_counter()
        async with database.snapshot() as reader:
            told = await recall.recall(
                reader, question, k=FOUND, budget_tokens=2_000, encoder=encoder, index=index
            )
        took.append(time.perf_counter() - began)
        answers.append([one.ref for one in told])
    return answers, took


async def _near(index: Index, encoder: Encoder, folder: Path) -> list[list[str]]:
    """Return what the index alone finds near each question."""
    made = await encoder.vectors(json.loads((folder / ASKED).read_text()))
    return [list(await index.nearest(one, FOUND, encoder=encoder.name)) for one in made]


def _same(told: list[list[str]], before: list[list[str]]) -> float:
    """Return how much of what was told before is told now."""
    kept = sum(len(set(now) & set(then)) for now, then in zip(told, before, strict=True))
    return kept / sum(map(len, before))


if __name__ == "__main__":
    asyncio.run(main())
