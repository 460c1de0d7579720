"""Mail servers of the tests' own: Dovecot (IMAP, submission) before OpenSMTPD, on loopback.

Every name signs in with PASSWORD; mail goes round for the domains of DOMAINS and to nobody else.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import imap_tools
import pytest

from connectors.email.account import Account, Server
from tests.peers.child import needed

PASSWORD = "geheim=ß"
DOMAINS = ("example.org", "firma.example", "xn--grsse-kua.example")
START_S = 200
PORTS = ("imap", "imaps", "submission", "submissions", "smtp")
SUBMISSION = Path("/usr/lib/dovecot/submission")

DOVECOT = """
protocols = imap lmtp submission
listen = 127.0.0.1, 127.0.0.2
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
hostname = mail.firma.example
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
mail_fsync = never
mail_max_userip_connections = 100
first_valid_uid = 1
submission_relay_host = 127.0.0.1
submission_relay_port = {smtp}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=anybody {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home/%u mail=maildir:~/Maildir
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = {submissions}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0666
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
"""
OPENSMTPD = """
table anybody {{ "@" = "nobody" }}
listen on 127.0.0.1 port {smtp} hostname mail.firma.example
action "in" lmtp "{folder}/lmtp" rcpt-to virtual <anybody>
match from any for domain {{ {domains} }} action "in"
"""
# Its queue and its socket lie at fixed places: each test process has these to itself.
ALONE = """
mount -t tmpfs none /var/spool && mkdir -m 711 /var/spool/smtpd && mount -t tmpfs none /run
exec smtpd -d -f {folder}/smtpd.conf
"""


class MailServers:
    """Running servers. Every address of DOMAINS has a mailbox as soon as it is used."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        self.folder = folder
        self.ports = ports

    running: ClassVar["MailServers | None"] = None

    @classmethod
    def of_all(cls) -> "MailServers":
        """Return those of this test process; a test that needs them asks for `mail_servers`."""
        assert cls.running is not None
        return cls.running

    def account(self, user: str, **other: str) -> Account:
        """Return the account of a user. `imap` and `smtp` may name other servers, HOST:PORT."""
        return Account(
            user,
            other.get("password", PASSWORD),
            Server.of(other.get("imap", self.at("imap")), "FIRSTMATE_MAIL_IMAP"),
            Server.of(other.get("smtp", self.at("submission")), "FIRSTMATE_MAIL_SMTP"),
        )

    def at(self, name: str, host: str = "127.0.0.1") -> str:
        return f"{host}:{self.ports[name]}"

    @contextmanager
    def box(self, user: str, folder: str = "INBOX") -> Iterator[imap_tools.BaseMailBox]:
        """Look into a mailbox as another mail program would."""
        with imap_tools.MailBoxUnencrypted("127.0.0.1", self.ports["imap"], timeout=200) as box:
            box.login_utf8(user, PASSWORD, initial_folder=folder)
            yield box

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return every mail in a folder, in the order it came."""
        with self.box(user, folder) as box:
            return [mail.obj.as_bytes() for mail in box.fetch(mark_seen=False)]

    def came(self, user: str, count: int, timeout_s: float = 200) -> list[bytes]:
        """Wait until so many mails lie in the INBOX, and return them."""
        until = time.monotonic() + timeout_s
        while len(mails := self.mails(user)) < count and time.monotonic() < until:
            time.sleep(0.1)
        return mails

    def taken(self, sender: str) -> list[str]:
        """Return to whom mail of this sender was taken on to be delivered, once for each mail."""
        log = (self.folder / "smtpd.log").read_text("utf-8", "replace")
        return sorted(re.findall(rf"smtp envelope \S+ from=<{re.escape(sender)}> to=<(.*?)>", log))

    def deliver(self, user: str, message: bytes, folder: str = "INBOX") -> None:
        """Put a mail into a folder."""
        with self.box(user) as box:
            box.append(message, folder)

    def new_numbers(self, user: str) -> None:
        """Number the mails of an INBOX anew, as after a move to another machine."""
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
        ):
            (self.folder / "home" / user / "Maildir" / name).unlink(missing_ok=True)
        for name in self.folder.joinpath("home", user, "Maildir").glob("dovecot-uidvalidity*"):
            name.unlink()


def can_run() -> bool:
    return (
        os.geteuid() == 0
        and shutil.which("dovecot") is not None
        and shutil.which("smtpd") is not None
        and SUBMISSION.exists()
        and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
    )


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """The servers of this test process, started for the first test that needs them."""
    needed(can_run(), "mail servers", "root, and apt-get install dovecot-submissiond opensmtpd")
    with running() as servers:
        MailServers.running = servers
        yield servers
        MailServers.running = None


@contextmanager
def running() -> Iterator[MailServers]:
    """Start the servers, and end them with all they hold."""
    folder = Path(tempfile.mkdtemp(prefix="mail-"))  # short: a socket's path has at most 107 bytes
    servers = MailServers(folder, _ports())
    children: list[subprocess.Popen[bytes]] = []
    try:
        _configure(servers)
        with (folder / "smtpd.log").open("wb") as log:
            alone = ALONE.format(folder=folder)
            children.append(_child(["unshare", "-m", "sh", "-ec", alone], log))
            children.append(_child(["dovecot", "-F", "-c", str(folder / "dovecot.conf")], log))
        until = time.monotonic() + START_S
        while not all(_answers(port) for port in servers.ports.values()):
            gone = [child.args for child in children if child.poll() is not None]
            assert not gone, (folder / "smtpd.log").read_text("utf-8", "replace")
            assert time.monotonic() < until, "the mail servers do not answer"
            time.sleep(0.05)
        yield servers
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(100)
        shutil.rmtree(folder, ignore_errors=True)


def _configure(servers: MailServers) -> None:
    folder = servers.folder
    folder.chmod(0o755)
    (folder / "home").mkdir()
    shutil.chown(folder / "home", "nobody", "nogroup")
    (folder / "users").write_text(f"anybody:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    values = {"folder": folder, **servers.ports}
    (folder / "dovecot.conf").write_text(DOVECOT.format(**values), encoding="utf-8")
    domains = ", ".join(f'"{one}"' for one in DOMAINS)
    conf = folder / "smtpd.conf"
    conf.write_text(OPENSMTPD.format(domains=domains, **values), encoding="utf-8")
    conf.chmod(0o600)
    certificate = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", *kind, *certificate, "-subj", "/CN=mail.firma.example"],
        check=True, capture_output=True,
    )  # fmt: skip


def _ports() -> dict[str, int]:
    """Return a free port for each service."""
    held = [socket.socket() for _ in PORTS]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = {name: int(one.getsockname()[1]) for name, one in zip(PORTS, held, strict=True)}
    for one in held:
        one.close()
    return ports


def _child(command: list[str], log: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
