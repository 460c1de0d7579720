"""The queue: plans that wait for money, with their buttons, and what becomes of them."""

from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.chat.tokens import Tap
from engine.flow.durable import open_work
from engine.models import rungs
from engine.models.rungs import Standing
from engine.planning import ledger, postponed
from engine.planning.postponed import Postponed
from engine.rules.house import House
from memory import events
from memory.db import Reader, Tx
from memory.ids import derived_id

PLAN = "plan"  # the work of making one
LATER, DROP = "postponed.later", "postponed.drop"
SHORT = (
    "{what} needs a language model, and the money for models does not allow for it now. "
    "What shall become of it?"
)
TOMORROW = "{what} waits. I plan it after midnight, and nothing is done before you start it."
BEGINS = "I now plan what waited: {what}."
DROPPED = "Dropped: {what}. Nothing was done."
PUT_OFF = "It waits for tomorrow."
LISTED = "• waits for money: {what} ({when})"
WHEN = {"asked": "say on its card what shall become of it", "tomorrow": "after midnight"}
WHAT_CHARS_MAX = 120


async def ask(tx: Tx, event: str, goal: str, card: str, conv: str | None, stands: Standing) -> None:
    """Ask what shall become of a plan that nobody was paid to make."""
    await postponed.ask(tx, event, goal, card, conv)
    up = rungs.button(tx, stands, ledger.NOTHING)
    later = Button(label="Do it tomorrow", action=LATER, ref=event, style="ok")
    rows = ((later,), (up, _drop(event)))
    await outbox.post(tx, say(card, SHORT.format(what=await _what(tx, event)), buttons=rows), conv)


async def later(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Let it wait for the operator's midnight."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        one = await _waits(tx, tap.ref)
        if one is None or not await postponed.put_off(tx, tap.ref, cause):
            return Reply(GONE, refused=True)
        await rungs.look_tomorrow(tx)
        text = TOMORROW.format(what=await _what(tx, tap.ref))
        await outbox.post(tx, say(one.card, text, buttons=((_drop(tap.ref),),)), one.conv)
    return Reply(PUT_OFF)


async def drop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Let it be."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        one = await _waits(tx, tap.ref)
        if one is None or not await postponed.drop(tx, tap.ref, cause):
            return Reply(GONE, refused=True)
        text = DROPPED.format(what=await _what(tx, tap.ref))
        await outbox.post(tx, say(one.card, text), one.conv)
    return Reply("Dropped. Nothing was done.")


VERBS = {LATER: later, DROP: drop}


async def begin(tx: Tx, one: Postponed, cause: str, *, at_once: bool) -> None:
    """Have the plan made, once; those that begin with a new day one after the other."""
    if not await postponed.take(tx, one.event, cause):
        return
    key = derived_id("wrk", PLAN, one.event, cause)
    await open_work(tx, PLAN, one.event, key=key, lane="today" if at_once else "off_peak")
    await outbox.post(tx, say(one.card, BEGINS.format(what=await _what(tx, one.event))), one.conv)
    if not at_once:  # hours lie between: what is long past in the chat is nowhere seen
        await outbox.show_everywhere_again(tx, one.card)


async def lines(reader: Reader) -> list[str]:
    """Return one line for each plan that waits for money."""
    return [
        LISTED.format(what=await _what(reader, one.event), when=WHEN[one.state])
        for one in await postponed.waiting(reader)
    ]


async def _waits(reader: Reader, event: str) -> Postponed | None:
    return next((one for one in await postponed.waiting(reader) if one.event == event), None)


async def _what(reader: Reader, event: str) -> str:
    """Return what was wanted, in the words as they are kept; of a change of a plan, that."""
    told = await events.get(reader, event)
    while told is not None and not told.body.get("words") and told.cause:
        told = await events.get(reader, told.cause)  # a part stands in its message
    said = "" if told is None else str(told.body.get("words") or "").removeprefix("/plan").strip()
    if not said:
        return "A change of a plan"
    return f"“{said}”" if len(said) <= WHAT_CHARS_MAX else f"“{said[:WHAT_CHARS_MAX]}…”"


def _drop(event: str) -> Button:
    return Button(label="Drop it", action=DROP, ref=event)
