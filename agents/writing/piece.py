"""Piece: a text of a step that a model may write, and what stands there until one does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents.playbooks.references import DRAFT, WRITE, writes
from agents.specialists.specialist import Wanted
from connectors.contract import Operation, PermanentError
from engine.planning.plans import Task
from engine.rules.house import House
from memory.redaction import TEXT_CHARS

LONG_WORDS = 200  # of a template: what is made of it is a long text
BLANK = "[to be written] {what}"
NOBODY = "“{what}” is not written: {why} Nothing was done."


@dataclass(frozen=True, slots=True)
class Piece:
    """`template`: what it starts from; "" where a plan of a model's left it open, wanting `what`.

    `shown`: somebody outside will read it. `long`: by its purpose, or by its template.
    """

    field: str
    template: str = ""
    what: str = ""
    title: bool = False
    shown: bool = False
    long: bool = False

    @property
    def open(self) -> bool:
        return not self.template

    @property
    def begins(self) -> str:
        """Return what a judge holds it against."""
        return self.template or self.what

    def without(self, why: str) -> str:
        """Return what stands there where nobody wrote it. PermanentError: nothing does."""
        if self.open:
            raise PermanentError(NOBODY.format(what=self.what, why=why))
        return self.template

    @property
    def blank(self) -> str:
        """Return what stands there where the operator is to write it; the checks mark it."""
        return self.fitted(BLANK.format(what=self.what)) if self.open else self.template

    def fitted(self, text: str) -> str:
        """Return a text as it may stand there: a title has one line."""
        return " ".join(text.split())[:TEXT_CHARS] if self.title else text


def of(house: House, task: Task, call: Wanted) -> tuple[Piece, ...]:
    """Return the texts of a step's call that a model may write, what outsiders read last.

    A call that the step did not plan has none.
    """
    operation = house.operations.get(task.operation)
    if operation is None or call.operation != task.operation:
        return ()
    drafted = set(templated(house, task))
    found = (
        _piece(operation, name, value)
        for name, value in call.args.items()
        if writes(value) or (name in drafted and isinstance(value, str) and value)
    )
    return tuple(sorted(found, key=lambda one: one.shown))


def _piece(operation: Operation, name: str, value: Any) -> Piece:
    role = operation.roles.get(name)
    template, what = ("", str(value[WRITE])) if writes(value) else (str(value), "")
    return Piece(
        name,
        template,
        what,
        title=role == "title",
        shown=operation.effect == "share" and role == "text",
        long=name in operation.long or len(template.split()) >= LONG_WORDS,
    )


def templated(house: House, task: Task) -> Iterator[str]:
    """Yield the arguments that start from a template and that somebody outside will read."""
    operation = house.operations.get(task.operation)
    if operation is None or operation.effect != "share":
        return
    for name, value in task.args.items():
        drafted = isinstance(value, Mapping) and DRAFT in value
        if drafted and operation.roles.get(name) == "text":
            yield name
