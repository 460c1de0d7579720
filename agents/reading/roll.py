"""Roll: everybody in the records by the words of their names, so that a text is read only once.

It finds no fewer than `parties.found_in`, and says only whether, not whom.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.reading import parties
from agents.reading.words import fold
from memory.canon.records import Record

APART_MAX = 4  # words from a first name to a last name that are one person's: “Lind, Ms Ada”
_WORD = re.compile(r"\w+")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """`single`: words that name somebody with a capital; `whole`: names of several, by the first.

    `pairs`: the last names that go with a first one, and the other way round.
    """

    single: frozenset[str]
    whole: dict[str, tuple[Words, ...]] = field(default_factory=dict)
    pairs: dict[str, frozenset[str]] = field(default_factory=dict)

    def names(self, text: str) -> bool:
        """Say whether the text names anybody: any address of mail, a name, a first or last name.

        Small letters do where a name is whole, or both its parts stand close; a first or last
        name alone needs its capital, unless the text has none at all.
        """
        if parties.ADDRESS.search(text):
            return True
        written = _WORD.findall(text)
        said = [fold(word) for word in written]
        shouted = not any(word[0].isupper() for word in written)
        return any(
            self._names_at(said, at, capital=shouted or word[0].isupper())
            for at, word in enumerate(written)
        )

    def _names_at(self, said: list[str], at: int, *, capital: bool) -> bool:
        word = said[at]
        bare = word.removesuffix("s")  # “Adas Rechnung”
        if capital and (word in self.single or bare in self.single):
            return True
        for name in self.whole.get(word, ()):
            run = said[at : at + len(name)]
            if run[:-1] == list(name[:-1]) and name[-1] in (run[-1], run[-1].removesuffix("s")):
                return True
        others = self.pairs.get(word) or self.pairs.get(bare)
        if not others:
            return False
        near = said[at + 1 : at + 1 + APART_MAX]
        return any(one in others or one.removesuffix("s") in others for one in near)


def of(known: Iterable[Record]) -> Roll:
    """Return the roll of these people and companies."""
    single: set[str] = set()
    whole: dict[str, set[Words]] = {}
    pairs: dict[str, set[str]] = {}
    for record in known:
        for words, is_whole in parties.called(record):
            if is_whole:
                whole.setdefault(words[0], set()).add(tuple(words))
                if record.kind == "person":
                    pairs.setdefault(words[0], set()).add(words[-1])
                    pairs.setdefault(words[-1], set()).add(words[0])
            elif len(words[0]) >= parties.NAME_CHARS_MIN:
                single.add(words[0])
    return Roll(
        frozenset(single),
        {first: tuple(names) for first, names in whole.items()},
        {one: frozenset(others) for one, others in pairs.items()},
    )
