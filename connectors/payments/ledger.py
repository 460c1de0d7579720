"""The ledger: one plain-text file of double entries, the only truth about money here.

The file belongs to the operator too: entries, comments and directives may be added by hand. An
entry is put in the order of dates and never changed afterwards; taking back is another entry.
"""

import re
import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from connectors import disk
from connectors.payments import entries
from connectors.payments.entries import Entry, Posting

BANK = "assets:bank"
RECEIVABLE = "assets:receivable"
SALES = "income:sales"
REFUNDS = "income:refunds"
BILLS = "expenses:bills"
PREPAID = "liabilities:prepaid"  # what customers paid beyond what they owe
OPENING = """\
; The books, kept as plain text in hledger's format: `hledger -f firstmate.journal balance`.
; Your own entries and comments are welcome anywhere. Firstmate adds and never changes an entry.
decimal-mark .
account assets:bank
account assets:receivable
account income:sales
account income:refunds
"""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, and how much of it went back."""

    id: str
    order: str
    name: str
    email: str
    amount: Decimal
    currency: str
    date: date
    iban: str | None
    refunded: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount - self.refunded

    @property
    def status(self) -> Literal["paid", "partly refunded", "refunded"]:
        if not self.refunded:
            return "paid"
        return "partly refunded" if self.left else "refunded"

    def after_refund(self, amount: Decimal) -> "Payment":
        return replace(self, refunded=self.refunded + amount)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice that was issued, and how much of it is still owed."""

    number: str
    name: str
    email: str
    amount: Decimal
    currency: str
    date: date
    due: str  # a date, as written in the ledger
    document: str  # sha256 of the PDF among the blobs
    paid: Decimal
    cancelled: bool

    @property
    def left(self) -> Decimal:
        return max(self.amount - self.paid, Decimal(0))

    @property
    def status(self) -> Literal["open", "paid", "cancelled"]:
        if self.cancelled:
            return "cancelled"
        return "paid" if self.paid >= self.amount else "open"


class Ledger:
    """`folder/ledger/firstmate.journal`. Hold `lock` from looking to adding."""

    def __init__(self, folder: Path) -> None:
        self.path = (folder / "ledger" / "firstmate.journal").resolve()
        self.lock = threading.RLock()
        self._read: tuple[bytes, list[Entry]] = (b"", [])  # the file as last read, and its entries

    def payments(self) -> tuple[Payment, ...]:
        """Return the payments that stand, in the order of the file."""
        standing = _standing(self.entries())
        refunds = _by(standing, "refund")
        return tuple(
            _payment(entry, refunds[entry.tags["payment"]])
            for entry in _unique(standing, "payment")
        )

    def payment(self, id: str) -> Payment | None:
        return next((payment for payment in self.payments() if payment.id == id), None)

    def invoices(self) -> tuple[Bill, ...]:
        """Return every invoice, the cancelled ones too, in the order of the file."""
        written = self.entries()
        standing = _standing(written)
        open_or_paid = {entry.tags["invoice"] for entry in standing if "invoice" in entry.tags}
        shares = _shares([entry for entry in standing if "payment" in entry.tags])
        return tuple(
            _bill(entry, shares[number, entry.currency], cancelled=number not in open_or_paid)
            for entry in _unique(written, "invoice")
            for number in [entry.tags["invoice"]]
        )

    def invoice(self, number: str) -> Bill | None:
        return next((bill for bill in self.invoices() if bill.number == number), None)

    def paid(self) -> list[Entry]:
        """Return the bills of others that were paid, in the order of the file."""
        return [entry for entry in _standing(self.entries()) if entry.tags.get("paid")]

    def find(self, key: str) -> Entry | None:
        """Return the entry that was booked under this key."""
        return next((entry for entry in self.entries() if entry.tags.get("key") == key), None)

    def reversal(self, key: str) -> Entry | None:
        """Return the entry that takes back the one booked under this key."""
        return next((e for e in self.entries() if e.tags.get("reverses") == key), None)

    def entries(self) -> list[Entry]:
        """Return all entries; raises PermanentError naming the line that cannot be read."""
        data = disk.read(self.path) or b""
        if data != self._read[0]:
            found = list(entries.read(_text(data)))
            _unique(found, "key")
            self._read = (data, found)
        return self._read[1]

    def add(self, entry: Entry) -> None:
        """Put the entry into the file, after the last one that is not younger."""
        old = disk.read(self.path)
        text = _text(old or b"") or OPENING
        block = _undeclared(text, entry) + entries.write(entry)
        new = _inserted(text, block, entry.date, self.entries())
        disk.write(self.path, new.encode(), expecting=old)

    def next_code(self, prefix: str) -> str:
        """Return the next free number of a series: REF-1, REF-2 …"""
        pattern = re.compile(rf"{prefix}-(\d+)")
        used = [int(n[1]) for e in self.entries() if (n := pattern.fullmatch(e.code))]
        return f"{prefix}-{max(used, default=0) + 1}"


def posting_pair(debit: str, credit: str, amount: Decimal, currency: str) -> tuple[Posting, ...]:
    return Posting(debit, amount, currency), Posting(credit, -amount, currency)


def _standing(found: list[Entry]) -> list[Entry]:
    taken_back = {entry.tags["reverses"] for entry in found if "reverses" in entry.tags}
    return [entry for entry in found if entry.tags.get("key") not in taken_back]


def _by(found: list[Entry], tag: str) -> defaultdict[str, list[Entry]]:
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        if tag in entry.tags:
            groups[entry.tags[tag]].append(entry)
    return groups


def _unique(found: list[Entry], tag: str) -> list[Entry]:
    """Return the entries with this tag; raises PermanentError where a value comes twice."""
    tagged = [entry for entry in found if entry.tags.get(tag)]
    seen: set[str] = set()
    for entry in tagged:
        if entry.tags[tag] in seen:
            raise entries.broken(entry.line, f"repeats the {tag} {entry.tags[tag]}.")
        seen.add(entry.tags[tag])
    return tagged


def _payment(entry: Entry, refunds: list[Entry]) -> Payment:
    tags, id = entry.tags, entry.tags["payment"]
    for refund in refunds:
        if refund.currency != entry.currency:
            raise entries.broken(refund.line, f"refunds {id} in another currency.")
    return Payment(
        id=id,
        order=tags.get("order", ""),
        name=tags.get("customer", ""),
        email=tags.get("email", ""),
        amount=entry.amount,
        currency=entry.currency,
        date=entry.date,
        iban=tags.get("iban") or None,
        refunded=sum((refund.amount for refund in refunds), Decimal("0.00")),
    )


def _shares(payments: list[Entry]) -> defaultdict[tuple[str, str], Decimal]:
    """Return what was paid on each invoice in each currency; `settles: INV-1 5.00, INV-2 3.00`."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in payments:
        for share in filter(None, entry.tags.get("settles", "").split(",")):
            match = re.fullmatch(r"\s*(\S+) (\d+(?:\.\d{1,2})?)\s*", share)
            if match is None:
                raise entries.broken(entry.line, f"settles what I cannot read: {share.strip()!r}.")
            found[match[1], entry.currency] += Decimal(match[2])
        if "order" in entry.tags and "settles" not in entry.tags:
            found[entry.tags["order"], entry.currency] += entry.amount
    return found


def _bill(entry: Entry, paid: Decimal, *, cancelled: bool) -> Bill:
    tags = entry.tags
    return Bill(
        number=tags["invoice"],
        name=tags.get("customer", ""),
        email=tags.get("email", ""),
        amount=entry.amount,
        currency=entry.currency,
        date=entry.date,
        due=tags.get("due", ""),
        document=tags.get("document", ""),
        paid=paid,
        cancelled=cancelled,
    )


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise entries.broken(line, "is not UTF-8 text.") from error


def _undeclared(text: str, entry: Entry) -> str:
    accounts = sorted({posting.account for posting in entry.postings})
    needed = [f"account {name}" for name in accounts if not _declares(text, "account", name)]
    if not _declares(text, "commodity", entry.currency):
        needed.append(f"commodity 1000.00 {entry.currency}")
    return "".join(f"{directive}\n" for directive in needed) + ("\n" if needed else "")


def _declares(text: str, directive: str, name: str) -> bool:
    pattern = rf"^{directive}\s(?:.*\s)?{re.escape(name)}(?:\s|$)"
    return re.search(pattern, text, re.MULTILINE) is not None


def _inserted(text: str, block: str, on: date, found: list[Entry]) -> str:
    lines = text.split("\n")
    older = [entry.end for entry in found if entry.date <= on]
    if older:
        place = max(older)
    elif found:
        place = _top(lines, found[0].line - 1)
    else:
        place = len(lines) - (lines[-1] == "")
    before, after = lines[:place], lines[place:]
    gap_above = "\n" if before and before[-1] else ""
    gap_below = "\n" if after and after[0] else ""
    return "\n".join([*before, gap_above + block + gap_below + "\n".join(after)])


def _top(lines: list[str], place: int) -> int:
    """Return where the comments right above a line begin; they belong to what follows."""
    while place and lines[place - 1][:1] in {";", "#"}:
        place -= 1
    return place
