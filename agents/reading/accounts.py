"""Accounts a text names: IBANs, spaced or not, each checked by its own check digits."""

import re

from agents.reading.words import Candidate, Found
from connectors.money import spaced
from memory.canon import formats

_LOOKS = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)
_TYPED = re.compile(r"[A-Z]{2}\d{2}(?: ?\d){11}")  # nothing but an account is written like this


def find(text: str) -> list[Found]:
    """Return the accounts the text names; one that fails its check digits is a fault."""
    return [found for match in _LOOKS.finditer(text) if (found := _found(text, match)) is not None]


def _found(text: str, match: re.Match[str]) -> Found | None:
    """Take as many characters as make an account: the words behind it look like more of it."""
    start, end = match.span()
    ends = [at for at in range(end, start + 14, -1) if not text[at - 1 : at + 1].isalnum()]
    for at in ends or [end]:
        try:
            iban = formats.iban(re.sub(r"[ -]", "", text[start:at]).upper())
        except ValueError:
            continue
        return Found(start, at, (Candidate(value=iban, label=spaced(iban)),))
    if not _TYPED.match(match[0]):
        return None
    return Found(start, end, fault=f"“{match[0].strip()}” is no account: a digit may be wrong.")
