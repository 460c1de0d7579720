"""A statement as banks export it for accounting programs: OFX or QFX.

Its form is a handful of tags without nesting that matters, so it is read by them alone: no parser
of XML ever sees it, and nothing in it can be expanded or fetched (docs/decisions/0028).
"""

import html
import re

from agents.banking import line
from agents.banking.line import Line, Statement

HEADS = (b"OFXHEADER", b"<?OFX", b"<?XML", b"<OFX>")
HEAD_BYTES = 2000
_OPEN, _CLOSE = "<![CDATA[", "]]>"
_TAG = re.compile(r"<(/?)([A-Za-z0-9.]{1,32})>([^<]{0,2000})")


def are(data: bytes) -> bool:
    """Say whether these bytes are such a statement."""
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").upper()
    return head.startswith(HEADS) and b"<OFX>" in head


def read(data: bytes) -> list[Statement]:
    """Return the statement of every account, in their order."""
    found: list[_Account] = []
    said: dict[str, str] | None = None
    for slash, tag, value in _TAG.findall(_text(data)):
        name, value = tag.upper(), line.unescaped(value)
        if name in ("STMTRS", "CCSTMTRS"):
            found += [] if slash else [_Account()]
        elif name == "STMTTRN":
            if slash and said is not None:
                (found or [_Account()])[-1].lines.append(said)
            said = None if slash else {}
        elif slash or not found:
            continue
        elif said is not None:
            said.setdefault(name, value)  # of two parties the first: who sent or got it
        else:
            found[-1].said.setdefault(name, value)
    return [one.statement() for one in found]


class _Account:
    """What is said of one account, until its end."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.lines: list[dict[str, str]] = []

    def statement(self) -> Statement:
        account = self.said.get("BANKID", "") + self.said.get("ACCTID", "")
        if len(self.said.get("ACCTID", "")) < len("0532013000") and self.said.get("BANKID"):
            account = f"{self.said['BANKID']}/{self.said.get('ACCTID', '')}"
        if line.is_iban(self.said.get("ACCTID", "")):
            account = self.said["ACCTID"]
        lines = tuple(map(_line, self.lines)) if self.said.get("ACCTID") else ()
        return Statement("ofx", account, lines, self.said.get("CURDEF", ""))


def _line(said: dict[str, str]) -> Line:
    return Line(
        written=said.get("TRNAMT", ""),
        currency=said.get("CURSYM", ""),
        booked=line.day(said.get("DTPOSTED", "")),
        valued=line.day(said.get("DTAVAIL", "")),
        name=line.plain(said.get("NAME")),
        text=line.plain(said.get("MEMO")),
        id=said.get("FITID", ""),
    )


def _text(data: bytes) -> str:
    """Return the text, its literal sections as plain ones."""
    text = line.text_of(data)
    parts, at = [], 0
    while (start := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, start)) >= 0:
        parts += [text[at:start], html.escape(text[start + len(_OPEN) : end])]
        at = end + len(_CLOSE)
    return "".join([*parts, text[at:]])
