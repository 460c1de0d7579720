"""By hand: what the operator writes for a step that could not be prepared with what was said.

Kept with the step are the arguments that were tried and the form for them; what is written there
takes the place of what the plan foresaw, and is the operator's own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.chat.messages import Button, Form, Input
from engine.planning import left_out
from engine.planning.plans import Task
from memory import events
from memory.db import Tx, change
from memory.schema.work import tasks


async def keep(tx: Tx, task_id: str, args: Mapping[str, Any], fields: Sequence[Input]) -> None:
    """Keep what a step could not be prepared with, and what of it may be changed."""
    form = [field.model_dump(mode="json") for field in fields]
    await change(tx, tasks, {"id": task_id}, tried={"args": dict(args), "form": form})


async def write(tx: Tx, step: Task, changed: Mapping[str, Any], cause: str) -> bool:
    """Put the operator's values in, and try once more to prepare it. False: it is settled."""
    if not await left_out.prepare_again(tx, step.id, cause):
        return False
    origins = (
        None if step.origins is None else {**step.origins, **dict.fromkeys(changed, "operator")}
    )
    values = {
        "args": {**step.args, **changed},
        "origins": origins,
        "by_hand": list(dict.fromkeys((*(step.by_hand or ()), *changed))),
    }
    await change(tx, tasks, {"id": step.id}, **values)
    await events.note(tx, "task.edited", cause, goal=step.goal, task=step.id, args=[*changed])
    return True


def button(step: Task) -> tuple[Button, ...]:
    """Return the button that opens the form; nothing where nothing can be written."""
    fields = tuple(Input.model_validate(one) for one in (step.tried or {}).get("form", ()))
    if not fields:
        return ()
    form = Form(title="Edit and try again", fields=fields)
    return (Button(label="✎ Edit", action="rewrite", ref=step.id, form=form),)
