"""Variants: several drafts of one text that truly differ, for the operator to choose from."""

from collections.abc import Iterable
from itertools import islice

from pydantic import BaseModel, Field

from agents.models.door import Answer, Models
from agents.models.wish import T, Wish
from agents.writing.checking import Draft
from connectors.contract import Option
from engine.chat import diffs

FIELD = "text"  # of the operations that have a text for somebody outside
PURPOSE = "variants"
STEP = "draft.variants/{prompt}"
TASK = "{task}\n\n\n{prompt}"
VARIANTS_MIN, VARIANTS_MAX = 2, 5
DIFFERENT_MIN = 0.3  # of the words of both; a nearer copy is dropped
TEXT_CHARS_MAX = 5000
TOKENS_MAX = 2400
CHARS_MAX = 25_000
SAYS_CHARS = 200


class Variants(BaseModel):
    """Several ways to write one text."""

    texts: list[str] = Field(min_length=VARIANTS_MIN, max_length=8)


async def written(models: Models, wish: Wish[T]) -> tuple[list[str], tuple[str, ...]]:
    """Return two to five texts that differ, and the passages they were written from.

    Fewer: nobody answered, or what came were copies. `wish` asks for one such text.
    """
    prompt = await models.pinned.prompt(PURPOSE, wish.wanted.task or wish.wanted.basis)
    wanted = wish.wanted.model_copy(update={"step": STEP.format(prompt=prompt.number)})
    task = TASK.format(task=wish.task, prompt=prompt.text)
    several = Wish(
        wanted, wish.tier, task, wish.parts, Variants, TOKENS_MAX, CHARS_MAX,
        first=prompt.first or wish.first,
    )  # fmt: skip
    answer = await models.ask(several)
    if not isinstance(answer, Answer):
        return [], ()
    return different(answer.value.texts), answer.given


def different(texts: list[str]) -> list[str]:
    """Return the texts that differ from all before them by their words, five at most."""
    kept: list[str] = []
    for text in (text.strip() for text in texts):
        if text and len(text) <= TEXT_CHARS_MAX and differs(text, kept):
            kept.append(text)
    return list(islice(kept, VARIANTS_MAX))


def differs(text: str, others: Iterable[str]) -> bool:
    """Say whether a text truly differs from each of the others."""
    return all(diffs.ratio(other, text) >= DIFFERENT_MIN for other in others)


def options(draft: Draft) -> tuple[Option, ...]:
    """Return the draft and its variants as the options of its card; nothing where it has none."""
    if not draft.variants:
        return ()
    return tuple(_option(one) for one in (draft, *draft.variants))


def _option(draft: Draft) -> Option:
    marks = tuple(draft.marks)
    text = str(draft.call.args[FIELD])
    return Option(_says(text), {FIELD: text}, drafted=True, marks=marks)


def _says(text: str) -> str:
    """Return how an option tells of its text: how long it is, and how it begins."""
    flat = " ".join(text.split())
    more = "…" if len(flat) > SAYS_CHARS else ""
    return f"{len(flat.split())} words: {flat[:SAYS_CHARS].rstrip()}{more}"
