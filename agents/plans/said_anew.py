"""What is said anew each time a playbook of the operator's own runs, whatever two plans had alike.

A moment, an amount or an address that two plans of one week share is no habit: it is asked, or
counted from the day of the wish where both plans were so many days ahead. Pure.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from agents.playbooks import references
from agents.playbooks.references import AHEAD
from agents.reading import amounts, moments
from agents.reading.words import Context
from policies.contracts import scalars

NEVER_FIXED = ("destination", "reference", "secret")  # a record tells them, or nobody
AHEAD_MAX = 400  # days
SHOWN_CHARS_MAX = 200
_NOWHEN = Context(datetime(2000, 1, 1, tzinfo=UTC), "UTC")  # for looking where, never for when
_ADDRESS = re.compile(r"\S@\S")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_UNIT = re.compile(r"[^\d\s.,]")
_ROOT = re.compile(r"\$\{([a-z_]\w*)((?:\.\w+)*)\??\}")


def is_literal(value: Any) -> bool:
    """Say whether a value holds anything but references and blanks."""
    return any(one not in (None, "") and not references.is_one(one) for _, one in scalars(value))


def holds(value: Any) -> bool:
    """Say whether a moment, an amount or an address stands in the words of a value."""
    texts = [one for _, one in scalars(value) if isinstance(one, str)]
    return any(_ADDRESS.search(one) or list(spans(one)) for one in texts)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text names moments, and amounts with their currency."""
    found = [*moments.spans(text, _NOWHEN), *(match.span() for match in _DAY.finditer(text))]
    yield from found
    for one in amounts.find(text, _NOWHEN, found):
        if _UNIT.search(text[one.start : one.end]):
            yield one.start, one.end


def moment(value: Any) -> date | datetime | None:
    """Return the day or the moment that an argument is; None: it is neither."""
    try:
        return date.fromisoformat(value) if len(value) == len("2026-12-01") else (
            datetime.fromisoformat(value))  # fmt: skip
    except (TypeError, ValueError):
        return None


def ahead(value: Any, begun: datetime | None) -> str | None:
    """Return a moment as days from the day of the wish; None: it lies not ahead of it.

    `begun`: when the wish was said, in the operator's zone.
    """
    at = moment(value)
    if at is None or begun is None:
        return None
    if not isinstance(at, datetime):
        days = (at - begun.date()).days
        return f"${{{AHEAD}.{days}.date}}" if 0 <= days <= AHEAD_MAX else None
    local = at.astimezone(begun.tzinfo) if at.tzinfo else at
    days = (local.date() - begun.date()).days
    whole = not (local.second or local.microsecond)
    return f"${{{AHEAD}.{days}.{local:%H%M}}}" if whole and 0 < days <= AHEAD_MAX else None


def plain(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return a text with its references in words: “${who.name}” is (who)."""
    return _ROOT.sub(lambda match: _in_words(match, names or {}), text)


def _in_words(match: re.Match[str], names: Mapping[str, str]) -> str:
    root, path = match[1], match[2].strip(".").split(".")
    if root == AHEAD:
        day = f"({path[0]} days after you ask"
        return f"{day})" if path[1] == "date" else f"{day}, {path[1][:2]}:{path[1][2:]})"
    if root == references.STEPS:
        return f"(what “{path[0]}” brings)"
    called = names.get(root, root.replace("_", " "))
    part = path[-1].replace("_", " ")
    return f"({called})" if part in ("", "name", "id", "value") else f"({part} of {called})"


def fixed(args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every argument that stays as it is each time: its name, and what it says."""
    for name, value in args.items():
        if not is_literal(value) and AHEAD not in references.roots(value):
            continue
        if references.writes(value):
            text = f"written anew each time: {value[references.WRITE]}"
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        said = " ".join(plain(text).split())
        cut = f"{said[: SHOWN_CHARS_MAX - 1]}…" if len(said) > SHOWN_CHARS_MAX else said
        yield name.replace("_", " "), cut
