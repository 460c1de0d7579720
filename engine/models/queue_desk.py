"""The queue: what waits for money for a model, with its buttons, and what becomes of it."""

import re
from collections.abc import Mapping
from decimal import Decimal

from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.chat.tokens import Tap
from engine.flow.durable import open_work
from engine.models import rungs
from engine.models.rungs import Standing
from engine.planning import ledger, postponed
from engine.planning.postponed import Kind, Postponed
from engine.rules.house import House
from memory import events
from memory.db import Reader, Tx
from memory.ids import derived_id

PLAN = "plan"  # the work of making one
AGAIN = "asked_again"  # the work of asking a model anew for anything else
LATER, DROP = "postponed.later", "postponed.drop"
NEEDS: Mapping[Kind, str] = {
    "plan": "{what} needs a language model",
    "answer": "A language model could say more to {what} than the passages",
    "research": "{what} has no findings without a language model",
    "enrich": "A language model could read more for {what}",
    "rule": "I do not know every word of {what} as a rule; a language model may",
}
SHORT = "{needs}, and the money for models does not allow for it now. What shall become of it?"
TOMORROW: Mapping[bool, str] = {
    True: "{what} waits. I plan it after midnight, and nothing is done before you start it.",
    False: "{what} waits. I ask a language model after midnight.",
}
BEGINS: Mapping[bool, str] = {
    True: "I now plan what waited: {what}.",
    False: "I now ask a language model what waited: {what}.",
}
CHANGES: Mapping[Kind, str] = {"answer": "asked:{}", "research": "research:{}"}  # in its place
COMMAND = re.compile(r"/\w+(?:@\w+)?\s*(?:add\b\s*)?", re.IGNORECASE)
DROPPED = "Dropped: {what}. Nothing was done."
PUT_OFF = "It waits for tomorrow."
LISTED = "• waits for money: {what} ({when})"
WHEN = {"asked": "say on its card what shall become of it", "tomorrow": "after midnight"}
WHAT_CHARS_MAX = 120


async def ask(tx: Tx, one: Postponed, stands: Standing, ceiling: Decimal) -> None:
    """Ask what shall become of what nobody was paid for; of tomorrow only where that may help."""
    await postponed.ask(tx, one.model_copy(update={"state": "asked", "due_at": None}))
    up = rungs.button(tx, stands.paying(ceiling), ledger.NOTHING)
    later = Button(label="Do it tomorrow", action=LATER, ref=one.event, style="ok")
    rows = (
        *(((later,),) if stands.pays_tomorrow(ceiling) else ()),
        (up, _drop(one.event)),
    )
    needs = NEEDS[one.kind].format(what=await _what(tx, one.event))
    await outbox.post(tx, say(one.card, SHORT.format(needs=needs), buttons=rows), one.conv)


async def later(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Let it wait for the operator's midnight."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        one = await _waits(tx, tap.ref)
        if one is None or not await postponed.put_off(tx, tap.ref, cause):
            return Reply(GONE, refused=True)
        await rungs.look_tomorrow(tx)
        text = TOMORROW[one.kind == "plan"].format(what=await _what(tx, tap.ref))
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
    """Have a model asked, once; what begins with a new day goes one after the other."""
    if not await postponed.take(tx, one.event, cause):
        return
    kind = PLAN if one.kind == "plan" else AGAIN
    key = derived_id("wrk", kind, one.event, cause)
    await open_work(tx, kind, one.event, key=key, lane="today" if at_once else "off_peak")
    begins = BEGINS[one.kind == "plan"].format(what=await _what(tx, one.event))
    await outbox.post(tx, say(one.card, begins), one.conv)
    if not at_once:  # hours lie between: what is long past in the chat is nowhere seen
        for shown in (CHANGES.get(one.kind, one.card), one.card):
            await outbox.show_everywhere_again(tx, shown.format(one.event))


async def lines(reader: Reader) -> list[str]:
    """Return one line for whatever waits for money."""
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
    said = "" if told is None else _said(str(told.body.get("words") or ""))
    if not said:
        return "A change of a plan"
    return f"“{said}”" if len(said) <= WHAT_CHARS_MAX else f"“{said[:WHAT_CHARS_MAX]}…”"


def _said(words: str) -> str:
    """Return the words without the command that they begin with."""
    command = COMMAND.match(words)
    return words[command.end() if command else 0 :].strip()


def _drop(event: str) -> Button:
    return Button(label="Drop it", action=DROP, ref=event)
