"""Words by what they do in a sentence, in English, German, French and Spanish: listed.yaml."""

from functools import cache
from pathlib import Path

import yaml

from agents.reading.words import fold

FILE = Path(__file__).with_suffix(".yaml")


@cache
def listed(which: str) -> frozenset[str]:
    """Return one list of the file, as `fold` writes words: titles, anybody, denying …"""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return frozenset(map(fold, read[which].split()))
