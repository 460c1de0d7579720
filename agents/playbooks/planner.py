"""The planner: from a wish with its blanks filled to a goal with a plan. A playbook, no model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.playbooks import references
from agents.playbooks import scope as scopes
from agents.playbooks.library import Playbook, Slot
from agents.reading.words import Candidate
from connectors.contract import ANSWER
from engine.acting import request
from engine.planning import goals, plans
from engine.planning.goals import Goal
from engine.rules import goal_rules
from engine.rules.house import House
from memory import events
from memory.db import Reader, Tx
from policies.contracts import scalars
from policies.gate import Gate
from policies.planned import RANK
from policies.rules import Origin

FIXED = ("destination", "reference")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, understood: which playbook, with which values, said by whom.

    `said`: the operator's own words so far. `mail`: the event it was read in, if it was.
    `message`: the message that held it among other wishes, if one did. `read_by`: the model that
    took the words for this wish; "": rules did, or you said which. `unclear`: the blanks that the
    words fill in several ways, each to be asked in its turn; no default fills them.
    """

    playbook: Playbook
    values: dict[str, Candidate]
    said: tuple[str, ...]
    because: str
    mail: str | None = None
    message: str | None = None
    read_by: str = ""
    unclear: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """Return it without its playbook, as it lies with a question that is open."""
        return {
            "values": {name: value.model_dump(mode="json") for name, value in self.values.items()},
            "said": list(self.said),
            "because": self.because,
            "mail": self.mail,
            "message": self.message,
            "read_by": self.read_by,
            "unclear": {n: [c.model_dump(mode="json") for c in some] for n, some in self.left({})},
        }

    def left(
        self, newly: Mapping[str, tuple[Candidate, ...]]
    ) -> list[tuple[str, tuple[Candidate, ...]]]:
        """Return what is to be chosen, with what the words were just found to leave open."""
        every = {**newly, **{n: some for n, some in self.unclear.items() if n not in newly}}
        return [(name, some) for name, some in every.items() if name not in self.values]

    async def missing(self, reader: Reader) -> Slot | None:
        """Return the first required slot that nothing fills, not even its default."""
        known = await references.scope(reader, self.values, self.playbook.defaults)
        slots = self.playbook.slots
        return next((s for s in slots if s.required and s.name not in known), None)


async def plan(tx: Tx, house: House, wish: Wish, goal_id: str, cause: str, conv: str | None) -> str:
    """Take the goal on and write its plan; the same goal id again changes nothing."""
    playbook = wish.playbook
    about = {
        "values": {n: v.model_dump(mode="json") for n, v in wish.values.items()},
        "said": list(wish.said),
        "mail": wish.mail,
        "outcome": playbook.outcome.model_dump(),
        "read_by": wish.read_by,
    }
    title = title_of(wish)
    new = await goals.open_goal(
        tx, goal_id, title, asked_by=cause, conv=conv, playbook=playbook.id, slots=about,
        mode=goal_rules.mode(wish.said),
    )  # fmt: skip
    goal = await goals.get(tx, goal_id)
    assert goal is not None
    if new and playbook.steps:
        noted = await events.note(tx, "playbook.chosen", cause, goal=goal_id, playbook=playbook.id)
        steps = await _steps(tx, house, goal, playbook)
        await plans.make(tx, goal, steps, wish.because, noted.id)
    return goal_id


def title_of(wish: Wish) -> str:
    """Return the wish in a few words: “Refund · Ada Example · PAY-1042”."""
    labels = [value.label.partition(" · ")[0] for value in wish.values.values()]
    return " · ".join(dict.fromkeys([wish.playbook.title, *labels]))


async def _steps(
    reader: Reader, house: House, goal: Goal, playbook: Playbook
) -> tuple[plans.Step, ...]:
    scope = await scopes.of_goal(reader, goal, playbook)
    gate = await request.begun(reader, house, goal.id, evidence=True)
    by = {step.key: house.agent_of(step.operation, goal.id) for step in playbook.steps}
    return tuple(
        plans.Step(
            key=step.key,
            title=_title(step.title, scope),
            operation=step.operation,
            agent=by[step.key][0],
            spec=by[step.key][1],
            args=step.args,
            origins=_sources(gate, step.args, scope),
            fixed=fixed(house, step.operation, step.args, scope),
            after=step.after,
            reports=step.reports,
            why=step.why,
        )
        for step in playbook.steps
    )


def _title(title: str, scope: dict[str, Any]) -> str:
    """Return a step's title as far as its values are known, for one that is never turned to."""
    told, missing = references.resolve({"title": title}, scope)
    return title if missing else str(told.get("title", title))


def _sources(gate: Gate, args: Mapping[str, Any], scope: dict[str, Any]) -> dict[str, Origin]:
    """Return the least trusted origin of each argument: the one its value has now.

    A draft is the writer's. What is not known yet must come from the records, should it be found.
    """
    known, _ = references.resolve(args, scope)
    drafts = {name for name, value in args.items() if _is_draft(value)}
    found = gate.origins({name: value for name, value in known.items() if name not in drafts})
    later = {name: later_origin(args[name]) for name in args if name not in known}
    return found | dict.fromkeys(drafts, "model") | later


def later_origin(value: Any) -> Origin:
    """Return the origin of what is not known yet: a text a model writes, or what a step brings.

    What of it is set into other words is the model's; what is not of a step must be a record's.
    """
    if isinstance(value, Mapping) and references.WRITE in value:
        return "model"
    paths = [path.split(".") for path in references.paths(value)]
    if not any(path[0] == references.STEPS for path in paths):
        return "record"
    came: list[Origin] = ["record"] if references.is_one(value) else ["model"]
    for path in paths:
        if path[0] == references.STEPS and scopes.RESULT not in path[2:3]:
            came.append("model")
        elif path[-1] == ANSWER:
            came.append("text")
    return max(came, key=RANK.__getitem__)


def fixed(
    house: House, operation: str, args: Mapping[str, Any], scope: dict[str, Any]
) -> dict[str, tuple[str, ...]]:
    """Return where it goes and what it is about, as known now: nothing else may stand there."""
    roles = house.operation(operation).roles
    known, _ = references.resolve(args, scope)
    return {
        name: tuple(str(one) for _, one in scalars(value))
        for name, value in known.items()
        if roles.get(name) in FIXED
    }


def _is_draft(value: Any) -> bool:
    return isinstance(value, Mapping) and bool({references.DRAFT, references.WRITE} & set(value))


def step_of(playbook: Playbook, key: str) -> Any:
    """Return the playbook's step of this key."""
    return next(step for step in playbook.steps if step.key == key)
