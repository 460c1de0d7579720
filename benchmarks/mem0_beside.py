"""mem0 2 without a model, over the turns that `benchmarks.recall` gives it: a process of its own.

It is started by `benchmarks.recall --mem0` in an environment that is made for it, since mem0 is no
part of the product. In: one JSON object a line. {"said": [{"ref", "text"}], "vectors": [[float]],
"asked": [str], "asked_vectors": [[float]]}, the vectors by the product's encoder, so that only
what mem0 does with them differs. Out, a line each: {"found": [[ref]], "ms": [float]} with the best
20 of each question and the time of mem0's search, without that of encoding.

Its keyword search needs a model from the internet or spaCy; where they are missing mem0 goes by
vectors alone, as it does on any machine that it was installed on by name only.
"""

import json
import os
import sys
import tempfile
import time
from typing import Any

K = 20
USER = "benchmark"


class Given:
    """An embedder that knows the vector of each text it will be asked for."""

    def __init__(self) -> None:
        self.of: dict[str, list[float]] = {}
        self.config: Any = None

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        return self.of[text]

    def embed_batch(self, texts: list[str], memory_action: str | None = None) -> list[list[float]]:
        return [self.of[text] for text in texts]


def main() -> None:
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measured(json.loads(line), folder)), flush=True)


def measured(given: dict[str, Any], folder: str) -> dict[str, Any]:
    """Let mem0 remember every turn, then ask every question."""
    embedder = Given()
    memory = opened(folder, len(given["vectors"][0]))
    memory.embedding_model = embedder
    for turn, vector in zip(given["said"], given["vectors"], strict=True):
        embedder.of[turn["text"]] = vector
        memory.add(turn["text"], user_id=USER, metadata={"ref": turn["ref"]}, infer=False)
    found, took = [], []
    for question, vector in zip(given["asked"], given["asked_vectors"], strict=True):
        embedder.of[question] = vector
        began = time.perf_counter()
        hits = memory.search(question, top_k=K, filters={"user_id": USER}, threshold=0.0)
        took.append((time.perf_counter() - began) * 1000)
        found.append([hit["metadata"]["ref"] for hit in hits["results"]])
    return {"found": found, "ms": took}


def opened(folder: str, dimensions: int) -> Any:
    """Return mem0 with its usual store; no model is asked for what is stored as it is said."""
    os.environ |= {"MEM0_DIR": folder, "MEM0_TELEMETRY": "False", "HF_HUB_OFFLINE": "1"}
    from mem0 import Memory

    store = {"path": f"{folder}/store", "embedding_model_dims": dimensions, "on_disk": True}
    openai = {"provider": "openai", "config": {"api_key": "never used"}}
    config = {"vector_store": {"provider": "qdrant", "config": store}}
    return Memory.from_config(config | {"llm": openai, "embedder": openai})


if __name__ == "__main__":
    main()
