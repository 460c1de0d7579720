"""The front agent's local tier: how often it is right, knows that it does not know, and how fast.

`--fit` chooses the numbers of agents/playbooks/routing.toml on the tuning half of the sentences;
without it they are measured on the held-out half, which nothing was chosen by.
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, replace
from typing import NamedTuple

from agents.playbooks.library import load_folder
from agents.playbooks.routing import Encoder, Router
from agents.playbooks.sureness import NUMBERS, Evidence, Weights, weights
from benchmarks._figures import percentile, show
from memory.vectors.embed import find_encoder
from tests.agents.sentences import HELD_OUT, TUNING

P95_MS = 30
RIDGE = 0.05  # keeps the weights small where a few hundred sentences would not
ROUNDS = 60
BINS = 5
SAFETY, SAFEST = 0.02, 0.98  # how far above the surest mistake the line lies, at most
LEAST = 0.5
HEAD = """\
# How sure the nearest examples make us (sureness.py): a logistic regression.
# Made by `python -m benchmarks.front --fit` from TUNING of tests/agents/sentences.py and from the
# examples, each of them left out once. Above `least` nothing of TUNING is wrong. (An example that
# only sounds alike is harder than life when it is left out: it stands there to be near.)
# [meanings]: with the encoder; [words]: without it.
"""


class Seen(NamedTuple):
    """A sentence that no pattern decides, and whether its nearest example is what was meant."""

    evidence: Evidence
    right: bool


def decided(router: Router, sentences: Sequence[tuple[str, str | None]]) -> Iterator[Seen]:
    """Yield what the examples decide: neither what a pattern knows nor what is refused before."""
    for text, wanted in sentences:
        if router.by_pattern(text) is None and (near := router.near(text)) is not None:
            playbook, evidence = near
            yield Seen(evidence, playbook.id == wanted)


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, list[float]]()

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encoder.encode(new), strict=True)) if new else {}
        return [self._known[text] for text in texts]


def left_out(encoder: Encoder | None) -> Iterator[Seen]:
    """Yield what the others say of each example, and of each that only sounds alike."""
    every = load_folder()
    for at, playbook in enumerate(every):
        for kind in ("examples", "unlike"):
            for text in getattr(playbook, kind):
                rest = tuple(one for one in getattr(playbook, kind) if one != text)
                less = playbook.model_copy(update={kind: rest})
                router = Router((*every[:at], less, *every[at + 1 :]), encoder)
                wanted = playbook.id if kind == "examples" else None
                if (near := router.near(text)) is not None:
                    yield Seen(near[1], near[0].id == wanted)


def fit(seen: Sequence[Seen]) -> Weights:
    """Return the weights by Newton's method, and the line above the mistakes."""
    import numpy as np

    rows = [(1.0, *astuple(one.evidence)) for one in seen]
    x, y = np.array(rows), np.array([float(s.right) for s in seen])
    w = np.zeros(x.shape[1])
    hold = RIDGE * np.diag([0.0, *[1.0] * (x.shape[1] - 1)])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-(x @ w)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + hold
        w = w + np.linalg.solve(hessian, x.T @ (y - p) - hold @ w)
    bias, score, margin, agreement, words = (round(float(one), 3) for one in w)
    return Weights(bias, score, margin, agreement, words, LEAST)


def line(seen: Sequence[Seen], by: Weights) -> float:
    """Return the probability above which nothing that was seen is wrong."""
    wrong = [by.sure(one.evidence) for one in seen if not one.right]
    return round(min(max([LEAST, *wrong]) + SAFETY, SAFEST), 3)


def off_by(seen: Sequence[Seen], by: Weights) -> float:
    """Return the expected calibration error over bins of equal width, 0 to 1."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for one in seen:
        sure = by.sure(one.evidence)
        bins.setdefault(min(int(sure * BINS), BINS - 1), []).append((sure, one.right))
    gaps = (abs(sum(s - r for s, r in some)) for some in bins.values())
    return sum(gaps) / max(1, len(seen))


async def counted(router: Router, sentences: Sequence[tuple[str, str | None]]) -> Counter[str]:
    """Return how often the router was right, wrong or silent, and silent where it should be."""
    every = {playbook.id for playbook in load_folder()}
    counts: Counter[str] = Counter()
    for text, wanted in sentences:
        playbook = (await router.route(text, every)).playbook
        found = playbook.id if playbook else None
        if wanted is None:
            counts["rightly none" if found is None else "wrongly some"] += 1
        else:
            counts["right" if found == wanted else "none" if found is None else "wrong"] += 1
    return counts


async def measure(router: Router, name: str, by: Weights) -> None:
    counts = await counted(router, HELD_OUT)
    seen = list(decided(router, HELD_OUT))
    inside = counts["right"] + counts["wrong"] + counts["none"]
    outside = counts["rightly none"] + counts["wrongly some"]
    print(f"{name}: {len(HELD_OUT)} held-out sentences, {inside} of them wishes")
    print(f"  right {counts['right']}, asked instead {counts['none']}, wrong {counts['wrong']}:")
    print(f"  accuracy {counts['right'] / inside:.3f}")
    print(f"  out of scope: recall {counts['rightly none'] / outside:.3f} of {outside}")
    print(f"  expected calibration error {off_by(seen, by):.3f} over {len(seen)} by examples")


async def latency(router: Router, encoder: Encoder) -> None:
    """Time each sentence, and right beside it its mere encoding: a busy machine slows both."""
    every = {playbook.id for playbook in load_folder()}
    await router.route("the first time all examples are encoded", every)
    took, alone = list[float](), list[float]()
    for text, _ in (*TUNING, *HELD_OUT):
        began = time.perf_counter()
        await router.route(text, every)
        took.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        encoder.encode([text])
        alone.append((time.perf_counter() - began) * 1000)
    show("which playbook a sentence asks for, p95", percentile(took, 0.95), "ms", P95_MS)
    for share, name in ((0.5, "median"), (0.95, "p95")):
        ratio = percentile(took, share) / percentile(alone, share)
        print(f"  as many times its mere encoding, {name}: {ratio:.2f} (in the same run)")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="choose the numbers anew")
    anew = parser.parse_args().fit
    encoder = find_encoder()
    assert encoder is not None, "the bundled encoder is missing: make deps"
    routers = {"meanings": Router(load_folder(), encoder), "words": Router(load_folder())}
    if anew:
        tables = []
        for name, router in routers.items():
            own = Remembering(encoder) if name == "meanings" else None
            tuning = list(decided(router, TUNING))
            found = fit([*tuning, *left_out(own)])
            found = replace(found, least=line(tuning, found))
            lines = (f"{field} = {getattr(found, field)}" for field in found.__slots__)
            tables.append("\n".join([f"[{name}]", *lines]))
        NUMBERS.write_text("\n".join([HEAD, "\n\n".join(tables), ""]))
        weights.cache_clear()
        routers = {"meanings": Router(load_folder(), encoder), "words": Router(load_folder())}
    for name, router in routers.items():
        await measure(router, name, weights(has_meaning=name == "meanings"))
    await latency(routers["meanings"], encoder)


if __name__ == "__main__":
    asyncio.run(main())
