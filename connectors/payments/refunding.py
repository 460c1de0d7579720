"""Refunding a payment: an entry in the ledger and a transfer file for the bank.

The file is prepared unseen, then the entry is written, then the file is shown. A crash between is
finished by the next `find` or `run`: the entry decides whether the refund happened.
"""

from dataclasses import dataclass
from decimal import Decimal

from connectors.company import Clock, Company
from connectors.contract import Change, PermanentError, Preview, Receipt
from connectors.money import in_words
from connectors.payments import Refund, booking, transfers
from connectors.payments.entries import Entry
from connectors.payments.ledger import BANK, REFUNDS, Ledger, Payment, posting_pair
from connectors.payments.transfers import Transfers

MOVES = "Money moves when you upload the transfer file to your bank."
BACK = "Can be taken back by a reversing entry, as long as you have not uploaded the transfer file."
UPLOADED = "the transfer file was gone: if you uploaded it, ask your bank to recall it"


@dataclass(frozen=True, slots=True)
class Refunding:
    """Refunds booked in one ledger."""

    ledger: Ledger
    transfers: Transfers
    clock: Clock
    company: Company

    def preview(self, refund: Refund) -> Preview:
        payment = self._refundable(refund)
        after = payment.after_refund(refund.amount)
        gap = transfers.missing(self.company, payment)
        changes = [
            Change("Refunded", _money(payment, payment.refunded), _money(payment, after.refunded)),
            Change(
                "Left of the payment",
                _money(payment, payment.left),
                _money(payment, after.left),
                derived=True,
            ),
            Change("Status", payment.status, after.status, derived=True),
        ]
        if not gap:
            changes.append(Change("To account", None, payment.iban, source=f"payment {payment.id}"))
        return Preview(
            title=f"Refund {_money(payment, refund.amount)} · {payment.name or payment.id}",
            changes=tuple(changes),
            notes=(gap or MOVES,),
            facts={
                "already_refunded": payment.refunded,
                "left": payment.left,
                "has_transfer": not gap,
            },
        )

    def refund(self, refund: Refund, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find(key):
                return done
            payment, now = self._refundable(refund), self.company.local(self.clock())
            with_file = transfers.missing(self.company, payment) is None
            if with_file:
                file = transfers.write(refund, payment, self.company, key, now)
                self.transfers.prepare(key, file)
            entry = booking.entry(
                key,
                self.ledger.next_code("REF"),
                f"{payment.name} | refund of {payment.id}",
                {
                    "refund": payment.id,
                    "reason": refund.reason,
                    "transfer": f"{key}.xml" if with_file else "",
                },
                posting_pair(REFUNDS, BANK, refund.amount, refund.currency),
                now,
            )
            self.ledger.add(entry)
            return self._booked(entry)

    def find(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "refund")
            return self._booked(found) if found else None

    def take_back(self, receipt: Receipt, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find_taken_back(key):
                return done
            booked = booking.standing(self.ledger, receipt, "refund")
            self.transfers.withdraw(booked.tags["key"])  # first: at worst no money moves
            now = self.company.local(self.clock())
            return self._taken_back(booking.reverse(self.ledger, booked, key, now))

    def find_taken_back(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "reverses")
            return self._taken_back(found) if found else None

    def _refundable(self, refund: Refund) -> Payment:
        payment = self.ledger.payment(refund.payment)
        if payment is None:
            raise PermanentError(f"There is no payment {refund.payment} in the ledger.")
        if refund.currency != payment.currency:
            raise PermanentError(
                f"{payment.id} was paid in {payment.currency}, not in {refund.currency}."
            )
        if not payment.left:
            raise PermanentError(f"{payment.id} is already refunded in full.")
        if refund.amount > payment.left:
            left = in_words(payment.left, payment.currency)
            raise PermanentError(f"Only {left} of {payment.id} are left to refund.")
        return payment

    def _booked(self, entry: Entry) -> Receipt:
        """Finish what a crash may have cut off, then say what was booked."""
        if entry.tags.get("transfer"):
            self.transfers.release(entry.tags["key"])
        return booking.receipt(
            entry,
            f"refunded {in_words(entry.amount, entry.currency)}",
            transfer=entry.tags.get("transfer"),
            records=booking.payment_now(self.ledger, entry.tags["refund"]),
        )

    def _taken_back(self, entry: Entry) -> Receipt:
        undone = entry.tags["reverses"]
        booked = self.ledger.find(undone)
        if booked is None:
            raise PermanentError(f"The refund that {entry.code} takes back is not in the ledger.")
        gone = booked.tags.get("transfer") and not self.transfers.withdrew(undone)
        said = f"took back the refund of {in_words(entry.amount, entry.currency)}"
        return booking.receipt(
            entry,
            f"{said}; {UPLOADED}" if gone else said,
            undone=undone,
            records=booking.payment_now(self.ledger, booked.tags["refund"]),
        )


def _money(payment: Payment, amount: Decimal) -> str:
    return in_words(amount, payment.currency)
