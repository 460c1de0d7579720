"""The kinds of canonical records: what each must hold, which keys name exactly one, what it names.

A key is proof of who something is: an address, a number of ours, a domain, a VAT id. A telephone
or an account is not: a family shares one. What is no key is evidence, see memory/canon/linkage.py.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from memory.canon import formats

Kind = Literal[
    "person", "company", "order", "invoice", "payment",
    "project", "deal", "content", "meeting", "consent", "task", "objective",
]  # fmt: skip
Key = tuple[str, str]  # (scheme, normalised value)
Plain = str | bool  # what a field of the operator's own holds; see memory/canon/fields.py
TEXT_CHARS_MAX = 2000
OWN_MAX = 100
SCHEMA = 2  # of the states below; older ones are read through memory/canon/upcasters.py
SAYS = {  # what pydantic finds wrong, in the operator's words
    "missing": "is missing",
    "extra_forbidden": "is not a field I know here",
    "decimal_parsing": "“{input}” is not an amount; write it like 1234.50",
    "decimal_type": "“{input}” is not an amount; write it like 1234.50",
    "finite_number": "“{input}” is not an amount; write it like 1234.50",
    "date_from_datetime_parsing": "“{input}” is not a date; write it like 2026-11-30",
    "date_parsing": "“{input}” is not a date; write it like 2026-11-30",
    "date_type": "“{input}” is not a date; write it like 2026-11-30",
    "datetime_parsing": "“{input}” is not a moment; write it like 2026-11-30T09:00+01:00",
    "datetime_from_date_parsing": "“{input}” is not a moment; write it like 2026-11-30T09:00+01:00",
    "timezone_aware": "“{input}” lacks its time zone; write it like 2026-11-30T09:00+01:00",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "literal_error": "“{input}” is not one of {expected}",
}


class Names(NamedTuple):
    """A field that names another record: which kinds it may be, and how it is said both ways."""

    kinds: tuple[Kind, ...]
    says: str  # “Ada works at …”
    back: str  # “Example GmbH employs …”


def email_key(address: str) -> str:
    """Return the address as it is compared: trimmed, lower case."""
    return address.strip().lower()


def account_key(iban: str) -> str:
    """Return the account as it is compared: without spaces, in capitals."""
    return "".join(iban.split()).upper()


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code not in _currencies():
        raise ValueError(f"“{text}” is no currency code; write it like EUR or USD")
    return code


@cache
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def _no_float(value: Any) -> Any:
    return str(value) if isinstance(value, float) else value  # 0.1 is meant, not its nearest double


Text = Annotated[str, Field(max_length=TEXT_CHARS_MAX)]
Money = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
]
Number = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str),
]
Currency = Annotated[Text, AfterValidator(_currency)]
Email = Annotated[Text, AfterValidator(formats.email)]
Phone = Annotated[Text, AfterValidator(formats.phone)]
Account = Annotated[Text, AfterValidator(formats.iban)]
VatId = Annotated[Text, AfterValidator(formats.vat_id)]
PARTY: tuple[Kind, ...] = ("person", "company")
Customer = Annotated[str | None, Names(PARTY, "is for", "is the customer of")]


class _State(BaseModel, extra="forbid"):
    name: Text = Field(min_length=1)
    own: dict[str, Plain] = Field(default={}, max_length=OWN_MAX)  # fields of the operator's own

    def keys(self) -> list[Key]:
        return []


class Person(_State):
    email: Email | None = None  # where mail goes
    emails: tuple[Email, ...] = ()  # further ones that are theirs
    phone: Phone | None = None
    phones: tuple[Phone, ...] = ()
    iban: Account | None = None  # where money goes
    company: Annotated[str | None, Names(("company",), "works at", "employs")] = None
    language: Text | None = None
    note: Text | None = None
    aliases: tuple[Text, ...] = ()

    def keys(self) -> list[Key]:
        given = filter(None, (self.email, *self.emails))
        return [("email", email_key(address)) for address in given]


class Company(_State):
    domain: Text | None = None
    email: Email | None = None
    emails: tuple[Email, ...] = ()  # further ones that are theirs, of another it became one with
    phone: Phone | None = None
    phones: tuple[Phone, ...] = ()
    vat_id: VatId | None = None
    iban: Account | None = None
    note: Text | None = None
    aliases: tuple[Text, ...] = ()

    def keys(self) -> list[Key]:
        domain = [("domain", self.domain.lower())] if self.domain else []
        return domain + ([("vat", self.vat_id.lower())] if self.vat_id else [])


class Order(_State):
    number: Text
    customer: Customer = None
    items: Text = ""
    total: Money
    currency: Currency
    ordered_on: date | None = None

    def keys(self) -> list[Key]:
        return [("order", self.number.lower())]


class Payment(_State):
    number: Text
    customer: Customer = None
    order: str | None = None  # the order's number
    amount: Money
    refunded: Money = Decimal(0)
    currency: Currency
    status: Text = "paid"
    paid_on: date | None = None
    statement: Text | None = None  # the number of the statement's line that tells it again
    trace: Text | None = None  # what that line has in common in every form of statement

    def keys(self) -> list[Key]:
        numbers = filter(None, (self.number, self.statement))
        return [("payment", number.lower()) for number in numbers]


class Invoice(_State):
    number: Text
    customer: Customer = None
    total: Money
    currency: Currency
    status: Text = "open"
    issued_on: date | None = None
    due_on: date | None = None
    document: Text | None = None  # digest of its file
    document_name: Text | None = None

    def keys(self) -> list[Key]:
        return [("invoice", self.number.lower())]


class _Measured(_State):
    """What is to be reached: “newsletter, from 800 to 2,000”. Its figures are facts about it."""

    measure: Text | None = None  # what is counted, as the operator calls it
    start: Number | None = None  # what it was in the beginning
    to: Number | None = None
    unit: Text | None = None
    direction: Literal["up", "down"] | None = None  # None: up
    counted: Literal["revenue", "orders", "posts"] | None = None  # None: the figures are said

    @model_validator(mode="after")
    def _named(self) -> "_Measured":
        if self.to is not None and not self.measure:
            raise ValueError("a target needs what is counted, like “newsletter to 2,000”")
        return self


class Project(_Measured):
    customer: Customer = None
    objective: Annotated[str | None, Names(("objective",), "serves", "is served by")] = None
    status: Literal["planned", "running", "paused", "done", "stopped"] = "running"
    starts_on: date | None = None
    ends_on: date | None = None
    budget: Money | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Project":
        _not_before(self.starts_on, self.ends_on)
        _with_currency(self.budget, self.currency)
        return self


class Deal(_State):
    customer: Customer = None
    stage: Literal["lead", "offered", "agreed", "lost"] = "lead"
    amount: Money | None = None
    currency: Currency | None = None
    expected_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Deal":
        _with_currency(self.amount, self.currency)
        return self


class Content(_State):
    """Something written for others: a post, an offer, a page."""

    project: Annotated[str | None, Names(("project",), "belongs to", "has")] = None
    channel: Text | None = None
    status: Literal["idea", "draft", "published", "withdrawn"] = "draft"
    published_on: date | None = None
    address: Text | None = None  # where it can be read


class Meeting(_State):
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    place: Text | None = None
    attendees: Annotated[tuple[str, ...], Names(PARTY, "is with", "meets at")] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Meeting":
        _not_before(self.starts_at, self.ends_at)
        return self


class Consent(_State):
    """What somebody allowed: to get a newsletter, to be named. Withdrawn, it stays as proof."""

    person: Annotated[str, Names(PARTY, "was given by", "gave")]
    purpose: Text = Field(min_length=1)
    given_on: date
    withdrawn_on: date | None = None
    how: Text | None = None  # in a mail, on paper, by a tick

    @model_validator(mode="after")
    def _in_order(self) -> "Consent":
        _not_before(self.given_on, self.withdrawn_on)
        return self


class Task(_State):
    """Something to do that a person does; what Firstmate does is a goal with a plan."""

    project: Annotated[str | None, Names(("project",), "belongs to", "has")] = None
    objective: Annotated[str | None, Names(("objective",), "serves", "is served by")] = None
    status: Literal["open", "done", "dropped"] = "open"
    due_on: date | None = None


class Objective(_Measured):
    target: Text | None = None  # what is true once it is reached, where no number says it
    due_on: date | None = None
    status: Literal["open", "reached", "dropped"] = "open"


KINDS: dict[str, type[_State]] = {
    "person": Person,
    "company": Company,
    "order": Order,
    "invoice": Invoice,
    "payment": Payment,
    "project": Project,
    "deal": Deal,
    "content": Content,
    "meeting": Meeting,
    "consent": Consent,
    "task": Task,
    "objective": Objective,
}


def model(kind: str, state: dict[str, Any]) -> _State:
    """Return the state as the typed model of its kind; ValueError names what is wrong."""
    return KINDS[kind].model_validate(state)


def names(kind: str) -> dict[str, Names]:
    """Return the fields of a kind that name other records."""
    return {
        field: meant
        for field, info in KINDS[kind].model_fields.items()
        for meant in info.metadata
        if isinstance(meant, Names)
    }


def named(kind: str, state: dict[str, Any]) -> Iterator[tuple[str, Names, str]]:
    """Yield what a state names: the field, what it means, and the id of the other record."""
    for field, meant in names(kind).items():
        value = state.get(field) or ()
        for each in [value] if isinstance(value, str) else value:
            yield field, meant, each


def says(error: ValueError) -> str:
    """Return what is wrong with a state, in the operator's words."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(dict.fromkeys(_said(dict(fault)) for fault in error.errors()))


def _said(fault: dict[str, Any]) -> str:
    where = " ".join(str(part).replace("_", " ") for part in fault["loc"][:1])
    known = SAYS.get(fault["type"])
    if known is None:
        return f"{where}: {fault['msg']}".removeprefix(": ").replace("Value error, ", "")
    said = known.format(input=fault["input"], **_expected(fault))
    return f"{where}: {said}" if known.startswith("“") else f"{where} {said}"


def _expected(fault: dict[str, Any]) -> dict[str, str]:
    return {"expected": str(fault.get("ctx", {}).get("expected", ""))}


def _not_before(start: Any, end: Any) -> None:
    if start is not None and end is not None and end < start:
        raise ValueError(f"it ends on {end}, before {start}")


def _with_currency(amount: Decimal | None, currency: str | None) -> None:
    if amount is not None and currency is None:
        raise ValueError("an amount needs its currency, like EUR")
