"""judge(): the only gate between a wish and an effect. Pure: the same input, the same verdict."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from policies.conditions import EVALUATION_ERRORS, Values, said_by
from policies.facts import of_action
from policies.house import BY_NAME
from policies.rules import (
    EFFECTS,
    RUNS_BY_ITSELF,
    STRICTNESS,
    Action,
    Book,
    Entry,
    Facts,
    Outcome,
    Rule,
    Verdict,
)

_ALWAYS_KEPT = (
    *("amount", "currency", "effect"),
    *("planned", "reads_outside", "reads_private", "goes_out"),
)
USED = "used"  # beside the facts: how often each rule on trial in earnest has run
LOOK = "It ran {used} times on trial by this rule; look at them before there are more."
AUTONOMY_OFF = "Autonomy is off, so what a rule of yours would let run is asked."


@dataclass(frozen=True, slots=True)
class _Match:
    """A rule that holds (or, with an outcome of its own, one that could not be evaluated)."""

    entry: Entry
    outcome: Outcome
    because: str
    failed: bool = False

    @property
    def gives_leave(self) -> bool:
        """A rule of the operator lets it run."""
        return self.entry.level == "operator" and self.outcome in RUNS_BY_ITSELF

    @property
    def may_yield(self) -> bool:
        rule = self.entry.rule
        return (
            rule.yields and self.entry.level == "house" and rule.then == "ask" and not self.failed
        )


def judge(action: Action, facts: Facts, book: Book) -> Verdict:
    """Return the strictest outcome of all matching rules: deny > ask_twice > ask > notify > allow.

    A write that no rule lets run asks; a read that no rule stops runs; an unknown effect class or
    operation is denied; a rule that cannot be evaluated asks; nothing destructive runs by itself.
    Where a rule of the operator lets it run, the house's rules that yield are set aside first;
    with autonomy off no rule of the operator lets anything run, and nothing yields to it.
    """
    seen = {**facts, **of_action(action)}
    if refusal := _refusal(action, book):
        return Verdict(outcome="deny", because=refusal, facts=_kept(seen, ()), bundle=book.bundle)
    matches = sorted(_matches(seen, book), key=_weight, reverse=True)
    enforced = tuple(match for match in matches if not match.entry.rule.shadow)
    if seen.get("autonomy", True) is True:
        standing, yielded = _yielding(enforced)
    else:
        standing, yielded = _without_leave(action, enforced), ()
    outcome, because = _decision(action, standing)
    return Verdict(
        outcome=outcome,
        rules=tuple(match.entry.rule.id for match in standing),
        because=because,
        facts=_kept(seen, enforced),
        bundle=book.bundle,
        shadow=tuple(match.entry.rule.id for match in matches if match.entry.rule.shadow),
        yielded=tuple(match.entry.rule.id for match in yielded),
        wait_hours=_shortest(match.entry.rule.wait_hours for match in standing),
        remind_hours=_shortest(match.entry.rule.remind_hours for match in standing),
    )


def covers(rule: Rule, operation: str, effect: str) -> bool:
    """Say whether a rule speaks of this operation at all, whatever its conditions."""
    return (rule.effect is None or rule.effect == effect) and (
        rule.action in (None, operation) or fnmatchcase(operation, rule.action)
    )


def _shortest(hours: Iterable[int | None]) -> int | None:
    return min((one for one in hours if one is not None), default=None)


def _refusal(action: Action, book: Book) -> str:
    if action.effect not in EFFECTS:
        return f"Firstmate knows no effect class {action.effect!r}, so it does not do this."
    if book.operations is None:
        return ""
    declared = book.operations.get(action.operation)
    if declared is None:
        return f"Firstmate has no operation {action.operation!r}."
    if declared != action.effect:
        return f"{action.operation} was asked for as {action.effect!r}, but it is {declared!r}."
    return ""


def _matches(seen: Facts, book: Book) -> Iterator[_Match]:
    values, used = Values(seen), seen.get(USED, {})
    for entry in book.entries:
        covered = covers(entry.rule, seen["operation"], seen["effect"])
        covered = covered and not _too_wide(entry, seen["operation"])
        if covered and (match := _match(entry, values)):
            yield _after_trial(match, used.get(entry.rule.id, 0))


def _too_wide(entry: Entry, operation: str) -> bool:
    """Say whether a rule of the operator lets something run that leave must name."""
    rule = entry.rule
    wide = operation in BY_NAME and rule.action != operation
    return wide and entry.level == "operator" and rule.then in RUNS_BY_ITSELF


def _match(entry: Entry, values: Values) -> _Match | None:
    """Evaluate every condition: one that is false settles it, even beside one that fails."""
    fault = ""
    for condition in entry.conditions:
        try:
            value = values.of(condition)
        except EVALUATION_ERRORS as error:
            fault = fault or f"{condition.text}: {said_by(error)}"
            continue
        if value is False:
            return None
        if value is not True:
            fault = fault or f"{condition.text}: neither true nor false"
    if fault:
        says = f"The rule {entry.rule.id!r} could not be checked ({fault})."
        return _Match(entry, "ask", says, failed=True)
    return _Match(entry, entry.rule.then, entry.rule.why)


def _after_trial(match: _Match, used: int) -> _Match:
    """Return the match, as a question once a rule on trial in earnest has run often enough."""
    canary = match.entry.rule.canary
    if canary is None or used < canary.max or match.outcome not in RUNS_BY_ITSELF:
        return match
    return replace(match, outcome="ask", because=LOOK.format(used=used))


def _weight(match: _Match) -> tuple[int, bool, int]:
    """Order matches: the strictest first, then a failed one, then the most specific."""
    return STRICTNESS[match.outcome], match.failed, len(match.entry.conditions)


def _yielding(enforced: tuple[_Match, ...]) -> tuple[tuple[_Match, ...], tuple[_Match, ...]]:
    """Return the matches that decide, and those that give way to a rule of the operator."""
    if not any(match.gives_leave for match in enforced):
        return enforced, ()
    standing = tuple(match for match in enforced if not match.may_yield)
    return standing, tuple(match for match in enforced if match.may_yield)


def _without_leave(action: Action, enforced: tuple[_Match, ...]) -> tuple[_Match, ...]:
    """Return the matches with every leave of the operator's as a question.

    What runs without them goes on, as they say: reading, and what the house itself allows.
    """
    runs = action.effect == "read" or any(
        match.entry.level == "house" and match.outcome in RUNS_BY_ITSELF for match in enforced
    )
    if runs:
        return enforced
    asked = (
        replace(match, outcome="ask", because=AUTONOMY_OFF) if match.gives_leave else match
        for match in enforced
    )
    return tuple(sorted(asked, key=_weight, reverse=True))


def _decision(action: Action, enforced: tuple[_Match, ...]) -> tuple[Outcome, str]:
    if not enforced:
        if action.effect == "read":
            return "allow", "Reading tells nobody anything."
        return "ask", "No rule covers this yet."
    outcome, because = enforced[0].outcome, enforced[0].because
    if action.effect == "destructive" and outcome in RUNS_BY_ITSELF:
        return "ask", "Nothing destructive runs by itself."
    return outcome, because


def _kept(seen: Facts, matches: tuple[_Match, ...]) -> dict[str, Any]:
    read = {name for match in matches for c in match.entry.conditions for name in c.reads}
    return {name: seen[name] for name in sorted(read.union(_ALWAYS_KEPT)) if name in seen}
