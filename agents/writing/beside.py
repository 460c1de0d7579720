"""Beside: what a version in shadow would have drafted; nothing comes of it but figures.

It is done when nobody waits, with its own code, words and contract. What it wants besides is
dropped, nothing is proposed, and no suggestion is kept.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from agents.models.door import Answer
from agents.specialists.own_code import WithOwnCode
from agents.specialists.specialist import Wanted
from agents.writing import piece
from agents.writing.drafting import Drafting
from agents.writing.piece import Piece
from connectors.contract import PermanentError
from engine.flow.durable import Work, open_work
from engine.models import spec_figures
from engine.planning import goals, plans, specs, versions
from engine.planning.goals import Goal
from engine.planning.plans import Task
from memory.db import Reader

KIND = "beside"
STEP = "beside.{field}/{prompt}"
NOT_HELD = "Its contract does not hold {operation}."
Told = Callable[[Goal, Task], Awaitable[tuple[dict[str, Any], str, str]]]


@dataclass(frozen=True, slots=True)
class Beside:
    """`told`: what a step may refer to; see the runner."""

    drafting: Drafting
    hands: WithOwnCode
    told: Told

    async def expect(self, task_id: str) -> None:
        """Have a step drafted beside, once it is prepared, where its specialist has a shadow."""
        if not any(one.trial.shadow for one in self.hands.crew.roster.tried.values()):
            return
        async with self.drafting.house.db.transaction() as tx:
            task = await plans.task(tx, task_id)
            tried = None if task is None else self.hands.crew.roster.tried.get(task.agent)
            if task is not None and tried is not None and tried.trial.shadow:
                key = f"{KIND}:{tried.trial.id}:{task.id}"
                await open_work(tx, KIND, task.id, key=key, lane="off_peak")

    async def work(self, work: Work) -> None:
        """Draft one step by the version in shadow, and keep what came of it."""
        async with self.drafting.house.db.snapshot() as reader:
            task = await plans.task(reader, work.ref)
            goal = None if task is None else await goals.get(reader, task.goal)
            planned = task is not None and await _planned(reader, task)
        tried = None if task is None else self.hands.crew.roster.tried.get(task.agent)
        if task is None or goal is None or tried is None or not (tried.trial.shadow and planned):
            return
        texts, why = dict[str, str](), NOT_HELD.format(operation=task.operation)
        if tried.spec.holds(task.operation):
            try:
                texts, why = await self._drafted(goal, _by(task, tried.spec.version)), ""
            except PermanentError as error:
                why = str(error)
        async with self.drafting.house.db.transaction() as tx:
            await specs.drafted(tx, task.id, tried.spec.version, texts, why)

    async def _drafted(self, goal: Goal, task: Task) -> dict[str, str]:
        """Return its texts. PermanentError: it could not have done the step."""
        scope, _, _ = await self.told(goal, task)
        async with self.drafting.house.db.snapshot() as reader:
            call = (await self.hands(reader, task, scope))[0]
        return {
            one.field: await self._text(goal, task, scope, call, one)
            for one in piece.of(self.drafting.house, task, call)
            if not one.open
        }

    async def _text(
        self, goal: Goal, task: Task, scope: dict[str, Any], call: Wanted, one: Piece
    ) -> str:
        """Return what a model makes of a text, by the words of this version; else the template."""
        if not self.drafting.asks(goal, task, call):
            return one.template
        async with self.drafting.house.db.snapshot() as reader:
            arm = (await self.drafting.pin(reader)).now
        asked = await self.drafting.asked(goal, task, scope, one, arm)
        apart = {
            "step": STEP.format(field=one.field, prompt=arm.prompt),
            "task": spec_figures.shadow_of(task.id, task.spec),
            "spec": task.spec,
        }
        wish = replace(asked.wish, wanted=asked.wish.wanted.model_copy(update=apart))
        answer = await self.drafting.models.ask(wish)
        return answer.value.text.strip() if isinstance(answer, Answer) else one.template


async def _planned(reader: Reader, task: Task) -> bool:
    """Say whether the plan as it is now holds the step: it may have been made anew meanwhile."""
    plan = await versions.of_goal(reader, task.goal)
    steps = None if plan is None or plan.proposed is None else plan.proposed["steps"]
    return steps is None or task.key in {step["key"] for step in steps}


def _by(task: Task, version: str) -> Task:
    return task.model_copy(update={"spec": version})
