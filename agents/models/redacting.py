"""Takes numbers and addresses of people out of a text, and puts them back into the answer. Pure.

Names and prose stay: a draft needs them. What goes are accounts, cards, tax numbers, e-mail
addresses and phone numbers; one too many does no harm, for it comes back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.models.model_calls import digest

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

    def mark(match: re.Match[str]) -> str:
        plain = match[0]
        if plain not in marks:
            marks[plain] = f"[{match.lastgroup}-{len(marks) + 1}-{salt}]"
        return marks[plain]

    cut = tuple(_PATTERN.sub(mark, text) for text in texts)
    return Redaction(cut, {mark: plain for plain, mark in marks.items()})


def unnamed(text: str) -> str:
    """Return a text with the kind of thing instead of each that `redact` takes out.

    For good: nothing can be put back, and the same text is always the same.
    """
    return _PATTERN.sub(lambda match: f"[{match.lastgroup}]", text)


def names_somebody(text: str) -> bool:
    """Say whether there is anything in a text that `redact` takes out."""
    return _PATTERN.search(text) is not None


def marks_in(value: Any) -> Iterator[str]:
    """Yield what looks like one of our marks and was not put back: the model changed it."""
    if isinstance(value, str):
        yield from re.findall(r"\[(?:MAIL|IBAN|TAX|CARD|PHONE)-\d+[^\]]*\]", value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from marks_in(item)
