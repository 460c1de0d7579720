"""Judging: a judge model reads a draft and says what to look at; it approves nothing."""

from pydantic import BaseModel, Field

from agents.checks.evidence import Evidence, Finding
from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from engine.models import model_calls
from engine.planning.plans import Task

PURPOSE = "judge"
STEP = "draft.judge/{prompt}"
FINDINGS_MAX = 5
WORDS_MAX, WHY_MAX = 300, 200
EVIDENCE_CHARS_MAX = 6000
SAYS = "A judge model says of “{words}”: {why}"


class Remark(BaseModel):
    words: str = Field(min_length=1, max_length=WORDS_MAX)
    why: str = Field(min_length=1, max_length=WHY_MAX)


class Judged(BaseModel):
    """What somebody should look at; words that are not in the draft count for nothing."""

    remarks: list[Remark] = Field(default=[], max_length=FINDINGS_MAX)


async def remarks(
    models: Models, task: Task, text: str, template: str, evidence: Evidence
) -> tuple[Finding, ...]:
    """Return what the judge tier remarks on a text that was drafted for a task."""
    prompt = await models.pinned.prompt(PURPOSE, task.id)
    step, basis = STEP.format(prompt=prompt.number), model_calls.digest(text)
    wanted = model_calls.Wanted(
        step=step, agent=task.agent, basis=basis, task=task.id, goal=task.goal
    )
    known = "\n".join(evidence.texts)[:EVIDENCE_CHARS_MAX]
    parts = (
        Part("the draft", text, "personal", outside=True),
        Part("its beginning", template, "personal"),
        Part("the evidence", known, "personal", outside=True),
    )
    answer = await models.ask(Wish(wanted, "judge", prompt.text, parts, Judged, first=prompt.first))
    if not isinstance(answer, Answer):
        return ()
    said = [one for one in answer.value.remarks if one.words in text]
    return tuple(Finding("judge", one.words, SAYS.format(**one.model_dump())) for one in said)
