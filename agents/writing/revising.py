"""Revising: a draft that the checks mark is written once more, by a model told what is wrong."""

from agents.models.door import Answer, Models
from agents.models.wish import Part, T, Wish
from agents.writing.checks.evidence import Finding
from engine.models import model_calls

PURPOSE = "again"
STEP = "draft.again/{prompt}"
TASK = "{task}\n\n{prompt}"


async def again(models: Models, wish: Wish[T], text: str, wrong: tuple[Finding, ...]) -> str | None:
    """Ask for the same draft once more, told what is wrong with the first. None: no answer.

    `wish` is what the first was asked with; its answer has a field `text`.
    """
    said = "\n".join(f"- {one.says}" for one in wrong)
    basis = model_calls.digest(wish.wanted.basis, text, said)
    prompt = await models.pinned.prompt(PURPOSE, wish.wanted.task or basis)
    step = STEP.format(prompt=prompt.number)
    wanted = wish.wanted.model_copy(update={"step": step, "basis": basis})
    task = TASK.format(task=wish.task, prompt=prompt.text)
    told = (
        Part("what you wrote before", text, "personal", outside=True),
        Part("what is wrong with it", said, "personal", outside=True),
    )
    answer = await models.ask(
        Wish(wanted, wish.tier, task, (*wish.parts, *told), wish.gives,
             wish.tokens_max, wish.chars_max, first=prompt.first or wish.first)
    )  # fmt: skip
    written = getattr(answer.value, "text", "") if isinstance(answer, Answer) else ""
    return str(written).strip() or None
