"""The ladder of autonomy: what was approved often enough may run; one “not so”, and it asks again.

asks ──5, 15, 45 yeses in a row──▶ offered ──watch first──▶ watched ──▶ offered
  ▲                                   └──────────yes──────────┴────yes──▶ runs and tells
  └──────── an edit, a no, an undo or a complaint about one of the like ───────┘
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from connectors.contract import PermanentError
from engine.acting import effects, streaks
from engine.acting.effects import Effect
from engine.acting.streaks import Like, Why
from engine.acting.taps import GONE, Person, Reply, heard
from engine.autonomy import agreement, always_desk
from engine.autonomy.agreement import Agreement
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.chat.tokens import Tap
from engine.rules import own_rules, rule_offer, uses
from engine.rules.house import House
from engine.rules.own_rules import OwnRule
from memory.canon.records import Record
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
WIDENED = (
    "{address} is {what} of {name} now, and this rule would reach it too, so I ask again each "
    "time. It no longer holds: {says}"
)
NOTED = "I am sorry. It counts as a no: {so}"
PAUSED = "the rule that let it run is paused, and I ask again each time."
TRIED = (
    "A rule of yours ran {times} times on trial: {says} Look at them above or in /trust. "
    "Until you say so, I ask each time."
)
SETTLED = "This is settled already; /policy shows how the rule stands."
NOT_YOURS = "it ran by Firstmate's own rules; say a rule such as “ask me for mails” to be asked."


class Standing(NamedTuple):
    """A rule of the operator that holds or is watched: how it is kept, and what it says."""

    kept: OwnRule
    rule: Rule


async def approved(tx: Tx, house: House, effect: Effect, conv: str) -> None:
    """After a yes: offer the bounded rule once the streak has earned it and none stands yet."""
    like = await streaks.like(tx, effect.id, effect.version)
    standing = [one for one in await _own(tx, like) if is_for(one.rule, like)]
    if any(not one.rule.shadow for one in standing):
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
    for kept, rule in await _own(tx, like):
        by_it = rule.id in effect.verdict["rules"]
        if not rule.shadow and (by_it or is_for(rule, like)):
            await _lower(tx, house, kept, LOWERED.format(did=DID[why], says=kept.says), cause)


async def widened(
    tx: Tx, house: House, person: Record, address: str, cause: str, *, what: str = "an address"
) -> None:
    """Somebody has a further address: what runs for them would reach it too, so it is paused."""
    for kept, rule in await active(tx):
        theirs = f"counterpart == '{person.id}'" in rule.when
        if theirs and not rule.shadow and rule.then in RUNS_BY_ITSELF:
            text = WIDENED.format(address=address, what=what, name=person.name, says=kept.says)
            await _lower(tx, house, kept, text, cause)


async def _lower(tx: Tx, house: House, kept: OwnRule, text: str, cause: str) -> None:
    """Pause a rule and say so, with the button that lets it run again."""
    paused = await house.rulebook.turn(tx, kept, "paused", cause)
    again = _button("Let it run again", "ladder.resume", paused)
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
        if not _as_shown(kept, tap):
            return Reply(SETTLED, refused=True)
        try:
            await house.rulebook.turn(tx, kept, "active", cause)
        except BookError as error:
            return Reply(" ".join(fault.says for fault in error.faults), refused=True)
    return Reply(f"It holds again: {kept.says}")


async def ran(tx: Tx, house: House, effect: Effect) -> None:
    """After something ran by itself: show what a rule on trial did, once its trial is over."""
    if effect.verdict["outcome"] not in RUNS_BY_ITSELF:
        return
    for kept, rule in await active(tx):
        canary = rule.canary
        if canary is None or rule.id not in effect.verdict["rules"]:
            continue
        if await uses.ran(tx, kept.rule) >= canary.max:
            text = TRIED.format(times=canary.max, says=kept.says)
            key = f"tried:{kept.rule}:{kept.version}"
            answers = (
                _button("Let it run on", "ladder.on", kept),
                _button("Ask me again", "ladder.end", kept),
            )
            await outbox.post(tx, say(key, text, buttons=(answers,)))


async def on(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The operator looked: the rule's trial is over, and it runs on within its bounds."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        kept = await own_rules.newest(tx, tap.ref)
        rule = rule_offer.in_force(kept)
        if kept is None or rule is None or not _as_shown(kept, tap):
            return Reply(SETTLED, refused=True)
        tried = rule.model_copy(update={"canary": None})
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
        if kept is None or kept.state != "active" or not _as_shown(kept, tap):
            return Reply(SETTLED, refused=True)
        await house.rulebook.turn(tx, kept, "paused", cause)
    return Reply("Paused; I ask again each time.")


VERBS: dict[str, Any] = {
    "complain": complain,
    "ladder.resume": resume,
    "ladder.on": on,
    "ladder.end": end,
}


async def _earned(tx: Tx, house: House, like: Like, watching: list[Standing]) -> tuple[str, ...]:
    """Return the sentence of what was earned just now; () when nothing was."""
    for kept, rule in watching:
        seen = await agreement.agreement(tx, house, rule, kept.at)
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


async def _own(reader: Reader, like: Like) -> list[Standing]:
    """Return the operator's rules in force, or watched, that let this operation run."""
    return [
        one
        for one in await active(reader)
        if one.rule.then in RUNS_BY_ITSELF and one.rule.action == like.operation
    ]


async def active(reader: Reader) -> list[Standing]:
    """Return the operator's rules that are not paused; one that cannot be read lets nothing run."""
    kept = [(one, rule_offer.in_force(one)) for one in await own_rules.every(reader)]
    return [Standing(one, rule) for one, rule in kept if rule is not None]


def lets(rule: Rule, like: Like) -> bool:
    """Say whether a rule lets the like of this run: made for the person, or for everybody."""
    everybody = not any("counterpart" in clause for clause in rule.when)
    runs = rule.then in RUNS_BY_ITSELF and rule.action == like.operation
    return runs and (everybody or is_for(rule, like))


def is_for(rule: Rule, like: Like) -> bool:
    """Say whether a rule was made for the like of this: the operation and the person."""
    return rule.action == like.operation and f"counterpart == '{like.counterpart}'" in rule.when


def _button(label: str, action: str, kept: OwnRule) -> Button:
    """Return a button about a rule as it stands now; once that has changed, it does nothing."""
    return Button(label=label, action=action, ref=kept.rule, item=str(kept.version))


def _as_shown(kept: OwnRule, tap: Tap) -> bool:
    return str(kept.version) == tap.item
