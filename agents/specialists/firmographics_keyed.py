"""Firmographics that a tool answers as JSON: the values of keys that plainly say what they are.

Pure. A value is taken as it stands there; nothing is put together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.specialists.firmographics import VALUE_CHARS_MAX, Finding, Said

KEYS: Mapping[str, tuple[str, ...]] = {
    "company": ("company", "company_name", "employer", "organisation", "organization", "firma"),
    "role": ("role", "title", "job_title", "position"),
    "sector": ("sector", "industry", "branche"),
    "size": ("size", "employees", "employee_count", "headcount", "mitarbeiter"),
    "web": ("web", "website", "homepage", "domain"),
    "country": ("country", "land"),
}
DEPTH_MAX = 4
FOUND_MAX = 12


def keyed(said: Sequence[Said]) -> tuple[Finding, ...]:
    """Return what answers in JSON say under such keys; of anything else nothing."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in said:
        begins = next((at for at, sign in enumerate(one.text) if sign in "{["), len(one.text))
        try:  # words may stand before it
            value, _ = json.JSONDecoder().raw_decode(one.text, begins)
        except (ValueError, RecursionError):
            continue
        for attribute, text in _values(value, 0):
            sources = found.setdefault((attribute, text), [])
            sources += [] if one.n in sources else [one.n]
    return tuple(Finding(a, text, tuple(n)) for (a, text), n in found.items())[:FOUND_MAX]


def _values(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEPTH_MAX:
        return
    if isinstance(value, list):
        for each in value:
            yield from _values(each, depth + 1)
    if not isinstance(value, dict):
        return
    for key, each in value.items():
        for attribute, names in KEYS.items():
            counts = attribute == "size" or isinstance(each, str)  # a role is no number
            if counts and key.casefold() in names and (text := _text(each)):
                yield attribute, text
        yield from _values(each, depth + 1)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = " ".join(str(value).split())
    return text if len(text) <= VALUE_CHARS_MAX else ""
