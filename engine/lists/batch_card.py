"""The card of a batch: similar questions in one list. Pure drawing of what the database says."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from engine.chat.messages import (
    LABEL_CHARS_MAX,
    SUMMARY_CHARS_MAX,
    Bullets,
    Button,
    FieldDiff,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Span,
    TextDiff,
)
from engine.lists.batch_list import REJECTED, SIGNS, Batch, Item, named, told_apart, totals

INLINE_CHARS_MAX = 240  # a longer text or list of fields is one tap away
TOGGLES_PER_ROW = 5
LEFT_OUT = "Left out: say yes one by one"
SETTLED = "No longer open"
STILL_OPEN = "Still waiting for you"
ADVICE = "Tap a number to leave it out or take it in. What is left out goes on waiting."
NONE_PICKED = "Nothing is picked."
REPLACED = "You asked again since: what still waits is further down."


def key(batch: str) -> str:
    return f"batch:{batch}"


def draw(batch: Batch) -> Msg:
    """Return the card as the batch stands."""
    drawing = {"open": _open, "decided": _decided, "replaced": _replaced}[batch.state]
    title, parts, buttons = drawing(replace(batch, items=told_apart(batch.items)))
    return Msg(
        key=key(batch.id),
        summary=title[:SUMMARY_CHARS_MAX],
        parts=(Heading(text=title), *parts),
        buttons=buttons,
    )


Drawing = tuple[str, list[Part], tuple[tuple[Button, ...], ...]]


def _open(batch: Batch) -> Drawing:
    waiting = sum(item.open for item in batch.items)
    of = f" of {batch.listed}" if batch.listed > len(batch.items) else ""
    picked = batch.picked
    parts: list[Part] = [_para(totals(picked) if picked else NONE_PICKED, "bold")]
    for item in batch.items:
        if item.open and not _apart(item):
            parts += [_para(_line(item)), *(_content(item) if item.included else ())]
    parts += _notes(picked)
    parts += _section(LEFT_OUT, [_line(item) for item in batch.items if _apart(item)])
    parts += _section(SETTLED, _ended(batch.items))
    toggles = _toggles(batch)
    parts += [_para(ADVICE, "italic")] if toggles else []
    verb = "waits" if waiting == 1 else "wait"
    return f"{batch.verb} · {waiting}{of} {verb} for you", parts, (*toggles, *_answers(batch))


def _decided(batch: Batch) -> Drawing:
    told = [item for item in batch.items if item.told]
    left = [item for item in batch.items if not item.told]
    lines = [f"{SIGNS.get(i.told, '—')} {i.position} · {i.title}: {i.told}" for i in told]
    parts: list[Part] = [Bullets(items=tuple(lines))]
    waiting = [f"{item.position} · {item.title}" for item in left if item.open]
    parts += _section(STILL_OPEN, waiting)
    parts += _section(SETTLED, _ended(left))
    done = [item.told for item in told if item.told in SIGNS]
    what = "rejected" if REJECTED in done else "approved"
    title = f"{batch.verb} · {len(done)} {what}"
    title += f", {len(waiting)} still {'waits' if len(waiting) == 1 else 'wait'}" if waiting else ""
    return title, parts, ((_one_by_one(batch),),) if waiting else ()


def _replaced(batch: Batch) -> Drawing:
    return f"{batch.verb} · replaced", [_para(REPLACED)], ()


def _apart(item: Item) -> bool:
    return item.open and bool(item.why) and not item.included


def _line(item: Item) -> str:
    sign = "" if item.locked else "☑ " if item.included else "☐ "
    doubt = f" · {item.why}" if item.why else ""
    return f"{sign}{item.position} · {item.title}{doubt}"


def _ended(items: Iterable[Item]) -> list[str]:
    return [f"{item.position} · {item.title}: {item.settled}" for item in items if item.settled]


def _content(item: Item) -> list[Part]:
    return [_within_reach(part) for part in item.parts if not isinstance(part, Para)]


def _within_reach(part: Part) -> Part:
    """Show a short part as it is, a longer one a tap away with its exact size."""
    size, what = _size(part)
    if size <= INLINE_CHARS_MAX:
        return part
    return Fold(title=f"{what}, {size:,} characters", parts=(part,))


def _size(part: Part) -> tuple[int, str]:
    if isinstance(part, TextDiff):
        return len(part.new), "changed text" if part.old else "text"
    if isinstance(part, FieldDiff):
        values = (text or "" for row in part.rows for text in (row.label, row.old, row.new))
        return sum(map(len, values)), "fields"
    return 0, ""


def _notes(picked: tuple[Item, ...]) -> list[Part]:
    """Say each driver's note once, and of which items it holds if not of all."""
    holders: dict[str, list[Item]] = defaultdict(list)
    for item in picked:
        for part in item.parts:
            if isinstance(part, Para):
                holders["".join(span.text for span in part.spans)].append(item)
    return [
        _para(note if len(of) == len(picked) else f"{named(of)}: {note}", "italic")
        for note, of in holders.items()
    ]


def _section(title: str, lines: list[str]) -> list[Part]:
    return [Heading(text=title), Bullets(items=tuple(lines))] if lines else []


def _toggles(batch: Batch) -> tuple[tuple[Button, ...], ...]:
    """Return a button a question; it names what it wants, so a repeated tap changes nothing."""
    buttons = [
        Button(
            label=f"{'☑' if item.included else '☐'} {item.position}",
            action="batch.toggle",
            ref=batch.id,
            item=f"{item.position}:{'out' if item.included else 'in'}",
        )
        for item in batch.items
        if item.open and not item.locked
    ]
    places = range(0, len(buttons), TOGGLES_PER_ROW)
    return tuple(tuple(buttons[at : at + TOGGLES_PER_ROW]) for at in places)


def _answers(batch: Batch) -> tuple[tuple[Button, ...], ...]:
    """Return the yes and the no, each naming exactly what it decides."""
    picked = batch.picked
    alone = (_one_by_one(batch),)
    if not picked:
        return (alone,) if any(item.open for item in batch.items) else ()
    positions, count = named(picked), f" {len(picked)}"
    verb = f"✓ {batch.verb}"[: LABEL_CHARS_MAX - len(count)]
    yes = Button(
        label=verb + count, action="batch.approve", ref=batch.id, item=positions, style="ok"
    )
    no = Button(
        label=f"✗ Reject{count}",
        action="batch.reject",
        ref=batch.id,
        item=positions,
        style="danger",
    )
    return ((yes, no), alone)


def _one_by_one(batch: Batch) -> Button:
    return Button(label="One by one", action="batch.single", ref=batch.id)


def _para(text: str, style: Literal["plain", "bold", "italic"] = "plain") -> Para:
    return Para(spans=(Span(text=text, style=style),))
