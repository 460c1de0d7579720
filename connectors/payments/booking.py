"""What all operations on the ledger share: entries under a key, their receipts, reversal."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from connectors import disk
from connectors.contract import PermanentError, Receipt
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


def changed(scheme: str, value: str, **fields: str) -> list[dict[str, Any]]:
    """Return what the canonical record behind an entry should now say."""
    return [{"scheme": scheme, "value": value, "set": fields}]


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
