"""The runner: one task of a plan becomes one action, with an origin for every argument.

Where a model takes long over its words, the template is asked at once and the better draft follows.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from agents.models.wish import Wish
from agents.playbooks import references
from agents.playbooks import scope as scopes
from agents.playbooks.library import Playbook
from agents.playbooks.planner import step_of
from agents.specialists import acting, strayed
from agents.specialists.specialist import Scope, Specialist, Wanted, by_rules
from agents.specialists.strayed import Stray
from agents.writing import shadows, variants
from agents.writing.ahead import Ahead
from agents.writing.checking import Draft
from agents.writing.drafted import Drafted
from agents.writing.drafting import SHADOW, Drafting
from connectors.contract import ConnectorError, PermanentError
from engine.acting import approvals, effects, gate, refining
from engine.acting.digests import digest
from engine.drawing import forms
from engine.flow.durable import ATTEMPTS_MAX, Work, undone
from engine.models import model_calls, shortage
from engine.planning import aftermath, by_hand, goals, plans, refinements, versions
from engine.planning.goals import Goal
from engine.rules.house import House
from engine.rules.replay import ASKS
from memory import events
from memory.db import Reader, Tx
from policies.rules import Action

TITLE_CHARS_MAX = 120
PATIENCE_S = 1.0  # with a step that is being prepared, before the next one has its turn
DRAFT_S = 4.0  # with a draft that is being written, before its template is asked
UNWRITTEN = "A text in it is still to be written."
TYPED = "You typed exactly this."


@dataclass(slots=True)
class _Made:
    """What became of a step: its action, what else was wanted, the call in the template's words.

    `better`: a better draft is being written. `short`: it would be, were there money for it.
    """

    proposal: gate.Proposal | None = None
    strays: list[Stray] = field(default_factory=list)
    templated: Wanted | None = None
    better: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Runner:
    """`playbooks` by id. `specialist`: who turns a step into calls; nobody relies on it.

    `drafting`: lets a language model write the texts of a step.
    """

    house: House
    playbooks: dict[str, Playbook]
    drafting: Drafting
    specialist: Specialist = by_rules
    ahead: Ahead = field(default_factory=Ahead)

    async def close(self) -> None:
        await self.ahead.close()

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
        """Ask what a trial in shadow would have written for a task, and for others that wait."""
        async with self.house.db.snapshot() as reader:
            waiting = sorted(await undone(reader, SHADOW) - {work.ref})
        wishes = list[Wish[Drafted]]()
        for ref in (work.ref, *waiting):
            if len(wishes) < shadows.TOGETHER_MAX:
                wishes += await self._shadows(ref)
        mine = [one for one in wishes if one.tier == wishes[0].tier][: shadows.TOGETHER_MAX]
        if mine and mine[0].wanted.task == work.ref:  # else it was asked with another before
            mine.sort(key=lambda one: one.wanted.task or "")  # whoever's turn it is, the same call
            await shadows.asked(self.drafting.models, self.house, mine)

    async def _shadows(self, task_id: str) -> list[Wish[Drafted]]:
        async with self.house.db.snapshot() as reader:
            task = await plans.task(reader, task_id)
            goal = None if task is None else await goals.get(reader, task.goal)
        if task is None or goal is None or goal.playbook is None:
            return []
        scope, _, _ = await self.told(goal, task)
        async with self.house.db.snapshot() as reader:
            wanted = await self.specialist(reader, task, scope)
        return [
            wish
            for call in wanted[:1]
            for wish in await self.drafting.shadows(goal, task, scope, call)
        ]

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
            await self._skip(goal, task, missed)
            return True
        if awaits:  # it is turned to again when that is done; see plans.move
            async with self.house.db.transaction() as tx:
                await plans.turn_on(tx, task.goal)
            return True
        scope, title, why = await self.told(goal, task)
        try:
            patience_s = None if before else DRAFT_S  # with a card there already nobody waits
            made = await self._wanted(goal, task, scope, why, patience_s)
            settled = before is not None and await self._settled(goal, task, scope, before, made)
        except PermanentError as error:
            await self._fail(task, title, str(error), scope)
            return True
        await strayed.keep(self.house.db, goal, task, made.strays)
        if (proposal := made.proposal) is None:
            await self._fail(task, title, strayed.LEFT, scope)
            return True
        async with self.house.db.transaction() as tx:
            if await effects.of_task(tx, task.id) != before or await self._moved(tx, task):
                return False
            if before is None:
                await plans.entitle(tx, task.id, title)
                id = await effects.propose(tx, task.id, goal.id, proposal, goal.asked_by)
                await plans.prepared(tx, task)
                if made.better or made.short:
                    follow = refining.expect if made.better else refining.lack
                    await follow(tx, id, goal.asked_by)
            elif not settled and await self._may_redraft(tx, before, proposal):
                await effects.revise(tx, before, proposal, "agent", before.cause)
        return True

    async def refine(self, work: Work) -> None:
        """Put the draft that took longer in the place of the one that was asked, if it still can.

        `work.ref`: the question that was asked about the first.
        """
        async with self.house.db.snapshot() as reader:
            asked = await approvals.get(reader, work.ref)
            effect = None if asked is None else await effects.get(reader, asked.effect)
            task = None if effect is None else await plans.task(reader, effect.task)
            goal = None if effect is None else await goals.get(reader, effect.goal)
        assert asked is not None and effect is not None and task is not None and goal is not None
        made = _Made()
        if asked.state == "open":
            scope, _, why = await self.told(goal, task)
            try:
                made = await self._wanted(goal, task, scope, why, None)
            except ConnectorError as error:  # where it stays so, the first one stands
                if not isinstance(error, PermanentError) and work.attempts < ATTEMPTS_MAX:
                    raise
        async with self.house.db.transaction() as tx:
            now = await approvals.get(tx, asked.id)
            if made.proposal is None or made.short:
                await refining.over(tx, now or asked, "short" if made.short else "none")
            else:
                await refining.put(tx, now or asked, effect, made.proposal)

    async def _may_redraft(
        self, reader: Reader, before: effects.Effect, proposal: gate.Proposal
    ) -> bool:
        """What the operator wrote by hand is never written over; other drafts are news, too."""
        if before.state != "waiting":
            return False
        if await effects.author_of(reader, before.id, before.version) == "operator":
            return False
        shown = await effects.preview_of(reader, before.id, before.version)
        drafts = [one.args for one in proposal.preview.options if one.drafted]
        others = bool(drafts) and drafts != [one.args for one in shown.options]
        return others or before.digest != proposal.digest

    async def _moved(self, reader: Reader, task: plans.Task) -> bool:
        """Say whether the plan was stopped, replaced or taken back while this was prepared."""
        now = await plans.task(reader, task.id)
        return now is None or now.state != task.state

    async def _skip(self, goal: Goal, task: plans.Task, missed: plans.Task) -> None:
        _, title, _ = await self.told(goal, task)
        async with self.house.db.transaction() as tx:
            if await self._moved(tx, task):
                return
            noted = await events.note(tx, "task.unneeded", None, goal=task.goal, task=task.id)
            why = f"“{missed.title}” was not done."
            await plans.entitle(tx, task.id, title)
            await plans.move(tx, task.id, "skipped", noted.id, why)
            await plans.prepared(tx, task)

    async def _fail(self, task: plans.Task, title: str, error: str, scope: Scope) -> None:
        """Say that it cannot be prepared. What was asked already stays: a yes is checked anew."""
        async with self.house.db.transaction() as tx:
            if await effects.of_task(tx, task.id) is not None or await self._moved(tx, task):
                return
            noted = await events.note(tx, "task.refused", None, goal=task.goal, task=task.id)
            await plans.entitle(tx, task.id, title)
            await self._keep_tried(tx, task, scope)
            await plans.move(tx, task.id, "failed", noted.id, error)
            await aftermath.say_refused(tx, task.id)
            await plans.prepared(tx, task)

    async def _keep_tried(self, tx: Tx, task: plans.Task, scope: Scope) -> None:
        operation = self.house.operations.get(task.operation)
        if operation is not None:
            args, _ = references.resolve(task.args, scope)
            await by_hand.keep(tx, task.id, args, forms.fields(operation, args))

    async def told(self, goal: Goal, task: plans.Task) -> tuple[dict[str, Any], str, str]:
        """Return what the task may refer to, its title and its reason in the operator's words."""
        if _typed(goal):
            return {}, task.title, goal.slots.get("because", TYPED)
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

    async def _settled(
        self, goal: Goal, task: plans.Task, scope: Scope, before: effects.Effect, made: _Made
    ) -> bool:
        """Say whether only the model's words are new: whether these are asked is `refine`'s."""
        async with self.house.db.snapshot() as reader:
            asked = await approvals.of_version(reader, before.id, before.version)
            awaited = asked is not None and await refinements.of(reader, asked.id) is not None
        if not awaited or made.templated is None:
            return False
        why = before.action.reason
        return digest(await self._action(goal, task, scope, why, made.templated)) == before.digest

    async def _wanted(
        self, goal: Goal, task: plans.Task, scope: Scope, why: str, patience_s: float | None
    ) -> _Made:
        """Return the action that the plan foresaw, and what else the specialist wants.

        With the template's words, where a model takes longer over them than `patience_s`.
        """
        if _typed(goal):  # exactly as it is to be done: nobody has to make anything of it
            wanted: tuple[Wanted, ...] = (Wanted(task.operation, task.args),)
        else:
            async with self.house.db.snapshot() as reader:
                wanted = await self.specialist(reader, task, scope)
        made = _Made()
        for templated in wanted:
            try:
                proposal, better = await self._drafted(
                    goal, task, scope, why, templated, patience_s
                )
            except PermanentError as error:
                if len(wanted) == 1:
                    raise
                made.strays.append(Stray(templated.operation, str(error)))
                continue
            if proposal.verdict.facts["planned"] is False:
                made.strays.append(Stray(proposal.preview.title, proposal.verdict.because))
            elif made.proposal is None:
                made.proposal, made.templated, made.better = proposal, templated, better
        made.short = not made.better and await self._short(goal, task, scope, why, made)
        return made

    async def _short(
        self, goal: Goal, task: plans.Task, scope: Scope, why: str, made: _Made
    ) -> bool:
        """Say whether it has the template's words because there was no money for others."""
        async with self.house.db.snapshot() as reader:
            lacks = await shortage.draft_lacks(reader, task.id)
        if not lacks or made.proposal is None or made.templated is None:
            return False
        action = await self._action(goal, task, scope, why, made.templated)
        return digest(action) == made.proposal.digest

    async def _drafted(
        self, goal: Goal, task: plans.Task, scope: Scope, why: str, call: Wanted,
        patience_s: float | None,
    ) -> tuple[gate.Proposal, bool]:  # fmt: skip
        """Return a call as it is proposed, and whether a better draft of it is being written.

        What would run by itself, or not at all, waits for its draft: nobody waits for a card.
        """
        write = partial(self.drafting.written, goal, task, scope, call)
        if not self.drafting.asks(goal, task, call):
            return await self._weighed(goal, task, scope, why, await write()), False
        key = f"{task.id}:{model_calls.digest(call.operation, call.args)}"
        draft = await self.ahead.draft(key, write, patience_s)
        if draft is None:
            first = await self.drafting.checked(goal, task, scope, call, call)
            proposal = await self._weighed(goal, task, scope, why, first)
            if proposal.verdict.outcome in ASKS:
                return proposal, True
            draft = await self.ahead.draft(key, write, None)
            assert draft is not None
        return await self._weighed(goal, task, scope, why, draft), False

    async def _weighed(
        self, goal: Goal, task: plans.Task, scope: Scope, why: str, draft: Draft
    ) -> gate.Proposal:
        action = await self._action(goal, task, scope, why, draft.call)
        proposal = await gate.weigh(
            self.house, action, goal.id, task=task.id, marks=draft.marks,
            options=variants.options(draft),
        )  # fmt: skip
        return gate.asked(proposal, UNWRITTEN) if draft.unwritten else proposal

    async def _action(
        self, goal: Goal, task: plans.Task, scope: Scope, why: str, call: Wanted
    ) -> Action:
        async with self.house.db.snapshot() as reader:
            made = await acting.action(reader, self.house, goal, task.agent, call, scope, why)
        return acting.by_hand(made, task, call)


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
    if any(map(references.writes, task.args.values())):
        brought |= set(task.after)
    return any(states.get(key) not in ("done", "skipped", "compensated") for key in brought)


def by_id(playbooks: tuple[Playbook, ...]) -> dict[str, Playbook]:
    return {playbook.id: playbook for playbook in playbooks}
