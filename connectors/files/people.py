"""Names and addresses as people and mail programs write them in running text."""

import re

from connectors.files.shapes import Person

PEOPLE_MAX = 100
_ADDRESS = re.compile(r"\w[\w.+%&'*/=?^{|}~#-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ANGLED = re.compile(rf"[<\[(]\s*(?:mailto:)?({_ADDRESS.pattern})\s*[>\])]")


def person(text: str) -> Person:
    """One person. The last address in brackets counts: the rest is a name anybody can choose."""
    text = text[:1000]
    angled = list(_ANGLED.finditer(text))
    if angled:
        return _named(text[: angled[0].start()], angled[-1][1])
    if bare := _ADDRESS.search(text):
        return _named(text[: bare.start()], bare[0])
    return Person(_tidy(text))


def people(text: str) -> tuple[Person, ...]:
    """A list of people, split at ";" and ","; "Example, Ada <ada@…>" stays one person."""
    found: list[Person] = []
    waiting = ""
    for piece in re.split(r"([;,])", text[:20_000]):
        waiting += piece
        if "@" in piece or piece == ";":
            found.append(person(waiting.strip(" ,;")))
            waiting = ""
    found.append(person(waiting.strip(" ,;")))
    return tuple(dict.fromkeys(one for one in found if one != Person()))[:PEOPLE_MAX]


def _named(name: str, address: str) -> Person:
    name = _tidy(name)
    return Person("" if name.casefold() == address.casefold() else name, address)


def _tidy(name: str) -> str:
    name = re.sub(r"\s+", " ", name.replace("mailto:", "")).strip(" \t\"'<>[]()*,;:„“”«»")
    return name[:200]
