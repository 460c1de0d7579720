"""Whatever breaks between us and a real mail server, no mail is lost and none is sent twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.company import Company
from connectors.contract import (
    AuthError,
    ConnectorError,
    Operation,
    PermanentError,
    TransientError,
    UnknownError,
)
from connectors.email import Mail, imap, remote, smtp
from tests.peers.mail import MailServers
from tests.peers.mail import mail_servers as mail_servers
from tests.peers.wire import FAULTS, Wire, wire
from tests.sampled import sampled

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
COMPANY = Company("Firma Größe", "")
LEFT = {"drop after it was taken"}
UNSURE = {"drop before DATA", "drop within the mail", "drop before the end", *LEFT}


@pytest.fixture
async def faulty(mail_servers: MailServers) -> AsyncIterator[Wire]:
    async with wire(mail_servers.ports["submission"]) as made:
        yield made


def sender(folder: Path) -> str:
    return f"{folder.name.replace('_', '.')}@firma.example"[-60:]


def send(folder: Path, servers: MailServers, **other: str) -> Operation:
    account = servers.account(sender(folder), **other)
    return remote.connect(folder, lambda: NOW, COMPANY, account).operations[0]


def mail(folder: Path) -> Mail:
    return Mail(to="ada@example.org", subject="Größe", text=f"Hallo\n.\nvon {folder.name}\n")


def expected(fault: str) -> type[ConnectorError]:
    if fault in UNSURE:
        return UnknownError
    return PermanentError if fault.startswith("refused") else TransientError


@pytest.mark.parametrize("fault", sampled(FAULTS, 4, always=("drop after it was taken",)))
async def test_a_fault_loses_and_doubles_nothing(
    fault: str, faulty: Wire, mail_servers: MailServers, tmp_path: Path
) -> None:
    operation = send(tmp_path, mail_servers, smtp=faulty.at)
    faulty.fault = fault
    with pytest.raises(expected(fault)):
        await operation.run(mail(tmp_path), "eff_01")
    assert faulty.met == 1
    taken = mail_servers.taken(sender(tmp_path))
    assert taken == (["ada@example.org"] if fault in LEFT else [])
    assert operation.find is not None and operation.ruled_out is not None
    if fault in UNSURE:  # nobody repeats it before a person looked
        with pytest.raises(UnknownError, match="look whether it arrived"):
            await operation.find("eff_01")
        with pytest.raises(UnknownError):
            await operation.run(mail(tmp_path), "eff_01")
        assert mail_servers.taken(sender(tmp_path)) == taken
        await operation.ruled_out("eff_01")
    if fault not in LEFT:
        assert await operation.find("eff_01") is None
        receipt = await operation.run(mail(tmp_path), "eff_01")
        assert await operation.find("eff_01") == receipt
        assert mail_servers.taken(sender(tmp_path)) == ["ada@example.org"]
        assert len(mail_servers.mails(sender(tmp_path), "Sent")) == 1


async def test_a_doubt_is_settled_by_a_server_that_files_what_it_took(
    faulty: Wire, mail_servers: MailServers, tmp_path: Path
) -> None:
    operation = send(tmp_path, mail_servers, smtp=faulty.at)
    faulty.fault = "drop after it was taken"
    with pytest.raises(UnknownError):
        await operation.run(mail(tmp_path), "eff_01")
    [kept] = (tmp_path / "mail" / "Out" / "leaving").iterdir()
    mail_servers.deliver(sender(tmp_path), kept.read_bytes(), "Sent")
    assert operation.find is not None
    receipt = await operation.find("eff_01")
    assert receipt is not None and receipt.said == "sent to ada@example.org"
    assert await operation.run(mail(tmp_path), "eff_01") == receipt
    assert mail_servers.taken(sender(tmp_path)) == ["ada@example.org"]


async def test_a_slow_wire_is_waited_for_and_a_dead_one_is_given_up(
    faulty: Wire, mail_servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = send(tmp_path, mail_servers, smtp=faulty.at)
    faulty.delay_s = 0.02
    await operation.run(mail(tmp_path), "eff_01")
    monkeypatch.setattr(smtp, "STEP_S", 0.3)
    faulty.delay_s = 1.0
    with pytest.raises(TransientError, match="does not answer in time"):
        await operation.run(mail(tmp_path), "eff_02")
    assert mail_servers.taken(sender(tmp_path)) == ["ada@example.org"]


async def test_a_copy_that_cannot_be_filed_is_filed_later_and_once(
    mail_servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = send(tmp_path, mail_servers)

    def broken(*_: object) -> None:
        raise TransientError("The line is dead.")

    with monkeypatch.context() as patch:
        patch.setattr(imap.Box, "file", broken)
        receipt = await operation.run(mail(tmp_path), "eff_01")
    assert mail_servers.mails(sender(tmp_path), "Sent") == []
    account = mail_servers.account(sender(tmp_path))
    connector = remote.connect(tmp_path, lambda: NOW, COMPANY, account)
    assert "1 not filed there yet" in (await connector.check()).says
    for _ in range(2):
        box = imap.Box(account)
        for key in remote.Leaving(tmp_path).to_file():
            remote.Leaving(tmp_path).file(key, box)
        box.close()
    assert len(mail_servers.mails(sender(tmp_path), "Sent")) == 1
    assert await connector.operations[0].run(mail(tmp_path), "eff_01") == receipt
    assert mail_servers.taken(sender(tmp_path)) == ["ada@example.org"]


async def test_a_restored_folder_sends_nothing_again(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    receipt = await send(tmp_path, mail_servers).run(mail(tmp_path), "eff_01")
    for path in (tmp_path / "mail" / "Out").rglob("*.eml"):
        path.unlink()
    again = await send(tmp_path, mail_servers).run(mail(tmp_path), "eff_01")
    assert (again.id, again.at) == (receipt.id, receipt.at)
    assert mail_servers.taken(sender(tmp_path)) == ["ada@example.org"]


async def test_one_refused_recipient_stops_the_mail_to_all(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    both = mail(tmp_path).model_copy(update={"cc": ("eve@elsewhere.example",)})
    with pytest.raises(PermanentError, match=r"refuses eve@elsewhere.example: 550"):
        await send(tmp_path, mail_servers).run(both, "eff_01")
    assert mail_servers.taken(sender(tmp_path)) == []


async def test_while_sent_cannot_be_looked_at_nothing_leaves(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    with pytest.raises(TransientError, match=r"Nobody answers at 127.0.0.1:1"):
        await send(tmp_path, mail_servers, imap="127.0.0.1:1").run(mail(tmp_path), "eff_01")
    with pytest.raises(AuthError, match="FIRSTMATE_MAIL_PASSWORD"):
        await send(tmp_path, mail_servers, password="x").run(mail(tmp_path), "eff_01")
    assert mail_servers.taken(sender(tmp_path)) == []
