"""Drafting: a language model may write the texts of a step: from a template, or what a plan wants.

Only the words: where it goes, about what and how much stays what the plan says. Whatever the model
writes goes one way: checked, written once more where the checks mark it, marked, read by a judge.
It is judged as a model's, stands on the card, and is settled once for a task.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agents.checks import blanks
from agents.checks.evidence import Finding
from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from agents.specialists import writer
from agents.specialists.manner import Manner
from agents.specialists.specialist import Scope, Wanted
from agents.writing import (
    checking,
    composing,
    examples,
    judging,
    material,
    piece,
    revising,
    variants,
)
from agents.writing.checking import Draft
from agents.writing.drafted import Drafted
from agents.writing.piece import Piece
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

STEP = "draft.{field}/{prompt}"
RECALLED_MAX = 3
SHADOW = "shadow"  # the work of asking what a trial would have written
FRAME = ("greeting", "closing", "signature")  # the draft has them already
ECHO = "it only repeated what somebody else wrote."
BY_THE_BOOK = "by the book no model writes, so where there is no template you do."
LOCAL = "{agent} asks no language model, by its file."
PAIR = "Drafted:\n{}\n\nMade of it by the owner:\n{}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish for a text, with what was recalled for it and how long that took."""

    wish: Wish[Drafted]
    recalled: list[Recalled] = field(default_factory=list)
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Drafting:
    """`manner`: how a specialist writes, by the version of its file. `disputes`: whether a wish is
    about one."""

    house: House
    models: Models
    recall: Recall
    encoder: Encoder | None
    manner: Callable[[str, str], Manner]
    disputes: Callable[[Reader, Goal, Scope], Awaitable[bool]]

    def asks(self, goal: Goal, task: Task, call: Wanted) -> bool:
        """Say whether a model would be asked for words that a template stands for meanwhile."""
        pieces = self._pieces(goal, task, call)
        return bool(pieces) and not any(one.open for one in pieces)

    async def written(self, goal: Goal, task: Task, scope: Scope, call: Wanted) -> Draft:
        """Return the call with its texts as a model wrote them, where one answers; checked.

        PermanentError: nobody wrote a text that no template stands for.
        """
        args, passages, pieces = dict(call.args), list[str](), self._pieces(goal, task, call)
        for one in pieces:
            if self.mode(goal, task) == CREATIVE and one.shown and one.field == variants.FIELD:
                begun = replace(call, args=dict(args))
                several = await self._several(goal, task, scope, begun, one, passages)
                if several is not None:
                    return several
            args[one.field] = await self._text(goal, task, scope, one, passages)
        made = replace(call, args=args)
        drafted = await self.checked(goal, task, scope, made, call, passages)
        judged = await self._judged(goal, task, scope, made, pieces, passages)
        return replace(drafted, found=drafted.found + judged) if judged else drafted

    async def checked(
        self, goal: Goal, task: Task, scope: Scope, call: Wanted, begun: Wanted,
        passages: Sequence[str] = (),
    ) -> Draft:  # fmt: skip
        """Return a call with what is wrong with its texts. `begun`: what they started from.

        A model's plan starts from nothing: the texts that stand in it are the model's, too.
        """
        template = {} if goal.slots.get("planned") else begun.args
        found = await self._found(goal, task, scope, call, template, passages)
        left = [one for one in self._pieces(goal, task, begun) if one.open]
        blank = [one.blank for one in left if call.args[one.field] == one.blank]
        marks = [mark for text in blank for mark in blanks.check(text)]
        return Draft(call, tuple(dict.fromkeys((*found, *marks))), unwritten=bool(blank))

    async def shadows(
        self, goal: Goal, task: Task, scope: Scope, call: Wanted
    ) -> list[Wish[Drafted]]:
        """Return what a trial in shadow is still to be asked for a task; nobody is shown it."""
        async with self.house.db.snapshot() as reader:
            trial = (await self.pin(reader)).trial
        if trial is None or not trial.shadow or not self.models.set_up:
            return []
        found = []
        for one in self._pieces(goal, task, call):
            if not one.open:
                asked = await self.asked(goal, task, scope, one, trial.arm)
                wish = _shadowed(asked.wish)
                async with self.house.db.snapshot() as reader:
                    if await model_calls.settled(reader, wish.wanted) is None:
                        found.append(wish)
        return found

    async def _text(
        self, goal: Goal, task: Task, scope: Scope, one: Piece, passages: list[str]
    ) -> str:
        """Return what a model wrote; the template where none does. `passages` gets what it read.

        PermanentError: none does, and no template stands there.
        """
        if why := self._forbids(goal, task):
            return one.blank if why == BY_THE_BOOK else one.without(why)
        async with self.house.db.snapshot() as reader:
            pin = await self.pin(reader)
            arm = await self.models.pinned.arm(reader, trials.DRAFT, task.id)
        asked = await self.asked(goal, task, scope, one, arm)
        answer = await self.models.ask(asked.wish)
        if not isinstance(answer, Answer):
            return one.without(answer.why)
        text = answer.value.text.strip()
        if not text or await self._echo(goal, text):
            return one.without(ECHO)
        await self._count(goal, task, one.field, answer, asked.recalled, asked.ms)
        if not one.open and pin.trial is not None and pin.trial.shadow:
            async with self.house.db.transaction() as tx:
                key = f"{SHADOW}:{pin.trial.id}:{task.id}"
                await open_work(tx, SHADOW, task.id, key=key, lane="off_peak")
        passages += [read.text for read in asked.recalled if read.id in answer.given]
        return await self._revised(goal, task, scope, asked.wish, one, one.fitted(text), passages)

    async def _several(
        self, goal: Goal, task: Task, scope: Scope, call: Wanted, one: Piece,
        before: Sequence[str],
    ) -> Draft | None:  # fmt: skip
        """Return two to five drafts that differ, each mended once and judged, the best first.

        None: nobody wrote as many. `before`: the passages that its other texts were written from.
        """
        async with self.house.db.snapshot() as reader:
            arm = (await self.pin(reader)).now
        asked = await self.asked(goal, task, scope, one, arm)
        texts, given = await variants.written(self.models, asked.wish)
        passages = [*before, *(read.text for read in asked.recalled if read.id in given)]
        texts = [text for text in texts if not await self._echo(goal, text)]
        if len(texts) < variants.VARIANTS_MIN:
            return None
        drafts = []
        for text in await self._mended(goal, task, scope, asked.wish, one, texts, passages):
            other = replace(call, args={**call.args, one.field: text})
            drafted = await self.checked(goal, task, scope, other, call, passages)
            judged = await self._judged(goal, task, scope, other, (one,), passages)
            drafts.append(replace(drafted, found=drafted.found + judged))
        first, *others = sorted(drafts, key=lambda draft: len(draft.found))
        return replace(first, variants=tuple(others))

    async def _mended(
        self, goal: Goal, task: Task, scope: Scope, wish: Wish[Drafted], one: Piece,
        texts: Sequence[str], passages: Sequence[str],
    ) -> list[str]:  # fmt: skip
        """Return the drafts, those that the checks mark as one more call made them anew.

        A draft stays as it was where the new one is no better, or no longer differs from another.
        """
        wrong, made = dict[int, tuple[Finding, ...]](), list(texts)
        for number, text in enumerate(texts, 1):
            if found := await self._wrong(goal, task, scope, one, text, passages):
                wrong[number] = found
        given = {number: (made[number - 1], found) for number, found in wrong.items()}
        for number, text in (await revising.several(self.models, wish, given)).items():
            found = await self._wrong(goal, task, scope, one, text, passages)
            others = made[: number - 1] + made[number:]
            better = len(found) <= len(wrong[number]) and variants.differs(text, others)
            if better and not await self._echo(goal, text):
                made[number - 1] = text
        return made

    async def asked(self, goal: Goal, task: Task, scope: Scope, one: Piece, arm: Arm) -> Asked:
        """Return what a model is asked for a text; from a template, with the prompt of this arm."""
        async with self.house.db.snapshot() as reader:
            hard = one.long or await self.disputes(reader, goal, scope)
        tier = self._manner(task).tier_for(hard=hard)
        if one.open:
            prompt = await self.models.pinned.prompt(composing.PURPOSE, task.id)
            told = self._told(task)
            wish = await composing.wish(self.house, goal, task, scope, one, tier, prompt, told)
            return Asked(wish)
        field, template = one.field, one.template
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
            tier=tier,
            task=self.models.pinned.of(trials.DRAFT, arm).text,
            parts=(
                *self._told(task),
                *material.parts(goal, scope, template, recalled, material.heeded(self.house, task)),
                *await self._changed(task.operation, field, about, template),
            ),
            gives=Drafted,
            first=arm.model,
        )
        return Asked(wish, recalled, ms)

    async def opened(self, goal: Goal, task: Task, scope: Scope) -> list[tuple[Piece, Asked]]:
        """Return what models would be asked for the texts that a plan left open in a step."""
        async with self.house.db.snapshot() as reader:
            arm = (await self.pin(reader)).now
        pieces = self._pieces(goal, task, Wanted(task.operation, task.args))
        may = self.models.set_up and not self._forbids(goal, task)
        return [
            (one, await self.asked(goal, task, scope, one, arm))
            for one in pieces
            if may and one.open
        ]

    def judged_by(self, task: Task) -> bool:
        """Say whether a judge model reads what is written for a step."""
        return self.models.judges or self._manner(task).checks.judge

    async def pin(self, reader: Reader) -> Pin:
        return await self.models.pinned.pin(reader, trials.DRAFT)

    async def _revised(
        self, goal: Goal, task: Task, scope: Scope, wish: Wish[Drafted], one: Piece, text: str,
        passages: list[str],
    ) -> str:  # fmt: skip
        """Return the text, or what the model made of it when it was told what is wrong with it."""
        wrong = await self._wrong(goal, task, scope, one, text, passages)
        if not wrong:
            return text
        again = await revising.again(self.models, wish, text, wrong)
        if again is None or await self._echo(goal, again):
            return text
        again = one.fitted(again)
        left = await self._wrong(goal, task, scope, one, again, passages)
        return again if len(left) <= len(wrong) else text

    async def _wrong(
        self, goal: Goal, task: Task, scope: Scope, one: Piece, written: str,
        passages: Sequence[str],
    ) -> tuple[Finding, ...]:  # fmt: skip
        """Return what is wrong with what was written in the place of one text."""
        call, begun = Wanted(task.operation, {one.field: written}), {one.field: one.template}
        return await self._found(goal, task, scope, call, begun, passages)

    async def _found(
        self, goal: Goal, task: Task, scope: Scope, call: Wanted, begun: Mapping[str, Any],
        passages: Sequence[str],
    ) -> tuple[Finding, ...]:  # fmt: skip
        """Return what is wrong with the texts of a call, by its specialist's file, too."""
        evidence = checking.of_goal(goal, scope, self.house, passages)
        own = self._manner(task).checks
        async with self.house.db.snapshot() as reader:
            return await checking.call(reader, self.house, call, begun, evidence, own)

    async def _judged(
        self, goal: Goal, task: Task, scope: Scope, made: Wanted, pieces: Sequence[Piece],
        passages: Sequence[str],
    ) -> tuple[Finding, ...]:  # fmt: skip
        """Return what a judge model says of the texts that a model wrote, where you want one."""
        if self._forbids(goal, task) or not self.judged_by(task):
            return ()
        async with self.house.db.snapshot() as reader:
            known = await composing.readable(reader, self.house, goal, scope)
        evidence, found = checking.of_goal(goal, known, self.house, passages), list[Finding]()
        for one in pieces:
            text = made.args[one.field]
            if one.shown and text != one.template:
                found += await judging.remarks(self.models, task, text, one.begins, evidence)
        return tuple(found)

    def _pieces(self, goal: Goal, task: Task, call: Wanted) -> tuple[Piece, ...]:
        """Return the texts that a model is wanted for: what is open, and what it may write anew."""
        may = self.models.set_up and not self._forbids(goal, task)
        return tuple(one for one in piece.of(self.house, task, call) if may or one.open)

    def _forbids(self, goal: Goal, task: Task) -> str:
        """Return why no model may write for a step; "": one may."""
        if not self._manner(task).asks:
            return LOCAL.format(agent=task.agent)
        return BY_THE_BOOK if self.mode(goal, task) == DETERMINISTIC else ""

    def mode(self, goal: Goal, task: Task) -> str:
        """Return how a step is gone about: as its wish says, else as its specialist's file does."""
        return goal.mode or self._manner(task).mode

    def _manner(self, task: Task) -> Manner:
        return self.manner(task.agent, task.spec)

    def _told(self, task: Task) -> list[Part]:
        said = self._manner(task).told
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
