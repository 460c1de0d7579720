"""Revising: a draft that the checks mark is written once more, by a model told what is wrong.

Of several drafts of one text those that are marked are written anew by one call.
"""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, Field

from agents.checks.evidence import Finding
from agents.models.door import Answer, Models
from agents.models.wish import Part, T, Wish
from agents.writing import variants
from agents.writing.drafted import TEXT_CHARS_MAX
from engine.models import model_calls

PURPOSE = "again"
STEP = "draft.again/{prompt}"
TASK = "{task}\n\n{prompt}"
SEVERAL = """


You are given {count} such texts, each with its number before the names of its parts: several ways
to write the same. Each stays in its own way. Give each with its number as `id`."""
TOGETHER_MAX = 8
NUMBERED = "{number}: {name}"
U = TypeVar("U", bound=BaseModel)
Wrong = tuple[Finding, ...]


class Mended(BaseModel):
    """One text, by its number."""

    id: int
    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)


class AllMended(BaseModel):
    """The texts that were written anew."""

    drafts: list[Mended] = Field(max_length=TOGETHER_MAX)


async def again(models: Models, wish: Wish[T], text: str, wrong: Wrong) -> str | None:
    """Ask for the same draft once more, told what is wrong with the first. None: no answer.

    `wish` is what the first was asked with; its answer has a field `text`.
    """
    told = _told(text, wrong)
    answer = await models.ask(await _asked(models, wish, wish.gives, told))
    written = getattr(answer.value, "text", "") if isinstance(answer, Answer) else ""
    return str(written).strip() or None


async def several(
    models: Models, wish: Wish[T], drafts: Mapping[int, tuple[str, Wrong]]
) -> dict[int, str]:
    """Ask for these drafts of one text once more, each told what is wrong with it, by number.

    Those that nothing came for are left out. `wish` asks for one such text.
    """
    if not drafts:
        return {}
    told = tuple(
        Part(NUMBERED.format(number=number, name=part.name), part.text, part.data_class, True)
        for number, (text, wrong) in drafts.items()
        for part in _told(text, wrong)
    )
    said = SEVERAL.format(count=len(drafts))
    asked = await _asked(models, wish, AllMended, told, said, count=len(drafts))
    answer = await models.ask(asked)
    if not isinstance(answer, Answer):
        return {}
    came = {one.id: one.text.strip() for one in answer.value.drafts}
    return {number: came[number] for number in drafts if came.get(number)}


def _told(text: str, wrong: Wrong) -> tuple[Part, Part]:
    said = "\n".join(f"- {one.says}" for one in wrong)
    return (
        Part("what you wrote before", text, "personal", outside=True),
        Part("what is wrong with it", said, "personal", outside=True),
    )


async def _asked(
    models: Models, wish: Wish[T], gives: type[U], told: tuple[Part, ...], more: str = "",
    count: int = 1,
) -> Wish[U]:  # fmt: skip
    """Return the wish for the same once more. `count`: of the texts."""
    basis = model_calls.digest(wish.wanted.basis, *(part.text for part in told))
    prompt = await models.pinned.prompt(PURPOSE, wish.wanted.task or basis)
    step = STEP.format(prompt=prompt.number)
    wanted = wish.wanted.model_copy(update={"step": step, "basis": basis})
    task = TASK.format(task=wish.task, prompt=prompt.text) + more
    tokens, chars = wish.tokens_max, wish.chars_max
    if count > 1:  # they fitted into one answer before
        tokens, chars = variants.TOKENS_MAX, variants.CHARS_MAX
    return Wish(
        wanted, wish.tier, task, (*wish.parts, *told), gives, tokens, chars,
        first=prompt.first or wish.first, alike=count > 1,
    )  # fmt: skip
