"""Keys: which addresses and numbers name a record, by the versions that brought them.

A key stays when the next version no longer says it: mail from an old address still finds who wrote
it. It goes only with its version, when the operator goes back to before it.
"""

import sqlalchemy as sa

from memory.canon import kinds, records
from memory.canon.kinds import Key
from memory.db import Reader, Tx, change
from memory.schema.events import events as log
from memory.schema.records import record_keys
from memory.schema.records import records as table

RESTORED = "record.restored"


async def held(reader: Reader, record_id: str, number: int | None = None) -> set[Key]:
    """Return the keys that a record got by its versions up to this one, the undone left out."""
    went_back = await _went_back(reader, record_id)
    by: dict[int, set[Key]] = {0: set()}
    last = 0
    for version in await records.history(reader, record_id):
        if number is not None and version.version > number:
            break
        before = by.get(went_back.get(version.version, last), set())
        by[version.version] = before | await _brought(reader, version)
        last = version.version
    return by[last]


async def go_back(tx: Tx, record_id: str, number: int) -> None:
    """Take back the keys that only versions after this one brought; to be followed by an event.

    What a record that was merged into this one brought stays: that is still the same.
    """
    stays = await held(tx, record_id, number)
    for other in (await records.same(tx, record_id))[1:]:
        stays |= await held(tx, other)
    for scheme, value in await held(tx, record_id) - stays:
        still = (record_keys.c.record == record_id) & record_keys.c.ended_at.is_(None)
        key = {"scheme": scheme, "value": value}
        await change(tx, record_keys, key, still, record=record_id, ended_at=tx.now)
    for scheme, value in stays:  # what an earlier going back took names it again, if still free
        gone = (record_keys.c.record == record_id) & record_keys.c.ended_at.is_not(None)
        key = {"scheme": scheme, "value": value}
        await change(tx, record_keys, key, gone, record=record_id, ended_at=None)


async def _went_back(reader: Reader, record_id: str) -> dict[int, int]:
    """Return, by the version that going back made, which one it says again."""
    query = sa.select(log.c.body).where(log.c.kind == RESTORED)
    query = query.where(log.c.body["record"].as_string() == record_id)
    rows = await reader.rows(query.order_by(log.c.seq))
    went = ((row.body["made"], row.body["version"]) for row in rows)
    return {made: again for made, again in went if again < made}


async def _brought(reader: Reader, version: records.Version) -> set[Key]:
    """Return the keys a version says; none of one that today's model cannot read."""
    kind = await reader.value(sa.select(table.c.kind).filter_by(id=version.record))
    try:
        return set(kinds.model(str(kind), version.state).keys())
    except ValueError:
        return set()
