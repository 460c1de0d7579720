"""Trial: a new prompt or model beside the one in use, until a tap takes it for good or ends it.

in use ──begin──▶ on a share of the tasks, or in shadow ──▶ promoted (a tap goes back) │ ended

Which task gets the new one is drawn from the task's id, so it stays the same whatever happens.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from engine.models import model_calls
from memory import profile
from memory.db import Reader, Tx
from memory.schema.models import reasons
from memory.texts.reach import rowid

DRAFT = "draft"
KEPT = "minds"  # {"draft": Pin}, in the profile
SHARE = 20  # per cent of the tasks
APART = ("again", "judge", "variants")  # steps of a draft with prompts of their own
SHADOW = "shadow."  # before the step of an answer that nobody is shown
STEP = re.compile(r"(?:shadow\.)?[a-z]+(?:\.\w+)?/(?P<number>\d+)")


class Arm(BaseModel, frozen=True):
    """Who answers: the version of the prompt, and the model that is asked first; "": the tier's."""

    prompt: int
    model: str = ""

    def within(self, known: Mapping[int, str], usual: int) -> "Arm":
        """Return it with a prompt that there is: one that is gone gives way to the usual one."""
        return self if self.prompt in known else Arm(prompt=usual, model=self.model)

    def __str__(self) -> str:
        return f"prompt {self.prompt}" + (f" with {self.model}" if self.model else "")


class Trial(BaseModel, frozen=True):
    """`share`: per cent of the tasks that get it; 0: in shadow, all are asked and none is shown."""

    id: str
    arm: Arm
    share: int
    since: datetime

    @property
    def shadow(self) -> bool:
        return self.share == 0

    def draws(self, task: str) -> bool:
        """Say whether this task is one of the share."""
        return int(model_calls.digest(self.id, task), 16) % 100 < self.share


class Pin(BaseModel, frozen=True):
    """What a purpose is done with. `before`: what it was until the last trial was promoted."""

    now: Arm
    before: Arm | None = None
    trial: Trial | None = None

    def within(self, known: Mapping[int, str], usual: int) -> "Pin":
        """Return it with the prompts there are: one that is gone gives way to the usual one."""
        trial = self.trial if self.trial is not None and self.trial.arm.prompt in known else None
        before = self.before if self.before is not None and self.before.prompt in known else None
        return Pin(now=self.now.within(known, usual), before=before, trial=trial)


async def pinned(reader: Reader, purpose: str, usual: int) -> Pin:
    """Return what is in use; while nobody said, the prompt last asked with, else the usual one."""
    kept = (await profile.get(reader, KEPT) or {}).get(purpose)
    if kept is not None:
        return Pin.model_validate(kept)
    return Pin(now=Arm(prompt=await _last_used(reader, purpose) or usual))


async def chosen(reader: Reader, pin: Pin, task: str, purpose: str = DRAFT) -> Arm:
    """Return who answers for a task: whoever did already, else whom the draw gives."""
    trial = pin.trial
    arm = trial.arm if trial is not None and trial.draws(task) else pin.now
    query = sa.select(reasons.c.step).filter_by(task=task).where(asked_for(purpose))
    done = query.where(reasons.c.state.in_(("answered", "gave_up")))
    for row in await reader.rows(done.order_by(rowid(reasons)).limit(1)):
        return arm.model_copy(update={"prompt": number_of(row.step)})
    return arm


async def begin(tx: Tx, purpose: str, pin: Pin, arm: Arm, share: int, cause: str) -> Trial:
    """Try an arm; a trial that runs is ended."""
    trial = Trial(id=tx.id("trl"), arm=arm, share=share, since=tx.now)
    await _save(tx, purpose, pin.model_copy(update={"trial": trial}), cause)
    return trial


async def promote(tx: Tx, purpose: str, pin: Pin, cause: str) -> None:
    """Let the trial's arm answer everything from now on."""
    assert pin.trial is not None
    await _save(tx, purpose, Pin(now=pin.trial.arm, before=pin.now), cause)


async def end(tx: Tx, purpose: str, pin: Pin, cause: str) -> None:
    """End the trial; what was in use stays in use."""
    await _save(tx, purpose, pin.model_copy(update={"trial": None}), cause)


async def back(tx: Tx, purpose: str, pin: Pin, cause: str) -> None:
    """Go back to what was in use before the last promotion."""
    assert pin.before is not None
    await _save(tx, purpose, Pin(now=pin.before, before=pin.now), cause)


def asked_for(purpose: str) -> sa.ColumnElement[bool]:
    """Return the condition that a call was for this purpose itself, and was no shadow."""
    if purpose in APART:
        return reasons.c.step.startswith(f"{DRAFT}.{purpose}/")
    apart = (reasons.c.step.startswith(f"{purpose}.{name}/") for name in APART)
    mine = (reasons.c.step.startswith(f"{purpose}{end}") for end in "./")
    return sa.and_(sa.or_(*mine), *(sa.not_(one) for one in apart))


def purpose_of(step: str) -> str:
    """Return what a step is for: “draft” of “draft.text/5”, “judge” of “draft.judge/1”."""
    purpose, _, part = step.partition("/")[0].partition(".")
    return part if purpose == DRAFT and part in APART else purpose


def number_of(step: str) -> int:
    """Return the version of the prompt in the name of a step: 5 of “draft.text/5”."""
    found = STEP.fullmatch(step)
    assert found is not None
    return int(found["number"])


async def _last_used(reader: Reader, purpose: str) -> int | None:
    steps = [row.step for row in await reader.rows(steps_asked())]
    mine = [step for step in steps if purpose_of(step) == purpose]
    newest = [(await reader.value(last_asked(step)), step) for step in mine]
    return number_of(max(newest)[1]) if newest else None


def steps_asked() -> sa.Select[Any]:
    """Return each step once. It leaps along the index: there are few steps and many calls."""
    seen = sa.select(sa.func.min(reasons.c.step).label("step")).cte("seen", recursive=True)
    after = sa.select(sa.func.min(reasons.c.step)).where(reasons.c.step > seen.c.step)
    more = sa.select(after.scalar_subquery()).where(seen.c.step.is_not(None))
    every = seen.union_all(more)
    return sa.select(every.c.step).where(every.c.step.is_not(None))


def last_asked(step: str) -> sa.Select[Any]:
    """Return the number of the newest call of a step."""
    return sa.select(sa.func.max(rowid(reasons))).where(reasons.c.step == step)


async def _save(tx: Tx, purpose: str, pin: Pin, cause: str) -> None:
    kept: dict[str, Any] = dict(await profile.get(tx, KEPT) or {})
    await profile.save(tx, cause, **{KEPT: {**kept, purpose: pin.model_dump(mode="json")}})
