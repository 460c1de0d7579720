"""Verbatim: whether words stand in a text letter by letter. What a model says it copied must."""

import re


def plain(text: str) -> str:
    """Return the text on one line: a mail breaks its lines anywhere."""
    return " ".join(text.split())


def stands(words: str, text: str) -> bool:
    """Say whether these words stand there whole: “42” does not stand in “1042” or “42.50”."""
    wanted = plain(words)
    return any(map(str.isalnum, wanted)) and found_at(wanted, plain(text)) >= 0


def found_at(words: str, text: str, start: int = 0) -> int:
    """Return where the words first stand whole, letter by letter, from `start` on; -1: nowhere."""
    edges = rf"(?<!\w)(?<!\d[.,]){re.escape(words)}(?!\w)(?![.,]\d)"
    found = re.compile(edges).search(text, start)
    return -1 if found is None else found.start()
