"""Profile: the few settings the operator makes in the chat: zone, currency, what is switched on."""

from typing import Any

import sqlalchemy as sa

from memory import events
from memory.db import Reader, Tx, put
from memory.schema.records import profile

DEFAULTS: dict[str, Any] = {
    "zone": "UTC",
    "currency": "EUR",
    "locale": "en",
    "company": "My company",
    "email": "",
    "iban": "",
    "quiet": "20-8",  # hours without reminders, at the operator's place; or off
    "offpeak": "off",  # the hours for what nobody waits for; off: at any time
    "stage": "new",  # new | asking | ready
    "bank_columns": {},  # what the columns of a bank's table mean, by the mark of its head
    "playbooks": {},  # id → switched on
    "stopped": None,  # {"by", "at"} while STOP holds
    "autonomy": True,  # rules of the operator may let something run by itself
}


async def read(reader: Reader) -> dict[str, Any]:
    """Return every setting, defaults included."""
    rows = await reader.rows(sa.select(profile.c.name, profile.c.value))
    return DEFAULTS | {row.name: row.value for row in rows}


async def get(reader: Reader, name: str) -> Any:
    row = await reader.row(sa.select(profile.c.value).filter_by(name=name))
    return DEFAULTS.get(name) if row is None else row.value


async def save(tx: Tx, cause: str | None, **settings: Any) -> None:
    """Set settings and note what changed."""
    for name, value in settings.items():
        await put(tx, profile, {"name": name, "value": value, "at": tx.now})
    await events.note(tx, "profile.saved", cause, **settings)
