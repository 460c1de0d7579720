"""Arrivals: what a platform delivered, kept as it came before the platform is told "received".

waiting ──taken in──▶ done ──a day later──▶ forgotten
   └─three tries failed─▶ set aside (kept, and said)
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory.db import Reader, Tx, change, insert_once
from memory.schema.chat import arrivals

TRIES_MAX = 3
KNOWN_FOR = timedelta(days=1)  # how long a delivery that comes again is recognised


class Arrival(BaseModel, frozen=True):
    key: str
    kind: str
    body: dict[str, Any]
    tries: int
    at: datetime


async def keep(tx: Tx, surface: str, kind: str, key: str, body: dict[str, Any]) -> bool:
    """Keep it. False: it came before."""
    row = {"key": f"{surface}:{key}", "surface": surface, "kind": kind, "body": body}
    return await insert_once(tx, arrivals, row | {"state": "waiting", "tries": 0, "at": tx.now})


async def waiting(reader: Reader, surface: str, kind: str) -> list[Arrival]:
    """Return what was not taken in yet, in the order it came."""
    query = sa.select(arrivals).filter_by(surface=surface, kind=kind, state="waiting")
    rows = await reader.rows(query.order_by(arrivals.c.at, sa.text("rowid")))
    return [Arrival(**{n: row._mapping[n] for n in Arrival.model_fields}) for row in rows]


async def get(reader: Reader, surface: str, key: str) -> Arrival | None:
    """Return what came under this key, whatever became of it."""
    row = await reader.row(sa.select(arrivals).filter_by(key=f"{surface}:{key}"))
    return None if row is None else Arrival(**{n: row._mapping[n] for n in Arrival.model_fields})


async def done(tx: Tx, arrival: Arrival) -> None:
    await change(tx, arrivals, {"key": arrival.key}, state="done", error=None)


async def failed(tx: Tx, arrival: Arrival, error: str) -> bool:
    """Note the failure. True: it was the last try, and the arrival is set aside."""
    tries = arrival.tries + 1
    state = "set aside" if tries >= TRIES_MAX else "waiting"
    await change(tx, arrivals, {"key": arrival.key}, tries=tries, state=state, error=error)
    return state == "set aside"


async def set_aside(reader: Reader, since: datetime | None = None) -> list[Arrival]:
    """Return what three tries could not take in, newest first."""
    query = sa.select(arrivals).filter_by(state="set aside").order_by(arrivals.c.at.desc())
    rows = await reader.rows(query if since is None else query.where(arrivals.c.at >= since))
    return [Arrival(**{n: row._mapping[n] for n in Arrival.model_fields}) for row in rows]


async def again(tx: Tx, key: str) -> bool:
    """Let it be taken in once more. False: it is not set aside."""
    aside = arrivals.c.state == "set aside"
    return await change(tx, arrivals, {"key": key}, aside, state="waiting", tries=0)


async def drop(tx: Tx, key: str) -> bool:
    """Leave it as it is. False: it is not set aside."""
    return await change(tx, arrivals, {"key": key}, arrivals.c.state == "set aside", state="done")


async def sweep(tx: Tx) -> None:
    """Forget what was taken in long ago."""
    old = arrivals.c.at < tx.now - KNOWN_FOR
    await tx.conn.execute(sa.delete(arrivals).where(arrivals.c.state == "done", old))
