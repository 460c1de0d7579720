"""What every books driver promises about refunds, payments and invoices."""

import hashlib
import re
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sepaxml.validation import try_valid_xml

from connectors import blobs
from connectors.company import Company
from connectors.contract import Change, PermanentError
from connectors.payments import Invoice, Line, Received, Refund, Share
from connectors.payments.local import connect as embedded
from connectors.payments.transfers import NAMESPACE, SCHEMA
from tests.connectors.contracts.houses import (
    COMPANY,
    IBAN,
    INVOICE,
    PAY,
    RECEIVED,
    REFUND,
    House,
)

KIND = "payments"
AMOUNTS = st.decimals("0.01", "9999.99", places=2)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


def of(amount: str, payment: str = "PAY-1042", currency: str = "EUR") -> Refund:
    return Refund(payment=payment, amount=Decimal(amount), currency=currency)


@pytest.fixture
async def paid(house: House) -> House:
    await house.do("payments.record", RECEIVED, "eff_paid")
    return house


async def test_a_preview_shows_the_payment_before_and_after(paid: House) -> None:
    preview = await paid.operation("payments.refund").preview(REFUND)
    assert preview.title == "Refund 40.00 EUR · Ada Größe-Example"
    assert preview.changes == (
        Change("Refunded", "0.00 EUR", "40.00 EUR"),
        Change("Left of the payment", "120.00 EUR", "80.00 EUR", derived=True),
        Change("Status", "paid", "partly refunded", derived=True),
        Change("To account", None, IBAN, source="payment PAY-1042"),
    )
    assert preview.notes == ("Money moves when you upload the transfer file to your bank.",)
    assert preview.facts == {
        "already_refunded": Decimal(0),
        "left": Decimal(120),
        "has_transfer": True,
    }


async def test_the_receipt_names_the_entry_and_what_the_record_should_say(paid: House) -> None:
    receipt = await paid.do("payments.refund", REFUND, "eff_01")
    assert receipt.id == "2026-11-21/REF-1"
    assert receipt.said == "refunded 40.00 EUR · ledger entry 2026-11-21/REF-1"
    assert receipt.data["records"] == [
        {
            "scheme": "payment",
            "value": "PAY-1042",
            "set": {"refunded": "40.00", "status": "partly refunded"},
            "new": {
                "name": "PAY-1042",
                "number": "PAY-1042",
                "order": "ORD-7",
                "amount": "120.00",
                "currency": "EUR",
                "paid_on": "2026-11-02",
            },
        }
    ]


async def test_more_than_is_left_is_never_refunded(paid: House) -> None:
    await paid.do("payments.refund", REFUND, "eff_01")
    with pytest.raises(PermanentError, match=r"^Only 80.00 EUR of PAY-1042 are left to refund.$"):
        await paid.operation("payments.refund").preview(of("80.01"))
    with pytest.raises(PermanentError, match=r"Only 80\.00 EUR"):
        await paid.do("payments.refund", of("80.01"), "eff_02")
    await paid.do("payments.refund", of("80"), "eff_03")
    payment = paid.ledger.payment("PAY-1042")
    assert payment is not None and payment.status == "refunded"
    with pytest.raises(PermanentError, match="already refunded in full"):
        await paid.do("payments.refund", of("0.01"), "eff_04")


@pytest.mark.parametrize(
    ("refund", "said"),
    [
        (of("1", payment="PAY-9"), "There is no payment PAY-9 in the ledger."),
        (of("1", currency="USD"), "PAY-1042 was paid in EUR, not in USD."),
    ],
)
async def test_a_refund_must_fit_its_payment(paid: House, refund: Refund, said: str) -> None:
    before = paid.disk()
    with pytest.raises(PermanentError) as error:
        await paid.do("payments.refund", refund, "eff_01")
    assert (str(error.value), paid.disk()) == (said, before)


@pytest.mark.parametrize("amount", [40.0, "0", "-1", "0.001", "NaN", "Infinity", "1e12", "40,00"])
def test_an_amount_is_an_exact_positive_decimal(amount: object) -> None:
    with pytest.raises(ValidationError):
        Refund.model_validate({"payment": "PAY-1", "amount": amount, "currency": "EUR"})


@pytest.mark.parametrize("amount", ["40", "40.0", "40.00", "4e1", Decimal(40), 40])
def test_equal_amounts_have_one_form(amount: object) -> None:
    refund = Refund.model_validate({"payment": "PAY-1", "amount": amount, "currency": "EUR"})
    assert refund.model_dump(mode="json")["amount"] == "40.00"


async def test_the_transfer_file_is_what_a_bank_accepts(paid: House) -> None:
    await paid.do("payments.refund", REFUND, "eff_01")
    file = (paid.folder / "transfers" / "eff_01.xml").read_bytes()
    try_valid_xml(file, SCHEMA)
    tree = ET.fromstring(file)

    def every(name: str) -> list[str | None]:
        return [node.text for node in tree.iter(f"{{{NAMESPACE}}}{name}")]

    assert every("IBAN") == [COMPANY.iban, IBAN]
    assert every("InstdAmt") == every("CtrlSum")[:1] == ["40.00"]
    assert every("Nm")[-1] == "Ada Grosse-Example"
    assert every("Ustrd") == ["Refund PAY-1042 ORD-7"]
    assert every("MsgId") == every("PmtInfId") == every("EndToEndId") == ["eff-01"]
    assert every("CreDtTm") == ["2026-11-21T10:00:00"]


async def test_a_long_key_still_names_its_transfer_alone(paid: House) -> None:
    keys = ["eff_" + "x" * 50 + end for end in "ab"]
    names = set()
    for key in keys:
        await paid.do("payments.refund", of("1"), key)
        tree = ET.parse(paid.folder / "transfers" / f"{key}.xml")
        names.add(tree.findtext(f".//{{{NAMESPACE}}}MsgId"))
    assert len(names) == 2 and all(name and len(name) <= 35 for name in names)


@pytest.mark.parametrize(
    ("company", "change", "said"),
    [
        (Company("Me", "me@example.com"), {}, "your own IBAN is not set"),
        (Company("Me", "me@example.com", "DE00"), {}, "your own IBAN DE00 is not valid"),
        (COMPANY, {"iban": None}, "'; iban: …' below PAY-1042"),
        (COMPANY, {"iban": "XX99"}, "XX99 of PAY-1042 is not a valid IBAN"),
        (COMPANY, {"currency": "USD"}, "SEPA carries only euros"),
    ],
)
async def test_without_a_transfer_file_the_card_says_what_is_missing(
    house: House, company: Company, change: dict[str, object], said: str
) -> None:
    house.company = company
    house.restart()
    received = RECEIVED.model_copy(update=change)
    await house.do("payments.record", received, "eff_paid")
    refund = of("40", currency=received.currency)
    preview = await house.operation("payments.refund").preview(refund)
    assert len(preview.notes) == 1 and said in preview.notes[0]
    assert preview.facts["has_transfer"] is False
    receipt = await house.do("payments.refund", refund, "eff_01")
    assert receipt.data["transfer"] is None
    assert not (house.folder / "transfers").exists()


async def test_a_withdrawn_refund_leaves_no_file_to_upload(paid: House) -> None:
    receipt = await paid.do("payments.refund", REFUND, "eff_01")
    undone = await paid.take_back("payments.refund", receipt, "eff_undo")
    assert undone.said == ("took back the refund of 40.00 EUR · ledger entry 2026-11-21/REV-1")
    assert undone.data["records"][0]["set"] == {"refunded": "0.00", "status": "paid"}
    names = [p.name for p in (paid.folder / "transfers").rglob("*.xml")]
    assert names == ["eff_01.xml"]
    assert (paid.folder / "transfers" / "withdrawn" / "eff_01.xml").exists()


async def test_taking_back_after_the_upload_says_that_money_may_be_on_its_way(
    paid: House,
) -> None:
    receipt = await paid.do("payments.refund", REFUND, "eff_01")
    (paid.folder / "transfers" / "eff_01.xml").unlink()
    undone = await paid.take_back("payments.refund", receipt, "eff_undo")
    assert "if you uploaded it, ask your bank to recall it" in undone.said
    assert await paid.operation("payments.refund").undo.find("eff_undo") == undone


async def test_a_payment_is_recorded_once_per_id(paid: House) -> None:
    with pytest.raises(PermanentError, match="PAY-1042 is already in the ledger"):
        await paid.do("payments.record", RECEIVED, "eff_other")
    payment = paid.ledger.payment("PAY-1042")
    assert payment is not None
    assert (payment.name, payment.email, payment.iban) == (RECEIVED.name, RECEIVED.email, IBAN)
    assert (payment.amount, payment.date) == (Decimal("120.00"), date(2026, 11, 2))


async def test_a_payment_recorded_by_mistake_can_be_recorded_again(house: House) -> None:
    receipt = await house.do("payments.record", RECEIVED, "eff_01")
    await house.take_back("payments.record", receipt, "eff_undo")
    await house.do("payments.record", RECEIVED, "eff_02")
    assert len(house.ledger.payments()) == 1


async def test_a_refunded_payment_is_not_taken_back(house: House) -> None:
    receipt = await house.do("payments.record", RECEIVED, "eff_01")
    await house.do("payments.refund", REFUND, "eff_02")
    with pytest.raises(PermanentError, match="take back the refund first"):
        await house.take_back("payments.record", receipt, "eff_undo")


async def test_a_payment_settles_the_invoice_it_names(house: House) -> None:
    receipt = await house.do("invoices.issue", INVOICE, "eff_01")
    bill = house.ledger.invoice("INV-7")
    assert bill is not None and (bill.status, bill.amount) == ("open", Decimal("120.00"))
    received = RECEIVED.model_copy(update={"order": "INV-7"})
    preview = await house.operation("payments.record").preview(received)
    assert preview.notes == ("Settles the invoice INV-7.",)
    await house.do("payments.record", received, "eff_02")
    bill = house.ledger.invoice("INV-7")
    assert bill is not None and bill.status == "paid"
    with pytest.raises(PermanentError, match="INV-7 is already paid"):
        await house.take_back("invoices.issue", receipt, "eff_undo")
    assert balances(house).get("assets:receivable", 0) == 0


async def test_one_payment_settles_several_invoices_and_the_rest_is_the_customers(
    house: House,
) -> None:
    await house.do("invoices.issue", INVOICE, "eff_01")
    await house.do("invoices.issue", INVOICE.model_copy(update={"number": "INV-8"}), "eff_02")
    shares = (
        Share(invoice="INV-7", amount=Decimal(120)),
        Share(invoice="INV-8", amount=Decimal(5)),
    )
    received = RECEIVED.model_copy(update={"order": "", "amount": Decimal(130), "settles": shares})
    preview = await house.operation("payments.record").preview(received)
    assert preview.notes == (
        "Settles the invoice INV-7.",
        "Pays 5.00 EUR of the invoice INV-8; 115.00 EUR of it stay open.",
        "5.00 EUR are more than was owed; they stay to the customer's credit.",
    )
    receipt = await house.do("payments.record", received, "eff_03")
    assert [bill.left for bill in house.ledger.invoices()] == [0, 115]
    assert [each["value"] for each in receipt.data["records"]] == ["PAY-1042", "INV-7", "INV-8"]
    sums = balances(house)
    assert (sums["assets:receivable"], sums["liabilities:prepaid"]) == (115, -5)
    await house.take_back("payments.record", receipt, "eff_undo")
    assert [bill.left for bill in house.ledger.invoices()] == [120, 120]


@pytest.mark.parametrize(
    ("number", "amount", "said"),
    [
        ("INV-7", "120.01", "Only 120.00 EUR of the invoice INV-7 are open."),
        ("INV-9", "1", "There is no invoice INV-9 in the ledger."),
        ("INV-7", "121", "The invoices would get more than was paid."),
    ],
)
async def test_no_invoice_gets_more_than_it_is_owed_or_was_paid(
    house: House, number: str, amount: str, said: str
) -> None:
    await house.do("invoices.issue", INVOICE, "eff_01")
    shares = (Share(invoice=number, amount=Decimal(amount)),)
    paid = Decimal("120.50")
    received = RECEIVED.model_copy(update={"order": "", "amount": paid, "settles": shares})
    with pytest.raises(PermanentError, match=f"^{re.escape(said)}$"):
        await house.do("payments.record", received, "eff_02")


async def test_the_number_of_an_invoice_is_used_once_even_when_cancelled(house: House) -> None:
    receipt = await house.do("invoices.issue", INVOICE, "eff_01")
    await house.take_back("invoices.issue", receipt, "eff_undo")
    bill = house.ledger.invoice("INV-7")
    assert bill is not None and bill.status == "cancelled"
    with pytest.raises(PermanentError, match="a number is used only once"):
        await house.operation("invoices.issue").preview(INVOICE)


async def test_the_document_says_everything_in_every_script(house: House) -> None:
    from pypdf import PdfReader

    names = "Łucja Żółć-Größe 5 €, Ελένη, Инна"
    line = Line(description=names, quantity=Decimal("2.5"), unit_price=Decimal("19.99"))
    invoice = INVOICE.model_copy(update={"name": names, "lines": (line,)})
    receipt = await house.do("invoices.issue", invoice, "eff_01")
    file = blobs.get(house.folder, receipt.data["document"])
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)
    assert text.count("Łucja Żółć-Größe 5 €, Ελένη, Инна") == 2
    for part in ("Invoice INV-7", "2.5", "19.99", "49.98 EUR", "Due 2026-12-05", "DE89 3704 0044"):
        assert part in text


async def test_a_character_that_would_print_as_a_box_is_refused(house: House) -> None:
    invoice = INVOICE.model_copy(update={"name": "Ada 字\x07"})
    said = r"cannot show these characters: \x07 \(U\+0007\), 字 \(U\+5B57\)"
    with pytest.raises(PermanentError, match=said):
        await house.operation("invoices.issue").preview(invoice)
    with pytest.raises(PermanentError, match=said):
        await house.do("invoices.issue", invoice, "eff_01")
    assert all(name.startswith("blobs") for name in house.disk())


def test_a_total_is_rounded_half_up_line_by_line() -> None:
    line = Line(description="x", quantity=Decimal("0.5"), unit_price=Decimal("0.01"))
    assert line.total == Decimal("0.01")
    assert INVOICE.model_copy(update={"lines": (line, line)}).total == Decimal("0.02")


async def test_a_bill_is_paid_to_the_account_it_names(house: House) -> None:
    preview = await house.operation("payments.pay").preview(PAY)
    assert preview.title == "Pay 59.90 EUR · Größe Bürobedarf"
    assert preview.changes == (
        Change("To", None, "Größe Bürobedarf"),
        Change("To account", None, "PL61 1090 1014 0000 0712 1981 2874"),
        Change("Amount", None, "59.90 EUR"),
        Change("Reference", None, "RE-2026/88"),
        Change("Due", None, "2026-12-01"),
    )
    assert preview.notes == ("Money moves when you upload the transfer file to your bank.",)
    receipt = await house.do("payments.pay", PAY, "eff_01")
    entry = "ledger entry 2026-11-21/OUT-1"
    assert receipt.said == f"paid 59.90 EUR to Größe Bürobedarf · {entry}"
    file = (house.folder / "transfers" / "eff_01.xml").read_bytes()
    try_valid_xml(file, SCHEMA)
    tree = ET.fromstring(file)
    found = {n.tag.rpartition("}")[2]: n.text for n in tree.iter() if n.text}
    assert (found["InstdAmt"], found["Ustrd"], found["Dt"]) == ("59.90", "RE-2026/88", "2026-12-01")
    assert [n.text for n in tree.iter(f"{{{NAMESPACE}}}IBAN")] == [COMPANY.iban, IBAN]
    assert balances(house) == {
        "assets:bank": Decimal("-59.90"),
        "expenses:bills": Decimal("59.90"),
    }


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({}, True),
        ({"amount": Decimal(60)}, True),  # the same bill
        ({"reference": "other"}, True),  # the same amount
        ({"amount": Decimal(60), "reference": "other"}, False),
        ({"iban": "DE02120300000000202051"}, False),
    ],
)
async def test_what_looks_like_an_earlier_payment_says_so_until_that_is_taken_back(
    house: House, change: dict[str, object], seen: bool
) -> None:
    receipt = await house.do("payments.pay", PAY, "eff_01")
    again = PAY.model_copy(update=change)
    said = "This looks like the payment of 2026-11-21 (OUT-1)."
    assert (said in (await house.operation("payments.pay").preview(again)).notes) == seen
    undone = await house.take_back("payments.pay", receipt, "eff_undo")
    assert undone.said.startswith("took back the payment of 59.90 EUR")
    assert said not in (await house.operation("payments.pay").preview(again)).notes
    assert (house.folder / "transfers" / "withdrawn" / "eff_01.xml").exists()
    assert set(balances(house).values()) <= {Decimal(0)}


async def test_a_bill_in_another_currency_is_paid_at_the_bank_itself(house: House) -> None:
    francs = PAY.model_copy(update={"currency": "CHF"})
    preview = await house.operation("payments.pay").preview(francs)
    file = "There is no transfer file: SEPA carries only euros. Pay it at your bank."
    assert preview.notes == (file,)
    assert (await house.do("payments.pay", francs, "eff_01")).data["transfer"] is None


async def test_nobody_pays_their_own_account(house: House) -> None:
    own = PAY.model_copy(update={"iban": COMPANY.iban})
    with pytest.raises(PermanentError, match="your own account"):
        await house.operation("payments.pay").preview(own)
    with pytest.raises(PermanentError, match="your own account"):
        await house.do("payments.pay", own, "eff_01")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    payments=st.lists(st.tuples(AMOUNTS, NAMES, st.integers(0, 60)), min_size=1, max_size=4),
    shares=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 100), st.booleans()), max_size=5),
    words=st.text(max_size=60),
)
async def test_hledger_agrees_with_every_history(
    tmp_path_factory: pytest.TempPathFactory,
    payments: list[tuple[Decimal, str, int]],
    shares: list[tuple[int, int, bool]],
    words: str,
) -> None:
    house = House(tmp_path_factory.mktemp("books"), embedded, Company("Me", "me@example.com"))
    for number, (amount, name, days) in enumerate(payments):
        change = {"payment": f"PAY-{number}", "amount": amount, "name": name}
        day = RECEIVED.date - timedelta(days=days)
        received = RECEIVED.model_copy(update={**change, "date": day, "order": ""})
        await house.do("payments.record", received, f"eff_p{number}")
    for number, (index, percent, undone) in enumerate(shares):
        payment = house.ledger.payments()[index % len(payments)]
        amount = (payment.left * percent / 100).quantize(Decimal("0.01"))
        if amount:
            refund = of(str(amount), payment.id).model_copy(update={"reason": words})
            receipt = await house.do("payments.refund", refund, f"eff_r{number}")
            if undone:
                await house.take_back("payments.refund", receipt, f"eff_u{number}")
    kept = house.ledger.payments()
    assert sorted(p.amount for p in kept) == sorted(amount for amount, _, _ in payments)
    expected = sum((p.left for p in kept), Decimal(0))
    assert balances(house).get("assets:bank", Decimal(0)) == expected


def balances(house: House) -> dict[str, Decimal]:
    """Ask hledger whether the file is sound, and for the balance of each account."""
    program = shutil.which("hledger")
    assert program, "apt-get install hledger"
    command = [program, "-f", str(house.ledger.path)]

    def run(*words: str) -> str:
        done = subprocess.run(
            [*command, *words], capture_output=True, env={"LC_ALL": "C.UTF-8"}, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    run("check", "--strict", "accounts", "commodities", "balancednoautoconversion", "ordereddates")
    rows = (line.split('","') for line in run("balance", "-N", "-O", "csv").splitlines()[1:])
    return {name.strip('"'): Decimal(amount.strip('"').split()[0]) for name, amount in rows}


def test_an_invoice_and_a_payment_name_what_is_wrong() -> None:
    with pytest.raises(ValidationError, match="not a valid IBAN"):
        Received.model_validate({**RECEIVED.model_dump(), "iban": "DE00 1234"})
    with pytest.raises(ValidationError):
        Invoice.model_validate({**INVOICE.model_dump(), "lines": ()})


async def test_an_invoice_can_be_seen_before_it_is_issued(house):
    operation = house.operation("invoices.issue")
    preview = await operation.preview(INVOICE)
    [paper] = await operation.papers(INVOICE)
    assert preview.papers == (paper.name,) == (f"{INVOICE.number}.pdf",)
    assert paper.data.startswith(b"%PDF-")
    assert await operation.papers(INVOICE) == (paper,)
    digest = hashlib.sha256(paper.data).hexdigest()
    assert not blobs.path(house.folder, digest).exists()  # looking keeps nothing
