"""An answer in words: a small model may write one paragraph from exactly the passages it is given.

Every sentence names its sources. One that names none, or one that is not there, or that they do not
bear (agents/checks/cited.py): then nobody sees any of it. Nor where a number is asked for, the
passages have one, and the answer none.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, Field, ValidationError

from agents.checks import cited
from agents.models import sources as numbered
from agents.models.door import Answer, Models
from agents.models.wish import Hears, Part, Wish
from connectors.contract import DataClass
from engine.models import model_calls
from memory.recalling.recall import Recalled

PURPOSE = "answer"
STEP = "answer/{prompt}"
UNCOUNTED = "a number is asked for, a source that it names has one, and it says none"
NOT_GIVEN = "a sentence names a source that was not given"
SENTENCE_CHARS_MAX = 400
SENTENCES_MAX = 6
Writing = Callable[[str], Awaitable[None]]
"""Is told the sentences that are finished and hold, whenever there is one more."""
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_HOW_MANY = re.compile(
    r"\b(?:how (?:many|much)|wie ?viele?|combien|cu[aá]nt[oa]s?|quant[oiae])\b", re.IGNORECASE
)
_COUNT = re.compile(
    r"\d|\b(?:none|nothing|nobody|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|dozens?|hundreds?|thousands?|both|nichts|niemand|null|zwei|drei|vier|fünf|sechs|sieben|acht"
    r"|neun|zehn|elf|zwölf|beide|aucune?|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze"
    r"|ning[uú]n\w*|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce)\b",
    re.IGNORECASE,
)


class Told(Protocol):
    """What a source says."""

    @property
    def text(self) -> str: ...


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


async def paragraph(
    models: Models,
    question: str,
    of: DataClass,
    told: Sequence[Recalled],
    asked_in: str,
    writing: Writing | None = None,
) -> Written | None:
    """Return what a model makes of these passages; None: nothing that can be shown.

    `of` is the class of the question, `asked_in` its event. What is secret no model reads; what is
    somebody's, only one that may by the rules.
    """
    sources = {n: one for n, one in enumerate(told, 1) if one.sensitivity != "secret"}
    prompt = await models.pinned.prompt(PURPOSE, asked_in)
    wanted = model_calls.Wanted(
        step=STEP.format(prompt=prompt.number),
        agent="front",
        basis=model_calls.digest(question, [one.id for one in sources.values()]),
        task=asked_in,  # so that its words go with it, and a crash asks nothing twice
        recalled=tuple((one.id, one.score) for one in sources.values()),
    )
    parts = (Part("the question", question, of), *numbered.parts(sources))
    hears = None if writing is None else _hears(question, sources, writing)
    wish = Wish(wanted, "small", prompt.text, parts, Paragraph, hears=hears, first=prompt.first)
    answer = await models.ask(wish)
    if not isinstance(answer, Answer):
        return None
    sources = {n: one for n, one in sources.items() if one.id in answer.given}
    sentences = answer.value.sentences
    if fault(sentences, question, sources):
        return None
    named = sorted({number for one in sentences for number in one.sources})
    return Written(text_of(sentences), tuple(named), answer.model)


def _hears(question: str, sources: Mapping[int, Recalled], writing: Writing) -> Hears:
    """Return who passes on each sentence once the next has begun, unless one does not hold."""
    told = 0

    async def hears(so_far: Any, given: tuple[str, ...]) -> None:
        nonlocal told
        try:
            done = [Sentence.model_validate(one) for one in so_far["sentences"][:-1]]
        except (ValidationError, KeyError, TypeError):
            return
        read = {n: one for n, one in sources.items() if one.id in given}
        if len(done) != told and not fault(done, question, read):
            told = len(done)
            await writing(text_of(done))

    return hears


def fault(sentences: Sequence[Sentence], question: str, sources: Mapping[int, Told]) -> str:
    """Return why these sentences cannot be shown, in a few words; "": they can."""
    if not _counts(sentences, question, sources):
        return UNCOUNTED
    return next(filter(None, (unborne(one, question, sources) for one in sentences)), "")


def _counts(sentences: Sequence[Sentence], question: str, sources: Mapping[int, Told]) -> bool:
    """Say whether a number is told where one is asked for and a source that is named has one."""
    if not _HOW_MANY.search(question) or any(_COUNT.search(one.text) for one in sentences):
        return True
    named = {number for one in sentences for number in one.sources if number in sources}
    return not any(_NUMBER.search(sources[number].text) for number in named)


def unborne(one: Sentence, question: str, sources: Mapping[int, Told]) -> str:
    """Return what of a sentence its sources do not bear, in a few words; "": they bear it."""
    if not all(number in sources for number in one.sources):
        return NOT_GIVEN
    named = [sources[number].text for number in one.sources]
    others = [told.text for number, told in sources.items() if number not in one.sources]
    return cited.fault(one.text, named, others, question)


def text_of(sentences: Sequence[Sentence]) -> str:
    """Return the paragraph as it is shown."""
    return " ".join(f"{one.text.strip()} {numbers(one)}" for one in sentences)


def numbers(one: Sentence) -> str:
    """Return the sources of a sentence as they stand behind it: “[1][3]”."""
    return "".join(f"[{number}]" for number in sorted(set(one.sources)))
