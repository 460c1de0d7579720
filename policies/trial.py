"""Tries rules out: the examples beside them, and a question asked by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from policies.facts import FACTS, Fact, fault_in, with_usual
from policies.house import OPERATIONS
from policies.judge import judge
from policies.rules import Action, Book, Facts, Rule, Verdict

_OWN_NAMES = ("operation", "effect", "agent")  # facts that the action carries


def try_out(
    book: Book, operation: str, effect: str, facts: Facts, known: Mapping[str, Fact] = FACTS
) -> Verdict:
    """Judge an imagined action; facts not given have their usual value.

    Raises ValueError, in one sentence, for an unknown fact or a wrong type.
    """
    for name, value in facts.items():
        if fault := fault_in(name, value, known):
            raise ValueError(fault)
    action = Action(
        operation=operation,
        effect=effect,
        args={},
        agent=str(facts.get("agent", "you")),
        reason="A trial.",
    )
    return judge(action, with_usual(facts, known), book)


def check_examples(book: Book, known: Mapping[str, Fact] = FACTS) -> Iterator[tuple[str, str, str]]:
    """Yield (file, rule, sentence) for every example that does not come out as it says.

    An example is judged with the rules of its own file and of the files before it, so a stricter
    rule of yours does not break the examples that Firstmate ships.
    """
    files = list(dict.fromkeys(entry.source for entry in book.entries))
    for number, file in enumerate(files, start=1):
        reached = set(files[:number])
        so_far = replace(book, entries=tuple(e for e in book.entries if e.source in reached))
        for entry in book.entries:
            if entry.source == file:
                for says in failures(entry.rule, so_far, known):
                    yield file, entry.rule.id, says


def failures(rule: Rule, book: Book, known: Mapping[str, Fact] = FACTS) -> Iterator[str]:
    """Yield a sentence for every example of a rule that does not come out as it says."""
    for number, example in enumerate(rule.examples, start=1):
        try:
            verdict = tried(rule, example["given"], book, known)
        except ValueError as error:
            yield f"Example {number}: {error}"
            continue
        if verdict.outcome != example["then"]:
            by = f" by {', '.join(verdict.rules)}" if verdict.rules else ""
            yield (
                f"Example {number} expects {example['then']}, but it comes out as "
                f"{verdict.outcome}{by}: {verdict.because}"
            )


def tried(
    rule: Rule, given: Mapping[str, Any], book: Book, known: Mapping[str, Fact] = FACTS
) -> Verdict:
    """Judge what the facts of an example beside this rule describe. ValueError: as try_out."""
    operation, effect = _subject(rule, given, book)
    facts = {name: value for name, value in given.items() if name not in _OWN_NAMES[:2]}
    return try_out(replace(book, operations=None), operation, effect, facts, known)


def _subject(rule: Rule, given: Mapping[str, Any], book: Book) -> tuple[str, str]:
    """Return the operation and effect class an example is about: as given, else the rule's own."""
    operations = book.operations or {}
    operation = given.get("operation")
    if operation is None:
        fitting = (
            name
            for name, effect in operations.items()
            if fnmatchcase(name, rule.action or "*")
            and (name not in OPERATIONS or name == rule.action)
            and effect == (given.get("effect") or rule.effect or effect)
        )
        operation = next(fitting, rule.action or "example.operation")
    effect = given.get("effect") or rule.effect or operations.get(operation) or "internal"
    return str(operation), str(effect)
