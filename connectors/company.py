"""What every embedded driver is told about the house it works for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Company:
    """Who sends the mail and receives the money."""

    name: str
    email: str
    iban: str | None = None
    currency: str = "EUR"
    zone: str = "Europe/Berlin"

    def local(self, moment: datetime) -> datetime:
        """Return the moment on the wall clock of the company, to the second."""
        return moment.astimezone(ZoneInfo(self.zone)).replace(microsecond=0)
