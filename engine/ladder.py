"""The ladder of autonomy: what was approved often enough may run; one “not so”, and it asks again.

asks ──5, 15, 45 yeses in a row──▶ offered ──watch first──▶ watched ──▶ offered
  ▲                                   └──────────yes──────────┴────yes──▶ runs and tells
  └──────── an edit, a no, an undo or a complaint about one of the like ───────┘
"""

from collections.abc import Iterator
from typing import Any

from connectors.contract import PermanentError
from engine import agreement, always_desk, effects, outbox, own_rules, streaks, uses
from engine.agreement import Agreement
from engine.effects import Effect
from engine.house import House
from engine.messages import Button, say
from engine.own_rules import OwnRule
from engine.streaks import Like, Why
from engine.taps import GONE, Person, Reply, heard
from engine.tokens import Tap
from memory.db import Reader, Tx
from policies.book import BookError
from policies.rules import RUNS_BY_ITSELF, Rule

OFFERED_AT = (5, 15, 45)  # yeses in a row; a no to the offer asks for three times as many
EARNED = "You approved the last {streak} like this unchanged."
PAST = "In the last 30 days I would have done {would} by myself: {alike}."
WATCHED = "While I watched I would have done {would} by myself: {alike}."
DID = {
    "edited": "changed one by hand",
    "rejected": "said no to one",
    "redirected": "wanted one done another way",
    "undone": "took one back",
    "complained": "said one was not right",
}
LOWERED = "You {did}, so I ask again each time. It no longer holds: {says}"
NOTED = "I am sorry. It counts as a no: {so}"
PAUSED = "the rule that let it run is paused, and I ask again each time."
TRIED = (
    "A rule of yours ran {times} times on trial: {says} Look at them above or in /trust. "
    "Until you say so, I ask each time."
)
SETTLED = "This is settled already; /policy shows how the rule stands."
NOT_YOURS = "it ran by Firstmate's own rules; say a rule such as “ask me for mails” to be asked."


async def approved(tx: Tx, house: House, effect: Effect, conv: str) -> None:
    """After a yes: offer the bounded rule once the streak has earned it and none stands yet."""
    like = await streaks.like(tx, effect.id, effect.version)
    standing = [kept for kept in await _own(tx, like) if is_for(kept, like)]
    if any(not _rule(kept).shadow for kept in standing):
        return
    earned = await _earned(tx, house, like, standing)
    if not earned:
        return
    try:
        offered = await always_desk.offer(tx, house, effect.id)
    except PermanentError:  # some things never become a rule, however often they are approved
        return
    past = await agreement.agreement(tx, house, offered.rule)
    await always_desk.show(tx, offered, conv, (*earned, *_looked_back(past)))


async def doubted(tx: Tx, house: House, effect: Effect, why: Why, cause: str) -> None:
    """One was not right: its streak ends, and what let the like of it run is paused and said."""
    like = await streaks.like(tx, effect.id, effect.version)
    await streaks.end(tx, like, effect.id, why, cause)
    for kept in await _own(tx, like):
        by_it = kept.rule in effect.verdict["rules"]
        if _rule(kept).shadow or not (by_it or is_for(kept, like)):
            continue
        paused = await house.rulebook.turn(tx, kept, "paused", cause)
        text = LOWERED.format(did=DID[why], says=kept.says)
        again = Button(label="Let it run again", action="ladder.resume", ref=kept.rule)
        key = f"lowered:{paused.rule}:{paused.version}"
        await outbox.post(tx, say(key, text, buttons=((again,),)))


async def complain(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """What ran by itself was not right."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        effect = await effects.get(tx, tap.ref)
        if effect is None:
            return Reply(GONE, refused=True)
        yours = {kept.rule for kept in await own_rules.every(tx)} & set(effect.verdict["rules"])
        await doubted(tx, house, effect, "complained", cause)
    return Reply(NOTED.format(so=PAUSED if yours else NOT_YOURS))


async def resume(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Let a rule that was lowered run again."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        kept = await own_rules.newest(tx, tap.ref)
        if kept is None or kept.state == "removed":
            return Reply(GONE, refused=True)
        if kept.state == "active":
            return Reply("It holds already.", refused=True)
        try:
            await house.rulebook.turn(tx, kept, "active", cause)
        except BookError as error:
            return Reply(" ".join(fault.says for fault in error.faults), refused=True)
    return Reply(f"It holds again: {kept.says}")


async def ran(tx: Tx, house: House, effect: Effect) -> None:
    """After something ran by itself: show what a rule on trial did, once its trial is over."""
    if effect.verdict["outcome"] not in RUNS_BY_ITSELF:
        return
    for kept in await own_rules.every(tx):
        canary = _rule(kept).canary
        if kept.state != "active" or canary is None or kept.rule not in effect.verdict["rules"]:
            continue
        if await uses.ran(tx, kept.rule) >= canary.max:
            text = TRIED.format(times=canary.max, says=kept.says)
            on = Button(label="Let it run on", action="ladder.on", ref=kept.rule)
            end = Button(label="Ask me again", action="ladder.end", ref=kept.rule)
            key = f"tried:{kept.rule}:{kept.version}"
            await outbox.post(tx, say(key, text, buttons=((on, end),)))


async def on(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The operator looked: the rule's trial is over, and it runs on within its bounds."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        kept = await own_rules.newest(tx, tap.ref)
        if kept is None or kept.state != "active" or _rule(kept).canary is None:
            return Reply(SETTLED, refused=True)
        tried = _rule(kept).model_copy(update={"canary": None})
        try:
            await house.rulebook.add(tx, tried, kept.says, cause)
        except BookError as error:
            return Reply(" ".join(fault.says for fault in error.faults), refused=True)
    return Reply("It runs on within its bounds.")


async def end(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The operator looked and wants to be asked again."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        kept = await own_rules.newest(tx, tap.ref)
        if kept is None or kept.state != "active":
            return Reply(SETTLED, refused=True)
        await house.rulebook.turn(tx, kept, "paused", cause)
    return Reply("Paused; I ask again each time.")


VERBS: dict[str, Any] = {
    "complain": complain,
    "ladder.resume": resume,
    "ladder.on": on,
    "ladder.end": end,
}


async def _earned(tx: Tx, house: House, like: Like, watching: list[OwnRule]) -> tuple[str, ...]:
    """Return the sentence of what was earned just now; () when nothing was."""
    for kept in watching:
        seen = await agreement.agreement(tx, house, _rule(kept), kept.at)
        if seen.would in OFFERED_AT and seen.alike == seen.would:
            return (WATCHED.format(would=seen.would, alike=seen),)
        return ()
    streak = await streaks.length(tx, like)
    return (EARNED.format(streak=streak),) if streak in OFFERED_AT else ()


def _looked_back(past: Agreement) -> Iterator[str]:
    if past.would:
        yield PAST.format(would=past.would, alike=past)
    if past.differed:
        yield f"Not like you: {'; '.join(past.differed[:3])}."


async def _own(reader: Reader, like: Like) -> list[OwnRule]:
    """Return the operator's rules in force, or watched, that let this operation run."""
    every = [kept for kept in await own_rules.every(reader) if kept.state == "active"]
    return [
        kept
        for kept in every
        if _rule(kept).then in RUNS_BY_ITSELF and _rule(kept).action == like.operation
    ]


def lets(kept: OwnRule, like: Like) -> bool:
    """Say whether a rule lets the like of this run: made for the person, or for everybody."""
    rule = _rule(kept)
    everybody = not any("counterpart" in clause for clause in rule.when)
    runs = rule.then in RUNS_BY_ITSELF and rule.action == like.operation
    return runs and (everybody or is_for(kept, like))


def is_for(kept: OwnRule, like: Like) -> bool:
    """Say whether a rule was made for the like of this: the operation and the person."""
    rule = _rule(kept)
    return rule.action == like.operation and f"counterpart == '{like.counterpart}'" in rule.when


def _rule(kept: OwnRule) -> Rule:
    return Rule.model_validate(kept.body)
