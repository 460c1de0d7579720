"""Takes numbers and addresses of people out of a text, and puts them back into the answer. Pure.

Names and prose stay: a draft needs them. What goes are accounts, cards, tax numbers, e-mail
addresses and phone numbers; one too many does no harm, for it comes back.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from agents.models import numbers
from agents.models.numbers import Span
from engine.models.model_calls import digest

TEXTS_MAX = 64  # remembered: a wish is looked through several times
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"  # signs of no width, as pages and mails have them
_GAP = rf"(?:[^\S\r\n]|[{_UNSEEN}.-]|\r?\n)?"
_SPACE = rf"(?:[^\S\r\n]|[{_UNSEEN}-])?"
_KINDS = (  # what is longer or surer stands first: each letter is taken once
    ("MAIL", r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
    (
        "IBAN",
        rf"\b[A-Z]{{2}}\d{{2}}(?:{_GAP}[A-Z0-9]{{4}}){{2,7}}(?:{_GAP}[A-Z0-9]{{1,4}})?\b"
        rf"|(?i:\b[a-z]{{2}}\d{{2}}[a-z0-9]{{11,30}}\b)"
        rf"|(?i:\b[a-z]{{2}}\d{{2}}{_GAP}[a-z0-9]{{4}}(?:{_GAP}\d{{4}}){{2,6}}(?:{_GAP}\d{{1,4}})?\b)",
    ),
    (
        "TAX",
        r"\b(?:AT ?U|[A-Z]{2} ?)\d{8,12}\b|\b\d{2,3}/\d{3,4}/\d{4,5}\b|\b\d{2}-\d{7}\b"
        r"|(?i:\b(?:atu|[a-z]{2})\d{8,12}\b)|\b\d{3}-\d{2}-\d{4}\b"
        r"|\b(?:[A-Z]{2} ?|CHE-)\d{3}[ .]\d{3}[ .]\d{3}\b|\bGB ?\d{3} \d{4} \d{2}\b"
        r"|(?i:\b(?:es ?[a-z]\d{7}[a-z0-9]|es ?\d{8}[a-z]|ie ?\d{7}[a-z]{1,2})\b)"
        r"|\bFR ?[A-Z0-9]{2} ?\d{3} ?\d{3} ?\d{3}\b|\b756\.\d{4}\.\d{4}\.\d{2}\b"
        r"|\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b|\b\d{2} \d{3} \d{3} \d{3}\b|\b[1-9]\d{10}\b",
    ),
    ("CARD", rf"\b(?:\d{_SPACE}){{12,18}}\d\b"),
    (
        "PHONE",
        r"(?<![\w.,-])(?:\+|00|0|\(0)[\d ()/\u00a0-]{6,18}\d\b"
        r"|(?<![\w.,-])(?:\+\d[\d().-]{6,18}\d|0\d(?:\.\d{2}){4}|\(?\d{3}\)?[ .-]\d{3}[.-]\d{4})\b",
    ),
)
_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS))


@dataclass(frozen=True, slots=True)
class Redaction:
    """The texts without what names people, and what stands behind each mark."""

    texts: tuple[str, ...]
    behind: dict[str, str] = field(default_factory=dict)

    def hidden(self, text: str) -> str:
        """Return another text with what was taken out of these replaced by the same marks."""
        for mark, plain in sorted(self.behind.items(), key=lambda pair: -len(pair[1])):
            text = text.replace(plain, mark)
        return unnamed(text)

    def restored(self, value: Any) -> Any:
        """Return a JSON value with every mark replaced by what it stands for."""
        if isinstance(value, str):
            for mark, plain in self.behind.items():
                value = value.replace(mark, plain)
            return value
        if isinstance(value, dict):
            return {name: self.restored(item) for name, item in value.items()}
        return [self.restored(item) for item in value] if isinstance(value, list) else value


def redact(texts: Sequence[str]) -> Redaction:
    """Replace what names people; the same value gets the same mark everywhere.

    The marks hold a digest of all texts, so nobody who wrote one of them can write a mark.
    """
    salt = digest(list(texts))[:6]
    marks: dict[str, str] = {}

    def mark(kind: str, plain: str) -> str:
        if plain not in marks:
            marks[plain] = f"[{kind}-{len(marks) + 1}-{salt}]"
        return marks[plain]

    cut = tuple(_put(text, mark) for text in texts)
    return Redaction(cut, {mark: plain for plain, mark in marks.items()})


def unnamed(text: str) -> str:
    """Return a text with the kind of thing instead of each that `redact` takes out.

    For good: nothing can be put back, and the same text is always the same.
    """
    return _put(text, lambda kind, plain: f"[{kind}]")


@lru_cache(TEXTS_MAX)
def names_somebody(text: str) -> bool:
    """Say whether there is anything in a text that `redact` takes out."""
    return _PATTERN.search(text) is not None or next(numbers.found(text), None) is not None


def _put(text: str, mark: Callable[[str, str], str]) -> str:
    """Return a text with what a kind and its plain words give in place of each."""
    said, at = list[str](), 0
    for start, end, kind in _found(text):
        said += (text[at:start], mark(kind, text[start:end]))
        at = end
    return "".join((*said, text[at:]))


def _found(text: str) -> list[Span]:
    """Return where something is to be taken out; of what overlaps all, as what begins first."""
    shaped = ((one.start(), one.end(), one.lastgroup or "") for one in _PATTERN.finditer(text))
    spans: list[Span] = []
    for start, end, kind in sorted((*shaped, *numbers.found(text)), key=lambda s: (s[0], -s[1])):
        if spans and start < spans[-1][1]:
            first, last, known = spans[-1]
            spans[-1] = (first, max(last, end), known)
        else:
            spans.append((start, end, kind))
    return spans


def marks_in(value: Any) -> Iterator[str]:
    """Yield what looks like one of our marks and was not put back: the model changed it."""
    if isinstance(value, str):
        yield from re.findall(r"\[(?:MAIL|IBAN|TAX|CARD|PHONE)-\d+[^\]]*\]", value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from marks_in(item)
