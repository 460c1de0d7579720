"""Answers: what was recalled lately, told again as long as nothing that can be recalled changed.

The database counts every change of passages, vectors and boxes itself, in the transaction that
makes it (memory/schema/recall.py), so a reader knows by one number whether an answer still holds.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT_MAX = 200


class Answers(Generic[T]):
    """The last answers, all from the same state. Whoever erases words clears it.

    Held by one event loop. An answer that was on its way while it was cleared is not kept.
    """

    def __init__(self) -> None:
        self.clears = 0
        self._number = -1  # of the last change when these were found
        self._found: OrderedDict[Hashable, tuple[T, ...]] = OrderedDict()

    def __contains__(self, question: Hashable) -> bool:
        return question in self._found

    def get(self, question: Hashable, number: int) -> list[T] | None:
        """Return the answer found after this many changes; those found before go."""
        if number != self._number:
            self._found.clear()
            return None
        found = self._found.get(question)
        if found is None:
            return None
        self._found.move_to_end(question)
        return list(found)

    def keep(self, question: Hashable, number: int, found: Sequence[T], clears: int) -> None:
        """Keep an answer; `clears` is what it was when the question was asked."""
        if clears != self.clears:
            return
        if number != self._number:
            self._found.clear()
            self._number = number
        self._found[question] = tuple(found)
        if len(self._found) > KEPT_MAX:
            self._found.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them, now."""
        self.clears += 1
        self._found.clear()
