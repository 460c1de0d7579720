"""Spec changes: what a new version of a specialist's file says otherwise, and whether it may more.

Pure.
"""

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase

from agents.specialists.spec import AgentSpec
from agents.specialists.spec_fields import Typed
from engine.planning.mode_words import SAYS

TIERS = ("local", "small", "judge", "large")  # what a call may cost, the least first
KEYS = ("mode", "checks", "takes", "gives")
CODE = "runs code that you have not seen, {name}.py"


def wider(old: AgentSpec, new: AgentSpec) -> tuple[str, ...]:
    """Return what the new one may that the old one may not, in words; none: its bounds hold."""
    return (*_wider(old, new), *_code(old, new))


def differences(old: AgentSpec, new: AgentSpec) -> tuple[str, ...]:
    """Return everything that differs, what widens it first."""
    less = [*_wider(new, old), *_fields(new, old)]
    more, less = wider(old, new), [f"no longer {said}" for said in less]
    told = [f"{key} changed" for key in KEYS if getattr(old, key) != getattr(new, key)]
    told += [f"{new.name}.md, how it writes, changed"] if old.prompt != new.prompt else []
    told += [f"{new.name}.py, its code, is gone"] if old.code and not new.code else []
    return (*more, *less, *told)


def ways(spec: AgentSpec) -> Iterator[str]:
    """Yield how a file has its texts written, where it says anything of it."""
    if spec.mode is not None:
        yield SAYS[spec.mode]
    yield from (f"of each text: {one}" for one in spec.checks.says)
    if spec.checks.judge:
        yield "a judge model reads each text"


def _wider(old: AgentSpec, new: AgentSpec) -> Iterator[str]:
    for one in new.may:
        if not any(_covers(held, one) for held in old.may):
            yield f"may {'do everything' if one == '*' else one}"
    if TIERS.index(new.tier) > TIERS.index(old.tier):
        yield f"asks models of the tier {new.tier}"
    asks = new.tier != "local"
    if asks and new.calls_max > (old.calls_max if old.tier != "local" else 0):
        yield f"asks models up to {new.calls_max} times for one task"
    if asks and _most(new) > _most(old):
        yield f"spends on models {_said(new.cost_max)} a day"


def _code(old: AgentSpec, new: AgentSpec) -> Iterator[str]:
    """Yield what code of its own may: nobody knows what changed code does until it has done it."""
    if new.code and new.code != old.code:
        yield CODE.format(name=new.name)
    yield from _fields(old, new)


def _fields(old: AgentSpec, new: AgentSpec) -> Iterator[str]:
    """Yield what its code is given, and may fill in, that it was not and might not before."""
    if not new.code:
        return
    for says, given, before in (
        ("is given", new.takes, old.takes),
        ("may fill in", new.gives, old.gives),
    ):
        for name, field in given.items():
            if not old.code or not _same(field, before.get(name)):
                yield f"{says} {name} ({field.type})"


def _same(one: Typed, other: Typed | None) -> bool:
    """Say whether two fields hold the same values, however they are described."""
    return other is not None and other.model_copy(update={"means": one.means}) == one


def _covers(held: str, one: str) -> bool:
    """Say whether what is held holds the other, of which either may be all of a connector."""
    return held == one or (not one.startswith("*") and fnmatchcase(one, held))


def _most(spec: AgentSpec) -> Decimal:
    if spec.tier == "local":
        return Decimal(0)
    return Decimal("Infinity") if spec.cost_max is None else spec.cost_max


def _said(most: Decimal | None) -> str:
    return "without a limit of its own" if most is None else f"up to {most}"
