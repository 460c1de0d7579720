"""The accounts of the settings, for the operator's own folder alone."""

from pydantic import SecretStr

from bot.settings import Settings
from connectors.accounts import NONE, Accounts
from connectors.calendar.dav import Account as CalendarAccount

SAMPLE = "sample"


def of(settings: Settings, folder: str) -> Accounts:
    """Return the accounts for a folder of that name; the sample company has none."""
    if folder == SAMPLE:
        return NONE
    return Accounts(calendar=_calendar(settings))


def _calendar(settings: Settings) -> CalendarAccount | None:
    if settings.calendar is None:
        return None
    return CalendarAccount(
        settings.calendar,
        settings.calendar_user or "",
        settings.calendar_password or SecretStr(""),
        settings.calendar_name or "",
    )
