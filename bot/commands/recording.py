"""What you say is there becomes a record: “new project Spring”, looked at on a card, then written.

The card keeps nothing: at the tap the same words are read again, and only what it showed is done.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from agents.hearing import told
from agents.hearing.front import Command
from agents.hearing.recording import Heard
from agents.reading.words import Context
from bot.commands import sides
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, FieldDiff, Heading, Msg, Para, Part, Span, say
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import events, profile
from memory.canon import kinds, records
from memory.db import Reader, Tx
from memory.events import Event

NEW, CHANGE = "New {kind}: {name}", "{name}: a change"
SAME = "{name} is recorded like this already."
SAYS = {
    True: "Nothing is written yet.",
    False: "It becomes version {next}; the old one stays, and /history goes back to it.",
}
TAKEN = "{value} belongs to {name} already. Nothing was changed."
BOOKED = "It is only recorded; “book a meeting with …” also puts it into the calendar."
FORGED = (
    "A new account is how bills are forged most often: ask by phone, at a number you had before."
)
DONE = {True: "{name} is recorded.", False: "{name} is changed; that is version {version} now."}
OTHER = "The records changed since, so this card no longer holds. Say it again."
BACK = "{name} is taken back."
LATE = "{name} was changed since or is taken back already."
HOW = (
    "Say what is there: “new project Spring for Ada until 30 June”, “a meeting with Ada on "
    "Tuesday at 10”, “objective: 2,000 readers by June”, “task: call the printer by Friday”, “new "
    "deal with Ada: workshop, 3,000 EUR”, “Ada agreed to get the newsletter”, “project Spring is "
    "done”."
)
_COMMAND = re.compile(r"/record(?:@\w+)?(?!\w)", re.IGNORECASE)  # as in a group: /record@bot


@dataclass(frozen=True, slots=True)
class Recording:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"record": self.record}

    async def record(self, event: Event, rest: str) -> Msg:
        """Show what would be recorded. Nothing is written."""
        key = f"record:{event.id}"
        try:
            async with self.house.db.snapshot() as reader:
                found = await _read(reader, event)
                if found is None:
                    return say(key, HOW)
                return await _card(reader, found, event, key)
        except ValueError as error:
            return say(key, f"{kinds.says(error).rstrip('.')}.")


async def write(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Write what the card showed, if the same words still mean the same."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        event = await events.get(tx, tap.ref)
        if event is None:
            return Reply(GONE, refused=True)
        try:
            found = await _read(tx, event)
            if found is None or _fingerprint(found) != tap.item:
                return Reply(OTHER, refused=True)
            record = await _write(tx, found, cause)
        except ValueError as error:
            return Reply(kinds.says(error), refused=True)
        is_new = found.known is None
        said = DONE[is_new].format(name=record.name, version=record.version)
        back = Button(label="Take it back", action="record.withdraw", ref=record.id)
        rows = ((back,),) if is_new else ()
        await outbox.post(tx, _told(event.id, _title(found), said, rows), who.conv)
    return Reply(said)


async def withdraw(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Take a new record back, as long as nothing came of it."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        record = await records.get(tx, tap.ref)
        if record is None:
            return Reply(GONE, refused=True)
        if not await records.withdraw(tx, record.id, cause):
            return Reply(LATE.format(name=record.name), refused=True)
    return Reply(BACK.format(name=record.name))


VERBS: dict[str, Any] = {"record.write": write, "record.withdraw": withdraw}


async def _write(tx: Tx, found: Heard, cause: str) -> records.Record:
    if found.known is None:
        return await records.create(tx, found.kind, found.state, cause)
    return await records.revise(tx, found.known.id, cause, **found.state)


async def _read(reader: Reader, event: Event) -> Heard | None:
    """Read the words as they were meant when they were said."""
    said = str(event.body.get("words", ""))
    settings = await profile.read(reader)
    context = Context(
        now=event.at, zone=settings["zone"], locale=settings["locale"],
        currency=settings["currency"],
    )  # fmt: skip
    return await told.recorded(reader, _COMMAND.sub("", said).strip(), context)


async def _card(reader: Reader, found: Heard, event: Event, key: str) -> Msg:
    before = {} if found.known is None else found.known.state
    model = kinds.model(found.kind, before | found.state)
    state = model.model_dump(mode="json")
    title = _title(found)
    if state == before:
        return say(key, SAME.format(name=state["name"]))
    keys = model.keys()
    for scheme, value in keys:
        holder = await records.by_key(reader, scheme, value)
        if holder is not None and (found.known is None or holder.id != found.known.id):
            return say(key, TAKEN.format(value=value, name=holder.name))
    shown, old = await _named(reader, found.kind, state), await _named(reader, found.kind, before)
    settings = await profile.read(reader)
    parts: list[Part] = [Heading(text=title)]
    if found.known is None:
        says = f"{SAYS[True]} {BOOKED}" if found.kind == "meeting" else SAYS[True]
        parts += [Bullets(items=sides.says(shown, settings)), _para(says)]
    else:
        parts.append(FieldDiff(rows=tuple(sides.changes(old, shown, settings))))
        parts += [_para(FORGED)] if shown.get("iban") != old.get("iban") else []
        parts.append(_para(SAYS[False].format(next=found.known.version + 1)))
    label = "Record it" if found.known is None else "Change it"
    item = _fingerprint(found)
    button = Button(label=label, action="record.write", ref=event.id, item=item)
    return Msg(key=key, summary=title[:190], parts=tuple(parts), buttons=((button,),))


async def _named(reader: Reader, kind: str, state: dict[str, Any]) -> dict[str, Any]:
    """Return a state with names where ids stand, which say nothing to a person."""
    names = {
        id: other.name if (other := await records.get(reader, id)) is not None else id
        for _, _, id in kinds.named(kind, state)
    }
    return {
        field: [names.get(each, each) for each in value]
        if isinstance(value, list)
        else names.get(value, value)
        if isinstance(value, str)
        else value
        for field, value in state.items()
    }


def _title(found: Heard) -> str:
    if found.known is not None:
        return CHANGE.format(name=found.known.name)
    return NEW.format(kind=found.kind, name=found.state["name"])


def _fingerprint(found: Heard) -> str:
    """Return what stands for exactly this outcome: what was shown is what is done."""
    known = None if found.known is None else [found.known.id, found.known.version]
    said = json.dumps([found.kind, found.state, known], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _told(event: str, title: str, said: str, buttons: tuple[tuple[Button, ...], ...]) -> Msg:
    parts = (Heading(text=title), _para(said))
    return Msg(key=f"record:{event}", summary=said[:190], parts=parts, buttons=buttons)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
