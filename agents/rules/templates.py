"""Templates of rules: three questions each, whose answers become sentences heard as rules."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, TypeAdapter

from agents.reading import amounts
from agents.reading.words import Context

FILE = Path(__file__).parent / "templates.yaml"
YES = frozenset({"yes", "y", "ja", "j"})
NO = frozenset({"no", "n", "nein", ""})


class Question(BaseModel, frozen=True, extra="forbid"):
    """One question. `says`: the sentence; a closed one is yes or no, else it has {answer}."""

    id: str
    ask: str
    usual: str = ""
    closed: bool = False  # answered with yes or no
    kind: Literal["number", "text"] = "number"  # how an open one is answered
    says: str


class Template(BaseModel, frozen=True, extra="forbid"):
    id: str
    title: str
    rising: bool = False  # its amounts are levels: each is at least the one before
    questions: tuple[Question, ...]


@cache
def templates() -> Mapping[str, Template]:
    """Return the templates by id, in the order of their file."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    read = TypeAdapter(tuple[Template, ...]).validate_python(found)
    return {one.id: one for one in read}


def sentences(template: Template, answers: Mapping[str, str], context: Context) -> Iterator[str]:
    """Yield the sentence of each answer that wants a rule. ValueError: an answer does not fit."""
    if template.rising:
        _check_rising(template, answers, context)
    for question in template.questions:
        answer = answers.get(question.id, "").strip()
        if not question.closed:
            if answer:
                yield question.says.format(answer=answer)
        elif answer.casefold() in YES:
            yield question.says
        elif answer.casefold() not in NO:
            raise ValueError(f"“{question.ask}” is answered with yes or no, not with “{answer}”.")


def _check_rising(template: Template, answers: Mapping[str, str], context: Context) -> None:
    """Raise ValueError where a level lies below the one before it."""
    said = [(one.ask, answers.get(one.id, "").strip()) for one in template.questions]
    levels = [
        (ask, answer, Decimal(found[0].readings[0].value))
        for ask, answer in said
        if (found := amounts.find(answer, context, [])) and found[0].readings
    ]
    for (ask, answer, level), (later, more, above) in pairwise(levels):
        if above < level:
            raise ValueError(
                f"“{later}” ({more}) is below “{ask}” ({answer}). Each level is above the last."
            )
