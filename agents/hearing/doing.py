"""A call typed out, “notes.write_file path=a.txt”: a goal of one step, judged like any other."""

import json
import shlex
from typing import Any

from connectors.contract import Operation, PermanentError
from connectors.mcp import arguments
from engine.acting import request
from engine.planning import goals, plans
from engine.rules.house import House
from memory.db import Tx
from memory.ids import derived_id
from policies.contracts import scalars

AGENT = "you"
BECAUSE = "You typed the call yourself."
HOW = "Write it as /do {tool} {args}; put what has spaces into quotes."
PLAIN = str.maketrans("“”„", '"""')  # what a phone makes of a quotation mark
OUTCOME = {"kind": "tool", "minutes_saved": 0}


def read(operation: Operation, takes: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the arguments that “name=value …” says. PermanentError: what to write instead."""
    known = arguments.names(takes)
    how = HOW.format(tool=operation.name, args=" ".join(f"{name}=…" for name in known))
    try:
        words = shlex.split(text.translate(PLAIN))
    except ValueError:
        raise PermanentError(f"A quotation mark is open. {how}") from None
    args: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise PermanentError(f"“{word}” is no argument. {how}")
        if name in args:
            raise PermanentError(f"“{name}” is there twice. {how}")
        args[name] = _value(arguments.kind(takes, name), name, value)
    return args


async def plan(
    tx: Tx, house: House, operation: Operation, args: dict[str, Any], cause: str, conv: str
) -> None:
    """Take the call on as a goal whose plan holds exactly these values."""
    said = [str(value) for _, value in scalars(args)]
    title, goal_id = f"Use {operation.name}", derived_id("gol", cause)
    slots = {"values": {}, "said": said, "mail": None, "outcome": OUTCOME}
    await goals.open_goal(tx, goal_id, title, asked_by=cause, conv=conv, playbook=None, slots=slots)
    goal = await goals.get(tx, goal_id)
    assert goal is not None
    gate = await request.begun(tx, house, goal_id, evidence=True)
    step = plans.Step(
        key="do",
        title=title,
        operation=operation.name,
        agent=AGENT,
        args=args,
        origins=gate.origins(args),
        fixed={name: tuple(str(v) for _, v in scalars(value)) for name, value in args.items()},
    )
    await plans.make(tx, goal, (step,), BECAUSE, cause)


def _value(kind: str, name: str, text: str) -> Any:
    """Return typed text as the JSON value its schema asks for; what does not fit is told later."""
    if kind == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        if kind == "array":
            return [part.strip() for part in text.split(",") if part.strip()]
        if kind in ("", "integer", "number"):
            return text
        raise PermanentError(
            f"“{name}” takes {arguments.KINDS[kind][0]}, written as JSON."
        ) from None
