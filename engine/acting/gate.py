"""weigh(): every wish passes here before it can become an effect; there is no second way out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from connectors.contract import Operation, Option, PermanentError, Preview
from engine.acting import request, situation, strangers
from engine.acting.digests import digest
from engine.drawing import forms
from engine.drawing.marks import Marks, left, marked, marks_of
from engine.planning import goals, left_out, specs
from engine.rules.house import House
from memory.db import Reader
from policies.gate import Gate
from policies.rules import RUNS_BY_ITSELF, Action, Book, Verdict


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action with what it would change and what the policies say of it."""

    action: Action
    preview: Preview
    verdict: Verdict
    book: Book | None = None  # what judged it, where its goal has rules of its own

    @property
    def digest(self) -> str:
        return digest(self.action)

    @property
    def counterpart(self) -> str:
        """Return the one record or address it is for; "" for nobody or several."""
        return str(self.preview.facts["situation"]["counterpart"])


async def weigh(
    house: House, action: Action, goal: str, *, task: str | None, marks: Marks = (),
    options: tuple[Option, ...] = (),
) -> Proposal:  # fmt: skip
    """Look at what the action would change and judge it. PermanentError: it can never run so.

    `task`: the planned one that it is held to; None for what the operator asks for by a tap.
    `marks`: what the checks found in its texts, to be judged and shown with it. `options`: other
    drafts, to be offered beside it.
    """
    operation = house.operation(action.operation)
    preview = await operation.preview(arguments(operation, action.args))
    async with house.db.snapshot() as reader:
        preview = marked(preview, await with_left_out(reader, task, marks), options)
        return await judged(reader, house, action, preview, goal, task=task)


async def again(
    house: House, action: Action, goal: str, *, task: str | None, shown: Preview
) -> Proposal:
    """Weigh what a card showed once more: what was marked and offered in it stays so."""
    drafts = tuple(one for one in shown.options if one.drafted)
    marks = left(shown, action.args)
    return await weigh(house, action, goal, task=task, marks=marks, options=drafts)


async def with_left_out(reader: Reader, task: str | None, marks: Marks) -> Marks:
    """Return the marks of a step, and one for each that was left out before it."""
    return [*marks, *(one for one in await left_out.marks(reader, task) if one not in marks)]


def asked(proposal: Proposal, because: str) -> Proposal:
    """Return it as a question, where the rules would let it run unseen."""
    if proposal.verdict.outcome not in RUNS_BY_ITSELF:
        return proposal
    asks = {"outcome": "ask", "because": because}
    return replace(proposal, verdict=proposal.verdict.model_copy(update=asks))


async def judged(
    reader: Reader, house: House, action: Action, preview: Preview, goal: str, *, task: str | None
) -> Proposal:
    """Judge an action whose preview is known, by the facts as this reader sees them."""
    operation = house.operation(action.operation)
    known = await situation.facts(
        reader, operation, action, preview, goal,
        operations=house.operations, on_trial=house.book.on_trial,
    )  # fmt: skip
    known |= {"findings": len(marks_of(preview.facts))}
    if task:
        known |= {"mode": await goals.mode_of(reader, goal)}
        known |= {"spec": await specs.of_task(reader, task)}
    gate = await request.begun(reader, house, goal, task=task)
    shown = _with_words(preview, operation, action, gate.facts(action, known))
    verdict = gate.weigh(action, known)
    doubts = {
        "stranger": await strangers.first(reader, operation, action),
        "account": await _account(reader, gate, operation, action, known, verdict),
    }
    shown = replace(shown, facts={**shown.facts, **doubts})
    own = gate.book if gate.book.bundle != house.book.bundle else None
    return Proposal(action, shown, verdict, own)


async def _account(
    reader: Reader,
    gate: Gate,
    operation: Operation,
    action: Action,
    known: Mapping[str, Any],
    verdict: Verdict,
) -> dict[str, str]:
    """Return the account because of which alone it is refused; {}: it is not, or not alone."""
    unproven = (
        await strangers.account(reader, operation, action) if verdict.outcome == "deny" else {}
    )
    if not unproven:
        return {}
    proven = strangers.vouched(action, unproven["account"], unproven["record"])
    return {} if gate.weigh(proven, known).outcome == "deny" else unproven


def arguments(operation: Operation, args: dict[str, Any]) -> Any:
    """Return the arguments as the operation's own model; PermanentError says which one is wrong."""
    try:
        return operation.args.model_validate(args)
    except ValidationError as error:
        faults = (f"{_where(fault['loc'])}{fault['msg']}" for fault in error.errors())
        raise PermanentError("; ".join(faults)) from None


def _with_words(
    preview: Preview, operation: Operation, action: Action, facts: Mapping[str, Any]
) -> Preview:
    """Keep with the preview what its card needs to say of the operation, and what was judged."""
    words = {
        "verb": operation.verb,
        "undo": operation.undo.says,
        "undoable": operation.undo.run is not None,
        "situation": dict(facts),
        "form": [field.model_dump(mode="json") for field in forms.fields(operation, action.args)],
    }
    return replace(preview, facts={**preview.facts, **words})


def _where(path: tuple[int | str, ...]) -> str:
    return "".join(f"{part}." for part in path)[:-1] + ": " * bool(path)
