"""Shadows: what a trial would have written, asked for several drafts in one request.

Nobody is shown a shadow and nothing of it leaves, so drafts for several people may be asked for
together; what is shown never is. What is missing in the answer is asked for alone.
"""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, Field

from agents.models.door import Answer, Models
from agents.models.listed import Model, Tier
from agents.models.looping import loops
from agents.models.wish import Part, Wish
from agents.writing.drafted import TEXT_CHARS_MAX, Drafted
from engine.models import model_calls, together
from engine.rules.house import House

TOGETHER_MAX = 6
STEP = "{step}+{count}"
TASK = """


You are given {count} such tasks, each with its number before the name of each of its parts. They
have nothing to do with one another: nothing of one may stand in the text of another. Give the text
of each with its number as `id`."""


class Shadow(BaseModel):
    """One text, by the number of its task."""

    id: int
    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)


class Shadows(BaseModel):
    """The texts of several tasks."""

    drafts: list[Shadow] = Field(max_length=TOGETHER_MAX)


async def asked(models: Models, house: House, wishes: Sequence[Wish[Drafted]]) -> None:
    """Ask the one model that is on trial for all of these, which are not settled yet."""
    fit = [one for one in models.listed() if wishes[0].first in ("", one[1].name)]
    on_trial = next((one for one in fit if one[0] == wishes[0].tier), next(iter(fit), None))
    if on_trial is None:
        return
    left = list(wishes)
    if len(wishes) > 1:
        left = await _together(models, house, wishes, *on_trial)
    for wish in left:
        await models.tried(wish, *on_trial)


async def _together(
    models: Models, house: House, wishes: Sequence[Wish[Drafted]], tier: Tier, model: Model
) -> list[Wish[Drafted]]:
    """Ask for all at once; return those that nothing came for.

    What was answered just before a crash is not asked, and paid, once more.
    """
    whole = one_of(wishes)
    async with house.db.snapshot() as reader:
        kept = await model_calls.kept(reader, whole.key(model.name))
    if kept is not None:
        came = Shadows.model_validate(kept)
    else:
        answer = await models.tried(whole, tier, model)
        if not isinstance(answer, Answer):
            return list(wishes)
        came = answer.value
    texts = {one.id: one.text for one in came.drafts if not loops(one.text)}
    found = [
        together.One(wish.wanted, wish.key(model.name), Drafted(text=texts[number]).model_dump())
        for number, wish in enumerate(wishes, 1)
        if number in texts
    ]
    async with house.db.transaction() as tx:
        await together.share(tx, whole.wanted, found)
    return [wish for number, wish in enumerate(wishes, 1) if number not in texts]


def one_of(wishes: Sequence[Wish[Drafted]]) -> Wish[Shadows]:
    """Return one wish for all of these, which have the same task. What lasts stands in it once.

    It tells with its passages which goals' words it holds, so that they go with them.
    """
    first, count = wishes[0], len(wishes)
    lasting = {(part.name, part.text): part for wish in wishes for part in wish.parts if part.lasts}
    parts: list[Part] = list(lasting.values())
    for number, wish in enumerate(wishes, 1):
        own = [part for part in wish.parts if not part.lasts]
        parts += [replace(part, name=f"{number}: {part.name}") for part in own]
    read = [one for wish in wishes for one in wish.wanted.recalled]
    read += [(wish.wanted.goal, 0.0) for wish in wishes if wish.wanted.goal is not None]
    wanted = model_calls.Wanted(
        step=STEP.format(step=first.wanted.step, count=count),
        agent=first.wanted.agent,
        basis=model_calls.digest([wish.wanted.basis for wish in wishes]),
        recalled=tuple(dict.fromkeys(read)),
    )
    return Wish(
        wanted, first.tier, first.task + TASK.format(count=count), tuple(parts), Shadows,
        first.tokens_max * count, first.chars_max * count, first=first.first, alike=True,
    )  # fmt: skip
