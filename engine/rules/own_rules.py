"""Own rule: what the operator said shall always hold. Every change is a version; none is lost.

active ◀──▶ paused
   └──────────┴──▶ removed; `back` returns to the version before, whatever it was
"""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError

from memory import events
from memory.db import Reader, Tx, insert
from memory.schema.rules import own_rules
from policies.rules import Rule

State = Literal["active", "paused", "removed"]


class OwnRule(BaseModel, frozen=True):
    """A rule of the operator at one version. `body` is the rule as JSON, `says` its sentence."""

    rule: str
    version: int
    state: State
    body: dict[str, Any]
    says: str
    cause: str
    at: datetime

    @property
    def read(self) -> Rule | None:
        """Return the rule. None: it is written in a way this version cannot read."""
        try:
            return Rule.model_validate(self.body)
        except ValidationError:
            return None


async def write(tx: Tx, rule: Rule, says: str, cause: str) -> OwnRule:
    """Write a rule, in force: the first version, or the one after the newest."""
    body = rule.model_dump(mode="json", exclude_defaults=True)
    old = await newest(tx, rule.id)
    return await _add(tx, rule.id, old, "active", body, says, cause)


async def turn(tx: Tx, old: OwnRule, state: State, cause: str) -> OwnRule:
    """Write the next version: the same rule in another state."""
    return await _add(tx, old.rule, old, state, old.body, old.says, cause)


async def back(tx: Tx, old: OwnRule, cause: str) -> OwnRule | None:
    """Write the version before the newest once more. None: there is none before it."""
    before = await get(tx, old.rule, old.version - 1)
    if before is None:
        return None
    return await _add(tx, old.rule, old, before.state, before.body, before.says, cause)


async def get(reader: Reader, rule: str, version: int) -> OwnRule | None:
    row = await reader.row(sa.select(own_rules).filter_by(rule=rule, version=version))
    return None if row is None else OwnRule(**row._mapping)


async def newest(reader: Reader, rule: str) -> OwnRule | None:
    """Return a rule as it stands now."""
    query = sa.select(own_rules).filter_by(rule=rule).order_by(own_rules.c.version.desc())
    row = await reader.row(query.limit(1))
    return None if row is None else OwnRule(**row._mapping)


async def every(reader: Reader) -> list[OwnRule]:
    """Return every rule as it stands now, the removed ones too, by id."""
    last = sa.select(own_rules.c.rule, sa.func.max(own_rules.c.version)).group_by(own_rules.c.rule)
    both = sa.tuple_(own_rules.c.rule, own_rules.c.version)
    query = sa.select(own_rules).where(both.in_(last)).order_by(own_rules.c.rule)
    return [OwnRule(**row._mapping) for row in await reader.rows(query)]


async def _add(
    tx: Tx, id: str, old: OwnRule | None, state: State, body: dict[str, Any], says: str, cause: str
) -> OwnRule:
    version = 1 if old is None else old.version + 1
    kept = OwnRule(
        rule=id, version=version, state=state, body=body, says=says, cause=cause, at=tx.now
    )
    await insert(tx, own_rules, kept.model_dump())
    await events.note(tx, f"rule.{state}", cause, rule=id, version=version, says=says)
    return kept
