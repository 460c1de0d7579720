"""Drafting: a language model may write the words of a draft; the template is what it starts from.

Only the words: where it goes, about what and how much stays what the plan says. Whatever the model
writes is judged as a model's, stands on the card, and is settled once for a task.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from agents.playbooks import references
from agents.specialists import writer
from agents.specialists.specialist import Scope, Wanted
from agents.writing import checking, examples, judging, revising, variants
from agents.writing.checking import Draft
from agents.writing.checks.evidence import Evidence, Finding
from agents.writing.drafted import Drafted
from engine.acting import request as requests
from engine.flow.durable import open_work
from engine.keeping import recalls
from engine.models import model_calls, trials
from engine.models.trials import Arm, Pin
from engine.planning.goals import Goal
from engine.planning.mode_words import CREATIVE, DETERMINISTIC
from engine.planning.plans import Task
from engine.rules.house import House
from engine.voice import habits, style, style_desk
from memory import profile
from memory.db import Reader
from memory.recalling.recall import Recall, Recalled
from memory.recalling.scope import Within
from memory.vectors.embed import Encoder
from policies.rules import RUNS_BY_ITSELF

TEXT = "text"
STEP = "draft.{field}/{prompt}"
RECALLED_MAX = 3
SHADOW = "shadow"  # the work of asking what a trial would have written
RULES_MAX = 40
FRAME = ("greeting", "closing", "signature")  # the draft has them already
PAIR = "Drafted:\n{}\n\nMade of it by the owner:\n{}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish for a draft, with what was recalled for it and how long that took."""

    wish: Wish[Drafted]
    recalled: list[Recalled]
    ms: float


@dataclass(frozen=True, slots=True)
class Drafting:
    """`own`: how a specialist of the operator's writes, by the version of its file."""

    house: House
    models: Models
    recall: Recall
    encoder: Encoder | None = None
    own: Callable[[str, str], str] = lambda agent, version: ""

    def asks(self, goal: Goal, task: Task, call: Wanted) -> bool:
        """Say whether a model would be asked for words of this call."""
        if not self.models.set_up or call.operation != task.operation:
            return False
        return goal.mode != DETERMINISTIC and any(
            isinstance(call.args.get(name), str) and call.args[name]
            for name in texts_of(self.house, task)
        )

    async def written(self, goal: Goal, task: Task, scope: Scope, call: Wanted) -> Draft:
        """Return the call with its texts as a model drafted them, where one answers; checked."""
        args, passages = dict(call.args), list[str]()
        if self.asks(goal, task, call):
            for name in texts_of(self.house, task):
                if isinstance(args.get(name), str) and args[name]:
                    if goal.mode == CREATIVE and name == variants.FIELD:
                        several = await self._several(goal, task, scope, call)
                        if several is not None:
                            return several
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
        """Return a call with what is wrong with its texts. `begun`: what they started from.

        A model's plan starts from nothing: the texts that stand in it are the model's, too.
        """
        evidence = checking.of_goal(goal, scope, passages)
        template = {} if goal.slots.get("planned") else begun.args
        async with self.house.db.snapshot() as reader:
            found = await checking.call(reader, self.house, call, template, evidence)
        return Draft(call, found)

    async def shadows(
        self, goal: Goal, task: Task, scope: Scope, call: Wanted
    ) -> list[Wish[Drafted]]:
        """Return what a trial in shadow is still to be asked for a task; nobody is shown it."""
        async with self.house.db.snapshot() as reader:
            trial = (await self.pin(reader)).trial
        if trial is None or not trial.shadow or not self.models.set_up:
            return []
        found = []
        for name in texts_of(self.house, task):
            template = call.args.get(name)
            if isinstance(template, str) and template:
                asked = await self.asked(goal, task, scope, name, template, trial.arm)
                wish = _shadowed(asked.wish)
                async with self.house.db.snapshot() as reader:
                    if await model_calls.settled(reader, wish.wanted) is None:
                        found.append(wish)
        return found

    async def _text(
        self, goal: Goal, task: Task, scope: Scope, field: str, template: str, passages: list[str]
    ) -> str:
        """Return what a model wrote; the template where none does. `passages` gets what it read."""
        async with self.house.db.snapshot() as reader:
            pin = await self.pin(reader)
            arm = await self.models.pinned.arm(reader, trials.DRAFT, task.id)
        asked = await self.asked(goal, task, scope, field, template, arm)
        answer = await self.models.ask(asked.wish)
        if not isinstance(answer, Answer):
            return template
        text = answer.value.text.strip()
        if not text or await self._echo(goal, text):
            return template
        await self._count(goal, task, field, answer, asked.recalled, asked.ms)
        if pin.trial is not None and pin.trial.shadow:
            async with self.house.db.transaction() as tx:
                key = f"{SHADOW}:{pin.trial.id}:{task.id}"
                await open_work(tx, SHADOW, task.id, key=key, lane="off_peak")
        passages += [one.text for one in asked.recalled if one.id in answer.given]
        return await self._revised(goal, task, scope, asked.wish, text, template, passages)

    async def _several(self, goal: Goal, task: Task, scope: Scope, call: Wanted) -> Draft | None:
        """Return two to five drafts that differ; those without a mark alone where there are two."""
        async with self.house.db.snapshot() as reader:
            arm = (await self.pin(reader)).now
        field, template = variants.FIELD, str(call.args[variants.FIELD])
        asked = await self.asked(goal, task, scope, field, template, arm)
        texts, given = await variants.written(self.models, asked.wish)
        passages = [one.text for one in asked.recalled if one.id in given]
        drafts = []
        for text in texts:
            if not await self._echo(goal, text):
                other = replace(call, args={**call.args, field: text})
                drafts.append(await self.checked(goal, scope, other, call, passages))
        clean = [one for one in drafts if not one.found]
        chosen = clean if len(clean) > 1 else sorted(drafts, key=lambda one: len(one.found))
        return replace(chosen[0], variants=tuple(chosen[1:])) if len(chosen) > 1 else None

    async def asked(
        self, goal: Goal, task: Task, scope: Scope, field: str, template: str, arm: Arm
    ) -> Asked:
        """Return what a model is asked for a draft, with the prompt of this arm."""
        about = writer.recipient(scope)
        # of this customer alone, whatever else the words would find, and nothing secret
        theirs = Within(record=about.get("id"), sensitivity="personal")
        began = time.monotonic()
        found = await self.recall(template, theirs) if theirs.record else []
        ms = (time.monotonic() - began) * 1000
        recalled = examples.remembered(found, RECALLED_MAX)
        wish = Wish(
            wanted=model_calls.Wanted(
                step=STEP.format(field=field, prompt=arm.prompt),
                agent=task.agent,
                basis=model_calls.digest(template),
                task=task.id,
                goal=goal.id,
                recalled=tuple((one.id, one.score) for one in recalled),
            ),
            tier="small",
            task=self.models.pinned.of(trials.DRAFT, arm).text,
            parts=(
                *self._prompt(task),
                *_parts(goal, scope, template, recalled, _heeded(self.house, task)),
                *await self._changed(task.operation, field, about, template),
            ),
            gives=Drafted,
            first=arm.model,
        )
        return Asked(wish, recalled, ms)

    async def pin(self, reader: Reader) -> Pin:
        return await self.models.pinned.pin(reader, trials.DRAFT)

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

    def _prompt(self, task: Task) -> list[Part]:
        said = self.own(task.agent, task.spec)
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

    async def _changed(
        self, operation: str, field: str, about: Mapping[str, Any], template: str
    ) -> list[Part]:
        """Return the owner's style, and how they changed the nearest drafts for this customer.

        An edit that became style is told by that, and shown no more.
        """
        async with self.house.db.snapshot() as reader:
            known = await style_desk.known(reader, about.get("id"))
            pairs = []
            if about.get("id"):
                pairs = await habits.examples(reader, operation, field, about["id"])
            name, company = str(about.get("name") or ""), await profile.get(reader, "company")
        pairs = [
            pair for pair in pairs
            if not style.explains(known, pair.drafted, pair.made, name, str(company or ""))
        ]  # fmt: skip
        told = "\n".join(style.told(one) for one in known.traits if one.part not in FRAME)
        parts = [Part("the owner's style", told, "personal", lasts=True)] if told else []
        near = await examples.nearest(template, pairs, self.encoder)
        return parts + [
            Part("how the owner changed an earlier draft", PAIR.format(one.drafted, one.made),
                 "personal", outside=True, spare=True)
            for one in near
        ]  # fmt: skip

    async def _echo(self, goal: Goal, text: str) -> bool:
        """Say whether all it wrote stands in somebody else's text: an echo is no draft."""
        async with self.house.db.snapshot() as reader:
            gate = await requests.begun(reader, self.house, goal.id, evidence=True)
        return gate.origins({"text": text})["text"] == "text"


def _shadowed(wish: Wish[Drafted]) -> Wish[Drafted]:
    """Return the wish under a name of its own, so that its answer is never taken for a draft."""
    step = f"{trials.SHADOW}{wish.wanted.step}"
    return replace(wish, wanted=wish.wanted.model_copy(update={"step": step}))


def texts_of(house: House, task: Task) -> Iterator[str]:
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
