"""How much of a question's evidence recall finds: LoCoMo R@10 by words, by meaning and by both."""

import asyncio
import json
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from memory import recall
from memory.db import Database, Reader
from memory.embed import Encoder, find_encoder
from memory.index import Index
from memory.schema import metadata

DATA = Path(__file__).parents[2] / "shared" / "data" / "locomo-dev.json"
K = 10
Answer = tuple[float, int, float]  # share of the evidence found, tokens, milliseconds


async def main() -> None:
    encoder = find_encoder()
    if not DATA.is_file() or encoder is None:
        print("benchmarks/recall: skipped, LoCoMo or the encoder is not here")
        return
    answers: dict[str, list[Answer]] = {"words": [], "meaning": [], "both": []}
    for sample in json.loads(DATA.read_text()):
        with tempfile.TemporaryDirectory() as folder:
            await measure(sample, Path(folder), encoder, answers)
    for way, given in answers.items():
        share, tokens, ms = (sum(column) / len(given) for column in zip(*given, strict=True))
        slow = sorted(ms for _, _, ms in given)[int(len(given) * 0.95)]
        print(
            f"{way:8} R@{K} {share:6.1%}   {tokens:4.0f} tokens   "
            f"{ms:5.1f} ms mean, {slow:5.1f} p95   {len(given)} questions"
        )


async def measure(
    sample: Any, folder: Path, encoder: Encoder, answers: dict[str, list[Answer]]
) -> None:
    """Remember one conversation and ask its questions each way."""
    database, index = Database(folder / "locomo.db"), Index(folder / "index")
    async with database.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    said = await _remember(database, sample["conversation"])
    await recall.rebuild(database, encoder, index)
    async with database.snapshot() as reader:
        ways: dict[str, Callable[[str], Awaitable[list[str]]]] = {
            "words": lambda question: _recalled(reader, question),
            "meaning": lambda question: _nearest(question, encoder, index),
            "both": lambda question: _recalled(reader, question, encoder, index),
        }
        for question, evidence in _questions(sample["qa"], {ref for ref, _ in said.values()}):
            for way, ask in ways.items():
                start = time.perf_counter()
                found = await ask(question)
                ms = (time.perf_counter() - start) * 1000
                hits = {said[name][0] for name in found} & evidence
                tokens = sum(said[name][1] for name in found) // recall.CHARS_PER_TOKEN
                answers[way].append((len(hits) / len(evidence), tokens, ms))
    await index.close()
    await database.close()


async def _remember(database: Database, conversation: Any) -> dict[str, tuple[str, int]]:
    """Return what was remembered: {passage: (turn, characters)}."""
    said: dict[str, tuple[str, int]] = {}
    async with database.transaction() as tx:
        for turn, session, text in _turns(conversation):
            names = await recall.remember(
                tx, kind="message", ref=turn, text=text, conv=session, trust="operator"
            )
            said |= dict.fromkeys(names, (turn, len(text)))
    return said


async def _recalled(
    reader: Reader, question: str, encoder: Encoder | None = None, index: Index | None = None
) -> list[str]:
    found = await recall.recall(reader, question, k=K, encoder=encoder, index=index)
    return [passage.id for passage in found]


async def _nearest(question: str, encoder: Encoder, index: Index) -> list[str]:
    [vector] = await asyncio.to_thread(encoder.encode, [question])
    return list(await index.nearest(vector, K))


def _turns(conversation: Any) -> Iterator[tuple[str, str, str]]:
    number = 1
    while session := conversation.get(f"session_{number}"):
        for turn in session:
            caption = turn.get("blip_caption")
            said = f"{turn['speaker']}: {turn['text']}" + (f" [{caption}]" if caption else "")
            yield turn["dia_id"], f"session {number}", said
        number += 1


def _questions(qa: Any, known: set[str]) -> Iterator[tuple[str, set[str]]]:
    for item in qa:
        evidence = set(re.findall(r"D\d+:\d+", " ".join(item["evidence"]))) & known
        if evidence:
            yield item["question"], evidence


if __name__ == "__main__":
    asyncio.run(main())
