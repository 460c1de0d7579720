"""Material: what a draft is made from, beside the owner's style: template, rules, mail, memory."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from agents.models.wish import Part
from engine.planning.goals import Goal
from engine.planning.plans import Task
from engine.rules.house import House
from memory.recalling.recall import Recalled
from policies.rules import RUNS_BY_ITSELF

RULES_MAX = 40


def heeded(house: House, task: Task) -> str:
    """Return what the owner's own rules ask about or refuse here, so that the draft heeds it."""
    effect = house.operation(task.operation).effect
    said = [
        entry.rule.why
        for entry in house.book.entries
        if entry.level == "operator"
        and not entry.rule.shadow
        and entry.rule.then not in RUNS_BY_ITSELF
        and fnmatchcase(task.operation, entry.rule.action or "*")
        and entry.rule.effect in (None, effect)
    ]
    return "\n".join(said[:RULES_MAX])


def parts(
    goal: Goal, scope: Mapping[str, Any], template: str, recalled: list[Recalled], rules: str
) -> Iterator[Part]:
    """Yield what the model reads. Whatever may name somebody is personal."""
    yield Part("draft", template, "personal")
    if rules:
        yield Part("the owner's rules", rules, "personal", lasts=True)
    said = "\n".join(goal.slots.get("said", ()))
    if said:
        yield Part("what the owner said", said, "personal")
    if text := str(scope.get("mail", {}).get("text") or ""):
        yield Part("the mail it answers", text, "personal", outside=True)
    for number, one in enumerate(recalled, 1):
        name = f"remembered {number}"
        outside = one.trust == "outside"
        yield Part(name, one.text, "personal", outside, passage=one.id, spare=True)
