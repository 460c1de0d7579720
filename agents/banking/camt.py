"""A bank's statement as CAMT.053 (version 2, 4, 8 …), the XML of European banks.

Only what is booked counts: what is announced comes again when it is. A booking that collects
several payments becomes as many lines where they add up to it.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element

from agents.banking import line
from agents.banking.line import Line, Statement
from connectors.contract import PermanentError

MARK = b"camt.053"
HEAD_BYTES = 2000
DEPTH_MAX = 40
ANNOUNCED = ("PDNG", "INFO", "FUTR")
OPENS, CLOSES = ("OPBD", "PRCD"), ("CLBD",)
HOSTILE = (
    "This statement brings definitions of its own, as no bank's does and as attacks do, so I did "
    "not read it. Get it from the bank again."
)
_SIDES = {"CRDT": ("", "Dbtr"), "DBIT": ("-", "Cdtr")}  # the sign, and who the other side is


def are(data: bytes) -> bool:
    """Say whether these bytes are such a statement."""
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and MARK in head


def read(data: bytes) -> list[Statement]:
    """Return each statement, in their order. PermanentError: why not."""
    root = _parsed(data)
    return [_statement(one) for one in root.findall("./BkToCstmrStmt/Stmt")]


def _parsed(data: bytes) -> Element:
    """Return the tree, its tags without their namespace."""
    from xml.etree.ElementTree import ParseError, TreeBuilder

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    class Plain(TreeBuilder):
        """Tags without their namespace, and not too deep."""

        depth = 0

        def start(self, tag: str, attrs: dict[str, str]) -> Element:
            self.depth += 1
            if self.depth > DEPTH_MAX:
                raise PermanentError(line.BROKEN)
            return super().start(tag.rpartition("}")[2], attrs)

        def end(self, tag: str) -> Element:
            self.depth -= 1
            return super().end(tag.rpartition("}")[2])

    parser = DefusedXMLParser(target=Plain(), forbid_dtd=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise PermanentError(HOSTILE) from None
    except (ParseError, ValueError, LookupError):
        raise PermanentError(line.BROKEN) from None
    return root


def _statement(stated: Element) -> Statement:
    account = _first(stated, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
    balances = {_first(each, "Tp/CdOrPrtry/Cd"): each for each in reversed(stated.findall("Bal"))}
    opening, closing = _balance(balances, OPENS), _balance(balances, CLOSES)
    currency = _first(stated, "Acct/Ccy") or next(
        (amount.get("Ccy", "") for amount in stated.iterfind("Bal/Amt")), ""
    )
    entries = (one for one in stated.findall("Ntry") if _status(one) not in ANNOUNCED)
    lines = tuple(each for entry in entries for each in _lines(entry))
    return Statement("camt", account, lines, currency, opening, closing)


def _balance(balances: dict[str, Element], codes: tuple[str, ...]) -> Decimal | None:
    for found in (balances[code] for code in codes if code in balances):
        try:
            amount = Decimal(_first(found, "Amt"))
        except InvalidOperation:
            raise PermanentError(line.BROKEN) from None
        return -amount if _first(found, "CdtDbtInd") == "DBIT" else amount
    return None


def _status(entry: Element) -> str:
    return _first(entry, "Sts/Cd", "Sts")


def _lines(entry: Element) -> Iterator[Line]:
    """Yield the line of a booking, or those that it collects."""
    whole, several = _line(entry, None), entry.findall("NtryDtls/TxDtls")
    parts = [_line(entry, each, number) for number, each in enumerate(several, 1)]
    if len(parts) == 1:
        yield whole._replace(**_words(entry, several[0]))
    elif len(parts) > 1 and _add_up(whole, parts):
        yield from parts
    else:
        yield whole


def _add_up(whole: Line, parts: list[Line]) -> bool:
    amounts = [part.amount for part in parts if part.currency == whole.currency]
    known = [amount for amount in amounts if amount is not None]
    return len(known) == len(parts) and sum(known) == whole.amount


def _line(entry: Element, part: Element | None, number: int = 0) -> Line:
    """Return a booking, or a part of it, as a line."""
    sign, _ = _side(entry, part)
    amount = entry.find("Amt") if part is None else _amount_of(part)
    id = _first(entry, "AcctSvcrRef")
    if part is not None:
        id = _first(part, "Refs/AcctSvcrRef") or (f"{id}.{number}" if id else "")
    return Line(
        written="" if amount is None or sign is None else f"{sign}{_written(amount)}",
        currency="" if amount is None else amount.get("Ccy", ""),
        booked=line.day(_first(entry, "BookgDt/Dt", "BookgDt/DtTm")),
        valued=line.day(_first(entry, "ValDt/Dt", "ValDt/DtTm")),
        id=id or _first(entry, "NtryDtls/TxDtls/Refs/AcctSvcrRef"),
        reversal=_first(entry, "RvslInd") in ("true", "1"),
        **_words(entry, part),
    )


def _amount_of(part: Element) -> Element | None:
    """Return what of a transaction came to the account, by the versions' different places."""
    for place in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        if (found := part.find(place)) is not None:
            return found
    return None


def _written(amount: Element) -> str:
    """Return an amount as it stands there, without empty decimals behind the cents."""
    text = (amount.text or "").strip()
    whole, point, cents = text.partition(".")
    return f"{whole}.{cents[:2]}" if point and cents[2:].strip("0") == "" else text


def _words(entry: Element, part: Element | None) -> dict[str, Any]:
    """Return what the other side is called, and what it wrote."""
    _, other = _side(entry, part)
    if part is None:
        return {"text": line.plain(_first(entry, "AddtlNtryInf"))}
    parties = part.find("RltdPties")
    name = iban = ""
    if parties is not None and other:
        name = _first(parties, f"{other}/Nm", f"{other}/Pty/Nm")
        iban = _first(parties, f"{other}Acct/Id/IBAN", f"{other}Acct/Id/Othr/Id")
    told = [node.text or "" for node in part.iterfind("RmtInf/Ustrd")]
    told += [node.text or "" for node in part.iterfind("RmtInf/Strd/CdtrRefInf/Ref")]
    text = line.plain(*told) or line.plain(
        _first(part, "AddtlTxInf") or _first(entry, "AddtlNtryInf")
    )
    ids = _first(part, "Refs/EndToEndId")
    known = "" if ids.upper() == "NOTPROVIDED" else ids
    return {"name": line.plain(name), "iban": iban, "text": text, "end_to_end": known}


def _side(entry: Element, part: Element | None) -> tuple[str | None, str]:
    said = _first(part, "CdtDbtInd") if part is not None else ""
    return _SIDES.get(said or _first(entry, "CdtDbtInd"), (None, ""))


def _first(node: Element, *places: str) -> str:
    """Return the text at the first of these places that has one."""
    return next((text.strip() for place in places if (text := node.findtext(place))), "")
