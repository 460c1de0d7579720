"""The accounts of the settings, for the operator's own folder alone."""

from pydantic import SecretStr

from bot.settings import PREFIX, Settings
from connectors.accounts import NONE, Accounts
from connectors.calendar.dav import Account as CalendarAccount
from connectors.email.account import Account as MailAccount
from connectors.email.account import Server

SAMPLE = "sample"
HALF = "{there} is set, but {missing} is not: a mail account needs all four."


def of(settings: Settings, folder: str) -> Accounts:
    """Return the accounts for a folder of that name; the sample company has none.

    ValueError: only a part of one is set.
    """
    if folder == SAMPLE:
        return NONE
    return Accounts(calendar=_calendar(settings), mail=_mail(settings))


def _calendar(settings: Settings) -> CalendarAccount | None:
    if settings.calendar is None:
        return None
    return CalendarAccount(
        settings.calendar,
        settings.calendar_user or "",
        settings.calendar_password or SecretStr(""),
        settings.calendar_name or "",
    )


def _mail(settings: Settings) -> MailAccount | None:
    user, password = settings.mail_user, settings.mail_password
    imap, smtp = settings.mail_imap, settings.mail_smtp
    if user and password and imap and smtp:
        return MailAccount(
            user,
            password.get_secret_value(),
            Server.of(imap, f"{PREFIX}MAIL_IMAP"),
            Server.of(smtp, f"{PREFIX}MAIL_SMTP"),
        )
    said = {"USER": user, "PASSWORD": password, "IMAP": imap, "SMTP": smtp}
    there = [f"{PREFIX}MAIL_{name}" for name, value in said.items() if value]
    if there:
        missing = ", ".join(f"{PREFIX}MAIL_{name}" for name, value in said.items() if not value)
        raise ValueError(HALF.format(there=there[0], missing=missing))
    return None
