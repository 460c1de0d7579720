"""The kinds of canonical records: what each must hold, and which keys name exactly one of it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer

Kind = Literal["person", "company", "order", "invoice", "payment"]
Key = tuple[str, str]  # (scheme, normalised value)
TEXT_CHARS_MAX = 2000


def email_key(address: str) -> str:
    """Return the address as it is compared: trimmed, lower case."""
    return address.strip().lower()


def account_key(iban: str) -> str:
    """Return the account as it is compared: without spaces, in capitals."""
    return "".join(iban.split()).upper()


def _account(value: Any) -> Any:
    return account_key(value) if isinstance(value, str) else value


def _email(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name, at, host = email_key(value).partition("@")
    if not (name and at and "." in host) or any(c.isspace() for c in value.strip()):
        raise ValueError(f"“{value}” is not an e-mail address")
    return value.strip()


Money = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]
Email = Annotated[str, BeforeValidator(_email)]
Text = Annotated[str, Field(max_length=TEXT_CHARS_MAX)]
Account = Annotated[Text, BeforeValidator(_account)]


class _State(BaseModel, extra="forbid"):
    name: Text = Field(min_length=1)

    def keys(self) -> list[Key]:
        return []


class Person(_State):
    email: Email | None = None  # where mail goes
    emails: tuple[Email, ...] = ()  # further ones that are theirs
    phone: Text | None = None
    iban: Account | None = None  # where money goes
    company: str | None = None  # a record
    language: Text | None = None
    aliases: tuple[Text, ...] = ()

    def keys(self) -> list[Key]:
        given = filter(None, (self.email, *self.emails))
        return [("email", email_key(address)) for address in given]


class Company(_State):
    domain: Text | None = None
    vat_id: Text | None = None
    iban: Account | None = None
    aliases: tuple[Text, ...] = ()

    def keys(self) -> list[Key]:
        return [("domain", self.domain.lower())] if self.domain else []


class Order(_State):
    number: Text
    customer: str | None = None  # a record
    items: Text = ""
    total: Money
    currency: Text
    ordered_on: date | None = None

    def keys(self) -> list[Key]:
        return [("order", self.number.lower())]


class Payment(_State):
    number: Text
    customer: str | None = None
    order: str | None = None  # the order's number
    amount: Money
    refunded: Money = Decimal(0)
    currency: Text
    status: Text = "paid"
    paid_on: date | None = None

    def keys(self) -> list[Key]:
        return [("payment", self.number.lower())]


class Invoice(_State):
    number: Text
    customer: str | None = None
    total: Money
    currency: Text
    status: Text = "open"
    issued_on: date | None = None
    due_on: date | None = None
    document: Text | None = None  # digest of its file
    document_name: Text | None = None

    def keys(self) -> list[Key]:
        return [("invoice", self.number.lower())]


KINDS: dict[str, type[_State]] = {
    "person": Person,
    "company": Company,
    "order": Order,
    "invoice": Invoice,
    "payment": Payment,
}


def model(kind: str, state: dict[str, Any]) -> _State:
    """Return the state as the typed model of its kind; ValueError names what is wrong."""
    return KINDS[kind].model_validate(state)
