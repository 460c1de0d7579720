"""A bank's statement as CAMT.053, the XML of European banks: a payment for each booked line.

Read by its tags like OFX, never by a parser of XML, so nothing in it is expanded or fetched
(docs/decisions/0028). What is only announced is left out: it comes again when it is booked.
"""

import html
import re
from collections.abc import Iterator

from agents.incoming import statements
from connectors.contract import PermanentError
from memory.canon.importing import Row

MARK = b"camt.053"
HEAD_BYTES = 2000
DEPTH_MAX = 40
ANNOUNCED = ("PDNG", "INFO", "FUTR")
_TAG = re.compile(
    r"<(?P<slash>/?)(?:[\w.-]{1,40}:)?(?P<tag>[A-Za-z0-9]{1,40})(?P<attrs>\s[^<>]{0,500})?"
    r"(?P<empty>/?)>(?P<text>[^<]{0,2000})"
)
_CURRENCY = re.compile(r"\bCcy=[\"']([A-Z]{3})[\"']")
_SIDES = {"CRDT": ("", "Dbtr"), "DBIT": ("-", "Cdtr")}  # the sign, and who the other side is
Path = tuple[str, ...]


def are(data: bytes) -> bool:
    """Say whether these bytes are such a statement."""
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and MARK in head


def read(data: bytes) -> list[Row]:
    """Return a payment for each booked line, in its order. PermanentError: why not."""
    rows: list[Row] = []
    for account, said in _entries(statements.text_of(data)):
        if len(rows) >= statements.ROWS_MAX:
            raise PermanentError(statements.MANY)
        if (said.get("Sts.Cd") or said.get("Sts")) not in ANNOUNCED:
            rows.append(statements.row(len(rows) + 1, account, "", _as_ofx(said)))
    if not rows:
        raise PermanentError(statements.BROKEN)
    return rows


def _entries(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each entry with its account: what stands at the places that are known, first wins."""
    account = ""
    said: dict[str, str] | None = None
    for path, attrs, value in _values(text):
        if path[-1] == "Ntry" and attrs == "/":
            if said is not None:
                yield account, said
            said = None
        elif path[-1] == "Ntry":
            said = {}
        elif said is None:
            if path[-1] == "Stmt":
                account = ""
            elif path[-3:] == ("Acct", "Id", "IBAN") or path[-4:] == ("Acct", "Id", "Othr", "Id"):
                account = account or value
        elif value and "Ntry" in path:
            place = ".".join(path[path.index("Ntry") + 1 :])
            if place == "Amt" and (found := _CURRENCY.search(attrs)):
                said.setdefault("Ccy", found[1])
            said.setdefault(place, value)


def _values(text: str) -> Iterator[tuple[Path, str, str]]:
    """Yield each opening tag's path, attributes and text; a closing entry has “/” for these."""
    path: list[str] = []
    for match in _TAG.finditer(text):
        tag = match["tag"]
        if match["slash"]:
            if tag == "Ntry" and tag in path:
                yield tuple(path[: path.index(tag) + 1]), "/", ""
            if tag in path:
                del path[len(path) - 1 - path[::-1].index(tag) :]
            continue
        if len(path) >= DEPTH_MAX:
            raise PermanentError(statements.BROKEN)
        yield (*path, tag), match["attrs"] or "", html.unescape(match["text"]).strip()
        if not match["empty"] and not (match["attrs"] or "").endswith("/"):
            path.append(tag)


def _as_ofx(said: dict[str, str]) -> dict[str, str]:
    """Return an entry under the names that OFX has for the same."""
    sign, other = _SIDES.get(said.get("CdtDbtInd", ""), ("", ""))
    day = (said.get("BookgDt.Dt") or said.get("BookgDt.DtTm", ""))[:10]
    parties = (f"RltdPties.{other}.Nm", f"RltdPties.{other}.Pty.Nm")
    ids = ("AcctSvcrRef", "NtryDtls.TxDtls.Refs.AcctSvcrRef")
    return {
        "FITID": next((said[each] for each in ids if each in said), ""),
        "TRNAMT": f"{sign}{said.get('Amt', '')}" if other else "",
        "CURSYM": said.get("Ccy", ""),
        "DTPOSTED": day.replace("-", ""),
        "NAME": _of(said, *parties),
        "MEMO": _of(said, "RmtInf.Ustrd") or said.get("AddtlNtryInf", ""),
    }


def _of(said: dict[str, str], *places: str) -> str:
    return next((said[f"NtryDtls.TxDtls.{each}"] for each in places
                 if f"NtryDtls.TxDtls.{each}" in said), "")  # fmt: skip
