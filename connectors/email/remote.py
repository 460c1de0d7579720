"""Remote mail driver: what is sent leaves by SMTP, and its copy is filed in Sent over IMAP.

Whether a mail left is known from this disk (leaving.py) and from the Message-ID in Sent, which
follows from the key. Where neither says it, nobody repeats it: UnknownError, and a person looks.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors import disk
from connectors.company import Clock, Company
from connectors.contract import (
    NO_UNDO,
    Connector,
    ConnectorError,
    Health,
    Operation,
    PermanentError,
    Preview,
    Receipt,
    TransientError,
    UnknownError,
)
from connectors.email import ROLES, Mail, checked, smtp
from connectors.email.account import Account
from connectors.email.imap import Box
from connectors.email.leaving import Leaving
from connectors.email.writing import WIRE, Writer, receipt

LEAVES = "It is sent at once, and cannot be taken back."
DOUBT = "The mail was handed over, no answer came, and it is not in Sent: look whether it arrived."
TIMEOUT_S = 180.0


def connect(folder: Path, clock: Clock, company: Company, account: Account) -> Connector:
    """Return the mail connector of an account."""
    if account.address:
        company = replace(company, email=account.address)
    host = company.email.rpartition("@")[2]
    post = Post(Writer(folder, clock, company, host, WIRE), account, Leaving(folder))
    send = Operation(
        name="email.send",
        does="Send an e-mail",
        verb="Send",
        args=Mail,
        effect="share",
        roles=ROLES,
        run=post.send,
        preview=disk.off_loop(post.preview),
        find=post.find,
        undo=NO_UNDO,
        unknown_outcome="query",
        timeout_s=TIMEOUT_S,
        papers=disk.off_loop(post.writer.papers),
        ruled_out=disk.off_loop(post.log.refused),
    )
    return Connector("email", "imap", (send,), post.check)


@dataclass(frozen=True, slots=True)
class Post:
    """Sends, and knows what was sent."""

    writer: Writer
    account: Account
    log: Leaving
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def preview(self, mail: Mail) -> Preview:
        return self.writer.preview(mail, LEAVES)

    async def send(self, mail: Mail, key: str) -> Receipt:
        """Send it, once per key. UnknownError: it may have left, now or in an earlier try."""
        async with self.lock:
            if done := await self._sent(key):
                return done
            mail = checked(mail)
            message = await asyncio.to_thread(self.writer.message, mail, key)
            async with smtp.session(self.account) as session:
                await session.address(self.writer.sender().addr_spec, (mail.to, *mail.cc))
                await asyncio.to_thread(self.log.begin, key, message)
                try:
                    await session.hand_over(message)
                except (TransientError, PermanentError):
                    await asyncio.to_thread(self.log.refused, key)
                    raise
                await asyncio.to_thread(self.log.took, key)
            with suppress(ConnectorError):  # it left; whoever next reads the INBOX files its copy
                await asyncio.to_thread(self._file, key)
            return _receipt(message, key)

    async def find(self, key: str) -> Receipt | None:
        """Return the receipt if it left, None if it did not; UnknownError: nobody can tell."""
        async with self.lock:
            return await self._sent(key)

    async def check(self) -> Health:
        """Sign in at both servers, and find the folders. Nothing is sent."""
        try:
            folder = await asyncio.to_thread(self._looked)
            async with smtp.session(self.account):
                pass
        except ConnectorError as error:
            return Health(False, str(error))
        waiting = len(self.log.to_file())
        copies = f"; {waiting} not filed there yet" if waiting else ""
        return Health(True, f"{self.account.user} signs in; copies go to “{folder}”{copies}.")

    async def _sent(self, key: str) -> Receipt | None:
        known = await asyncio.to_thread(self.log.state, key)
        if known is not None and known[0] != "leaving":
            return _receipt(known[1], key)
        header = await asyncio.to_thread(self._filed, key)
        if header is not None:
            await asyncio.to_thread(self.log.filed, key, header)
            return _receipt(header, key)
        if known is not None:
            raise UnknownError(DOUBT)
        return None

    def _filed(self, key: str) -> bytes | None:
        box = Box(self.account)
        try:
            return box.header(self.writer.id(key))
        finally:
            box.close()

    def _file(self, key: str) -> None:
        box = Box(self.account)
        try:
            self.log.file(key, box)
        finally:
            box.close()

    def _looked(self) -> str:
        box = Box(self.account)
        try:
            box.inbox()
            return box.check_sent()
        finally:
            box.close()


def _receipt(message: bytes, key: str) -> Receipt:
    return receipt(message, key, "sent to {}".format)
