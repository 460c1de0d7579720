"""People and companies a text names: by name, alias or e-mail address."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from agents.reading.words import Candidate, Found, Token, tokens
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader

PARTIES = ("person", "company")
NAMES_KEPT_MAX = 20_000
NAME_CHARS_MIN = 2  # a shorter first name finds nobody

JOIN = re.compile(r"\s*,\s+(?:(?:and|und)\s+)?|\s+(?:and|und|sowie|plus|&)\s+", re.IGNORECASE)
_JOINED = re.compile(
    rf"(?:{JOIN.pattern})(?:(?:to|with|for|on|about|an|mit|für|bei)\s+)?", re.IGNORECASE
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


async def find(reader: Reader, text: str) -> list[Found]:
    """Return the people and companies the text names, in its order; namesakes as readings.

    A whole name, an alias or an address finds its record; a first or last name does when it is
    written with a capital (or the text has none). An address nobody has is a reading too.
    """
    return found_in(text, await known(reader))


async def known(reader: Reader, most: int = records.NAMES_MAX) -> list[Record]:
    """Return everybody a text may name, of each kind the newest."""
    return [
        record
        for kind in PARTIES
        for record in await records.of_kind(reader, kind, limit=most)
        if record.status in ("active", "proposed")
    ]


def found_in(text: str, known: Sequence[Record]) -> list[Found]:
    """Return whom of these a text names, as `find` does."""
    addresses = _addresses(text, known)
    words = [word for word in tokens(text) if not _within(word, addresses)]
    return sorted([*addresses, *_names(words, known)], key=lambda found: found.start)


def row(text: str, found: Sequence[Found]) -> list[Found]:
    """Return those who are first named one beside the other: “Ada, Bruno and Chloé”."""
    named: list[Found] = []
    for one in found:
        if named and not _JOINED.fullmatch(text, named[-1].end, one.start):
            if len(named) > 1:
                break
            named = []
        named.append(one)
    return named if len(named) > 1 else []


def choice(record: Record) -> Candidate:
    """Return a person or company as a choice, its address beside the name."""
    address = record.state.get("email") or record.state.get("domain")
    label = f"{record.name} · {address}" if address else record.name
    return Candidate(value=record.name, label=label, ref=record.id)


def _addresses(text: str, known: Sequence[Record]) -> list[Found]:
    by_address = {
        kinds.email_key(address): record
        for record in known
        for address in (record.state.get("email"), *record.state.get("emails", ()))
        if address
    }
    found = []
    for match in ADDRESS.finditer(text):
        holder = by_address.get(kinds.email_key(match[0]))
        reading = _at(holder, match[0]) if holder else _stranger(match[0])
        found.append(Found(match.start(), match.end(), (reading,)))
    return found


def _at(holder: Record, address: str) -> Candidate:
    """Return somebody by one of their addresses: it goes where was said, not to the usual one."""
    usual = kinds.email_key(holder.state.get("email") or "")
    if kinds.email_key(address) == usual:
        return choice(holder)
    label = f"{holder.name} · {address}"
    return choice(holder).model_copy(update={"label": label, "more": {"email": address}})


def _stranger(address: str) -> Candidate:
    return Candidate(value=address, label=address, more={"email": address, "name": address})


def _within(word: Token, found: list[Found]) -> bool:
    return any(each.start <= word.start < each.end for each in found)


def _names(words: list[Token], known: Sequence[Record]) -> list[Found]:
    said = {word.text for word in words} | {_bare(word.text) for word in words}
    shouted = not any(word.capital for word in words)
    by_span: dict[tuple[int, int], dict[str, Record]] = {}
    for record in known:
        for name, whole in called(record):
            if name[0] in said:
                for span in _spans(words, name, needs_capital=not (whole or shouted)):
                    by_span.setdefault(span, {})[record.id] = record
    widest = [span for span in by_span if not any(_holds(other, span) for other in by_span)]
    return [
        Found(*span, tuple(choice(record) for record in by_span[span].values()))
        for span in sorted(widest)
    ]


def called(record: Record) -> Iterable[tuple[list[str], bool]]:
    """Yield what a record is called, as words, and whether it is a whole name."""
    for name in (record.name, *record.state.get("aliases", ())):
        words = _name_words(name)
        if words:
            yield words, len(words) > 1
        if len(words) > 1 and record.kind == "person":
            yield from (([word], False) for word in (words[0], words[-1]))


@lru_cache(maxsize=NAMES_KEPT_MAX)
def _name_words(name: str) -> list[str]:
    return [word.text for word in tokens(name)]


def _spans(words: list[Token], name: list[str], *, needs_capital: bool) -> list[tuple[int, int]]:
    size = len(name)
    if size == 1 and len(name[0]) < NAME_CHARS_MIN:
        return []
    found = []
    for at in range(len(words) - size + 1):
        run = words[at : at + size]
        same = [word.text for word in run] == name
        genitive = [*(word.text for word in run[:-1]), _bare(run[-1].text)] == name
        if (same or genitive) and (run[0].capital or not needs_capital):
            found.append((run[0].start, run[-1].end))
    return found


def _bare(word: str) -> str:
    return word.removesuffix("s")  # “Adas Rechnung”


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]
