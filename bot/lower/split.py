"""Long texts cut where a reader pauses: paragraph, sentence, word, at worst between characters."""

from collections.abc import Iterator

from bot.lower.limits import utf16
from engine.chat.diffs import joins

PAUSES = ("\n\n", "\n", ". ", "! ", "? ", "… ", " ")


def clip(text: str, units_max: int | None) -> str:
    """Return the text, or its beginning with "…" when it is longer (UTF-16 units)."""
    if units_max is None or utf16(text) <= units_max:
        return text
    return text[: pause(text, units_max - 2)].rstrip() + " …"


def pieces(text: str, units_max: int) -> Iterator[str]:
    """Yield the text in pieces of at most so many UTF-16 units; together they are the text."""
    while utf16(text) > units_max:
        place = pause(text, units_max)
        yield text[:place]
        text = text[place:]
    if text:
        yield text


def pause(text: str, units_max: int) -> int:
    """Return the last good place to cut within so many UTF-16 units, at least one character in.

    A pause in the first half of the room does not count: the piece would be too short.
    """
    room = text[:units_max].encode("utf-16-le", "surrogatepass")[: 2 * units_max]
    limit = max(1, len(room.decode("utf-16-le", "ignore")))
    for mark in PAUSES:
        place = text.rfind(mark, limit // 2, limit)
        if place >= 0:
            return place + len(mark)
    place = limit
    while 1 < place < len(text) and limit - place < 32 and joins(text[:place][-8:], text[place]):
        place -= 1
    return place
