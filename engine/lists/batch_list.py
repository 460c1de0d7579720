"""What a batch holds: its items as they stand now, what they come to, how to name them. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.chat import words
from engine.chat.messages import FieldDiff, Part

MARK_CHARS_MAX = 60
APPROVED = "approved"
HELD = "approved, and held: STOP is on"
REJECTED = "rejected, nothing was done"
SIGNS = {APPROVED: "✓", HELD: "✓", REJECTED: "✗"}


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a batch, as it stands now."""

    position: int
    approval: str
    effect: str
    version: int
    digest: str
    title: str
    parts: tuple[Part, ...]  # everything that would leave or change
    included: bool
    locked: bool  # the rules want its yes twice, so no list can give it
    why: str = ""  # why it was left out at first
    settled: str = ""  # why it can no longer be answered here
    told: str = ""  # what the decision about the batch did with it
    amounts: tuple[tuple[Decimal, str], ...] = ()  # each with its currency
    recipients: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        return not self.settled and not self.told


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of similar questions. `listed` counts those of the lists made together with it."""

    id: str
    conv: str
    state: str
    verb: str
    listed: int
    items: tuple[Item, ...]

    @property
    def picked(self) -> tuple[Item, ...]:
        """What the primary button would decide now."""
        return tuple(i for i in self.items if i.included and i.open and not i.locked)


def named(items: Iterable[Item]) -> str:
    """Return the positions a button names: "1,2,5"."""
    return ",".join(str(item.position) for item in items)


def totals(items: tuple[Item, ...]) -> str:
    """Return "11 items · 440.00 EUR · 9 recipients", summed from these items and nothing else."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        for amount, currency in item.amounts:
            sums[currency] += amount
    recipients = frozenset[str]().union(*(item.recipients for item in items))
    counted = [_counted(len(items), "item")]
    counted += [words.money(sums[currency], currency) for currency in sorted(sums)]
    counted += [_counted(len(recipients), "recipient")] if recipients else []
    return " · ".join(counted)


def told_apart(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Let equal titles go on with the first field that is not equal: a subject, a number."""
    alike: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        alike[item.title].append(item)
    titles = {item.position: item.title for item in items}
    for title, same in alike.items():
        fields = [_fields(item) for item in same]
        for label in fields[0] if len(same) > 1 else ():
            if len({values.get(label) for values in fields}) > 1:
                for item, values in zip(same, fields, strict=True):
                    titles[item.position] = f"{title} · {values.get(label, '')[:MARK_CHARS_MAX]}"
                break
    return tuple(replace(item, title=titles[item.position]) for item in items)


def _fields(item: Item) -> dict[str, str]:
    rows = (row for part in item.parts if isinstance(part, FieldDiff) for row in part.rows)
    return {row.label: row.new or "" for row in rows}


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
