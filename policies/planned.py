"""Plan lock: which calls a plan foresaw, and where each of their arguments was to come from. Pure.

A plan is made of the operator's words and the records, before anybody else's text is read. What
is read afterwards can fill in a planned call; it cannot add one.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field

from policies.contracts import scalars
from policies.origins import Sources, known
from policies.rules import Origin

WORDS: Mapping[Origin, str] = {
    "operator": "your own words",
    "canonical": "your records",
    "record": "what a system reported",
    "text": "somebody else's text",
    "model": "nowhere but the agent",
}
RANK: Mapping[Origin, int] = {"operator": 0, "canonical": 1, "record": 2, "text": 3, "model": 4}


class Call(BaseModel, frozen=True, extra="forbid"):
    """A planned call. `sources`: the least trusted origin each argument may have, by its name or
    by the path of a scalar in it.

    With `sources` None only the operation is fixed. `values`: all that an argument may hold, where
    the plan knows it already ("Pay Bo" is Bo's account and nobody else's). `flags` are those meant
    to be set. `times` None: as often as needed.
    """

    operation: str
    sources: Mapping[str, Origin] | None = None
    values: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    times: int | None = Field(1, ge=1)


Plan = tuple[Call, ...]


def plan_of(calls: Iterable[Call | str | Mapping[str, object]]) -> Plan:
    """Return the plan; a bare name is an operation that may be called as often as needed."""
    return tuple(
        Call(operation=call, times=None) if isinstance(call, str) else Call.model_validate(call)
        for call in calls
    )


def deviation(
    plan: Plan,
    operation: str,
    args: Mapping[str, Any],
    origins: Mapping[str, Origin],
    done: Mapping[str, int],
    refused: Mapping[str, int] = MappingProxyType({}),
) -> str:
    """Return in one sentence how a call leaves the plan; "" when the plan foresaw it.

    `origins` by path of each scalar argument; `done` and `refused`: how often each operation was
    called, and how often the operator said no to it.
    """
    foreseen = [call for call in plan if call.operation == operation]
    if not foreseen:
        return f"“{operation}” is not in the plan."
    limits = [call.times for call in foreseen]
    allowed = sum(times for times in limits if times is not None)
    noes = refused.get(operation, 0)
    if None not in limits and done.get(operation, 0) + noes >= allowed:
        settled = "you said no" if noes else "that is done"
        return f"“{operation}” was planned {_times(allowed)}, and {settled}."
    return min(
        (_elsewhere(call, args, origins) or _strays(call, origins) for call in foreseen), key=len
    )


def _elsewhere(call: Call, args: Mapping[str, Any], origins: Mapping[str, Origin]) -> str:
    """Return which argument holds something else than the plan fixed or the operator typed."""
    for name, values in call.values.items():
        fixed = Sources(canonical=values)
        for path, value in scalars(args.get(name), name):
            if origins.get(path) != "operator" and not known(value, fixed):
                return f"“{name}” is not what was planned for “{call.operation}”."
    return ""


def _strays(call: Call, origins: Mapping[str, Origin]) -> str:
    """Return how the arguments leave this one call's plan."""
    if call.sources is None:
        return ""
    for path, origin in sorted(origins.items()):
        name = path.split(".")[0]
        if origin == "operator" or name in call.flags:
            continue
        planned = call.sources.get(path, call.sources.get(name))
        if planned is None:
            return f"“{name}” is not in the plan of “{call.operation}”."
        if RANK[origin] > RANK[planned]:
            came, meant = WORDS[origin], WORDS[planned]
            return f"“{name}” was to come from {meant}, but it comes from {came}."
    return ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
