"""Verbatim: whether words stand in a text letter by letter. What a model says it copied must."""

import re


def plain(text: str) -> str:
    """Return the text on one line: a mail breaks its lines anywhere."""
    return " ".join(text.split())


def stands(words: str, text: str) -> bool:
    """Say whether these words stand there whole: “42” does not stand in “1042” or “42.50”."""
    wanted = plain(words)
    if not any(map(str.isalnum, wanted)):
        return False
    edges = rf"(?<!\w)(?<!\d[.,]){re.escape(wanted)}(?!\w)(?![.,]\d)"
    return re.search(edges, plain(text)) is not None
