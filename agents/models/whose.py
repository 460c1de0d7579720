"""Whose: the parts of a wish that are somebody's, by what they say and not by who made them.

A passage may be older than the record of whom it names, or about two people, or a question; and
who makes a part does not know who is in it. So all are looked through before a model is chosen.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from agents.models.wish import Part, T, Wish
from agents.reading import parties, roll
from agents.reading.roll import Roll
from memory.canon import fields, records
from memory.db import Reader

EVERYBODY = 1_000_000  # also those whom nobody spoke of for years
VALUE_CHARS_MIN = 5  # a shorter one stands in many texts that are nobody's
EVERYTHING = re.compile("")
OPEN = ("public", "business")


@dataclass(frozen=True, slots=True)
class _Known:
    """Who is in the records, and the texts of personal fields, as long as they stay so."""

    edition: tuple[int, ...]
    written: bytes  # the file of the operator's own fields
    everybody: Roll
    private: re.Pattern[str] | None


class People:
    """Who is in the records of one house. They are read anew once a record or field changed.

    `folder`: where `fields.yaml` may lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: _Known | None = None

    async def marked(self, reader: Reader, wish: Wish[T]) -> Wish[T]:
        """Return the wish with each part that names anybody in the records as personal.

        So is one that repeats what a field of the operator's own says of anything, if its class
        is personal.
        """
        if all(part.data_class not in OPEN for part in wish.parts):
            return wish
        known = await self._read(reader)
        parts = tuple(
            replace(part, data_class="personal") if _theirs(part, known) else part
            for part in wish.parts
        )
        return replace(wish, parts=parts)

    async def _read(self, reader: Reader) -> _Known:
        edition, written = await records.edition(reader), _written(self._folder)
        known = self._known
        if known is None or (known.edition, known.written) != (edition, written):
            everybody = roll.of(await parties.known(reader, EVERYBODY))
            private = await _private(reader, self._folder)
            self._known = known = _Known(edition, written, everybody, private)
        return known


def _written(folder: Path) -> bytes:
    path = folder / fields.FILE
    return path.read_bytes() if path.exists() else b""


def _theirs(part: Part, known: _Known) -> bool:
    if part.data_class not in OPEN:
        return False
    if known.everybody.names(part.text):
        return True
    return known.private is not None and known.private.search(_squeezed(part.text)) is not None


async def _private(reader: Reader, folder: Path) -> re.Pattern[str] | None:
    """Return what finds the words of every personal field of the operator's own; None: no such.

    Only texts are looked for: a number, a date or a choice stands in much that is nobody's.
    """
    try:
        loaded = fields.load(folder)
    except fields.FieldsError:
        return EVERYTHING  # nobody knows which fields are private
    own = {
        kind: [n for n, one in each.items() if (one.type, one.data_class) == ("text", "personal")]
        for kind, each in loaded.items()
    }
    values = {
        _squeezed(str(record.state.get("own", {}).get(name, "")))
        for kind, names in own.items()
        if names
        for record in await records.of_kind(reader, kind, limit=EVERYBODY)
        for name in names
    }
    return _any_of(value for value in values if len(value) >= VALUE_CHARS_MIN)


def _any_of(values: Iterable[str]) -> re.Pattern[str] | None:
    said = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{said})(?!\w)") if said else None


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split())
