"""Into the record: the operator says otherwise than what is recorded, and one tap changes it.

What is remembered never changes a record by itself. Addresses of mail and accounts are not
offered here: where mail and money go has cards of its own.
"""

from typing import Any

from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Button, FieldDiff, FieldRow, Heading, Msg, Para, Span
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory.beliefs import facts
from memory.beliefs.facts import Fact
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader

FIELDS = {"phone": "phone"}  # what a fact is about, and the field that says the same
STILL = "The record still says {value}."
SILENT = "The record says nothing of it yet."
LABEL = "Change the record"
TITLE = "{name}: the record is changed"
BACK = "/history {name} goes back to the version before."


async def beside(reader: Reader, fact: Fact) -> tuple[str, Button] | None:
    """Return what the record says otherwise, and the button that changes it; None: nothing."""
    record = await _otherwise(reader, fact)
    if record is None:
        return None
    value = record.state.get(FIELDS[fact.attribute])
    change = Button(label=LABEL, action="fact.record", ref=fact.id, item=str(record.version))
    return STILL.format(value=value) if value else SILENT, change


async def put(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Change the record, if it and the fact still are as they were shown."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        fact = await facts.get(tx, tap.ref)
        record = None if fact is None else await _otherwise(tx, fact)
        if fact is None or record is None or str(record.version) != tap.item:
            return Reply(GONE, refused=True)
        field = FIELDS[fact.attribute]
        try:
            new = await records.revise(tx, record.id, cause, **{field: fact.value})
        except ValueError as error:
            return Reply(kinds.says(error), refused=True)
        row = FieldRow(
            label=fact.attribute.capitalize(),
            old=str(record.state.get(field) or "") or None,
            new=str(new.state[field]),
        )
        title = TITLE.format(name=record.name)
        back = Para(spans=(Span(text=BACK.format(name=record.name)),))
        parts = (Heading(text=title), FieldDiff(rows=(row,)), back)
        await outbox.post(tx, Msg(key=f"fact:{cause}", summary=title[:190], parts=parts), who.conv)
    return Reply(title)


VERBS: dict[str, Any] = {"fact.record": put}


async def _otherwise(reader: Reader, fact: Fact) -> Record | None:
    """Return the record that says otherwise than this word of the operator's, which holds."""
    if fact.author != "owner" or fact.attribute not in FIELDS or fact.record is None:
        return None
    current = await facts.current(reader, fact.record, fact.attribute)
    if fact.id not in {id for one in current for id in (one.id, *one.support)}:
        return None
    record = await records.get(reader, fact.record)
    field = FIELDS[fact.attribute]
    if record is None or record.status != "active" or field not in record.state:
        return None
    return record if record.state[field] != fact.value else None
