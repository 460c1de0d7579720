"""Each wrong setting of a mail account is one sentence that names it, and sends nothing."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import accounts, checkup
from bot.settings import Settings
from connectors.accounts import NONE
from connectors.email import imap, smtp
from tests.peers.mail import PASSWORD, MailServers
from tests.peers.mail import mail_servers as mail_servers
from tests.peers.wire import wire


def settings(tmp_path: Path, servers: MailServers, **other: str) -> Settings:
    said = {
        "mail_user": "doctor@firma.example",
        "mail_password": PASSWORD,
        "mail_imap": servers.at("imap"),
        "mail_smtp": servers.at("submission"),
    }
    return Settings.model_validate({"home": tmp_path, **said, **other})


async def said(tmp_path: Path, servers: MailServers, **other: str) -> tuple[bool, str]:
    """Return what the doctor says of mail."""
    findings = await checkup._drivers(settings(tmp_path, servers, **other))
    [found] = [one for one in findings if one.what.startswith("email")]
    return found.ok, found.says.removesuffix(" Its quality: silver.")


@pytest.fixture
def dead() -> Iterator[str]:
    """A port at which nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """A port at which somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield f"127.0.0.1:{held.getsockname()[1]}"


async def test_what_is_right_is_said_with_the_folder(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    says = "doctor@firma.example signs in; copies go to “Sent”."
    assert await said(tmp_path, mail_servers) == (True, says)


@pytest.mark.parametrize("which", ["imap", "smtp"])
async def test_a_wrong_host_port_or_kind_of_server_is_named(
    which: str,
    mail_servers: MailServers,
    tmp_path: Path,
    dead: str,
    silent: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"FIRSTMATE_MAIL_{which.upper()}"

    async def of(value: str) -> str:
        ok, says = await said(tmp_path, mail_servers, **{f"mail_{which}": value})
        assert not ok and name in says and says.count(".") < 12, says
        return says

    assert f"Nobody answers at {dead}" in await of(dead)
    with monkeypatch.context() as hasty:
        hasty.setattr(imap if which == "imap" else smtp, "STEP_S", 0.3)
        assert f"{silent} does not answer in time" in await of(silent)
    assert "There is no host “no-host.invalid”" in await of("no-host.invalid:993")
    other = mail_servers.at("submission" if which == "imap" else "imap")
    assert other in await of(other)


@pytest.mark.parametrize("which", ["imap", "smtp"])
async def test_a_certificate_that_is_not_right_is_named_and_no_password_goes_there(
    which: str, mail_servers: MailServers, tmp_path: Path
) -> None:
    service = "imap" if which == "imap" else "submission"
    before = (mail_servers.folder / "dovecot.log").read_text().count("Login: user=<doctor")
    far = {f"mail_{which}": mail_servers.at(service, "127.0.0.2")}
    ok, says = await said(tmp_path, mail_servers, **far)
    assert not ok
    assert says.startswith("The certificate of 127.0.0.2 is not right: self")
    assert f"FIRSTMATE_MAIL_{which.upper()}" in says
    log = (mail_servers.folder / "dovecot.log").read_text()
    assert log.count("Login: user=<doctor") == before + (which == "smtp")


async def test_a_server_elsewhere_that_takes_encryption_away_gets_no_password(
    mail_servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire(mail_servers.ports["submission"]) as between:
        monkeypatch.setattr("connectors.email.account.LOCAL", ())
        monkeypatch.setattr(imap, "_connected", lambda server: imap.MailBoxUnencrypted(
            server.host, server.port, timeout=20))  # fmt: skip
        ok, says = await said(tmp_path, mail_servers, mail_smtp=between.at)
    assert not ok
    assert says == (
        f"{between.at} offers no encryption, so your password is not sent there "
        "(FIRSTMATE_MAIL_SMTP)."
    )


async def test_a_wrong_password_names_both_settings(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    ok, says = await said(tmp_path, mail_servers, mail_password="wrong")
    assert not ok and says.startswith(
        "127.0.0.1 refuses the sign-in of doctor@firma.example (FIRSTMATE_MAIL_USER, "
        "FIRSTMATE_MAIL_PASSWORD): "
    )
    assert "wrong" not in says


async def test_a_folder_for_sent_mail_that_cannot_be_had_is_named(
    mail_servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> str:
        raise imap.PermanentError(imap.NO_SENT.format("Permission denied"))

    monkeypatch.setattr(imap.Box, "_sent", none)
    ok, says = await said(tmp_path, mail_servers)
    assert (ok, says) == (
        False,
        "The mail server has no folder for sent mail, and lets none be made: Permission denied.",
    )


def test_half_an_account_is_one_sentence(tmp_path: Path) -> None:
    half = Settings.model_validate({"home": tmp_path, "mail_user": "a@b.example"})
    with pytest.raises(ValueError, match=r"MAIL_USER is set, but FIRSTMATE_MAIL_PASSWORD, FIRST"):
        accounts.of(half, "company")
    assert accounts.of(Settings.model_validate({"home": tmp_path}), "company") == NONE


def test_the_sample_company_has_no_account_and_no_secret_is_shown(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    whole = settings(tmp_path, mail_servers)
    assert accounts.of(whole, "sample") == NONE
    assert PASSWORD not in repr(accounts.of(whole, "company")) + repr(whole)
