"""The runner: one task of a plan becomes one action, with an origin for every argument."""

from dataclasses import dataclass
from typing import Any

from agents import references, writer
from agents.library import Playbook
from agents.planner import step_of
from agents.words import Candidate
from connectors.contract import PermanentError
from engine import effects, gate, goals, plans, words
from engine.durable import Work
from engine.goals import Goal
from engine.house import House
from memory import events, profile, records
from memory.db import Reader
from policies.origins import Sources, origins
from policies.rules import Action

TITLE_CHARS_MAX = 120
MARK_CHARS = 4  # tells two payments of one customer on one day apart


@dataclass(frozen=True, slots=True)
class Runner:
    """`playbooks` by id."""

    house: House
    playbooks: dict[str, Playbook]

    async def dispatch(self, work: Work) -> None:
        """Turn a task into a proposal, or into a better version of the one that waits."""
        while not await self._dispatched(work.ref):
            pass

    async def _dispatched(self, task_id: str) -> bool:
        """False: another draft of this task came first, so look again."""
        async with self.house.db.snapshot() as reader:
            task = await plans.task(reader, task_id)
            goal = None if task is None else await goals.get(reader, task.goal)
            if task is None or goal is None or task.state not in ("pending", "waiting"):
                return True
            before = await effects.of_task(reader, task.id)
            missed = await plans.missed(reader, task)
        if missed is not None:
            await self._skip(task, missed)
            return True
        playbook = self.playbooks[goal.playbook or ""]
        async with self.house.db.snapshot() as reader:
            scope = await self.scope(reader, goal, playbook)
        title, why = _said(playbook, task, scope)
        try:
            async with self.house.db.snapshot() as reader:
                action = await self._action(reader, goal, task, scope, why)
            proposal = await gate.weigh(self.house, action, goal.id)
        except PermanentError as error:
            await self._fail(task, title, str(error))
            return True
        async with self.house.db.transaction() as tx:
            if await effects.of_task(tx, task.id) != before:
                return False
            if before is None:
                await plans.entitle(tx, task.id, title)
                await effects.propose(tx, task.id, goal.id, proposal, goal.asked_by)
                await plans.dispatch_next(tx, task)
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
            await plans.dispatch_next(tx, task)

    async def _fail(self, task: plans.Task, title: str, error: str) -> None:
        async with self.house.db.transaction() as tx:
            noted = await events.note(tx, "task.refused", None, goal=task.goal, task=task.id)
            await plans.entitle(tx, task.id, title)
            await plans.move(tx, task.id, "failed", noted.id, error)
            await plans.say_failed(tx, task.model_copy(update={"title": title}), error)
            await plans.dispatch_next(tx, task)

    async def _action(
        self, reader: Reader, goal: Goal, task: plans.Task, scope: dict[str, Any], why: str
    ) -> Action:
        """Return what the task would do. PermanentError: something it needs is not known."""
        args, missing = references.resolve(task.args, scope)
        if missing:
            raise PermanentError(f"I do not know {_listed(missing)}.")
        voice = await writer.style(reader)
        args = {name: _drafted(value, scope, voice) for name, value in args.items()}
        operation = self.house.operation(task.operation)
        clean = gate.arguments(operation, args).model_dump(mode="json")
        return Action(
            operation=task.operation,
            effect=operation.effect,
            args=clean,
            origins=origins(clean, await self._sources(reader, goal, scope)),
            agent=task.agent,
            reason=why,
            evidence=_evidence(goal),
            about=scope.get("customer", {}).get("id"),
        )

    async def scope(self, reader: Reader, goal: Goal, playbook: Playbook) -> dict[str, Any]:
        """Return everything a reference or a draft may name for this goal, as it stands now."""
        values = {n: Candidate.model_validate(v) for n, v in goal.slots["values"].items()}
        settings = await profile.read(reader)
        mail = await self._mail(reader, goal)
        situation = {
            "company": settings,
            "mail": mail,
            "today": words.today(reader.now, settings),
            "goal": {"mark": goal.id[-MARK_CHARS:]},
        }
        scope = await references.scope(reader, values, playbook.defaults, situation)
        scope["steps"] = await self._steps(reader, goal, scope)
        return scope

    async def _steps(self, reader: Reader, goal: Goal, scope: dict[str, Any]) -> dict[str, Any]:
        """Return each step's arguments: as they are asked now, or as they will be asked."""
        found = {}
        for task in await plans.of_goal(reader, goal.id):
            effect = await effects.of_task(reader, task.id)
            args = references.resolve(task.args, scope)[0] if effect is None else effect.action.args
            found[task.key] = args
        return found

    async def _mail(self, reader: Reader, goal: Goal) -> dict[str, Any]:
        event = await events.get(reader, goal.slots["mail"]) if goal.slots["mail"] else None
        return {} if event is None else event.body

    async def _sources(self, reader: Reader, goal: Goal, scope: dict[str, Any]) -> Sources:
        mail = scope["mail"]
        return Sources(
            operator=tuple(goal.slots["said"]),
            canonical=tuple(await records.canonical_values(reader)),
            record=tuple(str(v["left"]) for v in scope.values() if _has_left(v)),
            text=tuple(str(mail[name]) for name in ("subject", "text", "from") if mail.get(name)),
        )


def _said(playbook: Playbook, task: plans.Task, scope: dict[str, Any]) -> tuple[str, str]:
    """Return a task's title and reason in the operator's words, whatever is known by now."""
    step = step_of(playbook, task.key)
    title, missing = references.resolve({"title": step.title}, scope)
    why, _ = references.resolve({"why": step.why}, scope)
    known = playbook.title if missing else str(title.get("title", playbook.title))
    return known[:TITLE_CHARS_MAX], str(why.get("why", ""))


def _listed(missing: tuple[str, ...]) -> str:
    """Name what led nowhere: “customer.email” is the customer's email."""
    return ", ".join(f"“{path.replace('.', ' ').replace('_', ' ')}”" for path in missing)


def _has_left(value: Any) -> bool:
    return isinstance(value, dict) and "left" in value


def _drafted(value: Any, scope: dict[str, Any], voice: dict[str, str]) -> Any:
    if isinstance(value, dict) and set(value) == {references.DRAFT}:
        return writer.draft(value[references.DRAFT], scope, voice)
    return value


def _evidence(goal: Goal) -> tuple[str, ...]:
    refs = [value.get("ref") for value in goal.slots["values"].values()]
    return tuple(dict.fromkeys(ref for ref in [goal.slots["mail"], *refs] if ref))


def by_id(playbooks: tuple[Playbook, ...]) -> dict[str, Playbook]:
    return {playbook.id: playbook for playbook in playbooks}
