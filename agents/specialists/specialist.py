"""A specialist turns a planned step into calls. By rules until minds arrive; it is never trusted.

Whatever it wants is weighed against the plan. The call the step planned becomes the task's action;
anything else it wants is kept as a suggestion and never becomes a card.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agents.playbooks import references
from agents.specialists import writer
from connectors.contract import PermanentError
from engine.planning.plans import Task
from engine.voice import style_desk
from engine.voice.style import Style
from memory.db import Reader

Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that a specialist wants to make; its arguments are JSON values."""

    operation: str
    args: dict[str, Any]


Specialist = Callable[[Reader, Task, Scope], Awaitable[tuple[Wanted, ...]]]


async def by_rules(reader: Reader, task: Task, scope: Scope) -> tuple[Wanted, ...]:
    """Fill in the step's references and drafts. PermanentError: something it needs is not known."""
    args, missing = references.resolve(task.args, scope)
    if missing:
        raise PermanentError(f"I do not know {_listed(missing)}.")
    voice = await style_desk.known(reader, writer.recipient(scope).get("id"))
    filled = {name: _drafted(value, scope, voice) for name, value in args.items()}
    return (Wanted(task.operation, filled),)


def _listed(missing: tuple[str, ...]) -> str:
    """Name what led nowhere: “customer.email” is the customer's email."""
    return ", ".join(f"“{path.replace('.', ' ').replace('_', ' ')}”" for path in missing)


def _drafted(value: Any, scope: Scope, voice: Style) -> Any:
    if isinstance(value, dict) and set(value) == {references.DRAFT}:
        return writer.draft(value[references.DRAFT], scope, voice)
    return value
