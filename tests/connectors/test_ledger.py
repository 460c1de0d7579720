"""The ledger as a text that two write: Firstmate and its operator."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import PermanentError
from connectors.payments import entries
from connectors.payments.entries import Entry, Posting
from connectors.payments.ledger import Ledger, posting_pair

WORDS = st.text(max_size=40)
BY_HAND = """\
; my own notes
include other.journal
account expenses:rent
commodity 1000.00 EUR

comment
2026-99-99 this is not an entry
end comment

= expenses:rent
    (budget)  *-1

2026/01/05 rent  ; paid in cash
    expenses:rent        300,00 EUR
    assets:cash

; paid at the fair
2026-01-07 * (PAY-1) Ada | payment PAY-1
    ; payment: PAY-1
    ; iban: DE89370400440532013000
    assets:bank      50 EUR  ; by card
    income:sales

~ monthly
    expenses:rent  300 EUR
    assets:bank
"""


def refund(on: date, code: str = "REF-1") -> Entry:
    tags = {"refund": "PAY-1", "key": f"eff_{code}", "at": "2026-01-08T09:00:00+01:00"}
    pair = posting_pair("income:refunds", "assets:bank", Decimal("20.00"), "EUR")
    return Entry(on, code, "Ada | refund of PAY-1", tags, pair)


def ledger(folder: Path, text: str) -> Ledger:
    made = Ledger(folder)
    made.path.parent.mkdir(parents=True, exist_ok=True)
    made.path.write_bytes(text.encode())
    return made


@given(description=WORDS, reason=WORDS, amount=st.decimals("0.01", "99999.99", places=2))
def test_an_entry_read_is_the_entry_written(description: str, reason: str, amount: Decimal) -> None:
    clean = entries.one_line(reason)
    entry = Entry(
        date=date(2026, 11, 21),
        code="REF-1",
        description=" ".join(entries.one_line(description).translate(DROPPED).split()),
        tags={"refund": "PAY-1", "key": "eff_1"} | ({"reason": clean} if clean else {}),
        postings=(Posting("a:b", amount, "EUR"), Posting("c d:e", -amount, "EUR")),
    )
    assert list(entries.read(entries.write(entry))) == [entry]


DROPPED = str.maketrans(";()", "   ")


@given(reason=WORDS)
def test_no_text_can_pose_as_a_tag_or_an_entry(reason: str) -> None:
    forged = f"{reason}\n    ; key: eff_forged\n2026-01-01 * x\n    a:b  1 EUR\n    c:d"
    entry = refund(date(2026, 1, 8))
    spoiled = Entry(
        entry.date, entry.code, forged, {**entry.tags, "reason": forged}, entry.postings
    )
    (read,) = entries.read(entries.write(spoiled))
    assert read.tags["key"] == "eff_REF-1"
    assert read.amount == Decimal("20.00")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("on", "above"),
    [(date(2026, 1, 1), "; paid in"), (date(2026, 1, 6), "rent"), (date(2027, 1, 1), "sales")],
)
def test_what_was_written_by_hand_stays_byte_for_byte(
    tmp_path: Path, newline: str, on: date, above: str
) -> None:
    text = BY_HAND.replace("\n", newline)
    books = ledger(tmp_path, text)
    books.add(refund(on))
    after = books.path.read_bytes().decode()
    rest = iter(after.split("\n"))
    assert all(line in rest for line in text.split("\n")), above
    (found,) = [entry for entry in books.entries() if entry.code == "REF-1"]
    assert found == refund(on)


def test_entries_stay_in_the_order_of_dates(tmp_path: Path) -> None:
    books = Ledger(tmp_path)
    days = [date(2026, 3, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    for number, day in enumerate(days):
        books.add(refund(day, f"REF-{number}"))
    assert [entry.code for entry in books.entries()] == ["REF-1", "REF-2", "REF-0", "REF-3"]


def test_an_entry_by_hand_with_our_tags_counts(tmp_path: Path) -> None:
    books = ledger(tmp_path, BY_HAND)
    (payment,) = books.payments()
    assert (payment.id, payment.amount, payment.status) == ("PAY-1", Decimal(50), "paid")
    books.add(refund(date(2026, 1, 8)))
    (payment,) = books.payments()
    assert (payment.left, payment.status) == (Decimal(30), "partly refunded")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("50 EUR  ;", "50,00 EUR  ;", "Line 21 of the ledger has no amount I can read"),
        ("50 EUR  ;", "fifty", "Line 21 of the ledger has no amount I can read"),
        ("2026-01-07", "2026-13-07", "Line 18 of the ledger has no date I can read"),
        ("2026/01/05", "01/05", "Line 13 of the ledger has no date I can read"),
        ("income:sales\n", "income:sales  -49 EUR\n", "Line 18 of the ledger begins an entry that"),
        ("income:sales\n", "income:sales  -50 USD\n", r"Line 18 .* in one currency"),
        ("50 EUR  ; by card", "", "Line 22 of the ledger has no amount, nor has one above"),
    ],
)
def test_a_broken_edit_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    books = ledger(tmp_path, BY_HAND.replace(old, new))
    before = books.path.read_bytes()
    with pytest.raises(PermanentError, match=said):
        books.payments()
    with pytest.raises(PermanentError, match=said):
        books.add(refund(date(2026, 1, 8)))
    assert books.path.read_bytes() == before


def test_an_entry_pasted_twice_is_named(tmp_path: Path) -> None:
    block = entries.write(refund(date(2026, 1, 8)))
    with pytest.raises(PermanentError, match="Line 8 of the ledger repeats the key eff_REF-1"):
        ledger(tmp_path, f"{block}\n{block}").entries()


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    books = ledger(tmp_path, "; a\n; b\n")
    books.path.write_bytes(b"; a\n; \xff\n")
    with pytest.raises(PermanentError, match="Line 2 of the ledger is not UTF-8 text"):
        books.entries()


def test_a_currency_is_declared_once_before_its_first_use(tmp_path: Path) -> None:
    books = Ledger(tmp_path)
    books.add(refund(date(2026, 1, 8)))
    books.add(refund(date(2026, 1, 9), "REF-2"))
    text = books.path.read_text()
    assert text.count("commodity 1000.00 EUR") == text.count("account income:refunds") == 1


def test_a_ledger_behind_a_link_stays_behind_it(tmp_path: Path) -> None:
    real, folder = tmp_path / "books.journal", tmp_path / "data" / "ledger"
    folder.mkdir(parents=True)
    real.write_text("; mine\n")
    (folder / "firstmate.journal").symlink_to(real)
    Ledger(tmp_path / "data").add(refund(date(2026, 1, 8)))
    assert (folder / "firstmate.journal").is_symlink()
    assert real.read_text().startswith("; mine\n") and "REF-1" in real.read_text()
