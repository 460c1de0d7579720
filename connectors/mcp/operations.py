"""An outside tool as an operation: what it does is what the operator said, never what it says."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel

from connectors.company import Clock
from connectors.contract import (
    ANSWER,
    Change,
    EffectClass,
    Operation,
    PermanentError,
    Preview,
    Receipt,
    Role,
    UnknownError,
)
from connectors.mcp import Server, Tool, arguments
from connectors.mcp.client import LIST_S, Answer

LOOKS: tuple[EffectClass, ...] = ("read", "egress_read", "internal")  # a failure of these is one
PIN_CHARS = 8
Call = Callable[[Tool, dict[str, Any]], Awaitable[Answer]]


def operation(
    server: Server,
    tool: Tool,
    effect: EffectClass | None,
    roles: Mapping[str, Role],
    call: Call,
    clock: Clock,
) -> Operation:
    """Return the tool as an operation; without an effect class it never runs (see policies.gate).

    What it takes beside the arguments that have a role is judged as a destination.
    """

    async def preview(args: Any) -> Preview:
        given = [Change(name, None, _shown(value)) for name, value in _values(args).items()]
        pin = Change(f"Tool, as of {tool.digest[:PIN_CHARS]}", None, tool.operation, derived=True)
        note = f"{tool.operation} is a tool of somebody else: what it does, you said yourself."
        return Preview(f"Use {tool.operation}", (*given, pin), notes=(note,) if effect else ())

    async def run(args: Any, key: str) -> Receipt:
        answer = await call(tool, _values(args))
        if answer.failed:
            said = f"{tool.operation} says that it failed: “{answer.text[:300]}”"
            raise PermanentError(said) if effect in LOOKS else UnknownError(said)
        data = {ANSWER: answer.text}
        return Receipt(id=key, said=f"{tool.operation} answered", at=clock(), data=data)

    strict: dict[str, Role] = dict.fromkeys(arguments.names(tool.takes), "destination")
    return Operation(
        name=tool.operation,
        does=f"Use {tool.operation}",
        verb="Use it",
        args=arguments.model(tool.takes),
        effect=effect,
        roles={**strict, **roles},
        run=run,
        preview=preview,
        timeout_s=server.timeout_s + 3 * LIST_S,
        data_class=server.class_of(tool.name),
    )


def _values(args: BaseModel) -> dict[str, Any]:
    values: dict[str, Any] = args.model_dump(mode="json")
    return values


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
