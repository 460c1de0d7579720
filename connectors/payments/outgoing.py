"""What a refund and a bill share: an entry in the ledger and a transfer file for the bank.

The file is prepared unseen, then the entry is written, then the file is shown. A crash between is
finished by the next `find` or `run`: the entry decides whether the money was sent.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.company import Clock, Company
from connectors.contract import PermanentError, Receipt
from connectors.money import in_words
from connectors.payments import booking, transfers
from connectors.payments.entries import Entry, Posting
from connectors.payments.ledger import Ledger
from connectors.payments.transfers import Transfer, Transfers

MOVES = "Money moves when you upload the transfer file to your bank."
BACK = "Can be taken back by a reversing entry, as long as you have not uploaded the transfer file."
UPLOADED = "the transfer file was gone: if you uploaded it, ask your bank to recall it"


@dataclass(frozen=True, slots=True)
class Outgoing(ABC):
    """Money that leaves, booked in one ledger under entries that carry the tag `KIND`."""

    ledger: Ledger
    transfers: Transfers
    clock: Clock
    company: Company

    KIND: ClassVar[str]
    SERIES: ClassVar[str]  # of the entries' codes: REF-1, REF-2 …
    NOUN: ClassVar[str]  # "took back the refund of …"

    def find(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, self.KIND)
            return self._booked(found) if found else None

    def take_back(self, receipt: Receipt, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find_taken_back(key):
                return done
            booked = booking.standing(self.ledger, receipt, self.KIND)
            self.transfers.withdraw(booked.tags["key"])  # first: at worst no money moves
            now = self.company.local(self.clock())
            return self._taken_back(booking.reverse(self.ledger, booked, key, now))

    def find_taken_back(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "reverses")
            return self._taken_back(found) if found else None

    @abstractmethod
    def _said(self, entry: Entry) -> str:
        """Return what a booked entry did: "refunded 40.00 EUR"."""

    def _records(self, entry: Entry) -> list[dict[str, Any]]:
        """Return what the ledger now says of what the entry is about."""
        return []

    def _book(
        self,
        key: str,
        description: str,
        tags: Mapping[str, str],
        postings: tuple[Posting, ...],
        transfer: Transfer | None,
    ) -> Receipt:
        """Book it with its transfer file, or without one where none can be written."""
        now = self.company.local(self.clock())
        if transfer is not None:
            self.transfers.prepare(key, transfers.write(transfer, self.company, key, now))
        file = {"transfer": f"{key}.xml" if transfer is not None else ""}
        code = self.ledger.next_code(self.SERIES)
        entry = booking.entry(key, code, description, {**tags, **file}, postings, now)
        self.ledger.add(entry)
        return self._booked(entry)

    def _booked(self, entry: Entry) -> Receipt:
        """Finish what a crash may have cut off, then say what was booked."""
        if entry.tags.get("transfer"):
            self.transfers.release(entry.tags["key"])
        records = self._records(entry)
        file = entry.tags.get("transfer")
        return booking.receipt(entry, self._said(entry), transfer=file, records=records)

    def _taken_back(self, entry: Entry) -> Receipt:
        undone = entry.tags["reverses"]
        booked = self.ledger.find(undone)
        if booked is None:
            raise PermanentError(
                f"The {self.NOUN} that {entry.code} takes back is not in the ledger."
            )
        gone = booked.tags.get("transfer") and not self.transfers.withdrew(undone)
        said = f"took back the {self.NOUN} of {in_words(entry.amount, entry.currency)}"
        return booking.receipt(
            entry,
            f"{said}; {UPLOADED}" if gone else said,
            undone=undone,
            records=self._records(booked),
        )
