"""One verb with several people: “refund Ada 40 EUR and Bruno 20 EUR” is a wish for each. By rules.

each with an amount or moment of their own ─▶ the first wish, with the other's in their places
the same for all of them (“tell Ada and Bruno that …”) ─▶ the wish once for each
one wish about all of them (a reminder, a note's text), or unclear whose what is ─▶ one wish

A name that is recorded with “and” in it (“Lamp & Light”) is one name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.hearing.several import PARTS_MAX, SAID_CHARS_MAX, Pattern, Spans
from agents.playbooks.library import Playbook
from agents.reading import amounts, documents, moments, parties
from agents.reading.words import Context, Found, tokens
from engine.rules import goal_rules
from memory.db import Reader

Span = tuple[int, int]
Pieces = tuple[Span, ...]  # where the words of one wish stand in the message, in their order

_BESIDE = re.compile(  # what may stand between a name and what is theirs
    r"(?:to|for|with|on|at|by|from|the|of|is|about|order|invoice|payment|bill|number|please|also|an"
    r"|am|um|für|mit|von|bei|den|der|die|das|dem|bis|rechnung|bestellung|zahlung|nummer|bitte)",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:each|apiece|je|jeweils)\b", re.IGNORECASE)
_LONGER = re.compile(r"['\u2019]|\s+(?-i:[^\W\d_a-zäöü])\w", re.IGNORECASE)  # the name goes on
_NUMBER = re.compile(r"(?<![\w.,-])(?:[\w#]+-)*#?\d[\w./-]*(?<![./-])")
_NAME = re.compile(r"(?:[^\W\d_a-zäöüß][\w-]+)(?:\s[^\W\d_a-zäöüß][\w-]+)?")


@dataclass(frozen=True, slots=True)
class _Clause:
    """What stands in one clause: each kind of thing at most once."""

    start: int
    end: int
    marks: Mapping[str, Span]
    currency: str


@dataclass(frozen=True, slots=True)
class Sharing:
    reader: Reader
    context: Context
    pattern: Pattern

    async def parts(self, said: str, spans: Spans) -> tuple[Pieces, ...]:
        """Return the wishes of a message with those apart that share a verb; (): it is one.

        `spans`: where it is parted already; none: it is one, so far.
        """
        if len(said) > SAID_CHARS_MAX:
            return ()
        found: list[Pieces] = []
        for start, end in spans or (goal_rules.span(said),):
            each = await self._wishes(said[start:end])
            moved = [tuple((a + start, b + start) for a, b in pieces) for pieces in each]
            found += moved or [((start, end),)]
        return tuple(found) if 2 <= len(found) <= PARTS_MAX else ()

    async def _wishes(self, said: str) -> tuple[Pieces, ...]:
        people = await parties.find(self.reader, said)
        if not people:
            return ()
        return self._own(said, people) or self._same(said, people)

    def _own(self, said: str, people: list[Found]) -> tuple[Pieces, ...]:
        """Return the wishes of clauses that say whom, and how much or when for each."""
        clauses = list(self._clauses(said, people))
        first, last = clauses[0], clauses[-1]
        if len(clauses) < 2 or not {"person"} < first.marks.keys():
            return ()
        alike = all(
            one.marks.keys() == first.marks.keys() and one.currency == first.currency
            for one in clauses
        )
        if not alike or any(_left(said, one) for one in clauses[1:-1]):
            return ()
        tail = (max(end for _, end in last.marks.values()), last.end)
        if _left(said, _Clause(last.start, tail[0], last.marks, "")):
            return ()
        wishes = tuple((*_in_place(first, one), tail) for one in clauses)
        playbook = self._fits(said, wishes)
        types = {slot.type for slot in playbook.slots} if playbook else set()
        return wishes if types & {"money", "when"} & first.marks.keys() else ()

    def _clauses(self, said: str, people: list[Found]) -> Iterator[_Clause]:
        whole = [*((one.start, one.end) for one in people), *moments.spans(said, self.context)]
        cuts = [m.span() for m in parties.JOIN.finditer(said) if not _over(m.span(), whole)]
        ends = [*(cut[0] for cut in cuts), len(said)]
        for start, end in zip((0, *(cut[1] for cut in cuts)), ends, strict=True):
            yield self._clause(said, start, end, people)

    def _clause(self, said: str, start: int, end: int, people: list[Found]) -> _Clause:
        """Return what the clause holds; nothing, if there is too much of a kind."""
        words = said[start:end]
        when = _joined(words, moments.spans(words, self.context))
        taken = [*when, *documents.spans(words, self.context)]
        money = amounts.find(words, self.context, taken)
        sums = [(one.start, one.end) for one in money if one.readings]
        numbers = [m.span() for m in _NUMBER.finditer(words)]
        whom = [(p.start - start, p.end - start) for p in people if start <= p.start < end]
        if start and not whom and (name := _NAME.match(words)) and not _over(name.span(), taken):
            whom = [name.span()]
        found = {
            "person": whom,
            "when": when,
            "money": sums,
            "number": [one for one in numbers if not _over(one, [*when, *sums, *whom])],
        }
        if any(len(spans) > 1 for spans in found.values()):
            return _Clause(start, end, {}, "")
        marks = {k: (s[0][0] + start, s[0][1] + start) for k, s in found.items() if s}
        unit = str(money[0].readings[0].more["currency"]) if sums else ""
        return _Clause(start, end, marks, unit)

    def _same(self, said: str, people: list[Found]) -> tuple[Pieces, ...]:
        """Return the wish once for each of those who are named in a row."""
        row = parties.row(said, people)
        if not row or any(_LONGER.match(said, one.end) for one in row):
            return ()
        head, tail = (0, row[0].start), (row[-1].end, len(said))
        wishes = tuple((head, (one.start, one.end), tail) for one in row)
        playbook = self._fits(said, wishes)
        if playbook is None or not playbook.steps or self._in_text(said, wishes[0], row[0]):
            return ()
        types = {slot.type for slot in playbook.slots}
        if any(slot.beside for slot in playbook.slots) or not types & {"person", "record"}:
            return ()
        clause = self._clause(said[: row[0].end] + " " * (tail[0] - row[0].end) + said[tail[0] :],
                              0, len(said), row[:1])  # fmt: skip
        shared = {"money": types & {"money"}, "number": types & {*documents.DOCUMENTS, "bill"}}
        unclear = not clause.marks or any(
            clause.marks.get(kind) and shared[kind] for kind in shared
        )
        return () if unclear and not _EACH.search(said) else wishes

    def _fits(self, said: str, wishes: Sequence[Pieces]) -> Playbook | None:
        """Return the playbook of all these wishes, if it is one and the same, by its patterns."""
        routes = [self.pattern("".join(said[a:b] for a, b in pieces)) for pieces in wishes]
        known = [route.playbook for route in routes if route is not None]
        whole = self.pattern(said)
        if whole is not None:
            known.append(whole.playbook)
        same = len({one.id for one in known if one}) == 1 and len(known) >= len(routes)
        return known[0] if same and all(routes) else None

    def _in_text(self, said: str, pieces: Pieces, named: Found) -> bool:
        """Say whether the name stands in a text, which may be about several."""
        route = self.pattern("".join(said[a:b] for a, b in pieces))
        if route is None or route.playbook is None:
            return True
        texts = [slot.name for slot in route.playbook.slots if slot.type == "text"]
        spans = [route.groups[name] for name in texts if name in route.groups]
        return any(start <= named.start < end for start, end in spans)


def _in_place(first: _Clause, other: _Clause) -> Pieces:
    """Return the first clause with the other's marks in the place of its own."""
    pieces, at = [], first.start
    for kind, (start, end) in sorted(first.marks.items(), key=lambda mark: mark[1]):
        pieces += [(at, start), other.marks[kind]]
        at = end
    return (*pieces, (at, first.end))


def _left(said: str, clause: _Clause) -> bool:
    """Say whether the clause says more than whom, how much and when."""
    return any(
        not _BESIDE.fullmatch(word.text)
        for word in tokens(said)
        if clause.start <= word.start < clause.end
        and not _over((word.start, word.end), list(clause.marks.values()))
    )


def _joined(words: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans with those as one that nothing but a small word parts: “Monday at 9”."""
    made: list[Span] = []
    for start, end in sorted(spans):
        if made and re.fullmatch(r"[\s,]*(?:at|um|@)?\s*", words[made[-1][1] : start]):
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return made


def _over(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
