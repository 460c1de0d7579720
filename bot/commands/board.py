"""The board: what waits, what it cost and which rules hold, on one page for a Home tab."""

from dataclasses import replace

from agents.specialists import roster
from engine.acting import approvals, effects
from engine.chat import words
from engine.chat.messages import LABEL_CHARS_MAX, Bullets, Button, Heading, Msg, Para, Part, Span
from engine.desks import stop
from engine.models import cost_told
from engine.rules.house import House
from memory import profile
from memory.db import Reader

WAITING_MAX = 8
RULES_MAX = 30


async def board(house: House) -> Msg:
    """Return the board as things stand now."""
    async with house.db.snapshot() as reader:
        settings = await profile.read(reader)
        stopped = await stop.is_stopped(reader)
        waiting, buttons = await _waiting(reader, settings)
        cost = await cost_told.told(reader, settings["currency"])
    parts: list[Part] = [Heading(text="What waits for you"), waiting]
    if stopped:
        parts.insert(0, _para("STOP is on: nothing starts until you say /resume."))
    parts += [Heading(text="What it cost"), _para(cost)]
    others = (entry for entry in house.book.entries if entry.source != roster.SOURCE)
    rules = replace(house.book, entries=tuple(others)).describe()
    left = len(rules) - RULES_MAX
    more = (f"… and {left} more: /policy reads all of them out",) if left > 0 else ()
    parts += [Heading(text="The rules I follow"), Bullets(items=(*rules[:RULES_MAX], *more))]
    return Msg(key="board", summary="Firstmate", parts=tuple(parts), buttons=buttons)


async def _waiting(
    reader: Reader, settings: dict[str, str]
) -> tuple[Part, tuple[tuple[Button, ...], ...]]:
    count = await approvals.open_count(reader)
    if not count:
        return _para("Nothing waits for you."), ()
    lines, rows = [], []
    for asked in await approvals.waiting(reader, WAITING_MAX):
        shown = await effects.preview_of(reader, asked.effect, asked.version)
        lines.append(f"{shown.title} · until {words.moment(asked.expires_at, settings)}")
        label = f"Show: {shown.title}"[:LABEL_CHARS_MAX]
        rows.append((Button(label=label, action="show", ref=asked.effect),))
    if count > len(lines):
        lines.append(f"… and {count - len(lines)} more: /waiting brings them to the bottom")
    return Bullets(items=tuple(lines)), tuple(rows)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
