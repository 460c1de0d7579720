"""The walk of a real mail: it comes over real servers, is answered by a tap, and arrives once."""

import asyncio
import shutil
import smtplib
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from bot.app import App, open_app
from connectors.accounts import Accounts
from connectors.email.account import Account
from engine.flow import schedule
from engine.outside import sources
from memory import cursors
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.mail import MailServers
from tests.peers.mail import mail_servers as mail_servers
from tests.peers.wire import Wire, wire

ADA = "ada@example.org"
LONG = "Rechnung für die Größe der Aquarelle, " * 4


class Office:
    """The sample company's data with a mail account of its own; may be opened again and again."""

    def __init__(self, folder: Path, servers: MailServers, clock: FakeClock, smtp: str) -> None:
        self.folder, self.servers, self.clock = folder, servers, clock
        self.me = f"sam.{folder.parent.name.replace('_', '.')[-40:]}@firma.example"
        self.account: Account = servers.account(self.me, smtp=smtp)
        self.asked = 0
        self.chat = Chat()

    async def open(self) -> Chat:
        chat = self.chat
        self.app: App = await open_app(
            self.folder,
            lambda db, folder: [chat],
            clock=self.clock,
            accounts=Accounts(mail=self.account),
        )
        await self.app.start()
        await chat.pair(self.app)
        await self.until(chat, lambda cursor: cursor is not None)
        return chat

    async def until(self, chat: Chat, true: object) -> None:
        """Wait until this holds for the cursor of the account."""
        async with asyncio.timeout(250):
            while True:
                async with self.app.db.snapshot() as reader:
                    cursor = await cursors.get(reader, "mailbox:imap")
                if true(cursor):
                    return await chat.settle()
                await asyncio.sleep(0.1)

    async def write(self, chat: Chat, text: str) -> str:
        """Have Ada write over real SMTP; return her Message-ID when the mail was read."""
        self.asked += 1
        message = EmailMessage()
        id = message["Message-ID"] = f"<{self.asked}.{self.me}>"
        message["From"], message["To"], message["Subject"] = f"Ada Example <{ADA}>", self.me, LONG
        message.set_content(text)
        async with self.app.db.snapshot() as reader:
            before = await cursors.get(reader, "mailbox:imap")
        await asyncio.to_thread(self._submit, message)
        await self.until(chat, lambda cursor: cursor != before)
        return id

    def _submit(self, message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.servers.ports["smtp"]) as server:
            server.send_message(message)

    def arrived(self, count: int) -> list[EmailMessage]:
        """Return what came to Ada from this office, at least so many, after a while."""
        found: list[EmailMessage] = []
        until = time.monotonic() + 200
        while time.monotonic() < until:
            mails = [parsed(data) for data in self.servers.mails(ADA)]
            found = [one for one in mails if self.me in str(one["From"])]
            if len(found) >= count:
                break
        return found


def parsed(data: bytes) -> EmailMessage:
    message = BytesParser(policy=default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture
async def between(mail_servers: MailServers) -> AsyncIterator[Wire]:
    async with wire(mail_servers.ports["submission"]) as made:
        yield made


@pytest.fixture
async def office(
    filled: Path,
    tmp_path: Path,
    clock: FakeClock,
    mail_servers: MailServers,
    between: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    monkeypatch.setattr(sources, "RETRY_S", 0.1)
    shutil.copytree(filled, tmp_path / "sample")
    made = Office(tmp_path / "sample", mail_servers, clock, between.at)
    yield made
    await made.app.close()


async def test_a_mail_is_read_answered_by_a_tap_and_arrives_once_in_its_thread(
    office: Office,
) -> None:
    chat = await office.open()
    asked = await office.write(chat, "Could you send me the invoice INV-2026-007 again, please?")
    assert office.arrived(0) == []  # nothing outward before a tap
    await chat.tap("Mail from Ada", "Send")
    card = chat.text("Send e-mail")
    assert "It is sent at once, and cannot be taken back." in card
    assert f"Studio Example <{office.me}>" in card
    await chat.tap("Send e-mail", "Edit", text="Liebe Ada,\n\nanbei. Schöne Grüße")
    await chat.tap("Send e-mail", "✓ Send")
    assert f"sent to {ADA}" in chat.text("Send e-mail")
    await office.app.close()
    chat = await office.open()  # a restart sends nothing again
    [mail] = office.arrived(1)
    assert mail["In-Reply-To"] == mail["References"] == asked
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Liebe Ada,\r\n\r\nanbei. Schöne Grüße" in body.get_content().replace("\n", "\r\n")
    [paper] = mail.iter_attachments()
    assert str(paper.get_filename()).endswith(".pdf")
    assert paper.get_content().startswith(b"%PDF")
    [filed] = office.servers.mails(office.me, "Sent")
    assert parsed(filed)["Message-ID"] == mail["Message-ID"]
    assert len([key for key in chat.order if key.startswith("item:")]) <= 1


async def test_a_doubt_goes_to_triage_and_only_a_look_allows_another_try(
    office: Office, between: Wire
) -> None:
    chat = await office.open()
    await chat.say("write to ada@example.org that the course begins on Monday")
    between.fault = "drop before the end"
    await chat.tap("Send e-mail", "✓ Send")
    assert between.met == 1
    assert office.servers.taken(office.me) == []
    assert "unknown outcome" in chat.text("Send e-mail")
    await office.app.close()
    chat = await office.open()
    await chat.say("/triage")
    assert "unknown outcome" in chat.last
    assert office.servers.taken(office.me) == []
    await chat.tap("1 thing went wrong", "1. Send e-mail")
    await chat.tap("Send e-mail", "It did not happen: retry")
    assert office.servers.taken(office.me) == [ADA]
    assert len(office.arrived(1)) == 1


async def test_mail_that_waits_while_we_are_away_is_read_once_after_the_restart(
    office: Office,
) -> None:
    chat = await office.open()
    await office.app.close()
    office.servers.deliver(
        office.me, f"From: Ada <{ADA}>\nSubject: x\nMessage-ID: <late@x.y>\n\nHello?\n".encode()
    )
    chat = await office.open()
    await office.until(chat, lambda cursor: cursor.split("/")[1] == "1")
    assert "Mail from Ada" in chat.card("Mail from Ada").summary
    again = f"X-List: y\nFrom: Ada <{ADA}>\nSubject: x\nMessage-ID: <late@x.y>\n\nHello?\n"
    await asyncio.to_thread(office.servers.deliver, office.me, again.encode())  # by a list, too
    await office.until(chat, lambda cursor: cursor.split("/")[1] == "2")
    items = [key for key in chat.order if key.startswith("item:")]
    assert len(items) == 1
    assert not [one for one in chat.shown.values() if "I have this mail already" in one.summary]


async def test_an_account_that_lets_nobody_in_is_said_once_and_holds_up_nothing(
    office: Office,
) -> None:
    right = office.account
    office.account = office.servers.account(office.me, password="wrong")
    chat = Chat()
    app = await open_app(
        office.folder,
        lambda db, folder: [chat],
        clock=office.clock,
        accounts=Accounts(mail=office.account),
    )
    office.app = app
    await app.start()
    await chat.pair(app)
    async with asyncio.timeout(250):
        while not (said := [m.summary for m in chat.shown.values() if "No new mail" in m.summary]):
            await asyncio.sleep(0.1)
            await chat.settle()
    await asyncio.sleep(1)
    await chat.settle()
    said = [one.summary for one in chat.shown.values() if "No new mail" in one.summary]
    assert len(said) == 1 and "FIRSTMATE_MAIL_PASSWORD" in said[0]
    new = app.folder / "mail" / "Inbox" / "new" / "1.host"
    new.write_bytes(b"From: Ada <ada@example.org>\nSubject: y\nMessage-ID: <here@x.y>\n\nHi?\n")
    await app.sources._empty(app.sources._sources[0])
    await chat.settle()
    assert "Mail from Ada" in chat.card("Mail from Ada").summary
    office.account = right
