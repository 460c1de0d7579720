"""All checks of one draft, in the order in which they are told."""

import re
from collections.abc import Iterator

from agents.writing.checks import blanks, dates, language, length, names, numbers, places
from agents.writing.checks.evidence import Evidence, Finding, Item, Kind, unproven

FINDINGS_MAX = 12
_STAMP = re.compile(r"(?<=\d)T(?=\d\d:\d\d)")  # between the date and the time of a record
_DIGITS = re.compile(r"\d+")
SAYS: dict[Kind, str] = {
    "number": "“{}” is a number that I was not given.",
    "date": "“{}” is a date or time that I was not given.",
    "link": "“{}” is a link that I was not given.",
    "address": "“{}” is an address or number that I was not given.",
}


def findings(text: str, evidence: Evidence) -> tuple[Finding, ...]:
    """Return what is wrong with a draft. Where nothing is, every fact in it has its evidence."""
    said, known = _Facts(text), _Facts(evidence.text)
    found = (
        *names.greeting(blanks.without(text), evidence),
        *_facts(said, known),
        *names.check(text, blanks.without(said.rest), evidence),
        *blanks.check(text),
        *language.check(text, evidence),
        *length.check(text, evidence),
    )
    return tuple(dict.fromkeys(found))[:FINDINGS_MAX]


def _facts(said: "_Facts", known: "_Facts") -> Iterator[Finding]:
    """Yield what must be right to the letter and no evidence has."""
    kinds: tuple[tuple[Kind, list[Item], list[Item]], ...] = (
        ("link", said.links, places.known_links(known.links, known.addresses)),
        ("address", said.addresses, places.known_addresses(known.addresses)),
        ("date", said.dates, dates.known(known.dates)),
        ("number", said.numbers, [*numbers.known(known.numbers, known.text), *known.inner]),
    )
    for kind, mine, theirs in kinds:
        for item in unproven(mine, theirs):
            yield Finding(kind, item.words, SAYS[kind].format(item.words))


class _Facts:
    """The links, addresses, dates and numbers of a text, each taken out before the next is sought.

    `inner`: the numbers inside the numbers of documents: INV-7 is invoice 7, and no 7 EUR.
    `rest`: the text without any of them.
    """

    def __init__(self, text: str) -> None:
        self.text = text = _STAMP.sub(" ", text)
        self.links = places.links(text)
        rest = _without(text, self.links, "\n")  # a sentence may begin behind a link
        self.addresses = places.addresses(rest)
        rest = _without(rest, self.addresses)
        self.dates = dates.items(rest)
        rest = _without(rest, self.dates)
        self.numbers = numbers.items(rest)
        self.rest = _without(rest, self.numbers)
        codes = [one.words for one in self.addresses for kind, _ in one.means if kind == "code"]
        digits = (part for code in codes for part in _DIGITS.findall(code))
        self.inner = [one for part in digits for one in numbers.items(part)]


def _without(text: str, items: list[Item], end: str = " ") -> str:
    """Return the text with these blanked out; everything else keeps its place.

    `end`: what stands for the last letter of each. A full stop stays one.
    """
    for item in items:
        last = "." if item.words.endswith(".") else end
        text = text[: item.start] + " " * (item.end - item.start - 1) + last + text[item.end :]
    return text
