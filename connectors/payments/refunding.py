"""Refunding a payment: never more than is left of it, to the account it came from."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from connectors.contract import Change, PermanentError, Preview, Receipt
from connectors.money import in_words
from connectors.payments import Refund, booking, transfers
from connectors.payments.entries import Entry
from connectors.payments.ledger import BANK, REFUNDS, Payment, posting_pair
from connectors.payments.outgoing import MOVES, Outgoing
from connectors.payments.transfers import Transfer


@dataclass(frozen=True, slots=True)
class Refunding(Outgoing):
    """Refunds booked in one ledger."""

    KIND: ClassVar[str] = "refund"
    SERIES: ClassVar[str] = "REF"
    NOUN: ClassVar[str] = "refund"

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
            payment = self._refundable(refund)
            return self._book(
                key,
                f"{payment.name} | refund of {payment.id}",
                {"refund": payment.id, "reason": refund.reason},
                posting_pair(REFUNDS, BANK, refund.amount, refund.currency),
                self._transfer(refund, payment),
            )

    def _transfer(self, refund: Refund, payment: Payment) -> Transfer | None:
        if transfers.missing(self.company, payment) or payment.iban is None:
            return None
        about = f"Refund {payment.id} {payment.order}".strip()
        return Transfer(payment.name, payment.iban, refund.amount, about)

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

    def _said(self, entry: Entry) -> str:
        return f"refunded {in_words(entry.amount, entry.currency)}"

    def _records(self, entry: Entry) -> list[dict[str, Any]]:
        return booking.payment_now(self.ledger, entry.tags["refund"])


def _money(payment: Payment, amount: Decimal) -> str:
    return in_words(amount, payment.currency)
