"""Composing: what a model is asked for a text that a plan wants, and that no template stands for.

Only the words are the model's; where they go stands in the plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.models.listed import Tier
from agents.models.pinned import Prompt
from agents.models.wish import Part, Wish
from agents.playbooks.references import STEPS
from agents.playbooks.scope import RESULT
from agents.specialists.specialist import Scope
from agents.writing.drafted import Drafted
from agents.writing.piece import Piece
from connectors.contract import ANSWER, DataClass
from engine.acting import request as requests
from engine.models import model_calls
from engine.planning import plans
from engine.planning.goals import Goal
from engine.planning.plans import Task
from engine.rules.house import House
from engine.voice import style, style_desk
from engine.voice.style import Style
from memory.db import Reader
from policies.facts import TRUSTED
from policies.gate import Gate

PURPOSE = "compose"
STEP = "compose.{field}/{prompt}"
TOKENS_MAX = 1600


async def wish(
    house: House, goal: Goal, task: Task, scope: Scope, piece: Piece, tier: Tier,
    prompt: Prompt, manner: Sequence[Part],
) -> Wish[Drafted]:  # fmt: skip
    """Return the question for an open text. `manner`: how who carries out the step writes."""
    async with house.db.snapshot() as reader:
        voice = await style_desk.known(reader)
        gate = await requests.begun(reader, house, goal.id, evidence=True)
        brings = await classes(reader, house, goal)
    kept = house.operation(task.operation).effect == "internal"
    told = tuple(_parts(goal, task, scope, piece.what, voice, gate, brings, outside=not kept))
    parts = (*manner, *told)
    return Wish(
        wanted=model_calls.Wanted(
            step=STEP.format(field=piece.field, prompt=prompt.number),
            agent=task.agent,
            basis=model_calls.digest([part.text for part in parts]),
            task=task.id,
            goal=goal.id,
        ),
        tier=tier,
        task=prompt.text,
        parts=parts,
        gives=Drafted,
        tokens_max=TOKENS_MAX,
        first=prompt.first,
        needed=True,
    )


async def classes(reader: Reader, house: House, goal: Goal) -> dict[str, DataClass]:
    """Return by step how private what it brings is."""
    steps, known = await plans.of_goal(reader, goal.id), house.operations
    return {s.key: known[s.operation].data_class for s in steps if s.operation in known}


async def readable(reader: Reader, house: House, goal: Goal, scope: Scope) -> Scope:
    """Return what a model may read of a scope: nothing of what a step brought that is secret."""
    hidden = {key for key, one in (await classes(reader, house, goal)).items() if one == "secret"}
    steps = {
        key: {name: value for name, value in given.items() if name != RESULT}
        if key in hidden
        else given
        for key, given in scope.get(STEPS, {}).items()
    }
    return {**scope, STEPS: steps} if hidden else scope


def _parts(
    goal: Goal,
    task: Task,
    scope: Scope,
    what: str,
    voice: Style,
    gate: Gate,
    brings: Mapping[str, DataClass],
    *,
    outside: bool,
) -> Iterator[Part]:
    """Yield what it is written from: the steps it comes after, with what they brought.

    What Firstmate keeps is not written from what others wrote: it would count as the owner's.
    Nor from what was made of it: once something of others was read, a model's words are theirs.
    """
    if lines := "\n".join(map(style.told, voice.traits)):
        yield Part("how the owner writes", lines, "personal", lasts=True)
    yield Part("what the owner said", "\n".join(goal.slots.get("said", ())), "personal")
    for key in task.after:
        given: dict[str, Any] = scope.get(STEPS, {}).get(key, {})
        args = {name: value for name, value in given.items() if name != RESULT}
        others = {name: value for name, value in args.items() if _of_others(gate, value)}
        own = {name: value for name, value in args.items() if name not in others}
        yield Part(f"the step {key}", _lines(own), "personal")
        if outside and others:
            yield Part(f"what others wrote in {key}", _lines(others), "personal", outside=True)
        of, told = brings.get(key, "personal"), given.get(RESULT, {}).get(ANSWER)
        if outside and told and of != "secret":
            yield Part(f"what {key} brought", str(told), of, outside=True)
    yield Part("the text that is wanted", f"{task.title}: {what}", "personal")


def _of_others(gate: Gate, value: Any) -> bool:
    """Say whether somebody else may have written this, or a model that had read them."""
    origins = gate.origins({"it": value}).values()
    return gate.bits["reads_outside"] and not TRUSTED.issuperset(origins)


def _lines(given: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in given.items())
