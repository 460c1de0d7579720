"""Revising: a draft that the checks mark is written once more, by a model told what is wrong."""

from agents.models.door import Answer, Models
from agents.models.wish import Part, T, Wish
from agents.writing.checks.evidence import Finding
from engine.models import model_calls

STEP = "draft.again/1"
TASK = """\


You wrote this text once before, and a check found what is wrong with it. You are given both. Write
it anew so that nothing of that is left: take out what was not given to you, and put nothing in its
place. Leave the rest as it was."""


async def again(models: Models, wish: Wish[T], text: str, wrong: tuple[Finding, ...]) -> str | None:
    """Ask for the same draft once more, told what is wrong with the first. None: no answer.

    `wish` is what the first was asked with; its answer has a field `text`.
    """
    said = "\n".join(f"- {one.says}" for one in wrong)
    basis = model_calls.digest(wish.wanted.basis, text, said)
    wanted = wish.wanted.model_copy(update={"step": STEP, "basis": basis})
    told = (
        Part("what you wrote before", text, "personal", outside=True),
        Part("what is wrong with it", said, "personal", outside=True),
    )
    answer = await models.ask(
        Wish(wanted, wish.tier, wish.task + TASK, (*wish.parts, *told), wish.gives,
             wish.tokens_max, wish.chars_max, first=wish.first)
    )  # fmt: skip
    written = getattr(answer.value, "text", "") if isinstance(answer, Answer) else ""
    return str(written).strip() or None
