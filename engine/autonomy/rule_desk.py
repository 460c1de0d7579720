"""The desk of a rule that was said: its card with a difference and the past, and two answers.

Nothing holds before the yes; the yes keeps exactly the rule that its card showed, once.
"""

from collections.abc import Iterator
from typing import Any

from connectors.contract import PermanentError
from engine.acting.taps import GONE, Person, Reply, heard
from engine.autonomy.always_desk import HOLDS, STANDS
from engine.chat import outbox, words
from engine.chat.messages import Bullets, Button, Fold, Heading, Msg, Para, Part, Span, TextDiff
from engine.chat.tokens import Tap
from engine.rules import own_rules
from engine.rules.house import House
from engine.rules.replay import DAYS, Replay
from engine.rules.retention import Tonight, preview
from engine.rules.rule_offer import Offer, in_force, same, text
from memory import events, profile
from memory.db import Tx
from policies.book import BookError
from policies.rules import RUNS_BY_ITSELF, Rule

TITLE = "A new rule?"
CHANGED = "Change a rule?"
ANSWERED = "Your rule"
OFFERED = "rule.offered"
LISTED_MAX = 10
CANNOT = "This cannot become a rule. {}"
MOVED = "This rule changed since you looked, so nothing was made. Say it once more."
PASSED = "Its last day has passed, so nothing was made. Say it once more."
NO_RULE = "No rule was made; all stays as it was."
AS_BEFORE = (
    "Every other rule holds as before: strangers, unproven amounts, doubles and STOP still ask."
)

KEPT = (
    "What is not settled yet keeps what it needs. What came of it, your records, the ledger and "
    "backups made before stay. It cannot be undone."
)


async def show(tx: Tx, offered: Offer, conv: str, cause: str, number: int = 0) -> None:
    """Keep what is offered and post its card. The same words are offered once.

    `number`: which of several that one cause brought, from 1; 0: it is the only one.
    """
    ref = f"{cause}.{number}" if number else cause
    body = {
        "rule": offered.rule.model_dump(mode="json", exclude_defaults=True),
        "says": offered.says,
        "version": offered.version,
        "until": offered.until,
    }
    noted = await events.append(
        tx, OFFERED, source=OFFERED, key=ref, trust="system", cause=cause, body=body
    )
    if noted is not None:
        settings = await profile.read(tx)
        await outbox.post(tx, card(offered, ref, settings), conv)


async def make(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Yes: keep exactly the rule that was shown, unless it changed since."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        offered = await events.by_key(tx, OFFERED, tap.ref)
        if offered is None:
            return Reply(GONE, refused=True)
        try:
            rule = await _still(tx, offered.body)
            await house.rulebook.add(tx, rule, offered.body["says"], cause)
        except PermanentError as error:
            return Reply(str(error), refused=True)
        except BookError as error:
            return Reply(refusal(error), refused=True)
        said = HOLDS.format(says=offered.body["says"], id=rule.id)
        await outbox.post(tx, _closed(tap.ref, said), who.conv)
    return Reply("It holds from now on.")


async def decline(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """No: nothing was kept, so nothing has to go."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        await outbox.post(tx, _closed(tap.ref, NO_RULE), who.conv)
    return Reply(NO_RULE)


VERBS: dict[str, Any] = {"rule.yes": make, "rule.no": decline}


def refusal(error: BookError) -> str:
    """Return in one line everything that is wrong with a rule."""
    return CANNOT.format(" ".join(fault.says for fault in error.faults))


def card(offered: Offer, ref: str, settings: dict[str, Any]) -> Msg:
    """Return the card of an offer: in words, as a difference, tried out, and in the past."""
    old = in_force(offered.old)
    title = TITLE if old is None else CHANGED
    parts: list[Part] = [
        Heading(text=title),
        *([_para(offered.by)] if offered.by else []),
        _para(offered.says),
        TextDiff(old="" if old is None else text(old), new=text(offered.rule)),
        Fold(title=f"Tried out ({len(offered.tried)})", parts=(Bullets(items=offered.tried),)),
    ]
    if offered.warnings:
        parts.append(Bullets(items=offered.warnings))
    if isinstance(offered.past, Tonight):
        parts.append(_para(preview(offered.past, settings)))
    else:
        parts += _past(offered.past, settings)
    if offered.rule.then in RUNS_BY_ITSELF:
        parts.append(_para(KEPT if isinstance(offered.past, Tonight) else AS_BEFORE))
    parts.append(_para(f"Its name is {offered.rule.id}; /policy lists it, pauses and removes it."))
    yes = Button(label="Yes, from now on", action="rule.yes", ref=ref)
    no = Button(label="No", action="rule.no", ref=ref)
    summary = f"{title} {offered.says}"[:200]
    return Msg(key=_key(ref), summary=summary, parts=tuple(parts), buttons=((yes, no),))


def _past(past: Replay, settings: dict[str, Any]) -> Iterator[Part]:
    """Yield what would have been different, and what would have run although it was refused."""
    gone = past.refused
    yield _para(
        f"In the last {DAYS} days: {_count(past.changed, 'decision')} "
        f"change{'s' if past.changed == 1 else ''}, asks {past.asks_before} → {past.asks_after}; "
        f"{len(gone)} would have run although you said no{':' if gone else '.'}"
    )
    if gone:
        listed = [f"{one.title}, {words.moment(one.at, settings)}" for one in gone[:LISTED_MAX]]
        more = len(gone) - len(listed)
        yield Bullets(items=(*listed, *([f"… and {more} more"] if more else [])))
    if past.more:
        yield _para(f"Only the newest {past.judged + past.unknown} were judged again.")
    if past.unknown:
        yield _para(
            f"Not replayable: {_count(past.unknown, 'decision')}, whose facts were not kept."
        )


async def _still(tx: Tx, body: dict[str, Any]) -> Rule:
    """Return the rule that was offered. PermanentError: it holds already, or the rules moved on."""
    rule = Rule.model_validate(body["rule"])
    if body["until"] and body["until"] < words.today(tx.now, await profile.read(tx)):
        raise PermanentError(PASSED)
    newest = await own_rules.newest(tx, rule.id)
    if newest is not None and same(newest, rule):
        raise PermanentError(STANDS.format(says=newest.says, id=rule.id))
    if (0 if newest is None else newest.version) != body["version"]:
        raise PermanentError(MOVED)
    return rule


def _closed(ref: str, said: str) -> Msg:
    parts = (Heading(text=ANSWERED), _para(said))
    return Msg(key=_key(ref), summary=said[:200], parts=parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _key(ref: str) -> str:
    return f"rule:{ref}"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
