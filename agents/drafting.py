"""Drafting: a language model may write the words of a draft; the template is what it starts from.

Only the words: where it goes, about what and how much stays what the plan says. Whatever the model
writes is judged as a model's, stands on the card, and is settled once for a task.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, Field

from agents import checking, judging, references, revising
from agents.checking import Draft
from agents.checks.evidence import Evidence, Finding
from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from agents.specialist import Scope, Wanted
from engine import habits, model_calls, recalls
from engine import request as requests
from engine.goals import Goal
from engine.house import House
from engine.plans import Task
from memory.recall import Recall, Recalled
from memory.scope import Within
from policies.rules import RUNS_BY_ITSELF

DETERMINISTIC = "deterministic"
TEXT = "text"
STEP = "draft.{field}/4"
TASK = """\
You write for the owner of a small company. Write the text of the message whose draft you are given.
Say what the draft says, in its language, with its greeting and signature, in the owner's voice.
Keep every fact, name, number, amount and date of the draft as it is, and add none. Answer a mail
that you are given as far as the draft does, and promise nothing beyond it. Add no links, addresses
or account numbers. Heed the owner's rules, if you are given any; where you are given how the owner
changed earlier drafts, write as they made them. In `used`, name the numbers of the remembered
passages that made your words other than without them; none is right where none did. What stands in
square brackets like [MAIL-1-abc123] stays letter by letter."""
TEXT_CHARS_MAX = 5000
RECALLED_MAX = 3
NAMED_MAX = 20
RULES_MAX = 40
PAIR = "Drafted:\n{}\n\nMade of it by the owner:\n{}"


class Drafted(BaseModel):
    """The words of a message, ready to be read by the owner, and the passages they are from."""

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)
    used: list[int] = Field(default=[], max_length=NAMED_MAX)


@dataclass(frozen=True, slots=True)
class Drafting:
    house: House
    models: Models
    recall: Recall
    prompts: Mapping[str, str] = field(default_factory=dict)  # of specialists that have one

    async def written(self, goal: Goal, task: Task, scope: Scope, call: Wanted) -> Draft:
        """Return the call with its texts as a model drafted them, where one answers; checked."""
        args, passages = dict(call.args), list[str]()
        if self.models.set_up and call.operation == task.operation and goal.mode != DETERMINISTIC:
            for name in _texts(self.house, task):
                if isinstance(args.get(name), str) and args[name]:
                    args[name] = await self._text(goal, task, scope, name, args[name], passages)
        drafted = await self.checked(goal, scope, replace(call, args=args), call, passages)
        if args == call.args:
            return drafted
        evidence = checking.of_goal(goal, scope, passages)
        return replace(
            drafted, found=drafted.found + await self._judged(task, drafted.call, call, evidence)
        )

    async def checked(
        self, goal: Goal, scope: Scope, call: Wanted, begun: Wanted, passages: Sequence[str] = ()
    ) -> Draft:
        """Return a call with what is wrong with its texts. `begun`: what they started from."""
        evidence = checking.of_goal(goal, scope, passages)
        async with self.house.db.snapshot() as reader:
            found = await checking.call(reader, self.house, call, begun.args, evidence)
        return Draft(call, found)

    async def _text(
        self, goal: Goal, task: Task, scope: Scope, field: str, template: str, passages: list[str]
    ) -> str:
        """Return what a model wrote; the template where none does. `passages` gets what it read."""
        about = scope.get("customer") or scope.get("to") or {}
        # of this customer alone, whatever else the words would find, and nothing secret
        theirs = Within(record=about.get("id"), sensitivity="personal")
        began = time.monotonic()
        found = await self.recall(template, theirs) if theirs.record else []
        ms = (time.monotonic() - began) * 1000
        recalled = found[:RECALLED_MAX]
        changed = await self._changed(task.operation, field, about)
        wish = Wish(
            wanted=model_calls.Wanted(
                step=STEP.format(field=field),
                agent=task.agent,
                basis=model_calls.digest(template),
                task=task.id,
                goal=goal.id,
                recalled=tuple((one.id, one.score) for one in recalled),
            ),
            tier="small",
            task=TASK,
            parts=(
                *self._prompt(task.agent),
                *_parts(goal, scope, template, recalled, _heeded(self.house, task)),
                *changed,
            ),
            gives=Drafted,
        )
        answer = await self.models.ask(wish)
        if not isinstance(answer, Answer):
            return template
        text = answer.value.text.strip()
        if not text or await self._echo(goal, text):
            return template
        await self._count(goal, task, field, answer, recalled, ms)
        passages += [one.text for one in recalled if one.id in answer.given]
        return await self._revised(goal, task, scope, wish, text, template, passages)

    async def _revised(
        self, goal: Goal, task: Task, scope: Scope, wish: Wish[Drafted], text: str, template: str,
        passages: list[str],
    ) -> str:  # fmt: skip
        """Return the text, or what the model made of it when it was told what is wrong with it."""
        evidence = checking.of_goal(goal, scope, passages)

        async def found(written: str) -> tuple[Finding, ...]:
            call = Wanted(task.operation, {TEXT: written})
            async with self.house.db.snapshot() as reader:
                return await checking.call(reader, self.house, call, {TEXT: template}, evidence)

        wrong = await found(text)
        if not wrong:
            return text
        again = await revising.again(self.models, wish, text, wrong)
        if again is None or await self._echo(goal, again):
            return text
        return again if len(await found(again)) <= len(wrong) else text

    async def _judged(
        self, task: Task, drafted: Wanted, call: Wanted, evidence: Evidence
    ) -> tuple[Finding, ...]:
        """Return what a judge model says of the texts that a model wrote, where you want one."""
        if not self.models.judges:
            return ()
        found: list[Finding] = []
        for name, text in drafted.args.items():
            if text != call.args.get(name):
                found += await judging.remarks(
                    self.models, task, str(text), str(call.args[name]), evidence
                )
        return tuple(found)

    def _prompt(self, agent: str) -> list[Part]:
        said = self.prompts.get(agent, "")
        return [Part("how this specialist writes", said, "business", lasts=True)] if said else []

    async def _count(
        self,
        goal: Goal,
        task: Task,
        field: str,
        answer: Answer[Drafted],
        recalled: list[Recalled],
        ms: float,
    ) -> None:
        """Count what it was given and says it used; of what it was not given, nothing counts."""
        if not answer.given:
            return
        used = [id for number, id in enumerate(answer.given, 1) if number in answer.value.used]
        chars = sum(len(one.text) for one in recalled if one.id in answer.given)
        async with self.house.db.transaction() as tx:
            await recalls.drafted(
                tx, recalls.Draft(task.id, field), goal.asked_by, goal.conv,
                given=answer.given, used=used, chars=chars, ms=ms,
            )  # fmt: skip

    async def _changed(self, operation: str, field: str, about: Mapping[str, Any]) -> list[Part]:
        """Return how the owner changed the last drafts of this kind for the same customer."""
        if not about.get("id"):
            return []
        async with self.house.db.snapshot() as reader:
            pairs = await habits.examples(reader, operation, field, about["id"])
        return [
            Part("how the owner changed an earlier draft", PAIR.format(before, after), "personal",
                 outside=True, spare=True)
            for before, after in pairs
        ]  # fmt: skip

    async def _echo(self, goal: Goal, text: str) -> bool:
        """Say whether all it wrote stands in somebody else's text: an echo is no draft."""
        async with self.house.db.snapshot() as reader:
            gate = await requests.begun(reader, self.house, goal.id, evidence=True)
        return gate.origins({"text": text})["text"] == "text"


def _texts(house: House, task: Task) -> Iterator[str]:
    """Yield the drafted texts that somebody outside will read."""
    operation = house.operations.get(task.operation)
    if operation is None or operation.effect != "share":
        return
    for name, value in task.args.items():
        drafted = isinstance(value, Mapping) and references.DRAFT in value
        if drafted and operation.roles.get(name) == "text":
            yield name


def _heeded(house: House, task: Task) -> str:
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


def _parts(
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
