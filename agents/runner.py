"""The runner: one task of a plan becomes one action, with an origin for every argument."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from agents.plans.plan_checked import writes
from agents.playbooks import references
from agents.playbooks import scope as scopes
from agents.playbooks.library import Playbook
from agents.playbooks.planner import step_of
from agents.specialists import acting, strayed
from agents.specialists.specialist import Specialist, Wanted, by_rules
from agents.specialists.strayed import Stray
from agents.writing import variants
from agents.writing.composing import Composing
from agents.writing.drafting import Drafting
from connectors.contract import PermanentError
from engine.acting import effects, gate
from engine.planning import aftermath, goals, plans, versions
from engine.planning.goals import Goal
from engine.rules.house import House
from engine.work.durable import Work
from memory import events
from memory.db import Reader

TITLE_CHARS_MAX = 120
PATIENCE_S = 1.0  # with a step that is being prepared, before the next one has its turn
TYPED = "You typed exactly this."


@dataclass(frozen=True, slots=True)
class Runner:
    """`playbooks` by id. `specialist`: who turns a step into calls; nobody relies on it.

    `drafting`: lets a language model write the words of its drafts. `composing`: has the texts
    written that a model's plan leaves open.
    """

    house: House
    playbooks: dict[str, Playbook]
    drafting: Drafting
    composing: Composing
    specialist: Specialist = by_rules

    async def dispatch(self, work: Work) -> None:
        """Turn a task into a proposal, or into a better version of the one that waits.

        The next step of the plan has its turn after it, but not later than in a second.
        """
        ended = asyncio.Event()
        passing = asyncio.create_task(self._pass_on(work, ended))
        try:
            while not await self._dispatched(work.ref):
                pass
        finally:
            ended.set()
            await passing

    async def _pass_on(self, work: Work, ended: asyncio.Event) -> None:
        """Let the others go on where this one takes long, or went wrong before."""
        if work.attempts == 1:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await ended.wait()
                    return
        async with self.house.db.transaction() as tx:
            task = await plans.task(tx, work.ref)
            if task is not None:
                await plans.turn_on(tx, task.goal)

    async def shadow(self, work: Work) -> None:
        """Ask what a trial in shadow would have written for a task."""
        async with self.house.db.snapshot() as reader:
            task = await plans.task(reader, work.ref)
            goal = None if task is None else await goals.get(reader, task.goal)
        if task is None or goal is None or goal.playbook is None:
            return
        scope, _, _ = await self._told(goal, task)
        async with self.house.db.snapshot() as reader:
            wanted = await self.specialist(reader, task, scope)
        for call in wanted[:1]:
            await self.drafting.in_shadow(goal, task, scope, call)

    async def _dispatched(self, task_id: str) -> bool:
        """False: another draft of this task came first, so look again."""
        async with self.house.db.snapshot() as reader:
            task = await plans.task(reader, task_id)
            goal = None if task is None else await goals.get(reader, task.goal)
            if task is None or goal is None or task.state not in ("pending", "waiting"):
                return True
            before = await effects.of_task(reader, task.id)
            missed = await plans.missed(reader, task)
            awaits = _awaits(task, await plans.of_goal(reader, goal.id))
        if missed is not None:
            await self._skip(task, missed)
            return True
        if awaits:  # it is turned to again when that is done; see plans.move
            async with self.house.db.transaction() as tx:
                await plans.turn_on(tx, task.goal)
            return True
        scope, title, why = await self._told(goal, task)
        try:
            proposal, strays = await self._wanted(goal, task, scope, why)
        except PermanentError as error:
            await self._fail(task, title, str(error))
            return True
        await strayed.keep(self.house.db, goal, task, strays)
        if proposal is None:
            await self._fail(task, title, strayed.LEFT)
            return True
        async with self.house.db.transaction() as tx:
            if await effects.of_task(tx, task.id) != before:
                return False
            if before is None:
                await plans.entitle(tx, task.id, title)
                await effects.propose(tx, task.id, goal.id, proposal, goal.asked_by)
                await plans.prepared(tx, task)
            elif await self._may_redraft(tx, before, proposal):
                await effects.revise(tx, before, proposal, "agent", before.cause)
        return True

    async def _may_redraft(
        self, reader: Reader, before: effects.Effect, proposal: gate.Proposal
    ) -> bool:
        """What the operator wrote by hand is never written over."""
        by_hand = await effects.author_of(reader, before.id, before.version) == "operator"
        return before.state == "waiting" and before.digest != proposal.digest and not by_hand

    async def _skip(self, task: plans.Task, missed: plans.Task) -> None:
        async with self.house.db.transaction() as tx:
            noted = await events.note(tx, "task.unneeded", None, goal=task.goal, task=task.id)
            why = f"“{missed.title}” was not done."
            await plans.move(tx, task.id, "skipped", noted.id, why)
            await plans.prepared(tx, task)

    async def _fail(self, task: plans.Task, title: str, error: str) -> None:
        async with self.house.db.transaction() as tx:
            noted = await events.note(tx, "task.refused", None, goal=task.goal, task=task.id)
            await plans.entitle(tx, task.id, title)
            await plans.move(tx, task.id, "failed", noted.id, error)
            await aftermath.say_refused(tx, task.id)
            await plans.prepared(tx, task)

    async def _told(self, goal: Goal, task: plans.Task) -> tuple[dict[str, Any], str, str]:
        """Return what the task may refer to, its title and its reason in the operator's words."""
        if _typed(goal):
            return {}, task.title, TYPED
        playbook = None if goal.playbook is None else self.playbooks[goal.playbook]
        async with self.house.db.snapshot() as reader:
            scope = await scopes.of_goal(reader, goal, playbook)
            plan = await versions.of_goal(reader, goal.id)
        if playbook is not None:
            step = step_of(playbook, task.key)
            return scope, *_said(playbook.title, step.title, step.why, scope)
        assert plan is not None
        proposed = plan.step(task.key)
        return scope, *_said(task.title, proposed["title"], proposed["why"], scope)

    async def _wanted(
        self, goal: Goal, task: plans.Task, scope: dict[str, Any], why: str
    ) -> tuple[gate.Proposal | None, list[Stray]]:
        """Return the action that the plan foresaw, and what else the specialist wants."""
        if _typed(goal):  # exactly as it is to be done: nobody has to make anything of it
            wanted: tuple[Wanted, ...] = (Wanted(task.operation, task.args),)
        else:
            async with self.house.db.snapshot() as reader:
                wanted = await self.specialist(reader, task, scope)
        planned, strays = None, []
        for templated in wanted:
            draft = await self.drafting.written(goal, task, scope, templated)
            call = await self.composing.written(goal, task, scope, draft.call)
            if call != draft.call:
                draft = await self.drafting.checked(goal, scope, call, templated)
            try:
                async with self.house.db.snapshot() as reader:
                    action = await acting.action(
                        reader, self.house, goal, task.agent, call, scope, why
                    )
                proposal = await gate.weigh(
                    self.house, action, goal.id, task=task.id, marks=draft.marks,
                    options=variants.options(draft),
                )  # fmt: skip
            except PermanentError as error:
                if len(wanted) == 1:
                    raise
                strays.append(Stray(call.operation, str(error)))
                continue
            if proposal.verdict.facts["planned"] is False:
                strays.append(Stray(proposal.preview.title, proposal.verdict.because))
            elif planned is None:
                planned = proposal
        return planned, strays


def _said(usual: str, title: str, why: str, scope: dict[str, Any]) -> tuple[str, str]:
    """Return a task's title and reason in the operator's words, whatever is known by now."""
    told, missing = references.resolve({"title": title}, scope)
    because, _ = references.resolve({"why": why}, scope)
    known = usual if missing else str(told.get("title", usual))
    return known[:TITLE_CHARS_MAX], str(because.get("why", ""))


def _typed(goal: Goal) -> bool:
    return goal.playbook is None and not goal.slots.get("planned")


def _awaits(task: plans.Task, others: list[plans.Task]) -> bool:
    """Say whether a task needs to know what a step brings that is not done yet.

    A text is written from all that its steps brought, so it is written after them.
    """
    states = {other.key: other.state for other in others}
    named = (path.split(".") for path in references.paths(task.args))
    brought = {path[1] for path in named if path[0] == "steps" and path[2:3] == ["result"]}
    if any(map(writes, task.args.values())):
        brought |= set(task.after)
    return any(states.get(key) not in ("done", "skipped", "compensated") for key in brought)


def by_id(playbooks: tuple[Playbook, ...]) -> dict[str, Playbook]:
    return {playbook.id: playbook for playbook in playbooks}
