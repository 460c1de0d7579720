"""Which mail driver is in use: that of the operator's account, or the one that needs none."""

from pathlib import Path

from connectors.company import Clock, Company
from connectors.contract import Connector
from connectors.email import local, remote
from connectors.email.account import Account
from connectors.email.inbox import Inbox
from connectors.email.leaving import Leaving
from connectors.email.remote_inbox import RemoteInbox
from connectors.sources import Source


def connect(folder: Path, clock: Clock, company: Company, account: Account | None) -> Connector:
    """Return what sends mail."""
    if account is None:
        return local.connect(folder, clock, company)
    return remote.connect(folder, clock, company, account)


def sources(folder: Path, clock: Clock, account: Account | None) -> tuple[Source, ...]:
    """Return where mail arrives; the Maildir is read in any case."""
    maildir = Inbox(folder)
    if account is None:
        return (maildir,)
    return maildir, RemoteInbox(account, Leaving(folder), clock)
