"""What must be right to the letter in a text: its links, addresses, dates and numbers."""

import re
from collections.abc import Iterator

from agents.checks import dates, numbers, places
from agents.checks.evidence import Item, Kind, unproven

_STAMP = re.compile(r"(?<=\d)T(?=\d\d:\d\d)")  # between the date and the time of a record
_DIGITS = re.compile(r"\d+")


class Facts:
    """The links, addresses, dates and numbers of a text, each taken out before the next is sought.

    `inner`: the numbers inside the numbers of documents: INV-7 is invoice 7, and no 7 EUR.
    `rest`: the text without any of them. `proves`: it is evidence.
    """

    def __init__(self, text: str, *, proves: bool = False) -> None:
        self.text = text = _STAMP.sub(" ", text)
        self.links = places.links(text)
        rest = _without(text, self.links, "\n")  # a sentence may begin behind a link
        self.addresses = places.addresses(rest)
        rest = _without(rest, self.addresses)
        self.dates = dates.items(rest, proves=proves)
        rest = _without(rest, self.dates)
        self.numbers = numbers.items(rest)
        self.rest = _without(rest, self.numbers)
        codes = [one.words for one in self.addresses for kind, _ in one.means if kind == "code"]
        digits = (part for code in codes for part in _DIGITS.findall(code))
        self.inner = [one for part in digits for one in numbers.items(part)]


def from_nowhere(said: Facts, known: Facts) -> Iterator[tuple[Kind, Item]]:
    """Yield what a text says of these that no evidence does, and of which kind it is."""
    kinds: tuple[tuple[Kind, list[Item], list[Item]], ...] = (
        ("link", said.links, places.known_links(known.links, known.addresses)),
        ("address", said.addresses, places.known_addresses(known.addresses)),
        ("date", said.dates, dates.known(known.dates)),
        ("number", said.numbers, [*numbers.known(known.numbers), *known.inner]),
    )
    for kind, mine, theirs in kinds:
        yield from ((kind, item) for item in unproven(mine, theirs))


def _without(text: str, items: list[Item], end: str = " ") -> str:
    """Return the text with these blanked out; everything else keeps its place.

    `end`: what stands for the last letter of each. A full stop stays one.
    """
    for item in items:
        last = "." if item.words.endswith(".") else end
        text = text[: item.start] + " " * (item.end - item.start - 1) + last + text[item.end :]
    return text
