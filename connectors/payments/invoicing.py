"""Issuing an invoice: the document among the blobs, the claim in the ledger."""

from dataclasses import dataclass
from pathlib import Path

from connectors import blobs
from connectors.company import Clock, Company
from connectors.contract import Change, Paper, PermanentError, Preview, Receipt
from connectors.money import in_words
from connectors.payments import Invoice, booking, document
from connectors.payments.entries import Entry
from connectors.payments.ledger import RECEIVABLE, SALES, Ledger, posting_pair

BACK = "Can be cancelled by a reversing entry, as long as nothing was paid on it."
WAITS = "The invoice is written and booked. Nobody gets it until you send it."


@dataclass(frozen=True, slots=True)
class Invoicing:
    """Invoices issued from one ledger."""

    ledger: Ledger
    folder: Path
    clock: Clock
    company: Company

    def preview(self, invoice: Invoice) -> Preview:
        self._check(invoice)
        total = in_words(invoice.total, invoice.currency)
        lines = [
            Change(line.description, None, f"{line.quantity:f} x {line.unit_price} = {line.total}")
            for line in invoice.lines
        ]
        return Preview(
            title=f"Issue invoice {invoice.number} · {total} · {invoice.name}",
            changes=(
                *lines,
                Change("Total", None, total, derived=True),
                Change("Due", None, str(invoice.due)),
            ),
            notes=(WAITS,),
            facts={"amount": invoice.total, "currency": invoice.currency},
            papers=(_file_name(invoice),),
        )

    def papers(self, invoice: Invoice) -> tuple[Paper, ...]:
        """Return the document as it would be written today; it is not kept."""
        now = self.company.local(self.clock())
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return (Paper(_file_name(invoice), document.write(invoice, self.company, today)),)

    def issue(self, invoice: Invoice, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find(key):
                return done
            self._check(invoice)
            now = self.company.local(self.clock())
            entry = booking.entry(
                key,
                invoice.number,
                f"{invoice.name} | invoice {invoice.number}",
                {
                    "invoice": invoice.number,
                    "customer": invoice.name,
                    "email": invoice.email,
                    "due": str(invoice.due),
                    "document": blobs.put(self.folder, document.write(invoice, self.company, now)),
                },
                posting_pair(RECEIVABLE, SALES, invoice.total, invoice.currency),
                now,
            )
            self.ledger.add(entry)
            return self._booked(entry)

    def find(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "invoice")
            return self._booked(found) if found else None

    def cancel(self, receipt: Receipt, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find_cancelled(key):
                return done
            booked = booking.standing(self.ledger, receipt, "invoice")
            bill = self.ledger.invoice(booked.tags["invoice"])
            if bill and bill.paid:
                raise PermanentError(f"{bill.number} is already paid; refund the payment instead.")
            now = self.company.local(self.clock())
            return self._cancelled(booking.reverse(self.ledger, booked, key, now))

    def find_cancelled(self, key: str) -> Receipt | None:
        with self.ledger.lock:
            found = booking.find(self.ledger, key, "reverses")
            return self._cancelled(found) if found else None

    def _check(self, invoice: Invoice) -> None:
        if bill := self.ledger.invoice(invoice.number):
            raise PermanentError(
                f"The number {bill.number} is taken by an invoice for {bill.name}"
                f" ({bill.status}); a number is used only once."
            )
        document.check(invoice, self.company)

    def _booked(self, entry: Entry) -> Receipt:
        number, total = entry.tags["invoice"], in_words(entry.amount, entry.currency)
        return booking.receipt(
            entry,
            f"issued invoice {number} over {total}",
            document=entry.tags.get("document"),
            records=booking.invoice_now(self.ledger, number),
        )

    def _cancelled(self, entry: Entry) -> Receipt:
        booked = self.ledger.find(entry.tags["reverses"])
        number = booked.tags["invoice"] if booked else ""
        return booking.receipt(
            entry,
            f"cancelled invoice {number}",
            undone=entry.tags["reverses"],
            records=booking.invoice_now(self.ledger, number),
        )


def _file_name(invoice: Invoice) -> str:
    return f"{invoice.number}.pdf"
