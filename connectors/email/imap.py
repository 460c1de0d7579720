"""The door to mail that lies on a server: one signed-in connection, whose calls block."""

import imaplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError, MailboxStarttlsError

from connectors.contract import AuthError, PermanentError, TransientError
from connectors.email.account import Account, Server

STEP_S = 20.0
BYTES_MAX = 40_000_000  # of one mail; what is longer is cut there
SENT = {"sent", "sent items", "sent mail", "sent messages", "gesendet", "gesendete elemente",
        "gesendete objekte", "envoyés", "messages envoyés", "enviados"}  # fmt: skip
NO_SENT = "The mail server has no folder for sent mail, and lets none be made: {}."
REFUSED = (imaplib.IMAP4.error, ImapToolsError)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Box:
    """A signed-in connection. Every call raises what Server.fault says when it breaks."""

    def __init__(self, account: Account) -> None:
        """Connect and sign in. AuthError: name or password is wrong."""
        self._server = account.imap
        with _spoken(self._server):
            self._box = _connected(self._server)
        with ExitStack() as undone:
            undone.callback(self.close)
            with _spoken(self._server):
                _signed_in(self._box, account)
            undone.pop_all()

    def header(self, id: str) -> bytes | None:
        """Return the header of the mail with this Message-ID that was sent; None: there is none."""
        with _spoken(self._server):
            for folder in self._sent_folders():
                self._box.folder.set(folder, readonly=True)
                found = self._box.uids(f'HEADER Message-ID "{id}"', charset=None)
                if found and (header := self._fetch(found[0], "(BODY.PEEK[HEADER])")):
                    return header
        return None

    def file(self, id: str, message: bytes) -> None:
        """Put the mail into Sent, unless it is there."""
        if self.header(id) is not None:
            return
        with _spoken(self._server):
            self._box.append(message, self._sent(), flag_set="\\Seen")

    def check_sent(self) -> str:
        """Return the name of the folder for sent mail, which is made if there is none."""
        with _spoken(self._server):
            return self._sent()

    def inbox(self) -> tuple[int, int]:
        """Open the INBOX to read; return its UIDVALIDITY and the UID that the next mail gets."""
        with _spoken(self._server):
            self._box.folder.set("INBOX", readonly=True)
            answered: Any = self._box.client.untagged_responses
            validity, following = answered.get("UIDVALIDITY"), answered.get("UIDNEXT")
            if validity is None or following is None:
                raise PermanentError(f"{self._server.host} does not number its mails.")
            return int(validity[0]), int(following[0])

    def after(self, uid: int) -> list[int]:
        """Return the UIDs in the INBOX above this one, in order."""
        with _spoken(self._server):
            found = self._box.uids(f"UID {uid + 1}:*", charset=None)  # names the last one anyway
        return sorted(one for one in map(int, found) if one > uid)

    def since(self, day: date) -> list[int]:
        """Return the UIDs of what came into the INBOX on this day or later, in order."""
        with _spoken(self._server):
            said = f"SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}"
            return sorted(map(int, self._box.uids(said, charset=None)))

    def mail(self, uid: int) -> bytes | None:
        """Return the mail, still unread as it was; None: it is gone."""
        with _spoken(self._server):
            return self._fetch(str(uid), f"(BODY.PEEK[]<0.{BYTES_MAX}>)")

    def idle(self, seconds: float) -> None:
        """Wait until something happens in the INBOX, at most so long."""
        with _spoken(self._server):
            self._box.idle.wait(timeout=seconds)

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self._box.client.capabilities

    def close(self) -> None:
        """End the connection; a call that waits in it ends, too."""
        with suppress(*REFUSED, OSError):
            self._box.client.shutdown()

    def _fetch(self, uid: str, parts: str) -> bytes | None:
        said, data = self._box.client.uid("FETCH", uid, parts)
        if said != "OK":
            raise TransientError(f"{self._server.host} does not hand out mail {uid}.")
        found = (one[1] for one in data if isinstance(one, tuple))
        return next(found, None)

    def _sent(self) -> str:
        listed = self._box.folder.list()
        for one in listed:
            if "\\Sent" in one.flags:
                return str(one.name)
        for one in listed:
            if one.name.rpartition(one.delim)[2].lower() in SENT:
                return str(one.name)
        delim = listed[0].delim if listed else "/"
        for name in ("Sent", f"INBOX{delim}Sent"):
            try:
                self._box.folder.create(name)
            except REFUSED as error:
                fault = error
            else:
                return name
        raise PermanentError(NO_SENT.format(_plain(fault)))

    def _sent_folders(self) -> list[str]:
        """Return where a sent mail may lie: Sent, and the folder of all mail if there is one."""
        everything = [str(one.name) for one in self._box.folder.list() if "\\All" in one.flags]
        return [self._sent(), *everything]


def _connected(server: Server) -> BaseMailBox:
    match server.tls:
        case "from the start":
            context = server.context()
            return MailBox(server.host, server.port, timeout=STEP_S, ssl_context=context)
        case "upgraded":
            context = server.context()
            return MailBoxStartTls(server.host, server.port, timeout=STEP_S, ssl_context=context)
    box = MailBoxUnencrypted(server.host, server.port, timeout=STEP_S)
    if "STARTTLS" in box.client.capabilities:
        box.client.starttls(server.context())
    return box


def _signed_in(box: BaseMailBox, account: Account) -> None:
    login: Any = box.login if f"{account.user}{account.password}".isascii() else box.login_utf8
    try:
        login(account.user, account.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except REFUSED as error:
        said = _plain(error)
        if "UNAVAILABLE" in said:
            raise TransientError(f"{account.imap.host} lets nobody in now: {said}", 60.0) from error
        raise AuthError(
            f"{account.imap.host} refuses the sign-in of {account.user} (FIRSTMATE_MAIL_USER, "
            f"FIRSTMATE_MAIL_PASSWORD): {said}"
        ) from error
    box.client._get_capabilities()  # what it offers may grow by now


@contextmanager
def _spoken(server: Server) -> Iterator[None]:
    """Turn what the library raises into what it asks for; looking changes nothing."""
    at = f"{server.host}:{server.port}"
    try:
        yield
    except (MailboxStarttlsError, MailboxLoginError) as error:
        raise PermanentError(f"{at} refuses: {_plain(error)}") from error
    except imaplib.IMAP4.abort as error:
        raise TransientError(f"{at} broke off: {_plain(error)} ({server.setting}).") from error
    except OSError as error:
        raise server.fault(error) from error
    except REFUSED as error:
        said = _plain(error)
        if "STARTTLS" in said or "TLS not supported" in said:
            what = "offers no encryption, so your password is not sent there"
            raise PermanentError(f"{at} {what} ({server.setting}).") from error
        raise TransientError(f"{at} answers: {said} ({server.setting}).") from error


def _plain(error: Exception) -> str:
    """Return the words of a server, on one line."""
    result = getattr(error, "command_result", None)
    data = result[1] if isinstance(result, tuple) and len(result) > 1 else None
    words = data[0] if isinstance(data, list) and data else str(error)
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return " ".join(text.split())[:300]
