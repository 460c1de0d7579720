"""A mail account: who signs in, and at which servers."""

import ssl
from dataclasses import dataclass, field
from typing import Literal

from connectors.contract import ConnectorError, PermanentError, TransientError

LOCAL = ("127.0.0.1", "localhost", "::1")
ENCRYPTED_FROM_THE_START = (993, 465)
RETRY_S = 60.0
Tls = Literal["from the start", "upgraded", "as it comes"]


@dataclass(frozen=True, slots=True)
class Server:
    """One server of the account. `setting` is where the operator wrote it down."""

    host: str
    port: int
    setting: str

    @classmethod
    def of(cls, said: str, setting: str) -> "Server":
        """Return what HOST:PORT names."""
        host, _, port = said.rpartition(":")
        return cls(host.strip("[]"), int(port), setting)

    @property
    def tls(self) -> Tls:
        """Say how the way is encrypted: always, except on this machine, where it may be."""
        if self.port in ENCRYPTED_FROM_THE_START:
            return "from the start"
        return "as it comes" if self.host in LOCAL else "upgraded"

    def context(self) -> ssl.SSLContext:
        """Return what its certificate must satisfy; a server on this machine may have any."""
        context = ssl.create_default_context()
        if self.host in LOCAL:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def fault(self, error: Exception) -> ConnectorError:
        """Return one sentence for why nobody could be talked to. Nothing was sent."""
        at, name = f"{self.host}:{self.port}", self.setting
        match _cause(error):
            case ssl.SSLCertVerificationError() as cause:
                why = cause.verify_message.rstrip(".")
                return PermanentError(
                    f"The certificate of {self.host} is not right: {why} ({name})."
                )
            case ssl.SSLError():
                return PermanentError(
                    f"{at} does not encrypt as it should; is its port right ({name})?"
                )
            case OSError() as cause if cause.__class__.__name__ == "gaierror":
                return TransientError(
                    f"There is no host “{self.host}”, or no network ({name}).", RETRY_S
                )
            case ConnectionRefusedError():
                return TransientError(
                    f"Nobody answers at {at}; is its port right ({name})?", RETRY_S
                )
            case TimeoutError():
                return TransientError(f"{at} does not answer in time ({name}).", RETRY_S)
        return TransientError(f"The connection to {at} failed: {error} ({name}).", RETRY_S)


@dataclass(frozen=True, slots=True)
class Account:
    """A mail account. `address` is whom its mails are from; "": the company's own address."""

    user: str
    password: str = field(repr=False)
    imap: Server
    smtp: Server

    @property
    def address(self) -> str:
        return self.user if "@" in self.user else ""


def _cause(error: BaseException) -> BaseException:
    """Return the first cause that says what went wrong; libraries wrap them."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError | ConnectionRefusedError | TimeoutError) or (
            seen.__class__.__name__ == "gaierror"
        ):
            return seen
        seen = seen.__cause__ or seen.__context__
    return error
