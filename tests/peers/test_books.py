"""The books of a year as two programs of others read them: both accept, and say the same sums."""

import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from connectors.company import Company
from connectors.payments import Invoice, Line, Pay, Received, Refund, exporting
from connectors.payments.local import connect
from tests.connectors.contracts.houses import IBAN, House
from tests.peers.child import PACKAGES, needed

CURRENCIES = ("EUR", "EUR", "USD", "CHF")
NAMES = ("Ada Größe", 'Zoë "The" Arc', "Back\\slash | & Co; (ltd)", "李雷", "Bruno Muster")
BY_HAND = """
2026-12-30 rent  ; by hand
    expenses:rent & heating   700 EUR
    assets:cash box

2026-12-31 shares  ; with a price, as beancount writes it otherwise
    assets:shares   2 ACME @ 10.00 EUR
    assets:cash box
"""


async def year(folder: Path, seed: int, count: int) -> House:
    """Keep a company's books for a year: invoices, some cancelled, payments, refunds, bills."""
    draw = random.Random(seed)
    house = House(folder, connect, Company("Me", "me@example.com"))
    house.now = datetime(2026, 1, 2, 9, tzinfo=UTC)
    for at in range(count):
        house.now += timedelta(hours=draw.randint(300, 400) * 24 // count)
        currency, name = draw.choice(CURRENCIES), draw.choice(NAMES)
        amount = Decimal(draw.randint(100, 300_000)) / 100
        if at % 12 == 0:
            await _invoiced(house, draw, f"INV-{at}", name, amount, currency)
        elif at % 5 == 0:
            pay = Pay(name=name, iban=IBAN, amount=amount, currency=currency, reference=f"B-{at}")
            await house.do("payments.pay", pay, f"eff_o{at}")
        else:
            paid = Received(
                payment=f"PAY-{at}", name=name, amount=amount, currency=currency,
                date=house.now.date(),
            )  # fmt: skip
            await house.do("payments.record", paid, f"eff_p{at}")
            if at % 4 == 0:
                share = (amount / draw.randint(2, 5)).quantize(Decimal("0.01"))
                back = Refund(payment=f"PAY-{at}", amount=share, currency=currency, reason='"x"\\')
                await house.do("payments.refund", back, f"eff_r{at}")
    return house


async def _invoiced(
    house: House, draw: random.Random, number: str, name: str, amount: Decimal, currency: str
) -> None:
    line = Line(description="Work", quantity=Decimal(1), unit_price=amount)
    due = house.now.date() + timedelta(days=14)
    named = name if name.isascii() else "Ada"
    invoice = Invoice(number=number, name=named, lines=(line,), currency=currency, due=due)
    receipt = await house.do("invoices.issue", invoice, f"eff_{number}")
    if draw.random() < 0.5:  # a credit note: the reversing entry
        await house.take_back("invoices.issue", receipt, f"eff_c{number}")
    else:
        paid = Received(
            payment=f"P-{number}", order=number, name=named, amount=amount, currency=currency,
            date=house.now.date(),
        )  # fmt: skip
        await house.do("payments.record", paid, f"eff_q{number}")


def checked(command: list[str]) -> str:
    env = os.environ | {"PYTHONPATH": str(PACKAGES), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, env=env, check=False, timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


def beancount_sums(path: Path) -> dict[tuple[str, str], Decimal]:
    """Check the file as `bean-check` does, and return the sum of each account and currency."""
    checked([sys.executable, "-c", "from beancount.scripts.check import main; main()", str(path)])
    code = (
        "import sys; from beancount import loader\n"
        "entries, errors, _ = loader.load_file(sys.argv[1]); assert not errors, errors\n"
        "for e in entries:\n"
        " for p in getattr(e, 'postings', None) or (): print(p.account, *p.units, sep='\\t')"
    )
    sums: dict[tuple[str, str], Decimal] = {}
    for row in checked([sys.executable, "-c", code, str(path)]).splitlines():
        account, number, currency = row.split("\t")
        key = account, currency
        sums[key] = sums.get(key, Decimal(0)) + Decimal(number)
    return {key: value for key, value in sums.items() if value}


def hledger_sums(path: Path) -> dict[tuple[str, str], Decimal]:
    program = shutil.which("hledger")
    needed(program is not None, "hledger", "apt-get install hledger")
    checked([str(program), "-f", str(path), "check"])
    rows = checked([str(program), "-f", str(path), "balance", "-N", "-O", "csv", "--layout=bare"])
    parts = (row.strip('"').split('","') for row in rows.splitlines()[1:])
    return {
        (account, currency): Decimal(amount)
        for account, currency, amount in parts
        if Decimal(amount)
    }


async def test_two_programs_of_others_accept_the_books_of_a_year_and_agree(tmp_path: Path) -> None:
    needed((PACKAGES / "beancount").is_dir(), "beancount", "see tests/peers/requirements.txt")
    house = await year(tmp_path / "home", 70, 260)
    made = exporting.export(house.folder)
    assert (made.entries >= 300, made.left_out) == (True, ())
    journal, beans = exporting.write(tmp_path / "out", made)
    ours, theirs = hledger_sums(journal), beancount_sums(beans)
    named = {
        (":".join(part.capitalize() for part in account.split(":")), currency): amount
        for (account, currency), amount in ours.items()
    }
    assert named == theirs
    assert len({currency for _, currency in named}) == 3


async def test_entries_by_hand_go_along_or_are_named_by_their_line(tmp_path: Path) -> None:
    needed((PACKAGES / "beancount").is_dir(), "beancount", "see tests/peers/requirements.txt")
    house = await year(tmp_path / "home", 71, 5)
    path = house.ledger.path
    path.write_text(path.read_text("utf-8") + BY_HAND, "utf-8")
    made = exporting.export(house.folder)
    line = path.read_text("utf-8").splitlines().index(BY_HAND.splitlines()[5]) + 1
    assert made.left_out == (line,)
    assert f"in line {line} of the ledger" in exporting.said(made)
    journal, beans = exporting.write(tmp_path / "out", made)
    assert beancount_sums(beans)["Expenses:Rent-heating", "EUR"] == 700
    assert hledger_sums(journal)["assets:shares", "ACME"] == 2
