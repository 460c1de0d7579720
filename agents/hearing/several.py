"""Several wishes in one message: where one ends and the next begins. By rules, no guess.

A message is parted only where every part is plainly a wish, a question or something told, or begins
like an order that nobody knows: “refund Ada 5 EUR and book a flight”. Nothing is cut off a text
that is for somebody else: “write Ada that we refund her and …” is one wish.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agents.hearing import order_words, question_words
from agents.playbooks.library import Playbook
from agents.playbooks.routing import Route
from engine.rules import goal_rules

SAID_CHARS_MAX = 4000  # a longer one is a text, not a list of wishes
PARTS_MAX = 20
CUTS_MAX = 40

Kind = Literal["wish", "question", "told", ""]
Pattern = Callable[[str], Route | None]  # the playbook whose pattern fits the words
Spans = tuple[tuple[int, int], ...]

_NEXT = r"(?:(?:and|also|then|next|besides|und|dann|außerdem|danach|sonst)\b[\s,]*)+"
_CUT = re.compile(
    rf"(?P<strong>[.!?;]+\s+(?:{_NEXT})?|\s*\n\s*(?:{_NEXT})?"
    rf"|,?\s+(?:and\salso|also|and\sthen|und\saußerdem|und\sdann)\s+)"
    rf"|(?P<comma>\s*,\s*(?:{_NEXT})?)|\s+(?:and|und|plus)\s+",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^[ \t]*(?:[-*•\u2013]|\d{1,2}[.)])[ \t]+(?=\S)", re.MULTILINE)
_HEAD = re.compile(r"[^\n]{0,60}:[ \t]*\n\s*")
_ASKED_WITHIN = re.compile(  # “remind me to check who paid and who did not?”
    r"\b(?:ask|check|whether|if|who|what|when|where|why|how|which|frag\w*|ob|wer|was|wann|wie)\b",
    re.IGNORECASE,
)


class _Cut(NamedTuple):
    """Where the words before it end, those after it begin, and how plainly it parts them."""

    end: int
    start: int
    strong: bool
    comma: bool


class _Text(NamedTuple):
    """A text as far as it was said: for somebody else, whole; or for yourself, later or at all."""

    words: str
    whole: bool
    later: bool


@dataclass(frozen=True, slots=True)
class Parting:
    """What is known of words: which pattern fits them, and what they are at all."""

    pattern: Pattern
    kind: Callable[[str], Awaitable[Kind]]
    nearest: Callable[[str], Awaitable[Playbook | None]]  # by examples, when that is sure

    async def spans(self, said: str) -> Spans:
        """Return where the wishes of the message are written; nothing: it is one, or unclear."""
        if len(said) > SAID_CHARS_MAX:
            return ()
        first, last = goal_rules.span(said)  # what is around it says how, for all of them
        wanted = said[first:last]
        spans = await self._items(wanted) or await self._clauses(wanted)
        return tuple((first + start, first + end) for start, end in spans)

    async def _items(self, said: str) -> Spans:
        """Return the items of a list of wishes, one of which at least is plainly one."""
        marks = list(_ITEM.finditer(said))
        if not 2 <= len(marks) <= PARTS_MAX:
            return ()
        head = said[: marks[0].start()]
        if head.strip() and (not _HEAD.fullmatch(head) or self._holds(said, marks[0].start())):
            return ()
        ends = [*(mark.start() for mark in marks[1:]), len(said)]
        spans = [_trimmed(said, mark.end(), end) for mark, end in zip(marks, ends, strict=True)]
        kinds = [await self.kind(said[slice(*span)]) for span in spans]
        return tuple(spans) if "wish" in kinds else ()

    async def _clauses(self, said: str) -> Spans:
        spans, start = [], 0
        for cut in _cuts(said):
            if cut.end > start and await self._parts(said, start, cut):
                spans.append(_trimmed(said, start, cut.end))
                start = cut.start
        spans.append(_trimmed(said, start, len(said)))
        return tuple(spans) if 2 <= len(spans) <= PARTS_MAX else ()

    async def _parts(self, said: str, start: int, cut: _Cut) -> bool:
        """Say whether here one wish ends and another begins."""
        before, after = said[start : cut.end], said[cut.start :]
        follows = self.pattern(after)
        asks = question_words.form(after) == "question" and after.rstrip().endswith("?")
        unknown = follows is None and not asks
        if unknown and not order_words.begins(after):
            return False
        if not self._free(said, start, cut, asks, follows):
            return False
        fits = self.pattern(before)
        if fits is not None:
            return _is_whole(fits, follows)
        match await self.kind(before):
            case "question":
                return cut.strong or not (asks or unknown)
            case "told":
                return cut.strong or (cut.comma and asks)
        near = await self.nearest(before)
        if near is not None:
            return not _texts(near)
        return order_words.begins(before) and _apart(after, follows)

    def _free(self, said: str, start: int, cut: _Cut, asks: bool, follows: Route | None) -> bool:
        """Say whether the cut is outside every text, or the text is the operator's own note."""
        text = self._text_at(said, start, cut.end)
        if text is None:
            return True
        if text.whole:
            return False
        if asks and cut.comma and not _ASKED_WITHIN.search(text.words):
            return True
        orders = follows is not None and order_words.begins(said[cut.start :])
        return cut.strong or (orders and not text.later and order_words.states(text.words))

    def _holds(self, said: str, place: int) -> bool:
        text = self._text_at(said, 0, place)
        return text is not None and text.whole

    def _text_at(self, said: str, start: int, place: int) -> "_Text | None":
        """Return the text before this place which goes on behind it."""
        fits = self.pattern(said[start:])
        if fits is None or fits.playbook is None:
            return None
        texts = {
            slot.name: slot for slot in fits.playbook.slots if slot.name in _texts(fits.playbook)
        }
        for name, (begin, end) in fits.groups.items():
            if name in texts and begin < place - start < end:
                later = any(slot.type == "when" for slot in fits.playbook.slots)
                return _Text(said[start + begin : place], texts[name].whole, later)
        return None


def _cuts(said: str) -> Iterator[_Cut]:
    for count, match in enumerate(_CUT.finditer(said)):
        if count == CUTS_MAX:
            return
        mark = 1 if said[match.start()] == "?" else 0  # a question keeps its mark
        strong = match["strong"] is not None
        yield _Cut(match.start() + mark, match.end(), strong, match["comma"] is not None)


def _is_whole(fits: Route, follows: Route | None) -> bool:
    """Say whether nothing is missing that the next words may be: “mail Ada and tell her that …”."""
    playbook = fits.playbook
    assert playbook is not None
    missing = [name for name in _texts(playbook) if name not in fits.groups]
    same = follows is not None and follows.playbook is playbook
    return not (missing and same)


def _apart(after: str, follows: Route | None) -> bool:
    """Say whether what follows can do without the unknown order before it, and is whole."""
    if follows is None or follows.playbook is None or order_words.leans(after):
        return False
    return all(name in follows.groups for name in _texts(follows.playbook))


def _texts(playbook: Playbook) -> list[str]:
    return [slot.name for slot in playbook.slots if slot.type == "text" and slot.required]


def _trimmed(said: str, start: int, end: int) -> tuple[int, int]:
    words = said[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip())
