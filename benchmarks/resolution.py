"""How well records of one are found: python -m benchmarks.resolution [--seed N] [--records N].

Pairs are counted after everything that is proposed was merged, so one wrong merge between two
groups counts for all their pairs. Beside it: addresses and domains alone, and the same name alone.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from benchmarks.customers import Mention, mentions
from memory.canon import likeness, linkage

RECORDS = 2000
Pair = tuple[str, str]


class Figures(NamedTuple):
    true: int  # pairs that are one
    merged: int  # pairs that became one
    right: int  # pairs that are both

    @property
    def precision(self) -> float:
        return self.right / (self.merged or 1)

    @property
    def recall(self) -> float:
        return self.right / (self.true or 1)


def resolved(told: list[Mention]) -> list[Pair]:
    """Return the pairs that linkage proposes, by the places of the mentions."""
    domains = _domains(told)
    return [
        (match.one, match.other)
        for kind in linkage.KINDS
        for match in linkage.Pool(kind, _states(told, kind), domains).matches()
    ]


def figures(told: list[Mention], proposed: Iterable[Pair]) -> Figures:
    """Return precision and recall of all pairs within what was merged."""
    groups = _groups(len(told), proposed)
    true = _pairs(Counter(one.truth for one in told))
    merged = _pairs(Counter(groups))
    right = _pairs(Counter((group, one.truth) for group, one in zip(groups, told, strict=True)))
    return Figures(true, merged, right)


def pooled(several: Iterable[Figures]) -> Figures:
    """Return the figures of all pairs together."""
    true, merged, right = (sum(column) for column in zip(*several, strict=True))
    return Figures(true, merged, right)


def _pairs(sizes: Counter[object]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def _groups(count: int, proposed: Iterable[Pair]) -> list[int]:
    """Return the group of each mention once all the pairs are one."""
    parent = list(range(count))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, other in proposed:
        parent[root(int(one))] = root(int(other))
    return [root(at) for at in range(count)]


def by_key(told: list[Mention]) -> list[Pair]:
    return _alike(
        told,
        lambda one: {v for n in ("email", "domain") if (v := one.state.get(n, "").lower())},
    )


def by_name(told: list[Mention]) -> list[Pair]:
    return _alike(told, lambda one: {(one.kind, likeness.folded(one.state["name"]))})


def by_truth(told: list[Mention]) -> list[Pair]:
    """Return the pairs of one that have any number or address in common: all there is to find."""
    domains = _domains(told)
    sides = {id(one): linkage.side(one.kind, "", one.state, domains) for one in told}
    return _alike(told, lambda one: {(one.truth, key) for key in sides[id(one)].values()})


def _states(told: list[Mention], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((str(at), one.state) for at, one in enumerate(told) if one.kind == kind)


def _domains(told: list[Mention]) -> dict[str, str]:
    """Return the domains of the companies that are recorded with one."""
    return {one.truth: one.state["domain"] for one in told if "domain" in one.state}


def _alike(told: list[Mention], keys: Callable[[Mention], set[Any]]) -> list[Pair]:
    groups = defaultdict(list)
    for at, one in enumerate(told):
        for key in keys(one):
            groups[key].append(str(at))
    return [pair for ids in groups.values() for pair in pairwise(ids)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, nargs="*", default=[*range(101, 111)])
    asked.add_argument("--records", type=int, default=RECORDS)
    given = asked.parse_args()
    found = defaultdict(list)
    for seed in given.seed:
        told = mentions(seed, given.records)
        print(f"seed {seed}: {len(told)} records of {len({one.truth for one in told})}")
        for name, way in WAYS.items():
            start = time.perf_counter()
            found[name].append(figures(told, way(told)))
            _show(name, found[name][-1], f"{time.perf_counter() - start:5.2f} s")
    print("all seeds")
    for name, several in found.items():
        _show(name, pooled(several))


def _show(name: str, got: Figures, more: str = "") -> None:
    print(f"  {name:14} precision {got.precision:.4f}  recall {got.recall:.4f}  {more}")


WAYS = {
    "keys alone": by_key,
    "same name": by_name,
    "linkage": resolved,
    "all there is": by_truth,
}


if __name__ == "__main__":
    main()
