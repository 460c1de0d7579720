"""Recording a payment that arrived; it settles the invoice it names, if that is still open."""

from dataclasses import dataclass
from typing import Any

from connectors.company import Clock, Company
from connectors.contract import Change, PermanentError, Preview, Receipt
from connectors.money import in_words
from connectors.payments import Received, booking
from connectors.payments.entries import Entry
from connectors.payments.ledger import BANK, RECEIVABLE, SALES, Ledger, posting_pair

BACK = "Can be taken back by a reversing entry, as long as nothing of it was refunded."


@dataclass(frozen=True, slots=True)
class Receiving:
    """Payments recorded in one ledger."""

    ledger: Ledger
    clock: Clock
    company: Company

    def preview(self, received: Received) -> Preview:
        credited = self._credited(received)
        fields = {
            "Payment": received.payment,
            "From": received.name,
            "Amount": in_words(received.amount, received.currency),
            "Date": str(received.date),
            "Order": received.order,
            "IBAN": received.iban,
        }
        note = f"Settles the invoice {received.order}." if credited == RECEIVABLE else None
        return Preview(
            title=f"Record payment {fields['Amount']} · {received.name}",
            changes=tuple(Change(label, None, value) for label, value in fields.items() if value),
            notes=(note,) if note else (),
        )

    def record(self, received: Received, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find(key):
                return done
            credited, now = self._credited(received), self.company.local(self.clock())
            entry = booking.entry(
                key,
                received.payment,
                f"{received.name} | payment {received.payment}",
                {
                    "payment": received.payment,
                    "order": received.order,
                    "customer": received.name,
                    "email": received.email,
                    "iban": received.iban or "",
                },
                posting_pair(BANK, credited, received.amount, received.currency),
                now,
                on=received.date,
            )
            self.ledger.add(entry)
            return self._booked(entry)

    def find(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "payment")
            return self._booked(found) if found else None

    def take_back(self, receipt: Receipt, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find_taken_back(key):
                return done
            booked = booking.standing(self.ledger, receipt, "payment")
            payment = self.ledger.payment(booked.tags["payment"])
            if payment and payment.refunded:
                raise PermanentError(f"{payment.id} was refunded; take back the refund first.")
            now = self.company.local(self.clock())
            return self._taken_back(booking.reverse(self.ledger, booked, key, now))

    def find_taken_back(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "reverses")
            return self._taken_back(found) if found else None

    def _credited(self, received: Received) -> str:
        """Return the account this payment is credited to; raises if it was recorded before."""
        if self.ledger.payment(received.payment):
            raise PermanentError(f"{received.payment} is already in the ledger.")
        bill = self.ledger.invoice(received.order) if received.order else None
        settles = bill and bill.status == "open" and bill.currency == received.currency
        return RECEIVABLE if settles else SALES

    def _booked(self, entry: Entry) -> Receipt:
        amount, id = in_words(entry.amount, entry.currency), entry.tags["payment"]
        records = self._records(id, entry.tags.get("order"))
        return booking.receipt(entry, f"recorded {amount}", records=records)

    def _taken_back(self, entry: Entry) -> Receipt:
        booked = self.ledger.find(entry.tags["reverses"])
        if booked is None:
            raise PermanentError(f"The payment that {entry.code} takes back is not in the ledger.")
        id = booked.tags["payment"]
        said = f"took back the payment {id} of {in_words(entry.amount, entry.currency)}"
        records = self._records(id, booked.tags.get("order"))
        return booking.receipt(entry, said, undone=entry.tags["reverses"], records=records)

    def _records(self, payment: str, order: str | None) -> list[dict[str, Any]]:
        """Return what changed: the payment, and the invoice that it settled."""
        settled = booking.invoice_now(self.ledger, order) if order else []
        return booking.payment_now(self.ledger, payment) + settled
