"""A tap: who pressed what, the open question it answers, and what the person is told at once."""

from dataclasses import dataclass
from typing import NamedTuple

from engine.acting import approvals, effects
from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.chat import outbox, words
from engine.chat.tokens import Tap
from engine.drawing import cards
from engine.planning import refinements
from memory import events, profile
from memory.db import Reader, Tx

STALE = "This changed since you were asked; nothing was done. The new card is below."
GONE = "I do not know this card any more. Say /waiting to see what waits for you."


@dataclass(frozen=True, slots=True)
class Person:
    """Who taps, and where: the verified platform id, never a display name."""

    user: str
    surface: str
    conv: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell the person at once; `card` is the one to look at, if another.

    `refused`: the tap did not do what its button says, so the person must be told why.
    """

    text: str
    card: str | None = None
    refused: bool = False


async def heard(tx: Tx, tap: Tap, who: Person, key: str, values: dict[str, str]) -> str:
    """Note the tap and return its event's id; a redelivered tap is noted once."""
    noted = await events.append(
        tx,
        "tap.received",
        source=f"tap:{who.surface}",
        key=key,
        trust="operator",
        actor=who.user,
        body={"action": tap.action, "ref": tap.ref, "item": tap.item, "values": values},
    )
    if noted is not None:
        await refinements.touch(tx, [tap.ref], noted.id)
        return noted.id
    again = await events.note(tx, "tap.repeated", None, actor=who.user, key=key)
    return again.id


class Question(NamedTuple):
    """What a tap is about: the question on the card, its effect, and the tap as an event."""

    asked: Approval
    effect: Effect
    cause: str


async def opened(
    tx: Tx, tap: Tap, who: Person, key: str, values: dict[str, str]
) -> Question | Reply:
    """Note a tap and return the open question it answers, or why it can no longer be answered."""
    cause = await heard(tx, tap, who, key, values)
    asked = await approvals.get(tx, tap.ref)
    effect = None if asked is None else await effects.get(tx, asked.effect)
    if asked is None or effect is None:
        return Reply(GONE, refused=True)
    refusal = await not_open(tx, asked, effect, who, cause)
    return refusal or Question(asked, effect, cause)


async def not_open(
    tx: Tx, asked: Approval, effect: Effect, who: Person, cause: str
) -> Reply | None:
    """Return why this question can no longer be answered; None when it can."""
    if asked.state == "open" and asked.expires_at <= tx.now:
        await effects.end(tx, effect.id, "expired", cause)
        return Reply("This expired before you answered, so it was not done.", refused=True)
    if asked.state == "superseded" or effect.version != asked.version:
        newest = cards.key(effect.id, effect.version)
        await outbox.show_again(tx, newest, who.conv)
        return Reply(STALE, newest, refused=True)
    if asked.state != "open":
        return Reply(await already(tx, asked), refused=True)
    return None


async def already(reader: Reader, asked: Approval) -> str:
    decided = await approvals.decision(reader, asked.id)
    if decided is None:
        return f"This is {asked.state}; nothing more happens here."
    settings = await profile.read(reader)
    did = "approved" if decided.answer == "approve" else "rejected"
    where = words.where(decided.first_on, decided.channel)
    return f"Already {did} by you {where}, {words.moment(decided.at, settings)}."
