"""Prompts: each version is a file that stays as it is, named by its purpose and number.

A new one is a new file: here, or in the folder `prompts` of your home. Which is in use is a pin
(engine/models/trials.py); what was asked with which version stands in the name of the step.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "prompts"
CHARS_MAX = 8000
NAME = re.compile(r"(?P<purpose>[a-z]+)-(?P<number>\d{1,4})\.txt")
TAKEN = "prompts/{name}: Firstmate has a prompt of this number. Give yours a number of its own."
STRANGE = "prompts/{name}: call it PURPOSE-NUMBER.txt, such as draft-100.txt."
EMPTY = "prompts/{name}: write 1 to {most} characters into it."


class PromptError(ValueError):
    """A file of the operator's cannot be meant; the message says which and what to do."""


def of(purpose: str, own: Path | None = None) -> Mapping[int, str]:
    """Return the prompts of a purpose by number, the oldest first. PromptError: a file of yours."""
    found = dict(_built_in(purpose))
    if own is not None and own.is_dir():
        for path, match in _named(own, purpose):
            if int(match["number"]) in found:
                raise PromptError(TAKEN.format(name=path.name))
            found[int(match["number"])] = _text(path)
    return dict(sorted(found.items()))


@cache
def purposes() -> tuple[str, ...]:
    """Return what models are asked for with a prompt of its own, by name."""
    matches = (NAME.fullmatch(path.name) for path in FOLDER.glob("*.txt"))
    return tuple(sorted({match["purpose"] for match in matches if match is not None}))


@cache
def _built_in(purpose: str) -> Mapping[int, str]:
    return {int(match["number"]): _text(path) for path, match in _named(FOLDER, purpose)}


def _named(folder: Path, purpose: str) -> list[tuple[Path, re.Match[str]]]:
    named = []
    for path in sorted(folder.glob("*.txt")):
        match = NAME.fullmatch(path.name)
        if match is None:
            raise PromptError(STRANGE.format(name=path.name))
        if match["purpose"] == purpose:
            named.append((path, match))
    return named


def _text(path: Path) -> str:
    text = path.read_text("utf-8").strip()
    if not 0 < len(text) <= CHARS_MAX:
        raise PromptError(EMPTY.format(name=path.name, most=CHARS_MAX))
    return text
