"""The operator's own rules of tone, held against a draft before they judge it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from agents.checks.evidence import Finding
from policies import tone
from policies.conditions import EVALUATION_ERRORS, value_of
from policies.rules import RUNS_BY_ITSELF, Book, Entry

FACTS = frozenset(tone.facts("", ""))


def check(title: str, text: str, book: Book, operation: str) -> Iterator[Finding]:
    """Yield what a rule of the operator's that speaks of tone alone says of this text."""
    seen = tone.facts(title, text)
    for entry in book.entries:
        rule = entry.rule
        mine = entry.level == "operator" and not rule.shadow and rule.then not in RUNS_BY_ITSELF
        if mine and fnmatchcase(operation, rule.action or "*") and _holds(entry, seen):
            yield Finding("tone", "", f"It is not as you want it. {rule.why}")


def _holds(entry: Entry, seen: dict[str, object]) -> bool:
    if not entry.conditions or any(not FACTS.issuperset(c.reads) for c in entry.conditions):
        return False
    try:
        return all(value_of(condition, seen) is True for condition in entry.conditions)
    except EVALUATION_ERRORS:
        return False  # the judge will say what is wrong with it
