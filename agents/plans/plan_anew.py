"""A plan made anew: what is done stays, what is not done is withdrawn once the new one stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.plans.plan_checked import Known
from agents.plans.plan_wish import Given
from agents.playbooks import scope as scopes
from engine.acting import effects
from engine.acting.effects import Effect
from engine.desks import compensating
from engine.planning import goals, plans, versions
from engine.planning.goals import Goal
from engine.planning.plans import Step, Task
from engine.planning.versions import Version
from memory.db import Reader, Tx

STARTED = ("running", "unknown")
UNDER_WAY = "“{}” is under way and can no longer be held. Try again when it has ended."
GOES_BACK = "This plan is being taken back. Try again when that has ended."
NOTED = "You said: “{}”."
WENT = {"failed": "“{}” failed", "skipped": "“{}” was left out or refused"}
AGAIN = "You asked for the rest to be planned anew"


@dataclass(frozen=True, slots=True)
class Anew:
    """A goal whose plan is made anew: its tasks with what became of them, and the reason."""

    goal: Goal
    version: Version
    tasks: Sequence[Task]
    found: Mapping[str, Effect]  # by task
    brought: Mapping[str, Mapping[str, Any]]  # by step: arguments, and what it brought
    because: str

    @classmethod
    async def read(cls, reader: Reader, goal_id: str, note: str) -> "Anew | None":
        """Read it as it stands. None: there is none, a playbook made it, or it was dropped."""
        goal, version = await goals.get(reader, goal_id), await versions.of_goal(reader, goal_id)
        if goal is None or version is None or version.proposed is None:
            return None
        if version.offered and goal.state != "open":
            return None
        tasks = await plans.of_goal(reader, goal_id)
        found = {task.id: await effects.of_task(reader, task.id) for task in tasks}
        known = {id: effect for id, effect in found.items() if effect is not None}
        scope = await scopes.of_goal(reader, goal, None)
        because = NOTED.format(note) if note else _what_happened(tasks)
        return cls(goal, version, tasks, known, scope["steps"], because)

    @property
    def done(self) -> list[Task]:
        return [task for task in self.tasks if task.state == "done"]

    @property
    def kept(self) -> list[dict[str, Any]]:
        """Return the finished steps as they were proposed."""
        return [self.version.step(task.key) for task in self.done]

    def done_args(self, known: Known) -> dict[str, Mapping[str, Any]]:
        """Return what later steps may refer to of the finished ones."""
        return {task.key: self.brought[task.key] for task in self.done}

    def given(self, given: Given) -> Given:
        """Return what is given with the plan so far. No word of a failure that others wrote."""
        lines = [
            f"{task.key}: {task.title} ({task.operation}), {self._stands(task)}"
            for task in self.tasks
        ]
        return replace(given, before="\n".join(lines), done=self.kept, because=self.because)

    async def stands(self, reader: Reader) -> bool:
        """Say whether the plan is still as it was read, and nothing of it is under way."""
        now = await Anew.read(reader, self.goal.id, "")
        same = now is not None and now.version.id == self.version.id and now.done == self.done
        return same and not await held(reader, self.goal.id)

    async def replace(
        self, tx: Tx, row: Mapping[str, Any], made: Sequence[Step], cause: str
    ) -> None:
        """Put the new version in the place of this one, which still stands."""
        if not await plans.write(tx, dict(row), made, begins_at=len(self.done) + 1):
            return
        await plans.carry_over(tx, [task.id for task in self.done], row["id"], cause)
        await goals.reopen(tx, self.goal.id, cause)
        for task in self.tasks:
            if task.state != "done":
                await self._put_away(tx, task, cause)

    async def _put_away(self, tx: Tx, task: Task, cause: str) -> None:
        effect = await effects.of_task(tx, task.id)
        if effect is not None and effect.state in ("waiting", "approved"):
            await effects.end(tx, effect.id, "withdrawn", cause)
        elif effect is not None and effect.state in effects.WENT_WRONG:
            await effects.abort(tx, effect.id, cause)
        elif effect is None:
            await plans.move(tx, task.id, "skipped", cause, "A newer plan took its place.")

    def _stands(self, task: Task) -> str:
        effect = self.found.get(task.id)
        if effect is None or task.state == "done":
            return task.state
        return f"{effect.state}, {effect.failure}" if effect.failure else effect.state


async def held(reader: Reader, goal_id: str) -> str:
    """Return why a plan cannot be made anew now, so that nothing is planned around it; "": it can.

    What is on its way ends as it will: planned around it, it would be done twice.
    """
    for task in await plans.of_goal(reader, goal_id):
        effect = await effects.of_task(reader, task.id)
        if effect is not None and effect.state in STARTED:
            return UNDER_WAY.format(task.title)
    return GOES_BACK if await compensating.going_back(reader, goal_id) else ""


def _what_happened(tasks: Sequence[Task]) -> str:
    went = [WENT[task.state].format(task.title) for task in tasks if task.state in WENT]
    return f"{'; '.join(went) or AGAIN}."
