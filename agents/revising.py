"""Revising: a draft that the checks mark is written once more; a judge model may read it, too.

Neither approves anything: what is left is told on the card, beside the draft.
"""

from pydantic import BaseModel, Field

from agents.checks.evidence import Evidence, Finding
from agents.models.door import Answer, Models
from agents.models.wish import Part, T, Wish
from engine import model_calls
from engine.plans import Task

AGAIN = "draft.again/1"
JUDGE = "draft.judge/1"
WRONG = "what is wrong with it"
FINDINGS_MAX = 5
WORDS_MAX, WHY_MAX = 300, 200
EVIDENCE_CHARS_MAX = 6000
RUBRIC = """\
You read a draft before its owner sees it. You change nothing and approve nothing. Name what the
owner should look at, at most five things, the worst first; an empty list is right where nothing is.
1. It says or promises something that neither its beginning nor the evidence says.
2. It leaves out something that its beginning says.
3. It answers something else than was asked, or nothing.
4. It is rude, or too familiar, for whom it goes to.
`words`: the exact words of the draft that you mean. `why`: one short plain sentence about them."""
SAYS = "A judge model says of “{words}”: {why}"


class Remark(BaseModel):
    words: str = Field(min_length=1, max_length=WORDS_MAX)
    why: str = Field(min_length=1, max_length=WHY_MAX)


class Judged(BaseModel):
    """What somebody should look at; words that are not in the draft count for nothing."""

    remarks: list[Remark] = Field(default=[], max_length=FINDINGS_MAX)


async def again(models: Models, wish: Wish[T], text: str, wrong: tuple[Finding, ...]) -> str | None:
    """Ask for the same draft once more, told what is wrong with the first. None: no answer.

    `wish` is what the first was asked with; its answer has a field `text`.
    """
    said = "\n".join(f"- {one.says}" for one in wrong)
    basis = model_calls.digest(wish.wanted.basis, text, said)
    wanted = wish.wanted.model_copy(update={"step": AGAIN, "basis": basis})
    told = (
        Part("what you wrote before", text, "personal", outside=True),
        Part(f"{WRONG}: write it anew without that", said, "personal", outside=True),
    )
    answer = await models.ask(
        Wish(wanted, wish.tier, wish.task, (*wish.parts, *told), wish.gives,
             wish.tokens_max, wish.chars_max)
    )  # fmt: skip
    written = getattr(answer.value, "text", "") if isinstance(answer, Answer) else ""
    return str(written).strip() or None


async def judged(
    models: Models, task: Task, text: str, template: str, evidence: Evidence
) -> tuple[Finding, ...]:
    """Return what the judge tier remarks on a text that was drafted for a task."""
    wanted = model_calls.Wanted(
        step=JUDGE, agent=task.agent, basis=model_calls.digest(text), task=task.id, goal=task.goal
    )
    known = "\n".join(evidence.texts)[:EVIDENCE_CHARS_MAX]
    parts = (
        Part("the draft", text, "personal", outside=True),
        Part("its beginning", template, "personal"),
        Part("the evidence", known, "personal", outside=True),
    )
    answer = await models.ask(Wish(wanted, "judge", RUBRIC, parts, Judged))
    if not isinstance(answer, Answer):
        return ()
    remarks = [one for one in answer.value.remarks if one.words in text]
    return tuple(Finding("judge", one.words, SAYS.format(**one.model_dump())) for one in remarks)
