"""Embedded books driver: a plain-text ledger, transfer files for the bank, invoices as PDF."""

from pathlib import Path

from connectors import disk
from connectors.company import Clock, Company
from connectors.contract import Connector, Health, Operation, PermanentError, Undo
from connectors.payments import (
    INVOICE_ROLES,
    PAY_ROLES,
    RECEIVED_ROLES,
    REFUND_ROLES,
    Invoice,
    Pay,
    Received,
    Refund,
    invoicing,
    outgoing,
    receiving,
)
from connectors.payments.invoicing import Invoicing
from connectors.payments.ledger import Ledger
from connectors.payments.paying import Paying
from connectors.payments.receiving import Receiving
from connectors.payments.refunding import Refunding
from connectors.payments.transfers import Transfers


def connect(folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the connector over `folder/ledger`, `folder/transfers` and the blobs."""
    ledger = Ledger(folder)
    operations = (
        _refund(Refunding(ledger, Transfers(folder), clock, company)),
        _pay(Paying(ledger, Transfers(folder), clock, company)),
        _record(Receiving(ledger, clock, company)),
        _issue(Invoicing(ledger, folder, clock, company)),
    )

    def check() -> Health:
        try:
            count = len(ledger.entries())
        except PermanentError as error:
            return Health(False, str(error))
        return Health(True, f"The ledger is kept here and holds {count} entries.")

    return Connector("payments", "local", operations, disk.off_loop(check))


def _refund(refunds: Refunding) -> Operation:
    return Operation(
        name="payments.refund",
        does="Refund a payment",
        verb="Refund",
        args=Refund,
        effect="money",
        roles=REFUND_ROLES,
        run=disk.off_loop(refunds.refund),
        preview=disk.off_loop(refunds.preview),
        find=disk.off_loop(refunds.find),
        undo=Undo(
            "compensation",
            outgoing.BACK,
            disk.off_loop(refunds.take_back),
            disk.off_loop(refunds.find_taken_back),
        ),
        unknown_outcome="query",
    )


def _pay(bills: Paying) -> Operation:
    return Operation(
        name="payments.pay",
        does="Pay a bill",
        verb="Pay",
        args=Pay,
        effect="money",
        roles=PAY_ROLES,
        run=disk.off_loop(bills.pay),
        preview=disk.off_loop(bills.preview),
        find=disk.off_loop(bills.find),
        undo=Undo(
            "compensation",
            outgoing.BACK,
            disk.off_loop(bills.take_back),
            disk.off_loop(bills.find_taken_back),
        ),
        unknown_outcome="query",
    )


def _record(payments: Receiving) -> Operation:
    return Operation(
        name="payments.record",
        does="Record a payment that arrived",
        verb="Record",
        args=Received,
        effect="internal",
        roles=RECEIVED_ROLES,
        run=disk.off_loop(payments.record),
        preview=disk.off_loop(payments.preview),
        find=disk.off_loop(payments.find),
        undo=Undo(
            "compensation",
            receiving.BACK,
            disk.off_loop(payments.take_back),
            disk.off_loop(payments.find_taken_back),
        ),
        unknown_outcome="query",
    )


def _issue(invoices: Invoicing) -> Operation:
    return Operation(
        name="invoices.issue",
        does="Issue an invoice",
        verb="Issue",
        args=Invoice,
        effect="internal",
        roles=INVOICE_ROLES,
        run=disk.off_loop(invoices.issue),
        preview=disk.off_loop(invoices.preview),
        find=disk.off_loop(invoices.find),
        undo=Undo(
            "compensation",
            invoicing.BACK,
            disk.off_loop(invoices.cancel),
            disk.off_loop(invoices.find_cancelled),
        ),
        unknown_outcome="query",
        papers=disk.off_loop(invoices.papers),
    )
