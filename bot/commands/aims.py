"""Objectives in the chat: how far each is, its figures, changes of it, and the way out."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.answers import knowing
from agents.hearing import aiming
from agents.hearing.aiming import Heard
from agents.hearing.front import Command
from agents.reading import context
from agents.reading.words import Context
from bot.commands import sides
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import LABEL_CHARS_MAX, Button, FieldDiff, Heading, Msg, Para, Span, say
from engine.chat.tokens import Tap
from engine.keeping import curating
from engine.objectives import aim_card, aims, figures, stopping
from engine.planning import goals, tree
from engine.rules.house import House
from memory import events, profile
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.events import Event

UNKNOWN = "I have no {name} that goes on. /objectives shows what there is."
WHICH = "Which one do you mean?"
COUNTED = "“{name}” is {how}, so no figure needs to be said."
AHEAD = "That day is still to come."
NO_GOAL = "There is no plan in this conversation that is still open."
UNDER = "“{goal}” is done for {project} now."
CHANGE = "{name}: a change"
SAYS = "It becomes version {next}; the old one stays, and /history goes back to it."
CHANGED = "{name} is changed; that is version {version} now."
OTHER = "“{name}” was changed since, so this card no longer holds. Say it again."
OVER = {"objective": "“{name}” is reached. Well done.", "project": "“{name}” is done."}
STATUS = {"objective": "reached", "project": "done"}


@dataclass(frozen=True, slots=True)
class Aims:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"objectives": self.objectives}

    async def objectives(self, event: Event, rest: str) -> Msg:
        """Show the tree or one of it, or follow what was said of one."""
        key, conv = f"aim:{event.id}", str(event.body["conv"])
        try:
            async with self.house.db.transaction() as tx:
                told = await aiming.heard(tx, rest, conv, event.body.get("reply_to"))
                told = told or await aiming.named(tx, rest)
                msg = await _answer(tx, event, told, key)
                await events.note(tx, "aim.told", event.id)
                return msg
        except ValueError as error:
            return say(key, f"{kinds.says(error).rstrip('.')}.")


async def _answer(tx: Tx, event: Event, told: Heard, key: str) -> Msg:
    if told.what == "ask" and not told.found:
        return await aim_card.all_(tx, key)
    if told.what == "unknown":
        return say(key, (aiming.ENDED if told.found else UNKNOWN).format(name=told.value))
    if len(told.found) > 1:
        return _which(told, event, key)
    [record] = told.found
    match told.what:
        case "figure":
            return await _figure(tx, record, told, event, key)
        case "due" | "target":
            return await _look(tx, record, told, key)
        case "stop":
            return await stopping.card(tx, record, key)
        case "under":
            return await _put_newest(tx, record, event, key)
    return await _shown(tx, record, event.body["conv"], key)


async def _shown(reader: Reader, record: Record, conv: str, key: str) -> Msg:
    loose = await tree.loose(reader, conv) if record.kind == "project" else ()
    return await aim_card.one(reader, record, key, loose)


def _which(told: Heard, event: Event, key: str) -> Msg:
    """Ask which of several is meant; a tap says the same sentence of one of them."""
    rows = tuple(
        (Button(label=_label(one.name), action="aim.which", ref=one.id, item=event.id),)
        for one in told.found[:8]
    )
    return say(key, WHICH, buttons=rows)


async def _figure(tx: Tx, record: Record, told: Heard, event: Event, key: str) -> Msg:
    """Keep a figure, and say how far that is."""
    if counted := record.state.get("counted"):
        return say(key, COUNTED.format(name=record.name, how=figures.COUNTED[counted]))
    settings = await context.about(tx)
    since = _since(told, settings)
    before = [one for one in await figures.known(tx, record) if figures.counts(one)]
    id = await figures.note(tx, record, aiming.number(told, settings), event.id, since)
    aim = await aims.view(tx, record)
    note = f"{aim.says}. {aim.because}".strip()
    return await curating.changed(tx, key, f"Noted: {record.name}", before, id, note)


def _since(told: Heard, settings: Context) -> datetime | None:
    since = knowing.start(told.when, settings)
    if since is not None and since > settings.now:
        raise ValueError(AHEAD)
    return since


async def _look(reader: Reader, record: Record, told: Heard, key: str) -> Msg:
    """Show a change of the last day or the target. Nothing is changed yet."""
    settings = await context.about(reader)
    if told.what == "due":
        changes = {aims.LAST_DAY[record.kind]: aiming.day(told.when, settings).isoformat()}
    else:
        changes = {"to": f"{aiming.number(told, settings).normalize():f}"}
    state = kinds.model(record.kind, record.state | changes).model_dump(mode="json")
    rows = tuple(sides.changes(record.state, state, await profile.read(reader)))
    if not rows:
        return say(key, f"{record.name} is recorded like this already.")
    title = CHANGE.format(name=record.name)
    item = json.dumps([record.version, changes])
    button = Button(label="Change it", action="aim.change", ref=record.id, item=item)
    parts = (Heading(text=title), FieldDiff(rows=rows), _para(SAYS.format(next=record.version + 1)))
    return Msg(key=key, summary=title[:190], parts=parts, buttons=((button,),))


async def _put_newest(tx: Tx, project: Record, event: Event, key: str) -> Msg:
    goal = await goals.open_in(tx, str(event.body["conv"]))
    if goal is None:
        return say(key, NO_GOAL)
    await goals.put_under(tx, goal.id, project.id, event.id)
    return say(key, UNDER.format(goal=goal.text, project=project.name))


# ── taps ────────────────────────────────────────────────────────────────────────────────────────


async def which(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """This one was meant: follow the sentence that was said."""
    try:
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            event, record = await events.get(tx, tap.item), await records.get(tx, tap.ref)
            if event is None or record is None:
                return Reply(GONE, refused=True)
            words = str(event.body["words"]).partition("/objectives")[2] or event.body["words"]
            told = await aiming.heard(tx, words, who.conv) or await aiming.named(tx, words.strip())
            one = Heard(told.what, (record,), told.value, told.when, told.said)
            msg = await _answer(tx, event, one, f"aim:{event.id}")
            await events.note(tx, "aim.told", cause)
            await outbox.post(tx, msg, who.conv)
    except ValueError as error:
        return Reply(kinds.says(error), refused=True)
    return Reply(f"{record.name}.")


async def change(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Change what the card showed, if the record is still as it was then."""
    version, changes = json.loads(tap.item)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        record = await records.get(tx, tap.ref)
        if record is None:
            return Reply(GONE, refused=True)
        if record.version != version:
            return Reply(OTHER.format(name=record.name), refused=True)
        try:
            new = await records.revise(tx, record.id, cause, **changes)
        except ValueError as error:
            return Reply(kinds.says(error), refused=True)
        said = CHANGED.format(name=new.name, version=new.version)
        await outbox.post(tx, await _shown(tx, new, who.conv, f"aim:{cause}"), who.conv)
    return Reply(said)


async def look(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show one objective or project."""
    return await _posted(house, tap, who, key, values, stop=False)


async def look_stop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show what stopping it would withdraw."""
    return await _posted(house, tap, who, key, values, stop=True)


async def _posted(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], *, stop: bool
) -> Reply:
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        record = await records.get(tx, tap.ref)
        if record is None:
            return Reply(GONE, refused=True)
        name = f"aim:{cause}"
        card = stopping.card(tx, record, name) if stop else _shown(tx, record, who.conv, name)
        await outbox.post(tx, await card, who.conv)
    return Reply("", name)


async def ended(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """It is reached, or done: what is still open in it goes on."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        record = await records.get(tx, tap.ref)
        if record is None:
            return Reply(GONE, refused=True)
        if record.state["status"] in aims.ENDED:
            return Reply(stopping.ENDED.format(name=record.name), refused=True)
        record = await records.revise(tx, record.id, cause, status=STATUS[record.kind])
        said = OVER[record.kind].format(name=record.name)
        await outbox.post(tx, say(f"aim:{cause}", said), who.conv)
    return Reply(said)


async def put(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Put a goal under the project whose card it was offered on."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        goal, project = await goals.get(tx, tap.ref), await records.get(tx, tap.item)
        if goal is None or project is None:
            return Reply(GONE, refused=True)
        if project.state["status"] in aims.ENDED:
            return Reply(stopping.ENDED.format(name=project.name), refused=True)
        said = UNDER.format(goal=goal.text, project=project.name)
        await goals.put_under(tx, goal.id, project.id, cause)
        await outbox.post(tx, await _shown(tx, project, who.conv, f"aim:{cause}"), who.conv)
    return Reply(said)


VERBS: dict[str, Any] = {
    "aim.which": which,
    "aim.change": change,
    "aim.look": look,
    "aim.look_stop": look_stop,
    "aim.ended": ended,
    "aim.put": put,
}


def _label(text: str) -> str:
    return text if len(text) <= LABEL_CHARS_MAX else f"{text[: LABEL_CHARS_MAX - 1]}…"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
