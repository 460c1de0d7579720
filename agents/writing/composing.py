"""Composing: a text that a plan wants written is written by a model when its turn comes.

Without a model there is no such text: the step says so and can be tried again. Only the words are
the model's; where they go stands in the plan.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, Field

from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from agents.playbooks.references import STEPS, WRITE, writes
from agents.playbooks.scope import RESULT
from agents.specialists.specialist import Scope, Wanted
from connectors.contract import ANSWER, DataClass, PermanentError
from engine.acting import request as requests
from engine.models import model_calls
from engine.planning import plans
from engine.planning.goals import Goal
from engine.planning.plans import Task
from engine.rules.house import House
from engine.voice import style, style_desk
from engine.voice.style import Style
from memory.redaction import TEXT_CHARS
from policies.facts import TRUSTED
from policies.gate import Gate

WRITER = "writer"
PURPOSE = "compose"
STEP = "compose.{field}/{prompt}"
TEXT_CHARS_MAX = 3900
TITLE_CHARS_MAX = TEXT_CHARS
NOBODY = "“{what}” is not written: {why} Nothing was done."
ECHO = "it only repeated what somebody else wrote."


class Composed(BaseModel):
    """A text, ready to be read by the owner."""

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class Composing:
    house: House
    models: Models

    async def written(self, goal: Goal, task: Task, scope: Scope, call: Wanted) -> Wanted:
        """Return the call with its open texts written. PermanentError: nobody could."""
        wanted = {name: value for name, value in call.args.items() if writes(value)}
        if not wanted:
            return call
        args = dict(call.args)
        for name, value in wanted.items():
            args[name] = await self._text(goal, task, scope, name, str(value[WRITE]))
        return replace(call, args=args)

    async def _text(self, goal: Goal, task: Task, scope: Scope, field: str, what: str) -> str:
        async with self.house.db.snapshot() as reader:
            voice = await style_desk.known(reader)
            gate = await requests.begun(reader, self.house, goal.id, evidence=True)
            steps = await plans.of_goal(reader, goal.id)
        kept = self.house.operation(task.operation).effect == "internal"
        known = self.house.operations
        brings = {s.key: known[s.operation].data_class for s in steps if s.operation in known}
        parts = tuple(_parts(goal, task, scope, what, voice, gate, brings, outside=not kept))
        prompt = await self.models.pinned.prompt(PURPOSE, task.id)
        wish = Wish(
            wanted=model_calls.Wanted(
                step=STEP.format(field=field, prompt=prompt.number),
                agent=WRITER,
                basis=model_calls.digest([part.text for part in parts]),
                task=task.id,
                goal=goal.id,
            ),
            tier="small",
            task=prompt.text,
            parts=parts,
            gives=Composed,
            tokens_max=1600,
            first=prompt.first,
            needed=True,
        )
        answer = await self.models.ask(wish)
        if not isinstance(answer, Answer):
            raise PermanentError(NOBODY.format(what=what, why=answer.why))
        text = answer.value.text.strip()
        if not text or await self._echo(goal, text):
            raise PermanentError(NOBODY.format(what=what, why=ECHO))
        title = self.house.operation(task.operation).roles.get(field) == "title"
        return " ".join(text.split())[:TITLE_CHARS_MAX] if title else text

    async def _echo(self, goal: Goal, text: str) -> bool:
        async with self.house.db.snapshot() as reader:
            gate = await requests.begun(reader, self.house, goal.id, evidence=True)
        return gate.origins({"text": text})["text"] == "text"


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
