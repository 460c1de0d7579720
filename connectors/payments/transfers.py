"""Ready SEPA transfers (pain.001): written with what is paid, uploaded to the bank by the operator.

transfers/.<key>.xml           prepared; nobody sees it until it is in the ledger
transfers/<key>.xml            ready to upload
transfers/withdrawn/<key>.xml  taken back before it was uploaded
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from connectors import disk
from connectors.company import Company
from connectors.payments.ledger import Payment
from memory.canon import formats

SCHEMA = "pain.001.001.09"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
ID_MAX = 35


@dataclass(frozen=True, slots=True)
class Transfer:
    """Euros to an account; `on`: not before that day."""

    name: str
    iban: str
    amount: Decimal
    about: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Transfers:
    """The folder of transfer files."""

    folder: Path

    def prepare(self, key: str, file: bytes) -> None:
        disk.write(self._prepared(key), file)

    def release(self, key: str) -> None:
        """Make a prepared file visible; nothing happens when that was done before."""
        disk.move(self._prepared(key), self.ready(key))

    def withdraw(self, key: str) -> bool:
        """Take the file out of the way; say whether it was still here, now or the last time."""
        self.release(key)
        disk.move(self.ready(key), self._withdrawn(key))
        return self.withdrew(key)

    def withdrew(self, key: str) -> bool:
        return self._withdrawn(key).exists()

    def ready(self, key: str) -> Path:
        return self.folder / "transfers" / f"{key}.xml"

    def _prepared(self, key: str) -> Path:
        return self.folder / "transfers" / f".{key}.xml"

    def _withdrawn(self, key: str) -> Path:
        return self.folder / "transfers" / "withdrawn" / f"{key}.xml"


def missing(company: Company, payment: Payment) -> str | None:
    """Say why no transfer file can be written and how to change that; None when it can."""
    if gap := missing_here(company, payment.currency, "Refund"):
        return gap
    if not payment.iban:
        return (
            f"There is no transfer file: the IBAN of {payment.name} is not known. Add a line"
            f" '; iban: …' below {payment.id} in the ledger, or refund at your bank."
        )
    if not valid(payment.iban):
        return (
            f"There is no transfer file: {payment.iban} of {payment.id} is not a valid IBAN."
            " Correct it in the ledger."
        )
    return None


def missing_here(company: Company, currency: str, verb: str) -> str | None:
    """Say what of your own side is missing, whomever the money goes to."""
    if currency != "EUR":
        return f"There is no transfer file: SEPA carries only euros. {verb} it at your bank."
    if not company.iban:
        own = "your own IBAN is not set"
        return f"There is no transfer file: {own}. Set it, or {verb.lower()} at your bank."
    if not valid(company.iban):
        return f"There is no transfer file: your own IBAN {company.iban} is not valid. Correct it."
    return None


def write(transfer: Transfer, company: Company, key: str, now: datetime) -> bytes:
    """Return the transfer file, valid against its schema; the same key gives the same bytes."""
    from sepaxml import SepaTransfer
    from sepaxml.validation import try_valid_xml  # reading the schema takes 0.7 s

    assert company.iban, "ask missing_here() first"
    debtor = {"name": company.name, "IBAN": formats.iban(company.iban), "currency": "EUR"}
    file = SepaTransfer({**debtor, **_bic(company.iban), "batch": False}, schema=SCHEMA)
    file.add_payment(
        {
            "name": transfer.name,
            "IBAN": formats.iban(transfer.iban),
            **_bic(transfer.iban),
            "amount": int(transfer.amount * 100),
            "execution_date": max(now.date(), transfer.on or now.date()),
            "description": transfer.about,
            "endtoend_id": _id(key),
        }
    )
    fixed = _fixed(file.export(validate=False), key, now)
    try_valid_xml(fixed, SCHEMA)
    return fixed


def valid(text: str) -> bool:
    try:
        return bool(formats.iban(text))
    except ValueError:
        return False


def _bic(iban: str) -> dict[str, str]:
    from schwifty import IBAN

    bic = IBAN(iban).bic
    return {"BIC": str(bic)} if bic else {}


def _fixed(xml: bytes, key: str, now: datetime) -> bytes:
    """Replace what sepaxml draws by chance or reads off the machine's clock."""
    tree = ET.fromstring(xml)
    names = {"MsgId": _id(key), "PmtInfId": _id(key), "CreDtTm": now.strftime("%Y-%m-%dT%H:%M:%S")}
    for name, value in names.items():
        for node in tree.iter(f"{{{NAMESPACE}}}{name}"):
            node.text = value
    for node in tree.iter(f"{{{NAMESPACE}}}FinInstnId"):
        if not len(node):  # the scheme's word for "the IBAN says it"
            other = ET.SubElement(node, f"{{{NAMESPACE}}}Othr")
            ET.SubElement(other, f"{{{NAMESPACE}}}Id").text = "NOTPROVIDED"
    ET.register_namespace("", NAMESPACE)
    return bytes(ET.tostring(tree, "utf-8", xml_declaration=True))


def _id(key: str) -> str:
    """Return the key in SEPA's alphabet and length; a long one by its fingerprint."""
    if len(key) > ID_MAX:
        return hashlib.sha256(key.encode()).hexdigest()[:ID_MAX]
    return key.replace("_", "-")
