"""Payments and invoices: what can be asked of a books driver, and what every one promises.

An amount stays the amount to the cent. More than was paid is never refunded. Nothing is deleted:
what is taken back gets a reversing entry. `run` twice with one key books once.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from connectors.contract import Role
from connectors.money import CENT, Amount, Currency
from memory.canon.formats import iban

LINES_MAX = 100
SHARES_MAX = 20
TEXT_MAX = 500

Name = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
Iban = Annotated[str, AfterValidator(iban)]


class Refund(BaseModel, frozen=True, extra="forbid"):
    """Give back a payment, or a part of it."""

    payment: Reference
    amount: Amount
    currency: Currency
    reason: str = Field(default="", max_length=TEXT_MAX)


class Pay(BaseModel, frozen=True, extra="forbid"):
    """Pay a bill. `reference` is what the payee knows it by, the bill's number for example."""

    name: Name
    iban: Iban
    amount: Amount
    currency: Currency
    reference: str = Field(default="", max_length=140)  # as much as a transfer carries
    due: date | None = None


class Share(BaseModel, frozen=True, extra="forbid"):
    """What of a payment goes to one invoice."""

    invoice: Reference
    amount: Amount


class Received(BaseModel, frozen=True, extra="forbid"):
    """A payment that arrived. `order` is the order or the number of the invoice it settles.

    `settles` says instead what of it goes to which invoices.
    """

    payment: Reference
    order: str = Field(default="", max_length=64)
    email: str = Field(default="", max_length=254)
    name: Name
    amount: Amount
    currency: Currency
    date: date
    iban: Iban | None = None
    settles: tuple[Share, ...] = Field(default=(), max_length=SHARES_MAX)


class Line(BaseModel, frozen=True, extra="forbid"):
    """One position of an invoice."""

    description: Name
    quantity: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
    unit_price: Amount

    @property
    def total(self) -> Decimal:
        return (self.quantity * self.unit_price).quantize(CENT, ROUND_HALF_UP)


class Invoice(BaseModel, frozen=True, extra="forbid"):
    """What a customer owes, position by position."""

    number: Reference
    name: Name
    email: str = Field(default="", max_length=254)
    lines: tuple[Line, ...] = Field(min_length=1, max_length=LINES_MAX)
    currency: Currency
    due: date

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))


REFUND_ROLES: dict[str, Role] = {
    "payment": "reference",
    "amount": "amount",
    "currency": "value",
    "reason": "text",
}
PAY_ROLES: dict[str, Role] = {
    "name": "value",
    "iban": "destination",
    "amount": "amount",
    "currency": "value",
    "reference": "title",
    "due": "when",
}
RECEIVED_ROLES: dict[str, Role] = {
    "payment": "reference",
    "order": "reference",
    "email": "reference",
    "name": "value",
    "amount": "amount",
    "currency": "value",
    "date": "when",
    "iban": "destination",
    "settles": "value",
}
INVOICE_ROLES: dict[str, Role] = {
    "number": "reference",
    "name": "value",
    "email": "reference",
    "lines": "value",
    "currency": "value",
    "due": "when",
}
