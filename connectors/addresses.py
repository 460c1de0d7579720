"""E-mail addresses and header lines that are safe to write into a message."""

import re
import unicodedata

from connectors.contract import PermanentError

ADDRESS_MAX = 254
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"({ATOM}(?:\.{ATOM})*)@([^@\s]+)")
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
LINE_BREAKING = {"Cc", "Zl", "Zp"}  # control characters, line and paragraph separators
BYTE_ORDER_MARK = "\ufeff"  # some readers of files drop it, so what is stored would differ


def checked(address: str) -> str:
    """Return the bare address as it goes on the wire: `ada@müller.example` → `ada@xn--mller…`.

    Raises PermanentError for anything that is not exactly one plain address.
    """
    found = ADDRESS.fullmatch(address)
    domain = _wire(found[2]) if found else ""
    if not found or not DOMAIN.fullmatch(domain) or len(address) > ADDRESS_MAX:
        raise PermanentError(f"{address!r} is not an e-mail address mail can be sent to.")
    return f"{found[1]}@{domain}"


def single_line(text: str, what: str) -> str:
    """Return the text if a header keeps it as it is, on one line; PermanentError otherwise."""
    if any(unicodedata.category(character) in LINE_BREAKING for character in text):
        raise PermanentError(f"{what} must be one line: {text!r}.")
    if BYTE_ORDER_MARK in text:
        raise PermanentError(f"{what} has a hidden character, U+FEFF: {text!r}.")
    return text


def _wire(domain: str) -> str:
    """Return the domain in ASCII, or "" if that would name another one (`ß` becomes `ss`)."""
    try:
        wire = domain.encode("idna").decode()
        return wire if domain.isascii() or wire.encode().decode("idna") == domain else ""
    except UnicodeError:
        return ""
