"""Operations on our own house: a note on a record, a reminder. Judged like everything else."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, Field

from connectors.contract import Change, Operation, PermanentError, Preview, Receipt, Undo
from engine.chat import words
from engine.flow import schedule
from memory import events, profile
from memory.beliefs import facts
from memory.canon import records
from memory.db import Database, change
from memory.ids import derived_id
from memory.schema.work import alarms

NOTE_CHARS_MAX = 4000
SORTS = {  # what a note may be said to be → the attribute it is kept under
    "note": "note", "decision": "decision", "constraint": "constraint", "template": "template",
    "entscheidung": "decision", "vorgabe": "constraint", "vorlage": "template",
}  # fmt: skip


class Note(BaseModel, frozen=True, extra="forbid"):
    """Something to keep about a record, in the operator's words; `sort`: what it is, as said."""

    record: str
    sort: str | None = Field(None, pattern=rf"(?i)^({'|'.join(SORTS)})$")
    text: str = Field(min_length=1, max_length=NOTE_CHARS_MAX)


class Reminder(BaseModel, frozen=True, extra="forbid"):
    """A text to be said at a moment; `about` names a record, if there is one."""

    text: str = Field(min_length=1, max_length=NOTE_CHARS_MAX)
    at: AwareDatetime
    about: str | None = None


class Notebook:
    def __init__(self, db: Database) -> None:
        self._db = db

    def operations(self) -> tuple[Operation, ...]:
        note = Operation(
            name="records.note",
            does="Note something on a record",
            verb="Note",
            args=Note,
            effect="internal",
            roles={"record": "reference", "sort": "value", "text": "text"},
            run=self._note,
            preview=self._preview_note,
            find=self._find_note,
            undo=Undo("compensation", "can be taken back", self._unnote, self._find_unnote),
            unknown_outcome="key",
        )
        remind = Operation(
            name="reminders.set",
            does="Set a reminder",
            verb="Set",
            args=Reminder,
            effect="internal",
            roles={"text": "text", "at": "when", "about": "reference"},
            run=self._remind,
            preview=self._preview_reminder,
            find=self._find_reminder,
            undo=Undo("window", "can be taken back until it rings", self._unset, self._find_unset),
            unknown_outcome="key",
        )
        return note, remind

    async def _note(self, args: Note, key: str) -> Receipt:
        id = derived_id("fct", key)
        said = await self._facing(args.record)
        async with self._db.transaction() as tx:
            await facts.learn(
                tx,
                _sort(args),
                args.text,
                record=args.record,
                author="owner",
                source=None,
                fact_id=id,
            )
        return Receipt(id=id, said=f"noted on {said}", at=self._db.clock())

    async def _find_note(self, key: str) -> Receipt | None:
        async with self._db.snapshot() as reader:
            fact = await facts.get(reader, derived_id("fct", key))
        if fact is None:
            return None
        said = await self._facing(fact.record or "")
        return Receipt(id=fact.id, said=f"noted on {said}", at=fact.recorded_at)

    async def _preview_note(self, args: Note) -> Preview:
        name = await self._facing(args.record)
        sort = _sort(args).capitalize()
        return Preview(f"{sort} on {name}", (Change(sort, None, args.text),))

    async def _unnote(self, done: Receipt, key: str) -> Receipt:
        async with self._db.transaction() as tx:
            await facts.retract(tx, done.id, None)
        return Receipt(id=done.id, said="note taken back", at=self._db.clock())

    async def _find_unnote(self, key: str) -> Receipt | None:
        return None  # retracting twice is the same as once

    async def _facing(self, record_id: str) -> str:
        async with self._db.snapshot() as reader:
            record = await records.get(reader, record_id)
        if record is None:
            raise PermanentError("I do not know this record any more.")
        return record.name

    async def _remind(self, args: Reminder, key: str) -> Receipt:
        alarm = f"reminder:{key}"
        async with self._db.transaction() as tx:
            if args.at <= tx.now - timedelta(minutes=1):
                raise PermanentError(f"{args.at:%d %b %Y %H:%M} is in the past.")
            set_ = await events.note(tx, "reminder.set", None, text=args.text, at=args.at)
            await schedule.set_alarm(tx, alarm, args.at, "reminder", set_.id, set_.id)
        return await self._reminder_receipt(alarm, args.at)

    async def _find_reminder(self, key: str) -> Receipt | None:
        alarm = f"reminder:{key}"
        async with self._db.snapshot() as reader:
            row = await reader.row(sa.select(alarms.c.due_at).filter_by(key=alarm))
        return None if row is None else await self._reminder_receipt(alarm, row.due_at)

    async def _reminder_receipt(self, alarm: str, at: datetime) -> Receipt:
        async with self._db.snapshot() as reader:
            settings = await profile.read(reader)
        said = f"reminder set for {words.moment(at, settings, zone=True)}"
        return Receipt(id=alarm, said=said, at=self._db.clock(), undo_until=at)

    async def _preview_reminder(self, args: Reminder) -> Preview:
        async with self._db.snapshot() as reader:
            settings = await profile.read(reader)
        at = words.moment(args.at, settings, zone=True)
        changes = (Change("Remind you", None, args.text), Change("When", None, at))
        return Preview(f"Reminder · {at}", changes)

    async def _unset(self, done: Receipt, key: str) -> Receipt:
        async with self._db.transaction() as tx:
            if not await change(
                tx, alarms, {"key": done.id}, alarms.c.state != "fired", state="off"
            ):
                raise PermanentError("It has rung already.")
            await events.note(tx, "reminder.unset", None, alarm=done.id)
        return Receipt(id=done.id, said="reminder taken back", at=self._db.clock())

    async def _find_unset(self, key: str) -> Receipt | None:
        return None  # turning it off twice is the same as once


def _sort(args: Note) -> str:
    return SORTS[(args.sort or "note").casefold()]
