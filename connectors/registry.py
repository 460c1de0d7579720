"""All operations under their names, from the connectors that are set up."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from connectors.accounts import NONE, Accounts
from connectors.calendar import caldav
from connectors.calendar import local as calendar
from connectors.cms import local as cms
from connectors.company import Clock, Company
from connectors.contract import Connector, Operation, PermanentError
from connectors.email import drivers as email
from connectors.payments import local as payments

__all__ = ["Clock", "Company", "Registry", "connected", "embedded"]


@dataclass(frozen=True, slots=True)
class Registry:
    """The connectors in use and what they can do."""

    connectors: tuple[Connector, ...]

    @property
    def operations(self) -> dict[str, Operation]:
        return {
            operation.name: operation
            for connector in self.connectors
            for operation in connector.operations
        }

    def operation(self, name: str) -> Operation:
        """Return the operation; raises PermanentError naming the nearest one that exists."""
        known = self.operations
        if name in known:
            return known[name]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise PermanentError(f"There is no operation {name!r}.{hint}")


def embedded(folder: Path, clock: Clock, company: Company) -> Registry:
    """Return the drivers that need no account: everything is a file below `folder`."""
    return connected(folder, clock, company, NONE)


def connected(folder: Path, clock: Clock, company: Company, accounts: Accounts) -> Registry:
    """Return a driver of every kind: that of the account where there is one, else the embedded."""
    dated = calendar.connect(folder, clock, company)
    if accounts.calendar is not None:
        dated = caldav.connect(accounts.calendar, folder, clock, company)
    paying, publishing = (d.connect(folder, clock, company) for d in (payments, cms))
    mail = email.connect(folder, clock, company, accounts.mail)
    return Registry((mail, paying, dated, publishing))
