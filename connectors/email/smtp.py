"""The door by which mail leaves: one message per connection, and what a failure means for it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import aiosmtplib

from connectors.contract import (
    AuthError,
    ConnectorError,
    PermanentError,
    TransientError,
    UnknownError,
)
from connectors.email.account import Account, Server

STEP_S = 20.0
TAKEN_S = 90.0  # a server may look long at a large mail before it says yes
SELF = "[127.0.0.1]"  # who we say we are: nobody's business, and the name may not be one
BUSY_S = 60.0
BROKE = "The connection broke after the mail was handed over, so it may have been sent."
NO_TLS = "{at} offers no encryption, so your password is not sent there ({name})."


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in conversation with the server."""

    client: aiosmtplib.SMTP
    account: Account

    async def address(self, sender: str, recipients: tuple[str, ...]) -> None:
        """Say from whom and to whom. Whoever is refused, nothing goes to anybody."""
        with _spoken(self.account):
            await self.client.mail(sender)
            for recipient in recipients:
                await self.client.rcpt(recipient)

    async def hand_over(self, message: bytes) -> None:
        """Send the message. UnknownError: it may have been taken; any other: it was not."""
        try:
            await self.client.data(message, timeout=TAKEN_S)
        except aiosmtplib.SMTPDataError as error:
            raise _refusal(error, "the mail") or UnknownError(BROKE) from error
        except (OSError, aiosmtplib.SMTPException) as error:
            raise UnknownError(BROKE) from error


@asynccontextmanager
async def session(account: Account) -> AsyncIterator[Session]:
    """Connect and sign in. Raises what Server.fault says, or AuthError; nothing was sent then."""
    server = account.smtp
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=SELF,
        timeout=STEP_S,
        use_tls=server.tls == "from the start",
        start_tls=None if server.tls == "as it comes" else False,
        tls_context=server.context(),
    )
    try:
        with _spoken(account):
            await client.connect()
            if server.tls == "upgraded":
                await client.ehlo()
                if not client.supports_extension("starttls"):
                    at = f"{server.host}:{server.port}"
                    raise PermanentError(NO_TLS.format(at=at, name=server.setting))
                await client.starttls()
            await client.login(account.user, account.password)
        yield Session(client, account)
        with suppress(OSError, aiosmtplib.SMTPException):  # what was said before counts
            await client.quit(timeout=1.0)
    finally:
        client.close()


@contextmanager
def _spoken(account: Account) -> Iterator[None]:
    """Turn a failure before the message into what it asks for: it did not happen."""
    server = account.smtp
    try:
        yield
    except aiosmtplib.SMTPAuthenticationError as error:
        if error.code < 500:
            raise _refusal(error, "the sign-in") or _stranger(server) from error
        raise AuthError(
            f"{server.host} refuses the sign-in of {account.user} (FIRSTMATE_MAIL_USER, "
            f"FIRSTMATE_MAIL_PASSWORD): {_plain(error)}"
        ) from error
    except aiosmtplib.SMTPResponseException as error:
        what = error.recipient if isinstance(error, aiosmtplib.SMTPRecipientRefused) else "it"
        raise _refusal(error, what) or _stranger(server) from error
    except (OSError, aiosmtplib.SMTPException) as error:
        raise server.fault(error) from error


def _refusal(error: aiosmtplib.SMTPResponseException, what: str) -> ConnectorError | None:
    """Return what a refusal means: 4xx not now, 5xx never. None: that is no answer of a server."""
    if 400 <= error.code < 500:
        return TransientError(f"The mail server does not take {what} now: {_plain(error)}", BUSY_S)
    if 500 <= error.code < 600:
        return PermanentError(f"The mail server refuses {what}: {_plain(error)}")
    return None


def _stranger(server: Server) -> ConnectorError:
    at = f"{server.host}:{server.port}"
    return PermanentError(f"There is no server for sending mail at {at} ({server.setting}).")


def _plain(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {' '.join(error.message.split())[:300]}"
