"""Model call: judged by the rules before it leaves, then settled, and its reason kept.

wish ──a rule──▶ refused
  └──▶ ceiling reserved ──▶ the call ──▶ settled, with a Reason

The judging and the reserving are one transaction: of ten calls at once each sees the others.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import BaseModel

from connectors.contract import DataClass
from engine.acting import situation
from engine.models import rungs
from engine.planning import ledger, specs
from engine.planning.ledger import Budget, Level
from engine.rules.house import House
from memory import events
from memory.db import Reader, Tx, insert, insert_once
from memory.journal import canonical
from memory.schema.models import answers, reasons
from memory.texts.reach import rowid
from policies.facts import with_usual
from policies.house import ASK, OPERATIONS
from policies.judge import judge
from policies.rules import RUNS_BY_ITSELF, Action, Verdict

CLASSES: tuple[DataClass, ...] = ("public", "business", "personal", "secret")
BY_MONEY = {"models-thrifty", "models-frozen"}  # the rules that speak of the budgets
EMBEDDING = "embed/1"  # the step of every call for vectors
State = Literal[
    "answered",
    "refused",  # by a rule: nothing left
    "resting",  # its provider failed too often of late: nothing left
    "declined",  # by the model
    "empty",
    "cut",
    "invalid",
    "long",
    "loop",  # it says the same again and again
    "busy",  # a limit of the provider, or a fault of its
    "unclear",  # no answer came, and nobody knows whether one was made
    "misfit",  # wrong key, host or model
    "gave_up",  # after all of these: there is no answer
    "short",  # nor is there one, for money alone: with more of it this would be asked again
]

UNHEARD: tuple[State, ...] = ("busy", "unclear")  # it was sent, and no answer came
HEARD: tuple[State, ...] = ("answered", "declined", "empty", "cut", "invalid", "long", "loop")


@dataclass(frozen=True, slots=True)
class Limits:
    budget: Budget
    local_only: bool = False


class Wanted(BaseModel, frozen=True):
    """What a call is for. `step` names it with the version of its prompt: "draft.text/1"."""

    step: str
    agent: str
    basis: str  # digest of what the answer is for
    task: str | None = None
    goal: str | None = None
    recalled: tuple[tuple[str, float], ...] = ()
    cause: str | None = None  # the event that led to it, where neither goal nor task is one yet
    spec: str = ""  # the version of the agent's file, where it is not the task's

    @property
    def led_by(self) -> str | None:
        """Return the event that the call was made because of; None: its goal knows, or nothing."""
        asked = self.task if (self.task or "").startswith("evt_") else None
        return self.cause or asked

    @property
    def given(self) -> tuple[str, ...]:
        """Return the ids of the passages in it, in their order."""
        return tuple(id for id, _ in self.recalled)


class Call(BaseModel, frozen=True):
    """One call to one model, before it leaves. `ceiling`: the most it can cost."""

    tier: str
    model: str
    remote: bool
    data_class: DataClass
    redacted: bool
    ceiling: Decimal


class Came(BaseModel, frozen=True):
    """What came of a call. `cost`: None when nobody knows what it cost."""

    state: State
    why: str = ""
    answer: str | None = None  # the key of the kept answer
    tokens_in: int = 0
    tokens_cached: int = 0  # of those: what the provider had read before
    tokens_out: int = 0
    cost: Decimal | None = Decimal(0)
    ms: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """The verdict on a call by these facts, and the reservation where it may go on.

    `short`: with more money it might have gone on.
    """

    verdict: Verdict
    cost: str | None
    facts: Mapping[str, Any]
    short: bool = False


class Kept(BaseModel, frozen=True):
    """What was settled for a task before. `value` is None where the models gave up."""

    value: Any
    model: str
    why: str
    given: tuple[str, ...] = ()  # the passages it had read then; recall may give others by now


def digest(*parts: Any) -> str:
    """Return the hex sha256 of JSON values."""
    return hashlib.sha256(canonical(list(parts)).encode(errors="surrogatepass")).hexdigest()


async def admit(tx: Tx, house: House, wanted: Wanted, call: Call, limits: Limits) -> Admitted:
    """Judge a call and reserve its ceiling. A rule that asks refuses: nobody waits for it."""
    stands = await rungs.standing(tx, limits.budget, wanted.goal, wanted.agent)
    known = await facts(tx, wanted, call, limits, stands)
    asks = action(wanted.agent, wanted.step)
    verdict = judge(asks, known, house.book)
    if verdict.outcome not in RUNS_BY_ITSELF:
        if set(verdict.rules) & BY_MONEY:
            await rungs.tell(tx, stands, call.ceiling)
        paid = judge(asks, known | {"budget_level": "normal"}, house.book)
        return Admitted(verdict, None, known, paid.outcome in RUNS_BY_ITSELF)
    cost = await ledger.reserve(
        tx, task=wanted.task, goal=wanted.goal, agent=wanted.agent, tier=call.tier,
        model=call.model, ceiling=call.ceiling,
    )  # fmt: skip
    if call.ceiling:
        await rungs.tell(tx, stands.paying(call.ceiling), ledger.NOTHING)
    return Admitted(verdict, cost, known)


async def may(reader: Reader, house: House, wanted: Wanted, call: Call, limits: Limits) -> bool:
    """Say whether the rules would let a call go, were there money enough. Nothing is reserved."""
    stands = await rungs.standing(reader, limits.budget, wanted.goal, wanted.agent)
    known = await facts(reader, wanted, call, limits, stands)
    paid = judge(action(wanted.agent, wanted.step), known | {"budget_level": "normal"}, house.book)
    return paid.outcome in RUNS_BY_ITSELF


async def facts(
    reader: Reader, wanted: Wanted, call: Call, limits: Limits, stands: rungs.Standing
) -> dict[str, Any]:
    """Return what the rules may know of a call.

    `goes_out` is false: the words cannot choose who reads them, for the settings name the models.
    """
    settings, spent = stands.settings, stands.spent
    local = reader.now.astimezone(ZoneInfo(settings["zone"]))
    own: dict[str, Any] = {
        "spec": wanted.spec or await specs.of_task(reader, wanted.task),
        "tier": call.tier,
        "model": call.model,
        "remote": call.remote,
        "data_class": call.data_class,
        "redacted": call.redacted,
        "reads_private": call.data_class in ("personal", "secret"),
        "cost_ceiling": float(call.ceiling),
        "spent_today": float(spent.today),
        "spent_for_goal": float(spent.goal),
        "spent_by_agent": float(spent.agent),
        "calls_for_task": await ledger.calls(reader, wanted.task, wanted.agent),
        # What costs nothing fits into any budget, also into one that is used up.
        "budget_level": stands.level(call.ceiling) if call.ceiling else "normal",
        "local_only": limits.local_only,
        "currency": settings["currency"],
        "dest_origin": "operator",
    }
    return with_usual({}) | own | situation.when(settings, local)


async def level(reader: Reader, wanted: Wanted, limits: Limits) -> Level:
    """Return to which rung the budgets came down that a call would be paid from."""
    stands = await rungs.standing(reader, limits.budget, wanted.goal, wanted.agent)
    return stands.level(ledger.NOTHING)


async def note(
    tx: Tx,
    wanted: Wanted,
    call: Call | None,
    came: Came,
    *,
    prompt: Sequence[Mapping[str, str]] = (),
    admitted: Admitted | None = None,
    cached: bool = False,
) -> None:
    """Keep the reason of a call, and settle what was reserved for it."""
    cost = came.cost
    if admitted is not None and admitted.cost is not None:
        await ledger.settle(tx, admitted.cost, came.cost)
        cost = call.ceiling if cost is None and call is not None else cost
    row = {
        "id": tx.id("rsn"),
        "task": wanted.task,
        "goal": wanted.goal,
        "step": wanted.step,
        "agent": wanted.agent,
        "tier": "" if call is None else call.tier,
        "model": "" if call is None else call.model,
        "basis": wanted.basis,
        "prompt": [dict(message) for message in prompt],
        "recalled": [list(one) for one in wanted.recalled],
        "verdict": None if admitted is None else _judged(admitted, call),
        "answer": came.answer,
        "state": came.state,
        "why": came.why,
        "tokens_in": came.tokens_in,
        "tokens_cached": came.tokens_cached,
        "tokens_out": came.tokens_out,
        "cost": str(cost or 0),
        "ms": came.ms,
        "cached": cached,
        "at": tx.now,
    }
    await insert(tx, reasons, row)
    kind, reason = f"model.{came.state}", row["id"]
    await events.note(tx, kind, wanted.led_by, goal=wanted.goal, reason=reason, model=row["model"])


async def keep(tx: Tx, key: str, value: Any) -> None:
    """Keep a checked answer under its key; the first one stays."""
    await insert_once(tx, answers, {"key": key, "value": value, "at": tx.now})


async def kept(reader: Reader, key: str) -> Any:
    """Return the answer kept under a key; None: there is none."""
    return await reader.value(sa.select(answers.c.value).filter_by(key=key))


async def first_kept(reader: Reader, keys: Sequence[str]) -> tuple[str, Any] | None:
    """Return the first of these keys with a kept answer, and the answer; None: none has one."""
    rows = await reader.rows(sa.select(answers).where(answers.c.key.in_(keys)))
    found = {row.key: row.value for row in rows}
    return next(((key, found[key]) for key in keys if key in found), None)


async def settled(reader: Reader, wanted: Wanted) -> Kept | None:
    """Return what came of the same wish of the same task before, so that a retry invents nothing.

    An answer counts more than that the models gave up before it; that they did for money alone
    counts for nothing, as there may be some by now.
    None: it is new, or was broken off, or its answer was let go with the years.
    """
    if wanted.task is None:
        return None
    query = (
        sa.select(reasons)
        .filter_by(task=wanted.task, step=wanted.step, basis=wanted.basis)
        .where(reasons.c.state.in_(("answered", "gave_up")))
        .order_by(reasons.c.state, rowid(reasons))
        .limit(1)
    )
    row = await reader.row(query)
    if row is None:
        return None
    value = None if row.answer is None else await kept(reader, row.answer)
    if row.answer is not None and value is None:
        return None
    given = tuple(id for id, _ in row.recalled)
    return Kept(value=value, model=row.model, why=row.why, given=given)


def action(agent: str, step: str) -> Action:
    """Return what the rules judge when a model is asked."""
    effect = OPERATIONS[ASK]
    return Action(operation=ASK, effect=effect, args={}, agent=agent, reason=step)


def _judged(admitted: Admitted, call: Call | None) -> dict[str, Any]:
    """Return a verdict as it is kept, always with how private the words were and where they went.

    Of the facts, `judge` keeps those that a matching rule reads. To judge anew all are needed:
    `situation` has those that were not as usual.
    """
    named = {"outcome", "rules", "because", "facts", "bundle"}
    told = admitted.verdict.model_dump(mode="json", include=named)
    if call is not None:
        told["facts"] |= call.model_dump(mode="json", include={"remote", "data_class", "redacted"})
    usual = with_usual({})
    unusual = {name: one for name, one in admitted.facts.items() if usual.get(name) != one}
    return told | {"situation": unusual}
