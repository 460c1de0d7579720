"""Recording a payment that arrived; it settles the invoice it names, if that is still open."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.company import Clock, Company
from connectors.contract import Change, PermanentError, Preview, Receipt
from connectors.money import in_words
from connectors.payments import Received, booking
from connectors.payments.entries import Entry, Posting
from connectors.payments.ledger import BANK, PREPAID, RECEIVABLE, SALES, Ledger, posting_pair

BACK = "Can be taken back by a reversing entry, as long as nothing of it was refunded."


@dataclass(frozen=True, slots=True)
class Receiving:
    """Payments recorded in one ledger."""

    ledger: Ledger
    clock: Clock
    company: Company

    def preview(self, received: Received) -> Preview:
        shares = self._shares(received)
        fields = {
            "Payment": received.payment,
            "From": received.name,
            "Amount": in_words(received.amount, received.currency),
            "Date": str(received.date),
            "Order": received.order,
            "IBAN": received.iban,
        }
        return Preview(
            title=f"Record payment {fields['Amount']} · {received.name}",
            changes=tuple(Change(label, None, value) for label, value in fields.items() if value),
            notes=tuple(self._notes(received, shares)),
        )

    def record(self, received: Received, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find(key):
                return done
            shares, now = self._shares(received), self.company.local(self.clock())
            plain = not received.settles and sum(shares.values()) in (0, received.amount)
            entry = booking.entry(
                key,
                received.payment,
                f"{received.name} | payment {received.payment}",
                {
                    "payment": received.payment,
                    "order": received.order,
                    "settles": "" if plain else _written(shares),
                    "customer": received.name,
                    "email": received.email,
                    "iban": received.iban or "",
                },
                _postings(received, sum(shares.values(), Decimal(0))),
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

    def _shares(self, received: Received) -> dict[str, Decimal]:
        """Return what goes to which invoice. PermanentError: recorded before, or too much."""
        if self.ledger.payment(received.payment):
            raise PermanentError(f"{received.payment} is already in the ledger.")
        if not received.settles:
            bill = self.ledger.invoice(received.order) if received.order else None
            if bill is None or bill.status != "open" or bill.currency != received.currency:
                return {}
            return {bill.number: min(bill.left, received.amount)}
        shares: dict[str, Decimal] = {}
        for share in received.settles:
            shares[share.invoice] = shares.get(share.invoice, Decimal(0)) + share.amount
        if sum(shares.values()) > received.amount:
            raise PermanentError("The invoices would get more than was paid.")
        for number, amount in shares.items():
            self._check(number, amount, received.currency)
        return shares

    def _check(self, number: str, amount: Decimal, currency: str) -> None:
        bill = self.ledger.invoice(number)
        if bill is None:
            raise PermanentError(f"There is no invoice {number} in the ledger.")
        if bill.status != "open":
            raise PermanentError(f"The invoice {number} is {bill.status} already.")
        if bill.currency != currency:
            raise PermanentError(f"The invoice {number} is in {bill.currency}, not in {currency}.")
        if amount > bill.left:
            left = in_words(bill.left, currency)
            raise PermanentError(f"Only {left} of the invoice {number} are open.")

    def _notes(self, received: Received, shares: dict[str, Decimal]) -> Iterator[str]:
        for number, amount in shares.items():
            bill = self.ledger.invoice(number)
            left = Decimal(0) if bill is None else bill.left - amount
            if not left:
                yield f"Settles the invoice {number}."
            else:
                part = in_words(amount, received.currency)
                open_ = in_words(left, received.currency)
                yield f"Pays {part} of the invoice {number}; {open_} of it stay open."
        if shares and (more := received.amount - sum(shares.values())):
            more_words = in_words(more, received.currency)
            yield f"{more_words} are more than was owed; they stay to the customer's credit."

    def _booked(self, entry: Entry) -> Receipt:
        amount, id = in_words(entry.amount, entry.currency), entry.tags["payment"]
        records = self._records(id, entry)
        return booking.receipt(entry, f"recorded {amount}", records=records)

    def _taken_back(self, entry: Entry) -> Receipt:
        booked = self.ledger.find(entry.tags["reverses"])
        if booked is None:
            raise PermanentError(f"The payment that {entry.code} takes back is not in the ledger.")
        id = booked.tags["payment"]
        said = f"took back the payment {id} of {in_words(entry.amount, entry.currency)}"
        records = self._records(id, booked)
        return booking.receipt(entry, said, undone=entry.tags["reverses"], records=records)

    def _records(self, payment: str, entry: Entry) -> list[dict[str, Any]]:
        """Return what changed: the payment, and the invoices that it settled."""
        numbers = [share.split()[0] for share in entry.tags.get("settles", "").split(",") if share]
        numbers = numbers or [entry.tags.get("order", "")]
        settled = [each for n in numbers if n for each in booking.invoice_now(self.ledger, n)]
        return booking.payment_now(self.ledger, payment) + settled


def _written(shares: dict[str, Decimal]) -> str:
    return ", ".join(f"{number} {amount:.2f}" for number, amount in shares.items())


def _postings(received: Received, settled: Decimal) -> tuple[Posting, ...]:
    """Return both sides: what invoices are settled by is no sale again, what is beyond is owed."""
    if settled in (0, received.amount):
        credited = RECEIVABLE if settled else SALES
        return posting_pair(BANK, credited, received.amount, received.currency)
    return (
        Posting(BANK, received.amount, received.currency),
        Posting(RECEIVABLE, -settled, received.currency),
        Posting(PREPAID, settled - received.amount, received.currency),
    )
