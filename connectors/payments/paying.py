"""Paying a bill: to the account that is named, once, with what was paid there before in sight."""

from dataclasses import dataclass
from typing import ClassVar

from connectors.contract import Change, PermanentError, Preview, Receipt
from connectors.money import in_words, spaced
from connectors.payments import Pay, transfers
from connectors.payments.entries import Entry
from connectors.payments.ledger import BANK, BILLS, posting_pair
from connectors.payments.outgoing import MOVES, Outgoing
from connectors.payments.transfers import Transfer
from memory.canon import formats

LIKE = "This looks like the payment of {date} ({code})."
OWN = "This is your own account, so nothing would move."


@dataclass(frozen=True, slots=True)
class Paying(Outgoing):
    """Bills of others, paid from one ledger."""

    KIND: ClassVar[str] = "paid"
    SERIES: ClassVar[str] = "OUT"
    NOUN: ClassVar[str] = "payment"

    def preview(self, pay: Pay) -> Preview:
        self._check(pay)
        gap = transfers.missing_here(self.company, pay.currency, "Pay")
        amount = in_words(pay.amount, pay.currency)
        fields = {
            "To": pay.name,
            "To account": spaced(pay.iban),
            "Amount": amount,
            "Reference": pay.reference,
            "Due": str(pay.due or ""),
        }
        like = self._like(pay)
        doubt = (LIKE.format(date=like.date, code=like.code),) if like else ()
        return Preview(
            title=f"Pay {amount} · {pay.name}",
            changes=tuple(Change(label, None, value) for label, value in fields.items() if value),
            notes=(*doubt, gap or MOVES),
            facts={"has_transfer": not gap},
        )

    def pay(self, pay: Pay, key: str) -> Receipt:
        with self.ledger.lock:
            if done := self.find(key):
                return done
            self._check(pay)
            tags = {"paid": pay.name, "bill": pay.reference, "iban": pay.iban}
            return self._book(
                key,
                f"{pay.name} | bill {pay.reference}".removesuffix(" bill "),
                tags | {"due": str(pay.due or "")},
                posting_pair(BILLS, BANK, pay.amount, pay.currency),
                self._transfer(pay),
            )

    def _check(self, pay: Pay) -> None:
        own = self.company.iban
        if own and transfers.valid(own) and formats.iban(own) == pay.iban:
            raise PermanentError(OWN)

    def _transfer(self, pay: Pay) -> Transfer | None:
        if transfers.missing_here(self.company, pay.currency, "Pay"):
            return None
        about = pay.reference or f"Payment by {self.company.name}"
        return Transfer(pay.name, pay.iban, pay.amount, about, pay.due)

    def _like(self, pay: Pay) -> Entry | None:
        """Return the newest payment to this account with the same bill or the same amount."""
        alike = (
            entry
            for entry in reversed(self.ledger.paid())
            if entry.tags.get("iban") == pay.iban
            and (
                (pay.reference and entry.tags.get("bill") == pay.reference)
                or (entry.amount, entry.currency) == (pay.amount, pay.currency)
            )
        )
        return next(alike, None)

    def _said(self, entry: Entry) -> str:
        return f"paid {in_words(entry.amount, entry.currency)} to {entry.tags['paid']}"
