"""What is said to a CalDAV server (RFC 4918, 4791), and what its refusals ask us to do next."""

import base64
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import SplitResult, urljoin, urlsplit
from xml.etree import ElementTree as ET

from publicsuffixlist import PublicSuffixList
from pydantic import SecretStr

from connectors import http
from connectors.contract import (
    AuthError,
    ConnectorError,
    PermanentError,
    TransientError,
    UnknownError,
)
from connectors.http import Answer

REQUEST_S = 8.0
BYTES_MAX = 16 * 1024 * 1024  # a busy month with attachments
WAIT_S = 5.0
BUSY = (429, 503)
NAMES = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:caldav"}
SIGN_IN = "{where} does not take the user and password (FIRSTMATE_CALENDAR_USER, _PASSWORD)."
OTHER_WAY = "{where} wants another way to sign in than with a password. Use an app password."
NOTHING_THERE = "There is no calendar at {url}. Look at FIRSTMATE_CALENDAR."


@dataclass(frozen=True, slots=True)
class Account:
    """A calendar's address and who signs in; `name`: which one, where there are several."""

    url: str
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a server tells of: its address, and the properties it found."""

    url: str
    props: dict[str, ET.Element]

    def text(self, name: str) -> str:
        found = self.props.get(name)
        return "" if found is None else (found.text or "").strip()

    def href(self, name: str) -> str:
        """Return the address that a property names; "": none."""
        found = self.props.get(name)
        inner = None if found is None else found.find("D:href", NAMES)
        named = "" if inner is None else (inner.text or "").strip()
        return named and urljoin(self.url, named)

    def holds(self, name: str, inner: str) -> bool:
        found = self.props.get(name)
        return found is not None and found.find(inner, NAMES) is not None


async def look(account: Account, method: str, url: str, body: str = "", depth: int = 0) -> Answer:
    """Ask for something; nothing is changed by it, so any doubt is only a reason to ask again."""
    headers = {"depth": str(depth), "content-type": "application/xml; charset=utf-8"}
    try:
        return _taken(await _request(account, method, url, body.encode(), headers), url)
    except UnknownError as error:
        raise TransientError(str(error)) from error


async def change(
    account: Account, method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> Answer:
    """Send a change that may be sent twice, for a condition in its headers says so.

    So a doubt is answered by sending it once more. UnknownError: the doubt remains.
    """
    headers = {"content-type": "text/calendar; charset=utf-8", **headers}
    try:
        return _taken(await _request(account, method, url, body, headers), url)
    except UnknownError:
        return _taken(await _request(account, method, url, body, headers), url)


async def _request(
    account: Account, method: str, url: str, content: bytes, headers: dict[str, str]
) -> Answer:
    if not _ours(account.url, url):
        to = urlsplit(url)
        said = (
            f"{http.host(account.url)} points to {to.scheme}://{to.hostname}, which I do not ask."
        )
        raise PermanentError(f"{said} Set FIRSTMATE_CALENDAR to the calendar's own address.")
    sent = {**headers, "accept-encoding": "identity"}  # a proxy that packs changes the ETag
    if account.user:
        pair = f"{account.user}:{account.password.get_secret_value()}"
        sent["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return await http.request(
        method, url, content, headers=sent, timeout_s=REQUEST_S, bytes_max=BYTES_MAX
    )


def _ours(given: str, url: str) -> bool:
    """May the password go there? To the host that was named, or one beside it (iCloud's p42-…)."""
    named, asked = urlsplit(given), urlsplit(url)
    if _origin(named) == _origin(asked):
        return True
    domain = (named.hostname or "").partition(".")[2]
    beside = (asked.hostname or "").endswith(f".{domain}")
    return named.scheme == asked.scheme == "https" and beside and _has_one_owner(domain)


def _has_one_owner(domain: str) -> bool:
    """Say whether no one else can have a name in it, as anybody can in “co.uk” or “github.io”."""
    return "." in domain and not _public().is_public(domain)


@cache
def _public() -> PublicSuffixList:
    return PublicSuffixList()


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    usual = {"https": 443}.get(parts.scheme, 80)
    return parts.scheme, parts.hostname, parts.port or usual


def _taken(answer: Answer, url: str) -> Answer:
    """Return the answer if what it says is for the caller to read; raise what it asks for."""
    status, where = answer.status, http.host(url)
    if status == 401:
        offers = answer.headers.get("www-authenticate", "Basic").casefold()
        raise AuthError((SIGN_IN if "basic" in offers else OTHER_WAY).format(where=where))
    if status in BUSY:
        said = f"{where} has too much to do ({status})."
        raise TransientError(said, answer.wait_s(WAIT_S))
    if status >= 500 and status != 507:
        raise UnknownError(f"{where} has a fault ({status}).")
    return answer


def refused(answer: Answer, url: str) -> ConnectorError:
    """Return the error for a status that nobody expected here."""
    where = http.host(url)
    if answer.status in (404, 409, 410):
        return PermanentError(NOTHING_THERE.format(url=url))
    if answer.status == 403:
        return AuthError(f"{where} does not let you write into this calendar (403).")
    if answer.status == 507:
        return PermanentError(f"{where} has no room left for your calendar.")
    return PermanentError(f"{where} does not take the request ({answer.status}).")


def items(answer: Answer, url: str) -> list[Item]:
    """Return what a server tells of. PermanentError: it does not speak CalDAV."""
    if answer.status != 207:
        raise refused(answer, url)
    from defusedxml import DefusedXmlException, ElementTree

    try:
        root = ElementTree.fromstring(answer.text.encode(), forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException):
        raise PermanentError(f"{http.host(url)} does not speak CalDAV.") from None
    return [_item(response, url) for response in root.iterfind("D:response", NAMES)]


def _item(response: ET.Element, url: str) -> Item:
    href = response.findtext("D:href", "", NAMES).strip()
    props: dict[str, ET.Element] = {}
    for found in response.iterfind("D:propstat", NAMES):
        if " 200" in found.findtext("D:status", "", NAMES):
            inner = found.find("D:prop", NAMES)
            props |= {each.tag: each for each in (inner if inner is not None else ())}
    return Item(urljoin(url, href), props)


def named(prefix: str, name: str) -> str:
    """Return a property's whole name: ("D", "getetag") → "{DAV:}getetag"."""
    return f"{{{NAMES[prefix]}}}{name}"
