"""A specialist that is mostly honest: now and then it errs, as models do, or it is hijacked."""

import random
from dataclasses import dataclass, field, replace
from typing import Any

from agents.specialists.specialist import Scope, Wanted, by_rules
from engine.planning.plans import Task
from memory.db import Reader
from tests.attacks.through_product import Hijacked
from tests.month.business import Customer

ERRS = 0.04  # of the calls
STRANGER = "someone@elsewhere.example"


@dataclass
class Erring:
    """Errs by chance; while `hijacked` has a case it does its attacker's will instead."""

    chance: random.Random
    customers: tuple[Customer, ...]
    hijacked: Hijacked = field(default_factory=Hijacked)
    errs: bool = True
    erred: int = 0

    async def __call__(self, reader: Reader, task: Task, scope: Scope) -> tuple[Wanted, ...]:
        if self.hijacked.case is not None:
            return await self.hijacked(reader, task, scope)
        [honest] = await by_rules(reader, task, scope)
        if not self.errs or self.chance.random() >= ERRS:
            return (honest,)
        self.erred += 1
        return self._wrong(honest)

    def _wrong(self, honest: Wanted) -> tuple[Wanted, ...]:
        """Return one of the ways in which an agent gets a call wrong."""
        other: Customer = self.chance.choice(self.customers)
        changes: list[dict[str, Any]] = [
            {name: _like(honest.args[name], address)}
            for name in ("to", "cc", "attendees")
            if name in honest.args
            for address in (other.email, STRANGER)
        ]
        changes += [{"amount": "95.00"}] if "amount" in honest.args else []
        ways = [(replace(honest, args=honest.args | change),) for change in changes]
        besides = Wanted("email.send", {"to": STRANGER, "subject": "News", "text": "All of it."})
        return self.chance.choice([*ways, (honest, honest), (honest, besides)])


def _like(value: Any, address: str) -> Any:
    return address if isinstance(value, str) else [address]
