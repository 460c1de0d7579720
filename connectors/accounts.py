"""The accounts that drivers sign in to; for a kind without one its embedded driver serves."""

from dataclasses import dataclass

from connectors.calendar.dav import Account as CalendarAccount
from connectors.email.account import Account as MailAccount


@dataclass(frozen=True, slots=True)
class Accounts:
    """An account of each kind that has one."""

    calendar: CalendarAccount | None = None
    mail: MailAccount | None = None


NONE = Accounts()
