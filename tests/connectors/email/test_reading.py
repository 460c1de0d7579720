"""A mail account's INBOX is read from where it was left: nothing lost, nothing changed there."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import AuthError, TransientError
from connectors.email import remote_inbox
from connectors.email.leaving import Leaving
from connectors.email.remote_inbox import RemoteInbox
from connectors.sources import Arrived
from tests.peers.mail import MailServers
from tests.peers.mail import mail_servers as mail_servers


def mail(number: int) -> bytes:
    return (
        f"From: Ada <ada@example.org>\r\nSubject: Frage {number}\r\n"
        f"Message-ID: <q{number}@example.org>\r\n\r\nGrüße {number}\r\n"
    ).encode()


class Reader:
    """Reads an INBOX and keeps what whoever stores it would keep."""

    def __init__(self, servers: MailServers, folder: Path) -> None:
        self.servers = servers
        self.user = f"{folder.name.replace('_', '.')}@firma.example"[-60:]
        self.leaving = Leaving(folder)
        self.cursor: str | None = None
        self.kept: dict[str, bytes] = {}
        self.repeated = 0
        self.restart()

    def restart(self, **other: str) -> None:
        account = self.servers.account(self.user, **other)
        self.inbox = RemoteInbox(account, self.leaving, lambda: datetime.now(UTC))

    async def look(self, most: int = 1000) -> int:
        """Take in what is new, at most so much before a crash; return how much was new."""
        before = len(self.kept)
        async for one in self.inbox.new(self.cursor):
            self.keep(one)
            if len(self.kept) - before >= most:
                break
        return len(self.kept) - before

    def keep(self, one: Arrived) -> None:
        if one.data is not None:
            self.repeated += one.key in self.kept
            self.kept[one.key] = one.data
        self.cursor = one.upto or self.cursor

    def deliver(self, *numbers: int) -> None:
        for number in numbers:
            self.servers.deliver(self.user, mail(number))


@pytest.fixture
async def reader(mail_servers: MailServers, tmp_path: Path) -> AsyncIterator[Reader]:
    made = Reader(mail_servers, tmp_path)
    yield made
    await made.inbox.close()


async def test_it_begins_with_what_comes_after_the_first_look(reader: Reader) -> None:
    reader.deliver(1, 2)
    assert await reader.look() == 0
    reader.deliver(3)
    assert await reader.look() == 1
    assert list(reader.kept.values()) == [mail(3)]
    assert await reader.look() == 0


async def test_a_mail_that_was_read_is_as_unread_as_before(reader: Reader) -> None:
    await reader.look()
    reader.deliver(1)
    await reader.look()
    with reader.servers.box(reader.user) as box:
        [seen] = box.fetch(mark_seen=False)
    assert "\\Seen" not in seen.flags


async def test_a_restart_in_the_middle_goes_on_where_it_was(reader: Reader) -> None:
    await reader.look()
    reader.deliver(1, 2, 3)
    assert await reader.look(most=2) == 2
    await reader.inbox.close()
    reader.restart()
    assert await reader.look() == 1
    assert list(reader.kept.values()) == [mail(1), mail(2), mail(3)]
    assert reader.repeated == 0


async def test_new_numbers_lose_nothing_and_what_is_known_is_known_by_its_bytes(
    reader: Reader,
) -> None:
    await reader.look()
    reader.deliver(1, 2)
    await reader.look()
    first = reader.cursor
    await reader.inbox.close()
    await asyncio.sleep(1.1)  # the new number of all numbers is the second it is made in
    reader.servers.new_numbers(reader.user)
    reader.deliver(3)
    assert await reader.look() == 1
    assert sorted(reader.kept.values()) == [mail(1), mail(2), mail(3)]
    assert reader.repeated == 2
    assert first is not None and reader.cursor is not None
    assert first.split("/")[0] != reader.cursor.split("/")[0]
    reader.deliver(4)
    assert await reader.look() == 1
    assert reader.repeated == 2


async def test_the_server_says_that_something_came(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_inbox, "IDLE_S", 250.0)
    await reader.look()
    reader.deliver(1)
    async with asyncio.timeout(200):
        await reader.inbox.wait()  # it came before we waited
    await reader.look()
    waiting = asyncio.create_task(reader.inbox.wait())
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await asyncio.to_thread(reader.deliver, 2)
    async with asyncio.timeout(200):
        await waiting
    assert await reader.look() == 1


async def test_who_waits_is_free_at_once_when_it_ends(reader: Reader) -> None:
    await reader.look()
    waiting = asyncio.create_task(reader.inbox.wait())
    await asyncio.sleep(0.5)
    await reader.inbox.close()
    async with asyncio.timeout(200):
        [ended] = await asyncio.gather(waiting, return_exceptions=True)
    assert ended is None or isinstance(ended, TransientError)


async def test_a_line_that_breaks_is_opened_again_by_the_next_look(reader: Reader) -> None:
    await reader.look()
    reader.deliver(1)
    assert reader.inbox._opening is not None
    reader.inbox._opening.result().close()
    with pytest.raises(TransientError):
        await reader.look()
    assert await reader.look() == 1


async def test_a_wrong_password_is_said(reader: Reader) -> None:
    reader.restart(password="wrong")
    with pytest.raises(AuthError, match="refuses the sign-in of"):
        await reader.look()
