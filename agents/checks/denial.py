"""Denial: whether a sentence denies what its sources say, or says what they deny.

Each of its clauses is held against the clause of the sources that has most of its words. Words such
as “cancelled” deny without a “not”: where one side has such a word and the other a “not”, both may
mean the same, and nothing is said.
"""

import re
from collections.abc import Iterable

from agents.checks.clauses import clauses, stems
from agents.checks.listed import listed
from agents.reading.words import fold

_ONLY = re.compile(
    r"\bnot only\b|\bnicht (?:nur|allein)\b|\bnon seulement\b|\bno s[oó]lo\b|\bne\b(?=.*\bque\b)"
    r"|\bn['\u2019](?=\w+.*\bque\b)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\bn(?:o\.?|[°º]) ?(?=\d)", re.IGNORECASE)
_SHORT = re.compile(r"n['\u2019]t\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SAYS = re.compile(r"\b[^\W\d_A-ZÄÖÜÉ]")  # a clause of capitals alone is a signature
_WITHOUT = re.compile(r"\w(?:lose?|less|frei)$")
_OF_SOURCES = re.compile(
    r"\A\W*(?:(?:none of|neither of|nothing in|in|from|aus|dans|en)\s+)?(?:\w+\s+){0,2}?"
    r"(?:sources?|passages?|notes?|records?|mails?|quellen?|passagen?|notiz(?:en)?|unterlagen"
    r"|fuentes?|pasajes?|notas?)\b"
    r"|\A\W*(?:that|this|it|das|dies|dazu|dar[uü]ber|davon|cela|eso)\b",
    re.IGNORECASE,
)
_SAY = re.compile(
    r"\b(?:say|says|said|stand|stands|mention\w*|stated?|states|tells?|told|contains?|gives?|given|named?"
    r"|names|answer|answers|steht|stehen|sag\w+|nenn\w+|erw[aä]hn\w+|beantwort\w+|di[st]|disent"
    r"|mentionn\w+|indiqu\w+|r[eé]pond\w*|dicen?|mencionan?|indican?|responden?)\b",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Say whether a text has a “not”, in English, German, French or Spanish."""
    return any(fold(word) in listed("denying") for word in _WORD.findall(_plain(text)))


def of_silence(text: str) -> bool:
    """Say whether it tells that the sources do not say something: none of them can say that."""
    found = _OF_SOURCES.search(text) if denies(text) else None
    if found is None or _SAY.search(text) is None:
        return False
    return not denies(found[0].split(maxsplit=1)[-1])  # “Ada does not answer mails”


def disagrees(text: str, sources: Iterable[str]) -> bool:
    """Say whether some clause of a sentence has a “not” that its sources lack, or lacks one."""
    every = [clause for source in sources for clause in clauses(_plain(source))]
    said = [clause for clause in every if _SAYS.search(clause)] or every
    return any(not _agrees(one, said) for one in clauses(_plain(text)) if not of_silence(one))


def _plain(text: str) -> str:
    """Return the text without a “not” that denies nothing, and with every other one as a word."""
    return _SHORT.sub(" not", _NUMBERED.sub("", _ONLY.sub("", text)))


def _agrees(clause: str, said: list[str]) -> bool:
    words = stems(clause)
    if not words and not denies(clause):
        return True  # “however”
    near = [(_nearness(words, stems(one)), one) for one in said]
    nearest = max((how for how, _ in near), default=None)
    return any(_alike(clause, one) for how, one in near if how == nearest)


def _nearness(words: frozenset[str], others: frozenset[str]) -> tuple[int, float]:
    """Return how many words two clauses share, and then which share of the other's they are."""
    shared = len(words & others)
    return shared, shared / max(len(others), 1)


def _alike(clause: str, other: str) -> bool:
    if denies(clause) == denies(other):
        return True
    return _softly(clause) != _softly(other)


def _softly(text: str) -> bool:
    contrary = tuple(listed("contrary"))
    said = map(fold, _WORD.findall(text))
    return any(word.startswith(contrary) or _WITHOUT.search(word) for word in said)
