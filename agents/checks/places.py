"""Links, mail addresses, accounts, phone numbers and the numbers of documents (INV-7)."""

import re
from collections.abc import Iterator

from agents.checks.evidence import Item

_END = r"[^\s<>\"'()\[\]{}.,;:!?\u201c\u201d]"
_LINK = re.compile(rf"(?:\b[a-z][a-z0-9+.-]{{1,20}}://|www\.)[^\s<>\"]*{_END}/?", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_HOST = re.compile(  # a country's only in small letters: “fertig.Es” is the end of a sentence
    rf"(?<![\w@./-])(?:(?:[\w-]+\.)+[a-z]{{2,24}}/[^\s<>\"]*{_END}/?"
    r"|(?:(?:[\w-]+\.)+(?:com|org|net|eu|de|at|ch|fr|es|io|co|uk|info|example|test|biz|app|dev|shop"
    r"|xyz|online|site|store|club|link|page|cloud|live|pro|top)|(?-i:(?:[\w-]{2,}\.)+[a-z]{2}))"
    r"(?![\w-])/?)",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+|00)\d[\d ()/.-]{5,20}\d|(?<![\w.,/-])0\d{1,5}[ /-]\d[\d -]{3,12}\d"
)
_CODE = re.compile(
    r"(?<![\w@./-])(?=[\w/-]*\d)[A-Za-z]{1,12}[-_/#]?\d[\w/-]*\w?|\b\d+[-_/][\w-]*[A-Za-z][\w-]*"
)
_ORDINAL = re.compile(r"[A-Za-z]?\d+(?:st|nd|rd|th|h\d*)", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]")


def links(text: str) -> list[Item]:
    """Return links and bare names of hosts."""
    mails = [match.span() for match in _MAIL.finditer(text)]
    found = [
        Item(*m.span(), m[0], frozenset({("link", _plain(m[0]))})) for m in _LINK.finditer(text)
    ]
    taken = mails + [(item.start, item.end) for item in found]
    for match in _HOST.finditer(text):
        if not any(match.start() < end and start < match.end() for start, end in taken):
            found.append(Item(*match.span(), match[0], frozenset({("link", _plain(match[0]))})))
    return found


def known_links(found: list[Item], addresses: list[Item]) -> list[Item]:
    """Return items as evidence: a link proves its host, an address the domain behind its “@”."""
    hosts = {str(m[1]).partition("/")[0] for item in found for m in item.means}
    hosts |= {str(m[1]).partition("@")[2] for i in addresses for m in i.means if m[0] == "mail"}
    return [*found, Item(0, 0, "", frozenset(("link", host) for host in hosts))]


def known_addresses(found: list[Item]) -> list[Item]:
    """Return items as evidence: +49 30 123 proves 030 123 and the other way, and no other +…."""
    proves: set[tuple[object, ...]] = set()
    for kind, value in (meaning for item in found for meaning in item.means):
        proves.add(("at home", value) if kind == "from abroad" else (kind, value))
        proves |= {("from abroad", value)} if kind == "at home" else set()
    return [Item(0, 0, "", frozenset(proves))]


def addresses(text: str) -> list[Item]:
    """Return mail addresses, accounts, phone numbers and the numbers of documents."""
    found: list[Item] = []
    for make in (_mails, _accounts, _phones, _codes):
        taken = [(item.start, item.end) for item in found]
        for item in make(text):
            if not any(item.start < end and start < item.end for start, end in taken):
                found.append(item)
    return found


def _mails(text: str) -> Iterator[Item]:
    for m in _MAIL.finditer(text):
        yield Item(*m.span(), m[0], frozenset({("mail", m[0].casefold())}))


def _accounts(text: str) -> Iterator[Item]:
    for m in _IBAN.finditer(text):
        yield Item(*m.span(), m[0], frozenset({("account", m[0].replace(" ", ""))}))


def _phones(text: str) -> Iterator[Item]:
    """Yield phone numbers. Behind a +, the country may be the first one to three digits."""
    for m in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", m[0].replace("(0)", ""))
        if m[0].startswith(("+", "00")):
            digits = digits.removeprefix("00")
            means = {("phone", digits)} | {("from abroad", digits[at:]) for at in (1, 2, 3)}
        else:
            means = {("at home", digits.removeprefix("0"))}
        yield Item(*m.span(), m[0], frozenset(means))


def _codes(text: str) -> Iterator[Item]:
    for m in _CODE.finditer(text):
        if not _ORDINAL.fullmatch(m[0]):
            yield Item(*m.span(), m[0], frozenset({("code", _NOT_WORD.sub("", m[0]).casefold())}))


def _plain(link: str) -> str:
    bare = re.sub(r"^https?://", "", link.strip(), flags=re.IGNORECASE)
    host, slash, path = bare.rstrip("/").partition("/")
    return host.casefold().removeprefix("www.") + slash + path
