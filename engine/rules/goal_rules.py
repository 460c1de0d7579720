"""A rule of one goal: “…, but ask me first” makes this one stricter, and ends with it.

It stands in the operator's own words of the goal, so nothing else has to be kept. What a language
model took words for has one, too: nothing of it is done unasked, whatever else is allowed. So has
a step behind one that was left out.
"""

import re
from collections.abc import Collection, Iterable

from engine.planning import mode_words, under
from policies.book import join
from policies.rules import Book, Outcome, Rule

SOURCE = "you, for this one"
_TAIL = re.compile(
    r"(?:\s*[,;.]\s*(?:(?:but|and|aber|und)\s+)?|\s+(?:but|aber)\s+|\s+[\u2013-]\s+)"
    r"(?:please\s+|bitte\s+)?(?P<said>(?:ask me|check with me|frage?\s+mich)\s+"
    r"(?:first|before|twice|vorher|zuerst|zweimal))(?:\s+(?:please|bitte))?\s*[.!]*\s*$",
    re.IGNORECASE,
)
KEEPS = ("records.note", "reminders.set")  # your own words, kept for yourself: a tap takes it back
READ = Rule(
    id="read-by-model-asks",
    why="A language model took your words for this; look whether you meant it.",
    then="ask",
    when=("effect != 'read'", f"!(operation in {list(KEEPS)})"),
)
LEFT_OUT = Rule(
    id="left-out-asks",
    why="A step before it was left out; look whether this says that it was done.",
    then="ask",
    when=("effect != 'read'",),
)
_TWICE = ("twice", "zweimal")


def without(said: str) -> str:
    """Return a wish without the words that only say how to go about it, or for which project."""
    return said[slice(*span(said))]


def span(said: str) -> tuple[int, int]:
    """Return where the wish itself stands in what was said."""
    _, rest = mode_words.heard(under.without(said))
    start = len(said) - len(rest)
    found = _TAIL.search(rest)
    return start, len(said) if found is None else start + found.start()


def mode(said: Iterable[str]) -> str:
    """Return the mode that the words of a goal ask for; what was said last counts."""
    modes = [mode_words.heard(under.without(one))[0] for one in said]
    return next(filter(None, reversed(modes)), "")


def book(
    base: Book, said: Iterable[str], read_by: str = "", *, without: Collection[str] = ()
) -> Book:
    """Return the rules with those that a goal adds to them: by its words, and by who read them.

    `without`: steps that were left out before the one that is judged.
    """
    if without:
        base = join(base, LEFT_OUT, SOURCE)
    if read_by:
        base = join(base, READ, SOURCE)
    found = [match["said"] for words in said if (match := _TAIL.search(words))]
    for rule in {rule.id: rule for rule in map(_rule, found)}.values():
        base = join(base, rule, SOURCE)
    return base


def _rule(said: str) -> Rule:
    then: Outcome = "ask_twice" if said.lower().endswith(_TWICE) else "ask"
    return Rule(
        id=f"this-one-{then.replace('_', '-')}",
        why=f"You said of this one: {said}.",
        then=then,
        when=("goes_out",),
    )
