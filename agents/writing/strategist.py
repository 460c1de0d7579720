"""Lets a large model word the weekly look and choose among its proposals. It adds nothing.

What it says is used only if every number, date and address of it stands in what was seen; else the
card stays as the rules wrote it.
"""

from pydantic import BaseModel, Field

from agents.checks import draft
from agents.checks.evidence import Evidence
from agents.models.door import Answer, Models
from agents.models.pinned import Prompt
from agents.models.wish import Part, Wish
from engine.chat import outbox
from engine.flow.durable import Work
from engine.models import model_calls
from engine.objectives import strategy
from engine.rules.house import House
from memory import events
from memory.events import Event

PURPOSE = "strategy"
STEP = "strategy/{prompt}"
AGENT = "strategist"
TEXT_CHARS_MAX = 500
BY = "Worded by the model {model}; the numbers and proposals are Firstmate's own."
TO_THE_LETTER = ("number", "date", "link", "address")


class Worded(BaseModel):
    """What a model says to the weekly look; `chosen` are numbers of proposals, from 1."""

    text: str = Field(max_length=TEXT_CHARS_MAX)
    chosen: list[int] = Field(default_factory=list, max_length=3)


async def word(house: House, models: Models, work: Work) -> None:
    """Have the card of a weekly look worded; without an answer it stays as it is."""
    async with house.db.snapshot() as reader:
        proposed = await events.get(reader, work.ref)
        is_worded = await strategy.words_of(reader, work.ref) is not None
    if proposed is None or is_worded or not proposed.body["proposals"] or not models.set_up:
        return
    prompt = await models.pinned.prompt(PURPOSE, proposed.id)
    answer = await models.ask(wish(proposed, prompt))
    if not isinstance(answer, Answer) or (said := checked(answer.value, proposed)) is None:
        return
    text, chosen = said
    body = {"text": text, "chosen": chosen, "by": BY.format(model=answer.model)}
    async with house.db.transaction() as tx:
        await events.append(
            tx, "strategy.worded", source=strategy.KIND, key=f"{proposed.id}:words",
            trust="system", cause=proposed.id, body=body,
        )  # fmt: skip
        await outbox.post(tx, await strategy.card(tx, proposed))


def checked(said: Worded, proposed: Event) -> tuple[str, list[int]] | None:
    """Return the words and the indexes of what was chosen; None: they are of no use."""
    count = len(proposed.body["proposals"])
    chosen = list(dict.fromkeys(place - 1 for place in said.chosen))
    text = " ".join(said.text.split())
    if not text or not chosen or any(not 0 <= index < count for index in chosen):
        return None
    found = draft.findings(text, Evidence((_seen(proposed),)))
    if any(one.kind in TO_THE_LETTER for one in found):
        return None
    return text, chosen


def wish(proposed: Event, prompt: Prompt) -> Wish[Worded]:
    """Return what a model is asked about a weekly look."""
    return Wish(
        wanted=model_calls.Wanted(
            step=STEP.format(prompt=prompt.number),
            agent=AGENT,
            basis=model_calls.digest(proposed.id, _seen(proposed)),
            task=proposed.id,
        ),
        tier="large",
        task=prompt.text,
        parts=(Part("what is behind, and what could be done", _seen(proposed), "personal"),),
        gives=Worded,
        first=prompt.first,
    )


def _seen(proposed: Event) -> str:
    body = proposed.body
    could = [f"{place}. {one['says']}" for place, one in enumerate(body["proposals"], start=1)]
    return "\n".join([*body["reasons"], "", *could])
