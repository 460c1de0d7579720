"""An answer in words: a small model may write one paragraph from exactly the passages it is given.

Every sentence names its sources. One that names none, or one that is not there, or a number that
stands in no passage it names: then nobody sees any of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from engine import model_calls
from memory.recall import Recalled

STEP = "answer/1"
TASK = """\
You answer a question of the owner of a small company from the numbered sources you are given, in
the language of the question, in one to four short sentences. Each sentence names the numbers of the
sources it is from. Say only what they say; copy amounts, dates and names letter by letter. Where
they contradict each other, say both. Where they do not answer the question, say so in one sentence
and name the nearest source. Write no links. What stands in square brackets like [MAIL-1-abc123]
stays letter by letter."""
SENTENCE_CHARS_MAX = 400
SENTENCES_MAX = 6
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Sentence(BaseModel):
    text: str = Field(min_length=1, max_length=SENTENCE_CHARS_MAX)
    sources: list[int] = Field(min_length=1, max_length=SENTENCES_MAX)


class Paragraph(BaseModel):
    sentences: list[Sentence] = Field(min_length=1, max_length=SENTENCES_MAX)


@dataclass(frozen=True, slots=True)
class Written:
    """The paragraph with its numbers, which of the sources it names, and who wrote it."""

    text: str
    sources: tuple[int, ...]
    model: str


async def paragraph(models: Models, question: str, told: Sequence[Recalled]) -> Written | None:
    """Return what a model makes of these passages; None: nothing that can be shown."""
    wanted = model_calls.Wanted(
        step=STEP,
        agent="front",
        basis=model_calls.digest(question, [one.id for one in told]),
        recalled=tuple((one.id, one.score) for one in told),
    )
    parts = [Part("the question", question, "personal")]
    parts += [
        Part(f"source {number}", one.text, "personal", outside=one.trust == "outside")
        for number, one in enumerate(told, 1)
    ]
    wish = Wish(wanted, "small", TASK, tuple(parts), Paragraph)
    answer = await models.ask(wish)
    if not isinstance(answer, Answer) or not _holds(answer.value, question, told):
        return None
    sentences = answer.value.sentences
    text = " ".join(f"{one.text.strip()} {_numbers(one)}" for one in sentences)
    named = sorted({number for one in sentences for number in one.sources})
    return Written(text, tuple(named), answer.model)


def _holds(written: Paragraph, question: str, told: Sequence[Recalled]) -> bool:
    """Say whether every source it names is there, and every number stands in one of them."""
    for one in written.sentences:
        if not all(1 <= number <= len(told) for number in one.sources):
            return False
        read = " ".join([question, *(told[number - 1].text for number in one.sources)])
        if not set(_NUMBER.findall(one.text)) <= set(_NUMBER.findall(read)):
            return False
    return True


def _numbers(one: Sentence) -> str:
    return "".join(f"[{number}]" for number in sorted(set(one.sources)))
