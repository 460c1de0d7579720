"""Rerun: a decision again from its prompt, what was recalled, the rules and the answer as kept.

Nobody is asked and nothing happens: a kept answer stands for its model, as it does for a retry.
What was erased or let go since is said, and is no difference.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from engine.models import model_calls, trials
from engine.planning import goals, refinements, versions
from engine.why import calls, rejudging
from engine.why.calls import Call
from engine.why.rejudging import NO_FACTS, Again
from engine.why.subject import Subject
from memory import events
from memory.db import Reader
from memory.schema.work import effect_versions, effects

TOLD = "{same} of {all} came out the same."
GONE = "{same} of {all} came out the same; {gone} cannot be compared any more."
ERASED = "what was sent is erased"
NOT_KEPT = "it is not kept any more"
OTHER_TODAY = "it says something else today"
OTHER_PROMPT = "it is kept for another prompt than the one that was sent"
NOTHING_SO = "nothing was drafted so"
NO_SUCH_PLAN = "the plan that was made is another"
SAME = ("", "")
PLAN, REPAIR, HEAR, AGAIN = "plan", "plan.repair", "hear.words", "draft.again"


@dataclass(frozen=True, slots=True)
class Led:
    """What an answer leads to by the checks. `says`: whether they let it through; `used`: by place,
    from 0, the passages that it names. `differs`, `gone`: as of Again.
    """

    says: str
    used: tuple[int, ...] = ()
    differs: str = ""
    gone: str = ""


Check = Callable[[Reader, Call], Awaitable[Led | None]]
Checks = Mapping[str, Check]
"""Who checks an answer again, by its purpose; None: it came to nothing that could be compared."""
NONE: Checks = MappingProxyType({})


async def again(reader: Reader, effect: str, checks: Checks = NONE) -> list[Again]:
    """Do all of an effect again, oldest first: the calls to models, the verdicts, the answers."""
    row = await reader.row(sa.select(effects.c.task, effects.c.goal).filter_by(id=effect))
    if row is None:
        return []
    found: list[Again] = []
    for call in (made := await calls.of_effect(reader, row.task, row.goal)):
        own = effect if call.row.task == row.task else ""
        found += await _call(reader, call, made, checks, row.goal, own)
    return [*found, *await rejudging.versions(reader, effect)]


async def of(reader: Reader, wanted: Subject, checks: Checks) -> list[Again]:
    """Do all again that was decided about an effect, a wish, a message, or in one call."""
    if wanted.kind == "effect":
        return await again(reader, wanted.id, checks)
    made = await wanted.calls(reader)
    found: list[Again] = []
    for call in made:
        goal = wanted.id if wanted.kind == "goal" else str(call.row.goal or "")
        found += await _call(reader, call, made, checks, goal, "")
    return found


def lines(done: list[Again]) -> str:
    """Return a line for each, and one that counts them."""
    told = [f"{_sign(one)} {one.what}{_how(one)}" for one in done]
    same = sum(not one.differs and not one.gone for one in done)
    gone = sum(bool(one.gone) for one in done)
    return "\n".join([*told, (GONE if gone else TOLD).format(same=same, all=len(done), gone=gone)])


def _sign(one: Again) -> str:
    return "≠" if one.differs else "·" if one.gone else "="


def _how(one: Again) -> str:
    said = one.differs or one.gone
    return f": {said}" if said else ""


async def _call(
    reader: Reader, call: Call, made: Sequence[Call], checks: Checks, goal: str, effect: str
) -> list[Again]:
    """Do one call again. `effect`: the one that its text was drafted for; "": none."""
    row = call.row
    what = f"{row.step}, {row.model or 'nobody'}: {row.state}"
    found = [] if row.verdict is None else [Again(f"{what}, judged", await _judged(reader, row))]
    found += _recalled(call, what)
    if row.answer is not None:
        differs, gone = await _answer(reader, call, made, checks, goal, effect)
        found.append(Again(f"{what}, its answer", differs, gone))
    return found


async def _judged(reader: Reader, row: sa.Row[Any]) -> str:
    facts = row.verdict.get("situation")
    if facts is None:
        return NO_FACTS
    action = model_calls.action(row.agent, row.step)
    return await rejudging.verdict(reader, action, facts, row.verdict)


def _recalled(call: Call, what: str) -> list[Again]:
    """Compare what was recalled with the same passages of today, where it was sent as it is."""
    if not call.sent or call.redacted:
        return []
    sent = "\n".join(one["content"] for one in call.sent[1:2])
    found = []
    for id, _ in call.row.recalled:
        given = call.given.get(id)
        differs = given is not None and not call.erased and given.text not in sent
        gone = NOT_KEPT if given is None else ERASED if call.erased else ""
        found.append(Again(f"{what}, given {id}", OTHER_TODAY if differs else "", gone))
    return found


async def _answer(
    reader: Reader, call: Call, made: Sequence[Call], checks: Checks, goal: str, effect: str
) -> tuple[str, str]:
    """Say whether the prompt leads to the answer that is kept, and this to what came of it."""
    if call.value is None or call.erased:
        return "", NOT_KEPT if call.value is None else ERASED
    if call.sent and not call.redacted and _key(call) != call.row.answer:
        return OTHER_PROMPT, ""
    return await _came(reader, call, made, checks, goal, effect)


def _key(call: Call) -> str:
    """Return the key of the answer to what was sent; without what was said to repair one.

    The wanted shape is the last line of our own words (agents/models/wish.py).
    """
    asked = call.sent[:2]
    schema = json.loads(asked[0]["content"].rpartition("\n")[2])
    return model_calls.digest(call.row.model, call.row.step, asked, schema)


async def _came(
    reader: Reader, call: Call, made: Sequence[Call], checks: Checks, goal: str, effect: str
) -> tuple[str, str]:
    """Return how what came of an answer differs from it, and what of that is gone."""
    if call.purpose.startswith(trials.SHADOW):
        return SAME
    if call.purpose in (PLAN, REPAIR):
        return await _planned(reader, call, made)
    if call.purpose == HEAR:
        return await _understood(reader, call, goal)
    if (check := checks.get(call.purpose)) is not None:
        led = await check(reader, call) if _last(call, made) else None
        return SAME if led is None else (led.differs, led.gone)
    text = call.value.get("text") if isinstance(call.value, Mapping) else None
    if not effect or text is None or _followed(call, made, AGAIN):
        return SAME
    return ("" if await _drafted(reader, effect, text) else NOTHING_SO), ""


def _last(call: Call, made: Sequence[Call]) -> bool:
    """Say whether it is the last answer to the same: only that one is shown."""
    same = [
        one.row.id
        for one in made
        if (one.row.task, one.row.step) == (call.row.task, call.row.step) and one.row.answer
    ]
    return same[-1:] == [call.row.id]


def _followed(call: Call, made: Sequence[Call], purpose: str) -> bool:
    """Say whether it was asked once more for the same, told what is wrong with this answer."""
    after = made[[one.row.id for one in made].index(call.row.id) + 1 :]
    return any(one.purpose == purpose and one.row.task == call.row.task for one in after)


async def _planned(reader: Reader, call: Call, made: Sequence[Call]) -> tuple[str, str]:
    """Compare a model's plan with those that were made of it; one with faults was mended first."""
    plans = await versions.all_of(reader, call.row.goal or "")
    bodies = [one.proposed["steps"] for one in plans if one.proposed is not None]
    mended = _followed(call, made, REPAIR)
    steps = {one["key"]: one for one in call.value.get("steps", ())}
    if not bodies or not steps or (mended and call.purpose == PLAN):
        return SAME
    if any({one["key"]: one for one in body}.items() >= steps.items() for body in bodies):
        return SAME
    return ("", ERASED) if calls.ERASED in str(bodies) else (NO_SUCH_PLAN, "")


async def _understood(reader: Reader, call: Call, goal_id: str) -> tuple[str, str]:
    """Compare what words were surely taken for with what was done about them."""
    goal = await goals.get(reader, goal_id)
    asked = None if goal is None else await events.get(reader, goal.asked_by)
    heard = call.value.get("heard", ())
    place = 0 if asked is None else asked.body.get("heard", 0)
    if goal is None or goal.playbook is None or place >= len(heard):
        return SAME
    entry = heard[place]
    if entry["kind"] != "playbook" or not entry["sure"]:
        return SAME
    if entry["playbook"] == goal.playbook:
        return SAME
    return f"it says “{entry['playbook']}”, and “{goal.playbook}” was done", ""


async def _drafted(reader: Reader, effect: str, text: str) -> bool:
    """Say whether a version of the effect holds exactly these words, or they came too late."""
    if await refinements.unseen(reader, effect):
        return True
    query = sa.select(effect_versions.c.action).filter_by(effect=effect)
    rows = await reader.rows(query)
    return any(text.strip() in map(str, row.action["args"].values()) for row in rows)
