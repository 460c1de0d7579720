"""Which items of two lists correspond: difflib, kept fast on long lists by patience pins."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

ITEMS_UNPINNED_MAX = 1000  # longer lists are pinned together at their unique items first
PAIRS_MAX = 300_000  # equal pairs one comparison may look at; beyond, all of it counts as replaced
COMMON_MIN = 0.25  # with a smaller share in common nothing is matched: no stray "the" between

Stretch = tuple[bool, slice, slice]  # (same?, where in old, where in new)


def aligned(old: list[str], new: list[str]) -> Iterator[Stretch]:
    """Yield how `old` becomes `new`, in order and without gaps; a stretch may be empty."""
    head, tail = _equal_ends(old, new)
    old_end, new_end = len(old) - tail, len(new) - tail
    pins = _pins(old[head:old_end], new[head:new_end])
    i = j = head
    yield True, slice(0, head), slice(0, head)
    for pin_i, pin_j in ((head + one, head + other) for one, other in pins):
        yield from _matched(old, new, slice(i, pin_i), slice(j, pin_j))
        i, j = pin_i + 1, pin_j + 1
        yield True, slice(pin_i, i), slice(pin_j, j)
    yield from _matched(old, new, slice(i, old_end), slice(j, new_end))
    yield True, slice(old_end, len(old)), slice(new_end, len(new))


def costly(old: list[str], new: list[str]) -> bool:
    """Say whether so much of one list recurs in the other that it would be taken as replaced."""
    others = Counter(new)
    return sum(number * others[item] for item, number in Counter(old).items()) > PAIRS_MAX


def _equal_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    return head, next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)


def _pins(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the longest run of places, rising on both sides, of items unique in each list.

    Patience diff (Bram Cohen); the run is found by patience sorting in n log n.
    """
    if len(old) + len(new) <= ITEMS_UNPINNED_MAX:
        return []
    old_counts, new_counts = Counter(old), Counter(new)
    places = {item: j for j, item in enumerate(new) if new_counts[item] == 1}
    tops: list[int] = []  # for each length, the lowest place at which such a run ends …
    links: list[int] = []  # … and the link it ends with
    chain: list[tuple[int, int, int]] = []  # (i, j, the link before)
    for i, item in enumerate(old):
        if old_counts[item] == 1 and (j := places.get(item)) is not None:
            length = bisect_left(tops, j)
            chain.append((i, j, links[length - 1] if length else -1))
            tops[length : length + 1] = [j]
            links[length : length + 1] = [len(chain) - 1]
    return _walked_back(chain, links[-1] if links else -1)


def _walked_back(chain: list[tuple[int, int, int]], link: int) -> list[tuple[int, int]]:
    path: list[tuple[int, int]] = []
    while link >= 0:
        i, j, link = chain[link]
        path.append((i, j))
    return path[::-1]


def _matched(old: list[str], new: list[str], i: slice, j: slice) -> Iterator[Stretch]:
    a, b = old[i], new[j]
    if not _comparable(a, b):
        yield False, i, j
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield tag == "equal", _moved(i, i1, i2), _moved(j, j1, j2)


def _comparable(old: list[str], new: list[str]) -> bool:
    common = (Counter(old) & Counter(new)).total()
    return 2 * common >= COMMON_MIN * (len(old) + len(new)) and not costly(old, new)


def _moved(by: slice, start: int, stop: int) -> slice:
    return slice(by.start + start, by.start + stop)
