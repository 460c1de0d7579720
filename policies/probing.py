"""What can be known of a rule before it is used, by evaluating it on telling facts.

CEL has no static types, so every condition is run on each fact's small, large and neighbouring
values: what fails there is a fault, what never holds is worth a word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from policies.conditions import EVALUATION_ERRORS, said_by, value_of
from policies.facts import Fact
from policies.house import EXPIRE
from policies.judge import covers
from policies.rules import RUNS_BY_ITSELF, Book, Condition, Entry, Rule

PROBES_MAX = 4096
_HUGE = 1e12
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_STRING = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def type_fault(condition: Condition, facts: Mapping[str, Fact]) -> str | None:
    """Return why a condition cannot be evaluated or is not a yes or no; None when it is sound."""
    for seen in islice(_probes([condition], facts), PROBES_MAX):
        try:
            value = value_of(condition, seen)
        except ArithmeticError:
            continue  # some facts divide by zero; at run time that asks
        except EVALUATION_ERRORS as error:
            return f"`{condition.text}` does not work: {said_by(error)}."
        if not isinstance(value, bool):
            return f"`{condition.text}` is neither true nor false, but {value!r}."
    return None


def never_holds(entry: Entry, facts: Mapping[str, Fact]) -> bool:
    """Say whether no probe satisfies all conditions (with too many facts to try: False)."""
    probes = list(islice(_probes(entry.conditions, facts), PROBES_MAX + 1))
    if len(probes) > PROBES_MAX:
        return False
    return not any(all(_holds(c, seen) for c in entry.conditions) for seen in probes)


def danger_in(entry: Entry, book: Book, facts: Mapping[str, Fact]) -> str | None:
    """Return why a rule must not let something run by itself; None when it may."""
    rule = entry.rule
    if rule.then not in RUNS_BY_ITSELF:
        return None
    if _may_cover(rule, "destructive", book) and not _excludes(entry, facts, effect="destructive"):
        return "Nothing destructive may run by itself: leave it out with an `action` or `effect`."
    if rule.action == EXPIRE and not _excludes(entry, facts, age_days=0):
        return "What is kept may go only after an age: add a condition `age_days >= …`."
    bounded = _excludes(entry, facts, effect="money", amount=_HUGE)
    if _may_cover(rule, "money", book) and not bounded:
        return "Money may run by itself only below an amount: add a condition `amount <= …`."
    return None


def any_currency(entry: Entry, book: Book, facts: Mapping[str, Fact]) -> bool:
    """Say whether a rule lets money run by itself whatever the currency is."""
    return (
        entry.rule.then in RUNS_BY_ITSELF
        and _may_cover(entry.rule, "money", book)
        and not _excludes(entry, facts, effect="money", currency="")
    )


def _may_cover(rule: Rule, effect: str, book: Book) -> bool:
    if rule.effect is not None and rule.effect != effect:
        return False
    if rule.action is None:
        return True
    if book.operations is None:
        return rule.effect == effect
    return any(covers(rule, n, e) for n, e in book.operations.items() if e == effect)


def _excludes(entry: Entry, facts: Mapping[str, Fact], **fixed: Any) -> bool:
    """Say whether some condition is false on every probe with these facts fixed.

    A condition that also reads free text proves nothing: not every text can be tried.
    """
    return any(
        _never(condition, facts, fixed)
        for condition in entry.conditions
        if set(condition.reads) & set(fixed)
        and not any(_is_free_text(facts[name]) for name in set(condition.reads) - set(fixed))
    )


def _is_free_text(fact: Fact) -> bool:
    return fact.kind == "string" and not fact.values


def _never(condition: Condition, facts: Mapping[str, Fact], fixed: Mapping[str, Any]) -> bool:
    probes = list(islice(_probes([condition], facts, fixed), PROBES_MAX + 1))
    return len(probes) <= PROBES_MAX and not any(_holds(condition, seen) for seen in probes)


def _holds(condition: Condition, seen: dict[str, Any]) -> bool:
    try:
        return value_of(condition, seen) is True
    except EVALUATION_ERRORS:
        return False


def _probes(
    conditions: Iterable[Condition],
    facts: Mapping[str, Fact],
    fixed: Mapping[str, Any] | None = None,
) -> Iterator[dict[str, Any]]:
    conditions = tuple(conditions)
    source = " ".join(condition.text for condition in conditions)
    names = sorted({name for condition in conditions for name in condition.reads})
    choices = [
        (fixed[name],) if fixed and name in fixed else _values(facts[name], name, source)
        for name in names
    ]
    for values in product(*choices):
        yield dict(zip(names, values, strict=True))


def _values(fact: Fact, name: str, source: str) -> tuple[Any, ...]:
    if fact.kind == "bool":
        return (False, True)
    if fact.kind == "string":
        written = {a or b for a, b in _STRING.findall(source)}
        return tuple(sorted(set(fact.values) or written | {"", "x"}))
    numbers = {float(text) for text in _NUMBER.findall(source)}
    if fact.kind == "double":
        near = {number + step for number in numbers for step in (-0.01, 0.0, 0.01)}
        return tuple(sorted(near | {0.0, 1.0, _HUGE}))
    whole = {int(number) + step for number in numbers for step in (-1, 0, 1)} | {0, 1, 1000}
    if name == "hour":
        return tuple(range(24))
    return tuple(sorted(number for number in whole if number >= 0))
