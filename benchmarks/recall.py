"""How much of a question's evidence recall finds, and how fast, on conversations like LoCoMo's.

python -m benchmarks.recall FILE [--limit N] [--json] [--mem0] [--server ADDRESS]

FILE is a list of {sample_id, conversation: {session_1: [{speaker, dia_id, text, blip_caption?}],
session_1_date_time: "1:56 pm on 8 May, 2023", …}, qa: [{question, evidence: [dia_id], category}]}.
Each conversation is remembered turn by turn by the product's own `remember` in a database of its
own, each turn a commit; then every question that has evidence goes to the product's own `recall`.
--limit N asks the first N questions of all. --mem0 asks mem0 as well (benchmarks/mem0_beside.py),
which needs the package registry the first time. --server ADDRESS remembers in that database of
PostgreSQL's, whose schema `public` is emptied for each conversation. No FILE: the development
set, if it is here.

--json prints one object:
- "systems": {"hybrid" (what the product does), "lexical" (the same without an encoder),
  "plain_chroma" (cosine of turn and question, top k), "plain_fulltext" (FTS5's BM25 over the
  turns), "rrf" (the last two joined by rank), "mem0" (2.2.1, without a model)}, each with
  "recall@5", "recall@10", "recall@20" (mean share of the evidence turns found), "tokens@10"
  (mean of characters / 4 of what 10 hits return),
  "p50_ms", "p95_ms", "by_category" and "by_conversation" (the same recalls, with "questions");
- "recall@5" … "p95_ms" at the top: those of hybrid; "lexical_recall@5/10/20": those of lexical;
- "floor": p50 and p95 in ms of encoding + one full-text query + one exact scan for the same
  questions; "ratio_p50", "ratio_p95": hybrid against that floor;
- "turns_per_s" (remembered, findable by words, durable), "turns_per_s_with_vectors", "durable_ms"
  (one turn, p50), "questions", "turns", "conversations".
"""

import argparse
import asyncio
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks._figures import percentile
from memory.db import Database
from memory.recalling import recall
from memory.schema import metadata
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index, Vector

DATA = Path(__file__).parents[2] / "shared" / "data" / "locomo-dev.json"
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
AT = (5, 10, 20)
RRF_ADDS = 60
NEAREST = 50
Found = tuple[list[str], list[str], float]  # the best ten, the best twenty, milliseconds
MEM0 = ("run", "--no-project", "--isolated", "--quiet", "--with", "mem0ai==2.2.1", "python")
WIDE_BUDGET = 10_000  # for recall@20; recall@5, recall@10 and tokens@10 keep the product's own


@dataclass
class Answer:
    """What one system found for one question: the share of the evidence at 5, 10, 20."""

    conversation: str
    category: str
    shares: list[float]
    tokens: float
    ms: float


@dataclass
class Run:
    """Everything measured so far."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    floor_ms: list[float] = field(default_factory=list)
    durable_ms: list[float] = field(default_factory=list)
    embedding_s: float = 0.0
    conversations: int = 0
    mem0: "subprocess.Popen[str] | None" = None  # answers a line with a line


@dataclass(frozen=True)
class Turn:
    """One thing said, as a passage is."""

    ref: str
    by: str
    text: str
    at: datetime


async def main() -> None:
    parser = argparse.ArgumentParser(description="How much of the evidence recall finds.")
    parser.add_argument("file", nargs="?", type=Path, default=DATA, metavar="FILE")
    parser.add_argument("--limit", type=int, help="ask only the first N questions")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--mem0", action="store_true", help="ask mem0 as well")
    parser.add_argument("--server", help="postgresql://…, a database that is emptied")
    wanted = parser.parse_args()
    encoder = find_encoder()
    if not wanted.file.is_file() or encoder is None:
        print("benchmarks/recall: skipped, LoCoMo or the encoder is not here")
        return
    encoder.encode(["loaded before anything is timed"])
    run, left = Run(mem0=_mem0() if wanted.mem0 else None), wanted.limit
    for sample in json.loads(wanted.file.read_text("utf-8")):
        if left is None or left > 0:
            with tempfile.TemporaryDirectory() as folder:
                database = await _empty(Path(folder), wanted.server)
                asked = await measure(sample, database, encoder, run, left)
            left = None if left is None else left - asked
    if run.mem0 is not None:
        run.mem0.communicate()
    said = report(run)
    print(json.dumps(said, indent=2)) if wanted.json else show(said)


async def _empty(folder: Path, server: str | None) -> Database:
    """Return a database with its tables and no rows."""
    database = Database(folder / "locomo.db", server=server)
    async with database.engine.begin() as conn:
        if server is not None:
            await conn.exec_driver_sql("DROP SCHEMA public CASCADE")
            await conn.exec_driver_sql("CREATE SCHEMA public")
        await conn.run_sync(metadata.create_all)
    return database


async def measure(
    sample: Any, database: Database, encoder: Encoder, run: Run, limit: int | None
) -> int:
    """Remember one conversation and ask its questions each way; return how many."""
    turns, folder = list(_turns(sample["conversation"])), database.path.parent
    database.clock = lambda: turns[-1].at + timedelta(days=1)
    index, plain = Index(folder / "index"), Plain(folder, turns)
    await _remember(database, turns, run)
    began = time.perf_counter()
    await recall.rebuild(database, encoder, index)
    run.embedding_s += time.perf_counter() - began
    await plain.fill(encoder)
    run.conversations += 1
    ways = {"hybrid": (encoder, index), "lexical": (None, None)}
    lengths = {turn.ref: len(turn.text) for turn in turns}
    questions = list(islice(_questions(sample["qa"], lengths.keys()), limit))
    by_mem0 = plain.by_mem0(run.mem0, encoder, [one[0] for one in questions])
    for question, evidence, category in questions:
        found: dict[str, Found] = {}
        for name, with_ in ways.items():
            began = time.perf_counter()
            ten = await _recalled(database, question, 10, *with_)
            ms = (time.perf_counter() - began) * 1000
            found[name] = (ten, await _recalled(database, question, 20, *with_), ms)
        run.floor_ms.append(plain.floor(encoder, question))
        found |= await plain.answers(encoder, question) | by_mem0[question]
        for name, (ten, twenty, ms) in found.items():
            shares = [len(evidence & set(refs)) / len(evidence) for refs in (ten[:5], ten, twenty)]
            tokens = sum(lengths[ref] for ref in ten) / recall.CHARS_PER_TOKEN
            answer = Answer(str(sample.get("sample_id")), category, shares, tokens, ms)
            run.answers.setdefault(name, []).append(answer)
    await plain.close()
    await index.close()
    await database.close()
    return len(questions)


class Plain:
    """What others do, over the same turns with the same encoder: the yardsticks and the floor."""

    def __init__(self, folder: Path, turns: Sequence[Turn]) -> None:
        self.turns = turns
        self.index = Index(folder / "plain")
        self.words = sqlite3.connect(":memory:", check_same_thread=False)
        self.words.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='porter unicode61')")
        self.vectors: Any = None

    async def fill(self, encoder: Encoder) -> None:
        import numpy as np

        said = [f"{turn.by}: {turn.text}" for turn in self.turns]
        self.words.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", enumerate(said))
        made = await asyncio.to_thread(encoder.encode, said)
        rows = [Vector(turn.ref, "", one) for turn, one in zip(self.turns, made, strict=True)]
        await self.index.upsert(rows)
        self.vectors = np.asarray(made, np.float32)

    async def answers(self, encoder: Encoder, question: str) -> dict[str, Found]:
        """Return what each yardstick finds."""
        began = time.perf_counter()
        words = self.by_words(question)
        after = time.perf_counter()
        [vector] = encoder.encode([question])
        meaning = list(await self.index.nearest(vector, NEAREST))
        ended = time.perf_counter()
        scores: dict[str, float] = {}
        for side in (words, meaning):
            for rank, ref in enumerate(side, 1):
                scores[ref] = scores.get(ref, 0) + 1 / (RRF_ADDS + rank)
        joined = sorted(scores, key=lambda ref: -scores[ref])
        return {
            "plain_chroma": (meaning[:10], meaning[:20], (ended - after) * 1000),
            "plain_fulltext": (words[:10], words[:20], (after - began) * 1000),
            "rrf": (joined[:10], joined[:20], (ended - began) * 1000),
        }

    def by_words(self, question: str) -> list[str]:
        terms = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        ask = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?"
        return [self.turns[row].ref for (row,) in self.words.execute(ask, (terms, NEAREST))]

    def by_mem0(
        self, mem0: "subprocess.Popen[str] | None", encoder: Encoder, questions: Sequence[str]
    ) -> dict[str, dict[str, Found]]:
        """Return what mem0 finds for each question; nothing where it is not asked."""
        if mem0 is None or mem0.stdin is None or mem0.stdout is None:
            return {question: {} for question in questions}
        said = [{"ref": turn.ref, "text": f"{turn.by}: {turn.text}"} for turn in self.turns]
        asked = [[float(number) for number in one] for one in encoder.encode(list(questions))]
        given = {"said": said, "vectors": self.vectors.tolist(), "asked": list(questions)}
        mem0.stdin.write(json.dumps(given | {"asked_vectors": asked}) + "\n")
        mem0.stdin.flush()
        line = mem0.stdout.readline()
        if not line:
            raise SystemExit("mem0 ended. Its environment needs the package registry once.")
        back = json.loads(line)
        return {
            question: {"mem0": (refs[:10], refs, ms)}
            for question, refs, ms in zip(questions, back["found"], back["ms"], strict=True)
        }

    def floor(self, encoder: Encoder, question: str) -> float:
        """Return the milliseconds of the least that any hybrid has to do."""
        import numpy as np

        began = time.perf_counter()
        [vector] = encoder.encode([question])
        self.by_words(question)
        near = self.vectors @ np.asarray(vector, np.float32)
        np.argpartition(near, -min(NEAREST, len(near)))
        return (time.perf_counter() - began) * 1000

    async def close(self) -> None:
        self.words.close()
        await self.index.close()


def report(run: Run) -> dict[str, Any]:
    """Return what --json prints; see the top of this file."""
    if not run.answers:
        raise SystemExit("No question in this file has evidence among its turns.")
    systems = {name: _figures(answers) for name, answers in run.answers.items()}
    hybrid, turns = systems["hybrid"], len(run.durable_ms)
    seconds = sum(run.durable_ms) / 1000
    floor = {f"p{at}_ms": percentile(run.floor_ms, at / 100) for at in (50, 95)}
    return {
        **{name: value for name, value in hybrid.items() if isinstance(value, float)},
        **{f"lexical_recall@{k}": systems["lexical"][f"recall@{k}"] for k in AT},
        "ratio_p50": hybrid["p50_ms"] / floor["p50_ms"],
        "ratio_p95": hybrid["p95_ms"] / floor["p95_ms"],
        "floor": floor,
        "turns_per_s": turns / seconds,
        "turns_per_s_with_vectors": turns / (seconds + run.embedding_s),
        "durable_ms": percentile(run.durable_ms, 0.5),
        "questions": len(run.floor_ms),
        "turns": turns,
        "conversations": run.conversations,
        "systems": systems,
    }


def show(said: dict[str, Any]) -> None:
    """Print the same for people."""
    print(f"{'':15}" + "".join(f"{f'R@{k}':>8}" for k in AT) + "   tokens  p50 ms  p95 ms")
    for name, one in said["systems"].items():
        shares = "".join(f"{one[f'recall@{k}']:8.1%}" for k in AT)
        print(f"{name:15}{shares}{one['tokens@10']:9.0f}{one['p50_ms']:8.1f}{one['p95_ms']:8.1f}")
    for part in ("by_category", "by_conversation"):
        for name, one in said["systems"]["hybrid"][part].items():
            words = said["systems"]["lexical"][part][name]
            print(
                f"  {name:13}{one['recall@5']:8.1%}{one['recall@10']:8.1%}{one['recall@20']:8.1%}"
                f"   by words R@10 {words['recall@10']:6.1%}   {one['questions']} questions"
            )
    print(
        f"floor {said['floor']['p50_ms']:.1f} / {said['floor']['p95_ms']:.1f} ms; hybrid takes "
        f"{said['ratio_p50']:.2f} / {said['ratio_p95']:.2f} times that\n"
        f"{said['turns_per_s']:.0f} turns/s, {said['turns_per_s_with_vectors']:.0f} with vectors; "
        f"one turn durable in {said['durable_ms']:.2f} ms; "
        f"{said['questions']} questions, {said['turns']} turns"
    )


def _figures(answers: Sequence[Answer]) -> dict[str, Any]:
    parts = {
        "by_category": {one.category for one in answers},
        "by_conversation": {one.conversation for one in answers},
    }
    times = [one.ms for one in answers]
    return {
        **_shares(answers),
        "tokens@10": sum(one.tokens for one in answers) / len(answers),
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
        **{
            part: {
                name: _shares(some) | {"questions": len(some)}
                for name in sorted(names)
                if (some := [one for one in answers if name in (one.category, one.conversation)])
            }
            for part, names in parts.items()
        },
    }


def _shares(answers: Sequence[Answer]) -> dict[str, float]:
    columns = zip(*(one.shares for one in answers), strict=True)
    return {f"recall@{k}": sum(col) / len(answers) for k, col in zip(AT, columns, strict=True)}


def _mem0() -> "subprocess.Popen[str]":
    beside = Path(__file__).with_name("mem0_beside.py")
    uv = Path(sys.executable).with_name("uv")
    pipe = subprocess.PIPE
    return subprocess.Popen([uv, *MEM0, beside], stdin=pipe, stdout=pipe, text=True)


async def _recalled(
    database: Database, question: str, k: int, encoder: Encoder | None, index: Index | None
) -> list[str]:
    budget = {} if k <= 10 else {"budget_tokens": WIDE_BUDGET}
    async with database.snapshot() as reader:
        found = await recall.recall(reader, question, k=k, encoder=encoder, index=index, **budget)
    return [one.ref for one in found]


async def _remember(database: Database, turns: Sequence[Turn], run: Run) -> None:
    for turn in turns:
        began = time.perf_counter()
        async with database.transaction() as tx:
            await recall.remember(
                tx, kind="message", ref=turn.ref, text=turn.text, conv="locomo", by=turn.by,
                at=turn.at, trust="operator",
            )  # fmt: skip
        run.durable_ms.append((time.perf_counter() - began) * 1000)


def _turns(conversation: Any) -> Iterator[Turn]:
    at = datetime(2000, 1, 1, tzinfo=UTC)
    number = 1
    while session := conversation.get(f"session_{number}"):
        at += timedelta(days=1)  # where the file does not say when
        with suppress(KeyError, ValueError):
            said = conversation[f"session_{number}_date_time"]
            at = datetime.strptime(said, "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        for place, turn in enumerate(session):
            caption = turn.get("blip_caption")
            text = turn["text"] + (f" [{caption}]" if caption else "")
            yield Turn(turn["dia_id"], turn["speaker"], text, at + timedelta(seconds=place))
        number += 1


def _questions(qa: Any, known: Any) -> Iterator[tuple[str, set[str], str]]:
    for item in qa:
        evidence = set(re.findall(r"D\d+:\d+", " ".join(item["evidence"]))) & known
        if evidence:
            category = item.get("category")
            yield str(item["question"]), evidence, CATEGORIES.get(category, str(category))


if __name__ == "__main__":
    asyncio.run(main())
