"""A house to run drivers in, and one worked example for every operation.

A new driver of a kind passes the suites of that kind once its `connect` stands in DRIVERS; a new
operation gets a Case.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from connectors import blobs
from connectors.calendar import Booking, caldav
from connectors.calendar import local as calendar
from connectors.calendar.free import Span
from connectors.cms import Post
from connectors.cms import local as cms
from connectors.company import Clock, Company
from connectors.contract import Connector, Operation, Receipt
from connectors.email import Attachment, Mail, remote
from connectors.email import local as email
from connectors.payments import Invoice, Line, Pay, Received, Refund
from connectors.payments import local as payments
from connectors.payments.ledger import Ledger
from tests.peers import calendars
from tests.peers.calendars import Calendar
from tests.peers.mail import MailServers

Connect = Callable[[Path, Clock, Company], Connector]


def on_a_server(folder: Path, clock: Clock, company: Company) -> Connector:
    """The calendar in a Radicale of ours, one for each folder."""
    return caldav.connect(calendars.of(folder).account, folder, clock, company)


on_a_server.__module__ = caldav.__name__


def account_s(folder: Path, clock: Clock, company: Company) -> Connector:
    """Connect the mail account of this folder; its servers are those of the test process."""
    return remote.connect(folder, clock, company, MailServers.of_all().account(user(folder)))


def user(folder: Path) -> str:
    return f"me.{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}@firma.example"


account_s.__module__ = "connectors.email.imap"  # the driver's name in quality.yaml
REMOTE = (on_a_server,)
DRIVERS: dict[str, list[Connect]] = {
    "email": [email.connect, account_s],
    "payments": [payments.connect],
    "calendar": [calendar.connect, on_a_server],
    "cms": [cms.connect],
}
START = datetime(2026, 11, 21, 9, tzinfo=UTC)
IBAN = "PL61109010140000071219812874"
COMPANY = Company("Beispiel & Söhne", "me@example.com", "DE89370400440532013000")


@dataclass
class House:
    """A folder, a clock that can be moved, and one connector in it."""

    folder: Path
    connect: Connect
    company: Company = COMPANY
    now: datetime = START
    connector: Connector = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything but the disk."""
        self.connector = self.connect(self.folder, lambda: self.now, self.company)

    def operation(self, name: str) -> Operation:
        return next(op for op in self.connector.operations if op.name == name)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder)

    async def do(self, name: str, args: BaseModel, key: str) -> Receipt:
        return await self.operation(name).run(args, key)

    async def take_back(self, name: str, receipt: Receipt, key: str) -> Receipt:
        undo = self.operation(name).undo
        assert undo.run is not None
        return await undo.run(receipt, key)

    @property
    def server(self) -> Calendar | None:
        """Return the server's calendar that the connector is for, if it is for one."""
        return calendars.of(self.folder) if self.connect is on_a_server else None

    def put(self, name: str, text: str) -> None:
        """Put an event of another program beside ours."""
        if self.server is not None:
            self.server.put(name, text)
            return
        (self.folder / "calendar").mkdir(exist_ok=True)
        (self.folder / "calendar" / name).write_text(text, newline="")

    def remove(self, name: str) -> None:
        """Delete an event by hand."""
        if self.server is not None:
            self.server.delete(name)
        else:
            (self.folder / "calendar" / name).unlink()

    def disk(self) -> dict[str, str]:
        """Return every visible file with its fingerprint, and what stands on a server."""
        return self._on_server() | {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    @property
    def is_remote(self) -> bool:
        return self.connect is account_s

    def mails(self) -> list[bytes]:
        """Return the mails in the folder Sent."""
        if self.is_remote:
            return MailServers.of_all().mails(user(self.folder), "Sent")
        return [path.read_bytes() for path in (self.folder / "mail" / "Sent" / "cur").iterdir()]

    def state(self) -> dict[str, Any]:
        """Return what stands in the world now; what was taken back stands no more."""
        shown = {n: d for n, d in self.disk().items() if n.startswith(STANDING)}
        left = MailServers.of_all().taken(user(self.folder)) if self.is_remote else []
        events = calendar.Events(self.folder / "calendar", lambda: self.now, self.company)
        return {
            "files": shown,
            "left": left,
            "payments": self.ledger.payments(),
            "invoices": [bill for bill in self.ledger.invoices() if not bill.cancelled],
            "paid": [(e.date, e.amount, dict(e.tags)) for e in self.ledger.paid()],
            "meetings": events.meetings(ANY_TIME),
            "server": self._on_server(),
        }

    def _on_server(self) -> dict[str, str]:
        items = {} if self.server is None else self.server.items()
        return {f"server/{name}": text for name, text in items.items()}


ANY_TIME = Span(START - timedelta(days=1), START + timedelta(days=30))
STANDING = ("mail/Sent/cur", "transfers/eff_", "site/posts")


@dataclass(frozen=True)
class Case:
    """An operation, arguments that work, and what must have happened before."""

    operation: str
    args: BaseModel
    before: tuple[tuple[str, BaseModel], ...] = ()

    @property
    def kind(self) -> str:
        return {"invoices": "payments"}.get(family := self.operation.split(".")[0], family)


OFFER = b"%PDF-1.4 an offer"
MAIL = Mail(
    to="ada@example.org",
    cc=("bob@example.org",),
    subject="Grüße aus Köln ✓",
    text="Guten Tag,\n\nIhr Geld kommt zurück: 40,00 €.\n",
    in_reply_to="<question@example.org>",
    attachments=(
        Attachment(
            name="Übersicht.pdf",
            mime="application/pdf",
            digest=hashlib.sha256(OFFER).hexdigest(),
        ),
    ),
)
RECEIVED = Received(
    payment="PAY-1042",
    order="ORD-7",
    email="ada@example.org",
    name="Ada Größe-Example",
    amount=Decimal("120.00"),
    currency="EUR",
    date=date(2026, 11, 2),
    iban=IBAN,
)
REFUND = Refund(
    payment="PAY-1042", amount=Decimal("40.00"), currency="EUR", reason="Kam zerbrochen an"
)
PAY = Pay(
    name="Größe Bürobedarf",
    iban=IBAN,
    amount=Decimal("59.90"),
    currency="EUR",
    reference="RE-2026/88",
    due=date(2026, 12, 1),
)
INVOICE = Invoice(
    number="INV-7",
    name="Ada Größe-Example",
    email="ada@example.org",
    lines=(Line(description="Beratung", quantity=Decimal("1.5"), unit_price=Decimal("80.00")),),
    currency="EUR",
    due=date(2026, 12, 5),
)
BOOKING = Booking(
    title="Gespräch über Größen",
    start=START + timedelta(days=2),
    end=START + timedelta(days=2, hours=1),
    zone="Europe/Warsaw",
    attendees=("ada@example.org",),
    place="Łódź",
    notes="Fragen:\n- Preis; Termin, Ort\n",
)
POST = Post(
    title="Über uns",
    slug="ueber-uns",
    text="# Wer wir sind\n\n---\nEine Größe.\n",
    tags=("haus", "über"),
    publish_at=START + timedelta(days=1),
)
CASES = {
    "email.send": Case("email.send", MAIL),
    "payments.record": Case("payments.record", RECEIVED),
    "payments.refund": Case("payments.refund", REFUND, before=(("payments.record", RECEIVED),)),
    "payments.pay": Case("payments.pay", PAY),
    "invoices.issue": Case("invoices.issue", INVOICE),
    "calendar.book": Case("calendar.book", BOOKING),
    "cms.publish": Case("cms.publish", POST),
    "cms.publish over another": Case(
        "cms.publish",
        POST.model_copy(update={"text": "# Neu\n"}),
        before=(("cms.publish", POST),),
    ),
}


async def prepared(folder: Path, connect: Connect, case: Case | None = None) -> House:
    """Return a house in which everything has happened that a case needs."""
    blobs.put(folder, OFFER)
    house = House(folder, connect)
    for number, (name, args) in enumerate(case.before if case else ()):
        await house.do(name, args, f"eff_before{number}")
    return house
