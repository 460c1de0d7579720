"""The offer of a rule that the operator said: checked, tried and replayed before anything holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from connectors.contract import PermanentError
from engine.rules import own_rules
from engine.rules.house import House
from engine.rules.own_rules import OwnRule
from engine.rules.replay import Replay, replay
from engine.rules.retention import Tonight, tonight
from engine.rules.rulebook import SOURCE, compose
from memory.db import Reader
from policies.book import join, warnings
from policies.house import EXPIRE
from policies.rules import RUNS_BY_ITSELF, Book, Outcome, Rule, Verdict
from policies.trial import tried

COMES_OUT: Mapping[Outcome, str] = {
    "allow": "it runs",
    "notify": "it runs and you are told",
    "ask": "I ask",
    "ask_twice": "I ask twice",
    "deny": "I refuse it",
}
LEAST = 0.01  # an amount that any bound lets through
NOTHING = "It would let nothing run: {because} ({rule})"


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule that was said, and what can be told of it. `old`: the same one as it stands now."""

    rule: Rule
    says: str
    old: OwnRule | None
    tried: tuple[str, ...]
    warnings: tuple[str, ...]
    past: Replay | Tonight
    until: str = ""  # its last day, "" without one
    by: str = ""  # who put it so, where it was not read out of the words by rules

    @property
    def version(self) -> int:
        """Return the version it would follow; 0: there is none before it."""
        return 0 if self.old is None else self.old.version

    @property
    def stands(self) -> bool:
        return same(self.old, self.rule)


async def offer(
    reader: Reader,
    house: House,
    rule: Rule,
    says: str,
    given: tuple[dict[str, Any], ...],
    until: str = "",
) -> Offer:
    """Return what can be told of a rule. `given`: facts within it, then some beyond it.

    BookError: everything that is wrong with it. PermanentError: it would decide nothing.
    """
    rule = _with_examples(rule, given, house.rulebook.base)
    kept = await own_rules.every(reader)
    others = [one for one in kept if one.rule != rule.id]
    after = join(compose(house.rulebook.base, others).book, rule, SOURCE)
    _refuse_idle(rule, given[0], after)
    return Offer(
        rule=rule,
        says=says,
        old=next((one for one in kept if one.rule == rule.id), None),
        tried=tuple(_tried(rule, given, after)),
        warnings=warnings(after, rule.id),
        past=await _past(reader, rule, house.book, after),
        until=until,
    )


async def _past(reader: Reader, rule: Rule, before: Book, after: Book) -> Replay | Tonight:
    """Return what the rule would have changed, or of one about keeping, what it lets go."""
    if rule.action == EXPIRE:
        return await tonight(reader, after)
    return await replay(reader, rule, before, after)


def same(kept: OwnRule | None, rule: Rule) -> bool:
    """Say whether this very rule holds already; the words it came from do not count."""
    old = in_force(kept)
    return old is not None and text(old, why=False) == text(rule, why=False)


def in_force(kept: OwnRule | None) -> Rule | None:
    """Return the rule that is kept, if it holds and can be read."""
    return kept.read if kept is not None and kept.state == "active" else None


def text(rule: Rule, *, why: bool = True) -> str:
    """Return a rule as it would stand in a rule file, without its examples."""
    left_out = {"examples"} if why else {"examples", "why"}
    body = rule.model_dump(mode="json", exclude_defaults=True, exclude=left_out)
    return str(yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=90)).strip()


def _with_examples(rule: Rule, given: tuple[dict[str, Any], ...], base: Book) -> Rule:
    """Return a rule that gives leave with its examples; they are judged again at each start.

    One that only makes stricter keeps none: stricter rules of a later Firstmate must not put it
    aside. Both are tried before their yes.
    """
    house = replace(base, entries=tuple(e for e in base.entries if e.level == "house"))
    alone = join(house, rule, SOURCE)
    if rule.then not in RUNS_BY_ITSELF:
        return rule
    examples = tuple({"given": one, "then": tried(rule, one, alone).outcome} for one in given)
    return rule.model_copy(update={"examples": examples})


def _refuse_idle(rule: Rule, within: Mapping[str, Any], book: Book) -> None:
    if rule.then not in RUNS_BY_ITSELF:
        return
    verdict = tried(rule, {**within, "amount": LEAST}, book)
    if verdict.outcome not in RUNS_BY_ITSELF:
        raise PermanentError(NOTHING.format(because=verdict.because, rule=verdict.rules[0]))


def _tried(rule: Rule, given: tuple[dict[str, Any], ...], book: Book) -> Iterator[str]:
    for facts in given:
        verdict = tried(rule, facts, book)
        by = f" ({verdict.rules[0]})" if verdict.rules else ""
        comes_out = _keeping(verdict) if rule.action == EXPIRE else COMES_OUT[verdict.outcome]
        yield f"{', '.join(map(_fact, facts.items()))}: {comes_out}{by}"


def _keeping(verdict: Verdict) -> str:
    return "it goes" if verdict.outcome in RUNS_BY_ITSELF else "it stays"


def _fact(fact: tuple[str, Any]) -> str:
    name, value = fact
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} {value}"
