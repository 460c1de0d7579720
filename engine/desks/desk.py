"""The operator's desk: every button of a card, from the tap to its consequence.

A tap is never swallowed: each verb answers in one sentence, taken from what the database says.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import ConnectorError, PermanentError
from engine.acting import approvals, effects, gate, refining
from engine.acting.effects import Effect
from engine.acting.taps import GONE, STALE, Person, Reply, already, heard, not_open, opened
from engine.autonomy import ladder
from engine.chat import outbox, words
from engine.chat.tokens import Tap
from engine.desks import answering, lessons, mending, stop, triage, twice, undoing
from engine.desks import autopsy as autopsies
from engine.drawing import cards, forms, marks
from engine.flow.durable import open_work
from engine.planning import episodes, plans, refinements
from engine.rules.house import House
from engine.voice import habits
from engine.why import explain
from memory import profile
from memory.db import Reader, Tx
from policies.rules import Action

REASON_CHARS_MAX = 500
TOO_LATE = (
    "This ends {}, before that, so it is not put off. Choose an earlier moment, or answer it."
)
HELD = "Approved, and held: STOP is on. Say /resume to go on."


async def approve(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Yes to exactly what the card showed."""
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        asked, effect, cause = question
        typed = values.get("confirm", "").strip()
        lacking = await refining.too_fresh(tx, asked, who.conv)
        lacking = lacking or await twice.not_enough(tx, asked, effect, who, typed, cause)
        return lacking or await _approved(tx, house, asked, effect, who, cause)


async def second(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The second yes, from another surface than the first."""
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        asked, effect, cause = question
        lacking = await refining.too_fresh(tx, asked, who.conv)
        lacking = lacking or await twice.not_second(tx, asked, who)
        return lacking or await _approved(tx, house, asked, effect, who, cause)


async def reject(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """No. Nothing happens, and what depended on it is withdrawn."""
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        asked, effect, cause = question
        await answering.no(tx, house, asked, effect, who, cause)
    return Reply("Rejected. Nothing was done.")


async def reason(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Why not: kept beside the no, and as a lesson."""
    said = (tap.item or values.get("reason", "")).strip()[:REASON_CHARS_MAX]
    if not said:
        return Reply("Write why; nothing was noted.", refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        asked = await approvals.get(tx, tap.ref)
        effect = None if asked is None else await effects.get(tx, asked.effect)
        if asked is None or effect is None:
            return Reply(GONE, refused=True)
        if not await approvals.explain(tx, asked.id, said, cause):
            return Reply("The reason is noted already.", refused=True)
        await lessons.rejected(tx, house.book, effect, said, cause)
        await episodes.write(tx, effect.goal)
        await cards.show(tx, effect.id)
    return Reply("Noted.")


async def edit(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Write a new version by hand: judged again, asked again. An edit is never an approval."""
    async with house.db.snapshot() as reader:
        effect = await _asked_about(reader, tap)
        locale = await profile.get(reader, "locale")
    if effect is None:
        return Reply(GONE, refused=True)
    try:
        action = _edited(house, effect, values, locale)
    except PermanentError as error:
        return Reply(f"Not changed: {error}", refused=True)
    return await revise(house, tap, who, key, values, effect, action)


async def later(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Ask again at a better moment."""
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        asked, _, cause = question
        settings = await profile.read(tx)
        until = _until(tap.item, tx.now, ZoneInfo(settings["zone"]))
        if until >= asked.expires_at:
            ends = words.moment(asked.expires_at, settings)
            return Reply(TOO_LATE.format(ends), refused=True)
        await approvals.snooze(tx, asked.id, until, cause)
        await cards.show(tx, asked.effect)
        return Reply(f"I ask again {words.moment(until, settings)}.")


async def menu(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show the card's other buttons."""
    async with house.db.transaction() as tx:
        asked = await approvals.get(tx, tap.ref)
        if asked is None:
            return Reply(GONE, refused=True)
        if asked.state != "open":
            return Reply(await already(tx, asked), refused=True)
        await heard(tx, tap, who, key, values)
        await cards.show(tx, asked.effect, menu=tap.item)
    return Reply("")


async def withdraw(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """It is no longer needed: neither a yes nor a no."""
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        _, effect, cause = question
        await effects.end(tx, effect.id, "withdrawn", cause)
    return Reply("Withdrawn. Nothing was done.")


async def show(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Bring the newest card of an effect to the bottom of the chat."""
    async with house.db.transaction() as tx:
        effect = await effects.get(tx, tap.ref)
        if effect is None:
            return Reply(GONE, refused=True)
        await refinements.touch(tx, [effect.id], None)
        newest = cards.key(effect.id, effect.version)
        await outbox.show_again(tx, newest, who.conv)
    return Reply("Here it is.", newest)


async def why(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Explain an effect from its receipt back to the message that caused it."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        told = await explain.effect(tx, tap.ref)
        await outbox.post(tx, told, who.conv)
    return Reply("", told.key)


async def undo(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Take back what was done, by the way the card promised."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        done = await effects.get(tx, tap.ref)
    if done is None:
        return Reply(GONE, refused=True)
    try:
        await undoing.propose(house, done, cause)
    except PermanentError as error:
        return Reply(str(error), refused=True)
    return Reply("I take it back; what the rules ask first is on its card.")


async def again(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Try once more what failed; its key stays the same."""
    return await _mend(house, tap, who, key, values, mending.again)


async def happened(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """It did happen: the operator looked, or did it by hand."""
    return await _mend(house, tap, who, key, values, mending.happened)


async def abort(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Give up what went wrong, and what was to come after it."""
    return await _mend(house, tap, who, key, values, mending.abort)


async def reopen(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Change by hand what failed: a new version, judged and asked again."""
    async with house.db.snapshot() as reader:
        failed = await effects.get(reader, tap.ref)
        if failed is None:
            return Reply(GONE, refused=True)
        locale = await profile.get(reader, "locale")
        shown = await effects.preview_of(reader, failed.id, failed.version)
    try:
        action = _edited(house, failed, values, locale)
        proposal = await gate.again(house, action, failed.goal, task=failed.planned_by, shown=shown)
    except ConnectorError as error:
        return Reply(f"Not changed: {error}", refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        if proposal.digest == failed.digest:
            return Reply("Nothing is different; Retry does the same again.", refused=True)
        if not await effects.reopen(tx, failed, proposal, cause):
            return Reply(STALE, cards.key(failed.id, failed.version), refused=True)
        await redraft_dependents(tx, failed)
    return Reply("Changed. Here is the new card.", cards.key(failed.id, failed.version + 1))


async def autopsy(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Tell what happened, from the event log."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        told = await autopsies.report(tx, tap.ref)
        if told is None:
            return Reply(GONE, refused=True)
        await outbox.post(tx, told, who.conv)
    return Reply("", told.key)


async def troubles(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """List what went wrong and is not settled."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        told = await triage.told(tx, f"triage:{cause}")
        await outbox.post(tx, told, who.conv)
    return Reply("", told.key)


async def release(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Resume one thing that STOP held."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        if await stop.release(tx, tap.ref, cause):
            return Reply("Resumed.")
    return Reply("There is nothing to resume here.", refused=True)


VERBS: dict[str, Any] = {
    "approve": approve,
    "second": second,
    "reject": reject,
    "reason": reason,
    "edit": edit,
    "later": later,
    "menu": menu,
    "withdraw": withdraw,
    "show": show,
    "why": why,
    "undo": undo,
    "again": again,
    "happened": happened,
    "abort": abort,
    "reopen": reopen,
    "autopsy": autopsy,
    "triage": troubles,
    "release": release,
}


async def _approved(
    tx: Tx, house: House, asked: approvals.Approval, effect: Effect, who: Person, cause: str
) -> Reply:
    await answering.yes(tx, house, asked, effect, who, cause)
    return Reply(HELD, refused=True) if await stop.is_stopped(tx) else Reply("Approved.")


async def _mend(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], mend: mending.Mend
) -> Reply:
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        done, said = await mend(tx, tap.ref, cause)
    return Reply(said, refused=not done)


async def _asked_about(reader: Reader, tap: Tap) -> Effect | None:
    asked = await approvals.get(reader, tap.ref)
    return None if asked is None else await effects.get(reader, asked.effect)


async def revise(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str],
    effect: Effect, action: Action,
) -> Reply:  # fmt: skip
    """Put the operator's version in the place of the one that was asked."""
    async with house.db.snapshot() as reader:
        left = marks.left(await effects.preview_of(reader, effect.id, effect.version), action.args)
    try:
        proposal = await gate.weigh(house, action, effect.goal, task=effect.planned_by, marks=left)
    except PermanentError as error:
        return Reply(f"Not changed: {error}", refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        now = await approvals.get(tx, tap.ref)  # while this was judged, somebody may have answered
        if now is not None and (refusal := await not_open(tx, now, effect, who, cause)) is not None:
            return refusal
        if proposal.digest == effect.digest:
            return Reply("Nothing is different, so the card stays as it is.", refused=True)
        if not await effects.revise(tx, effect, proposal, "operator", cause):
            return Reply(STALE, cards.key(effect.id, effect.version), refused=True)
        if await lessons.edited(tx, house.book, effect, action, cause):
            await habits.keep(tx, house, effect, action, cause, who.conv)
        await ladder.doubted(tx, house, effect, "edited", cause)
        await redraft_dependents(tx, effect)
    return Reply("Changed. Here is the new card.", cards.key(effect.id, effect.version + 1))


def _edited(house: House, effect: Effect, values: dict[str, str], locale: str) -> Action:
    operation = house.operation(effect.action.operation)
    return by_hand(effect, forms.apply(operation, effect.action.args, values, locale))


def by_hand(effect: Effect, args: dict[str, Any]) -> Action:
    """Return the effect's action with other arguments; what differs is the operator's own."""
    changed = {name for name in args if args[name] != effect.action.args.get(name)}
    origins = {
        path: "operator" if path.split(".")[0] in changed else origin
        for path, origin in effect.action.origins.items()
    }
    origins |= dict.fromkeys(changed, "operator")
    return effect.action.model_copy(update={"args": args, "origins": origins})


async def redraft_dependents(tx: Tx, changed: Effect) -> None:
    """Let what comes after the changed step, and may quote it, be drafted anew."""
    source = await plans.task(tx, changed.task)
    assert source is not None
    for task in await plans.of_goal(tx, changed.goal):
        if source.key in task.after:
            await open_work(tx, "dispatch", task.id)


def _until(choice: str, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    if choice == "tonight" and local.hour < 18:
        return local.replace(hour=18, minute=0, second=0, microsecond=0)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    if choice in ("tonight", "tomorrow"):
        return morning + timedelta(days=1)
    if choice == "monday":
        return morning + timedelta(days=7 - local.weekday())
    return now + timedelta(hours=1)
