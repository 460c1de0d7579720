"""The process that touches untrusted bytes: one file in on stdin, one JSON answer on stdout."""

import base64
import codecs
import json
import re
import sys
from dataclasses import asdict
from datetime import datetime

from connectors.files import contents, documents, sandbox
from connectors.files.shapes import Limits

CHARSETS = ("ascii", "latin-1", "cp1252", "utf-8-sig", "utf-16", "utf-16-be", "cp437")
CHARSETS_MAX = 30
# Reading a mail of our own once loads whatever the standard library imports late.
_REHEARSAL = b"""\
From: =?iso-8859-1?q?Ada?= <ada@example.org>
To: b@example.org
Date: Mon, 16 Nov 2026 09:12:44 +0100
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGI+YTwvYj4=
--x
Content-Type: text/plain
Content-Transfer-Encoding: quoted-printable

a
--x
Content-Type: message/rfc822

Subject: a

a
--x--
"""


def main() -> None:
    """Read `{"limits": …}` and a line break, then the file's bytes; answer with a `Reading`.

    It catches nothing: whatever goes wrong ends this process, and the parent says so.
    """
    limits = Limits(**json.loads(sys.stdin.buffer.readline()))
    sandbox.bound(limits)
    data = sys.stdin.buffer.read(limits.bytes_max + 1)
    _import_for(data)
    sandbox.drop_rights()
    reading = contents.read(data, limits)
    answer = json.dumps(asdict(reading), default=_plain, ensure_ascii=False)
    sys.stdout.buffer.write(answer.encode("utf-8", errors="replace"))


def _import_for(data: bytes) -> None:
    """Import what these bytes will need while the installation is sure to be readable."""
    head = data[:1024].upper()
    office = head.startswith(b"PK") and re.search(rb"(?:word|xl|ppt)/", data)
    if office or b"%PDF-" in head:
        documents.prepare("pdf")
    elif b"BEGIN:VCALENDAR" in head:
        documents.prepare("calendar")
    else:
        contents.read(_REHEARSAL, Limits())
    for name in (*CHARSETS, *_charsets(data)):
        try:
            codecs.lookup(name)
        except (LookupError, ValueError):
            continue


def _charsets(data: bytes) -> list[str]:
    """The character sets that a mail names; each is a module of its own."""
    named = rb"(?:charset\s*=\s*[\"']?|=\?)([\w.:-]{2,20})"
    found = set(re.findall(named, data[:1_000_000], re.IGNORECASE))
    return [name.decode("ascii", errors="replace") for name in sorted(found)[:CHARSETS_MAX]]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} has no JSON form")


if __name__ == "__main__":
    main()
