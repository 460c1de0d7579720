"""Lets a language model put the operator's words into the language of rules. It only proposes.

words ──model──▶ fields ──checked here──▶ Made ──▶ the way of every rule: check, past, card, yes

It may propose only what makes stricter, and must say one case that it holds for and some that it
does not; the rule itself is tried on them.
"""

from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, Field

from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from agents.rules.rule_made import Made
from connectors.contract import PermanentError
from engine.models import model_calls
from engine.rules.house import House
from engine.rules.rulebook import SOURCE
from policies.book import join
from policies.facts import FACTS, fault_in
from policies.rules import EFFECTS, Book, Rule, sentence
from policies.trial import tried

PURPOSE = "rule"
STEP = "rule/{prompt}"
WORDS = "the rule in the owner's words"
TASK = """\
{prompt}

Facts:
{facts}

Operations: {operations}

Effect classes: {effects}"""
WRONG = "Its own example shows that it does not hold for what it says it holds for."
TOO_WIDE = "Its own example shows that it holds for what it says it does not hold for."
BY = "Proposed by the model {model}. Read the conditions: they are what holds."
Value = bool | int | float | str


class Proposed(BaseModel):
    """A rule as a model proposes it."""

    understood: bool
    then: Literal["ask", "ask_twice", "deny"] = "ask"
    action: str | None = None
    effect: str | None = None
    when: list[str] = Field(default_factory=list, max_length=8)
    holds_for: dict[str, Value] = Field(default_factory=dict)
    not_for: list[dict[str, Value]] = Field(default_factory=list, max_length=5)


async def proposed(
    house: House, models: Models, said: str, asked_in: str
) -> tuple[Made, str] | None:
    """Return the rule that a model makes of the words, and the sentence that says so.

    `asked_in` is the event that said them. None: nobody understood them. PermanentError, BookError:
    what was proposed cannot be a rule.
    """
    basis = model_calls.digest(said)
    prompt = await models.pinned.prompt(PURPOSE, asked_in)
    step = STEP.format(prompt=prompt.number)
    wish = Wish(
        wanted=model_calls.Wanted(step=step, agent="front", basis=basis, task=asked_in),
        tier="small",
        task=_task(house, prompt.text),
        parts=(Part(WORDS, said, "personal"),),
        gives=Proposed,
        first=prompt.first,
    )
    answer = await models.ask(wish)
    if not isinstance(answer, Answer) or not answer.value.understood:
        return None
    return made(house.rulebook.base, answer.value, said), BY.format(model=answer.model)


def _task(house: House, prompt: str) -> str:
    facts = "\n".join(f"{name} ({fact.kind}): {fact.means}" for name, fact in FACTS.items())
    listed = (f"{name} ({one.does}; {one.effect})" for name, one in house.operations.items())
    return TASK.format(
        prompt=prompt, facts=facts, operations=", ".join(listed), effects=", ".join(EFFECTS)
    )


def made(base: Book, given: Proposed, said: str) -> Made:
    """Return the rule that was proposed, tried on its own cases by the rules of this book.

    PermanentError, ValueError: it can be none.
    """
    about = given.action or given.effect or "all"
    named = "".join(sign if sign.isalnum() else "-" for sign in about).strip("-").lower()
    rule = Rule(
        id=f"proposed-{named}-{given.then.replace('_', '-')}",
        why=f"You said: {said.rstrip('. ')}.",
        then=given.then,
        action=given.action or None,
        effect=given.effect or None,
        when=tuple(given.when),
    )
    cases: tuple[dict[str, Any], ...] = (dict(given.holds_for), *map(dict, given.not_for))
    _check(base, rule, cases)
    return Made(rule, sentence(rule), cases)


def _check(base: Book, rule: Rule, cases: tuple[dict[str, Any], ...]) -> None:
    """Raise PermanentError where the rule does not do what its own cases say."""
    for name, value in (fact for case in cases for fact in case.items()):
        if fault := fault_in(name, value):
            raise PermanentError(fault)
    alone = join(replace(base, entries=()), rule, SOURCE)
    holds, *others = (rule.id in tried(rule, case, alone).rules for case in cases)
    if not holds:
        raise PermanentError(WRONG)
    if any(others):
        raise PermanentError(TOO_WIDE)
