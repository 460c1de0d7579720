"""A bank's statement as MT940, the form of SWIFT that accounting programs have read for decades."""

import io
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from agents.banking import line
from agents.banking.line import Line, Statement
from connectors.contract import PermanentError

HEAD_BYTES = 2000
WIDTH_MAX = 500  # of a line; the form itself allows 65 letters
STATEMENTS_MAX = 2000
_BEGINS = re.compile(rb"^:20:[^\n]{0,40}\n(?::[^\n]{0,80}\n){0,3}:25P?:", re.M)
_CODE = re.compile(r"/(EREF|REMI|NAME|IBAN|CNTP|USTD|STRD|TRCD|CSID|MARF|BENM|ORDP|RTRN|PREF)(?=/)")
_SPACE = "\ue000"  # stands for a space at the end of a line: the library drops those
_NONE = ("NONREF", "NOTPROVIDED")


def are(data: bytes) -> bool:
    """Say whether these bytes are such a statement."""
    return _BEGINS.search(data[:HEAD_BYTES].replace(b"\r\n", b"\n")) is not None


def read(data: bytes) -> list[Statement]:
    """Return each statement, in their order. PermanentError: why not."""
    import mt940
    from mt940.options import Options

    logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)  # it repeats what it cannot read
    lines = line.text_of(data).splitlines()
    count = sum(each.startswith(":61:") for each in lines)
    begun = sum(each.startswith(":20:") for each in lines)
    if any(len(each) > WIDTH_MAX for each in lines) or begun > STATEMENTS_MAX:
        raise PermanentError(line.BROKEN)
    if count > line.ROWS_MAX:
        raise PermanentError(line.MANY)
    try:
        text = io.StringIO("\n".join(_kept(lines)) + "\n")
        found = [_statement(one) for one in mt940.parse_statements(text, options=Options.all())]
    except (ValueError, RuntimeError, LookupError, ArithmeticError, AttributeError, TypeError):
        raise PermanentError(line.BROKEN) from None
    if sum(len(one.lines) for one in found) != count:  # one that it cannot tell is written over
        raise PermanentError(line.BROKEN)
    return found


def _kept(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, a space at the end of one kept where its words go on in the next."""
    in_words = False
    for each in lines:
        in_words = each.startswith(":86:") or (in_words and not each.startswith((":", "-")))
        yield f"{each[:-1]}{_SPACE}" if in_words and each.endswith(" ") else each


def _statement(stated: Any) -> Statement:
    data = stated.data
    opening = _balance(data.get("final_opening_balance", data.get("intermediate_opening_balance")))
    closing = _balance(data.get("final_closing_balance", data.get("intermediate_closing_balance")))
    account = str(data.get("account_identification") or "")
    lines = tuple(_line(one.data) for one in stated if one.data.get("amount") is not None)
    return Statement("mt940", account, lines, stated.currency or "", opening, closing)


def _balance(said: Any) -> Decimal | None:
    return None if said is None or said.amount is None else Decimal(said.amount.amount)


def _line(said: dict[str, Any]) -> Line:
    words = {name: (text or "").replace(_SPACE, " ") for name, text in _words(said).items()}
    amount = said["amount"]
    return Line(
        written=f"{amount.amount:f}",
        currency=amount.currency or "",
        booked=_day(said.get("entry_date") or said["date"]),
        valued=_day(said["date"]),
        name=line.plain(words.get("name")),
        iban=words.get("iban", "").strip(),
        text=line.plain(words.get("text")),
        end_to_end=_given(words.get("end_to_end"), said.get("customer_reference")),
        id=_given(said.get("bank_reference")),
        reversal=str(said.get("status")).upper() in ("RC", "RD"),
    )


def _words(said: dict[str, Any]) -> dict[str, str | None]:
    """Return what the other side is called and wrote, by whichever way the bank writes it."""
    if "transaction_details" not in said:  # with ?20 to ?29, ?32 …
        return {
            "name": said.get("applicant_name"),
            "iban": said.get("applicant_iban") or said.get("gvc_applicant_iban"),
            "text": "".join(filter(None, (said.get("purpose"), said.get("additional_purpose")))),
            "end_to_end": said.get("end_to_end_reference"),
        }
    details = "".join(str(said["transaction_details"]).splitlines())
    parts = _CODE.split(details)
    if len(parts) == 1:
        return {"text": " ".join(str(said["transaction_details"]).split())}
    codes = dict(zip(parts[1::2], (part.strip("/ ") for part in parts[2::2]), strict=True))
    iban, _, name = [*codes.get("CNTP", "").split("/"), "", "", ""][:3]
    text = " ".join(filter(None, (codes.get(code) for code in ("REMI", "USTD", "STRD"))))
    return {
        "name": codes.get("NAME") or name, "iban": codes.get("IBAN") or iban, "text": text,
        "end_to_end": codes.get("EREF"),
    }  # fmt: skip


def _given(*said: str | None) -> str:
    named: Iterable[str] = (text.strip() for text in said if text)
    return next((text for text in named if text.upper() not in _NONE), "")


def _day(said: date) -> str:
    return date(said.year, said.month, said.day).isoformat()
