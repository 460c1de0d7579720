"""What all operations on the ledger share: entries under a key, their receipts, reversal."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from connectors import disk
from connectors.contract import PermanentError, Receipt, Reported
from connectors.payments.entries import Entry, Posting
from connectors.payments.ledger import Ledger


def entry(
    key: str,
    code: str,
    description: str,
    tags: Mapping[str, str],
    postings: tuple[Posting, ...],
    now: datetime,
    on: date | None = None,
) -> Entry:
    """Return an entry, of today unless `on` says otherwise; `tags` begins with its kind.

    Empty tags are left out, as they are in the file.
    """
    named = {name: value for name, value in tags.items() if value}
    named |= {"key": disk.name_of(key), "at": now.isoformat()}
    return Entry(on or now.date(), code, description, named, postings)


def receipt(entry: Entry, said: str, **data: Any) -> Receipt:
    """Read the receipt off a booked entry, so looking later gives the same one."""
    name = f"{entry.date}/{entry.code}"
    return Receipt(
        id=name,
        said=f"{said} · ledger entry {name}",
        at=datetime.fromisoformat(entry.tags["at"]),
        data={"key": entry.tags["key"], **data},
    )


def payment_now(ledger: Ledger, number: str) -> list[dict[str, Any]]:
    """Return what the ledger says of a payment; one that was taken back is only that."""
    paid = ledger.payment(number)
    if paid is None:
        return [_reported("payment", number, {"status": "taken back"})]
    new = {
        "name": number,
        "number": number,
        "order": paid.order,
        "amount": f"{paid.amount:.2f}",
        "currency": paid.currency,
        "paid_on": str(paid.date),
    }
    now = {"refunded": f"{paid.refunded:.2f}", "status": paid.status}
    return [_reported("payment", number, now, new)]


def invoice_now(ledger: Ledger, number: str) -> list[dict[str, Any]]:
    """Return what the ledger says of an invoice, if it knows one of this number."""
    bill = ledger.invoice(number)
    if bill is None:
        return []
    new = {
        "name": number,
        "number": number,
        "total": f"{bill.amount:.2f}",
        "currency": bill.currency,
        "issued_on": str(bill.date),
        "due_on": bill.due,
        "document": bill.document,
        "document_name": f"{number}.pdf",
    }
    return [_reported("invoice", number, {"status": bill.status}, new)]


def _reported(
    scheme: Literal["payment", "invoice"],
    value: str,
    now: dict[str, str],
    new: dict[str, str] | None = None,
) -> dict[str, Any]:
    known = {name: text for name, text in (new or {}).items() if text}
    return Reported(scheme=scheme, value=value, set=now, new=known).model_dump()


def find(ledger: Ledger, key: str, kind: str) -> Entry | None:
    """Return the entry of this kind under the key; raises PermanentError for another kind."""
    found = ledger.find(disk.name_of(key))
    if found and kind not in found.tags:
        raise PermanentError(f"The key {key} is taken by another ledger entry: {found.code}.")
    return found


def standing(ledger: Ledger, receipt: Receipt, kind: str) -> Entry:
    """Return the entry a receipt is about; raises PermanentError if it is gone or taken back."""
    found = find(ledger, receipt.data["key"], kind)
    if found is None:
        raise PermanentError(f"The ledger entry {receipt.id} is no longer in the ledger.")
    if again := ledger.reversal(found.tags["key"]):
        raise PermanentError(f"{found.code} was already taken back: {again.code}.")
    return found


def reverse(ledger: Ledger, booked: Entry, key: str, now: datetime) -> Entry:
    """Add the entry that takes back another one: the same postings with the signs turned."""
    undone = entry(
        key,
        ledger.next_code("REV"),
        f"{booked.description} taken back",
        {"reverses": booked.tags["key"]},
        tuple(Posting(p.account, -p.amount, p.currency) for p in booked.postings),
        now,
    )
    ledger.add(undone)
    return undone
