"""Templates of rules: three questions each, whose answers become sentences heard as rules."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, TypeAdapter

FILE = Path(__file__).parent / "templates.yaml"
YES = frozenset({"yes", "y", "ja", "j"})
NO = frozenset({"no", "n", "nein", ""})


class Question(BaseModel, frozen=True, extra="forbid"):
    """One question. `says`: the sentence; a closed one is yes or no, else it has {answer}."""

    id: str
    ask: str
    usual: str = ""
    closed: bool = False  # answered with yes or no
    says: str


class Template(BaseModel, frozen=True, extra="forbid"):
    id: str
    title: str
    questions: tuple[Question, ...]


@cache
def templates() -> Mapping[str, Template]:
    """Return the templates by id, in the order of their file."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    read = TypeAdapter(tuple[Template, ...]).validate_python(found)
    return {one.id: one for one in read}


def sentences(template: Template, answers: Mapping[str, str]) -> Iterator[str]:
    """Yield the sentence of each answer that wants a rule. ValueError: an answer is neither."""
    for question in template.questions:
        answer = answers.get(question.id, "").strip()
        if not question.closed:
            if answer:
                yield question.says.format(answer=answer)
        elif answer.casefold() in YES:
            yield question.says
        elif answer.casefold() not in NO:
            raise ValueError(f"“{question.ask}” is answered with yes or no, not with “{answer}”.")
