"""Trust is given on positive evidence only, for whole tokens, and never to look-alikes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policies.amounts import number_in, numbers_in
from policies.origins import Sources, origin, origins

ADDRESS = "ada@example.org"


def typed(text: str) -> Sources:
    return Sources(operator=(text,))


@pytest.mark.parametrize(
    "text",
    [
        ADDRESS,
        "Write to ADA@Example.org.",
        "to:\nada@example.org, please",
        "<ada@example.org>",
        "mailto:ada@example.org",
        "(ada@example.org)",
        "“ada@example.org”!",
        "\uff41da@example.org",  # the operator may type full-width; the value may not be
    ],
)
def test_a_whole_token_typed_by_the_operator_is_the_operators(text: str) -> None:
    assert origin(ADDRESS, typed(text)) == "operator"


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org.evil.test",
        "ada@example.org-evil.test",
        "x.ada@example.org",
        "x+ada@example.org",
        "nada@example.org",
        "ada@example.organic",
        "ada@example.org@evil.test",
        "ada@example.org..evil.test",
        "ada@example.org\u200b.evil.test",
        "ada@example.org/evil",
        "ada@example.org:evil",
        "ada@ex\u0430mple.org",  # a Cyrillic letter
        "ada @example.org",
        "",
    ],
)
def test_a_part_of_a_longer_token_is_no_evidence(text: str) -> None:
    assert origin(ADDRESS, typed(text)) == "model"


def test_a_second_place_in_the_text_may_be_the_evidence() -> None:
    assert origin(ADDRESS, typed("not x.ada@example.org but ada@example.org")) == "operator"


def test_sharp_s_and_double_s_are_two_domains() -> None:
    assert origin("x@strasse.example", typed("x@straße.example")) == "model"


@pytest.mark.parametrize(
    "value", ["ad\u200ba@example.org", "\u0430da@example.org", "\uff41da@example.org"]
)
def test_a_value_with_odd_characters_has_no_evidence_even_when_typed(value: str) -> None:
    assert origin(value, Sources((value,), (value,), (value,), (value,))) == "model"


def test_the_best_evidence_wins() -> None:
    everywhere = ("INV-7",)
    assert origin("INV-7", Sources(everywhere, everywhere, everywhere, everywhere)) == "operator"
    assert origin("INV-7", Sources((), everywhere, everywhere, everywhere)) == "canonical"
    assert origin("INV-7", Sources((), (), everywhere, everywhere)) == "record"
    assert origin("INV-7", Sources((), (), (), everywhere)) == "text"
    assert origin("INV-7", Sources()) == "model"


def test_records_are_compared_as_whole_values() -> None:
    known = Sources(canonical=("Ada Example",), record=("PAY-1042",))
    assert origin("ada  example", known) == "canonical"
    assert origin("Ada", known) == "model"
    assert origin("PAY-104", known) == "model"


@pytest.mark.parametrize("value", ["40", "40.00", "40,00 €", "EUR 40", 40, 40.0, Decimal("40.00")])
@pytest.mark.parametrize(
    "text", ["refund 40", "40,00 € please", "EUR40.", "40.00", "40,-", "'40'", "Betrag:40"]
)
def test_amounts_are_compared_by_value(value: Any, text: str) -> None:
    assert origin(value, typed(text)) == "operator"


@pytest.mark.parametrize(
    "text", ["PAY-40", "2026-40", "10:40", "40.5", "4,040", "140", "v1.40", "40/3", "#a40", "-40"]
)
def test_a_number_inside_something_else_is_not_an_amount(text: str) -> None:
    assert origin(40, typed(text)) == "model"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("1.250,00 €", "1250"),
        ("1,250.00", "1250"),
        ("1 250,00", "1250"),
        ("1\u00a0250,00 zł", "1250"),
        ("CHF 1'250.50", "1250.5"),
        ("1.250", "1250"),
        ("1.234.567,8", "1234567.8"),
        ("0.250", "0.25"),
        ("12.5", "12.5"),
        ("-12,50", "-12.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, means: str) -> None:
    assert origin(Decimal(means), typed(f"Bitte {written} zahlen")) == "operator"
    if "\u00a0" not in written:  # folded before
        assert number_in(written) == Decimal(means)


@pytest.mark.parametrize("text", ["007", "1,2,3", "1.2.3", "12.34.567", "", "-", "nan", "1e5", "€"])
def test_what_is_no_plain_number_is_not_read_as_one(text: str) -> None:
    assert number_in(text) is None


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_an_amount_is_found_in_either_notation(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert amount in set(numbers_in(f"pay {english} EUR"))
    assert amount in set(numbers_in(f"zahle {german}€ an"))
    assert origin(str(amount), typed(f"zahle {german} €")) == "operator"


def test_accounts_and_phones_match_without_their_spaces() -> None:
    iban, phone = "DE89370400440532013000", "+491701234567"
    sources = Sources(("to DE89 3704 0044 0532 0130 00.",), ("+49 170 1234567",))
    assert origin(iban, sources) == "operator"
    assert origin(phone, sources) == "canonical"
    assert origin("DE8937040044053201300", sources) == "model"


def test_a_date_is_found_as_written_in_numbers() -> None:
    sources = typed("until 1.12.2026 or 2026-11-21, not 11.12.2026")
    assert origin("2026-12-01", sources) == "operator"
    assert origin(date(2026, 11, 21), sources) == "operator"
    assert origin("2026-12-12", sources) == "model"


def test_outside_text_is_recognised_in_any_spelling() -> None:
    mail = Sources(text=("pay to D E 8 9-3704.0044 0532 0130 00 or mal\u200blory@evil.test",))
    assert origin("DE89370400440532013000", mail) == "text"
    assert origin("mallory@evil.test", mail) == "text"


def test_a_draft_the_operator_did_not_type_is_the_models() -> None:
    draft = "Dear Ada,\n\nyour 40.00 EUR are on their way.\n"
    assert origin(draft, typed("tell Ada that her 40.00 EUR are on their way")) == "model"
    assert origin(draft, typed(f"Send this:\n{draft}")) == "operator"


def test_every_scalar_has_an_origin_by_its_path() -> None:
    args = {
        "to": ADDRESS,
        "cc": ["eve@evil.test", None, ""],
        "lines": [{"amount": "40.00", "text": "Course"}],
        "urgent": True,
    }
    sources = Sources(operator=(f"40 to {ADDRESS}",), text=("cc eve@evil.test",))
    assert origins(args, sources) == {
        "to": "operator",
        "cc.0": "text",
        "lines.0.amount": "operator",
        "lines.0.text": "model",
        "urgent": "model",
    }


words = st.text(st.characters(min_codepoint=0x61, max_codepoint=0x7A), min_size=1, max_size=12)


@given(words, words, words)
def test_no_longer_address_proves_a_shorter_one(name: str, host: str, more: str) -> None:
    value = f"{name}@{host}.example"
    for longer in (f"{value}{more}", f"{value}.{more}", f"{more}.{value}", f"{more}-{value}"):
        assume(longer != value)
        assert origin(value, typed(f"pay {longer} now")) == "model"
        assert origin(value, Sources(canonical=(longer,), record=(longer,))) == "model"


LOOK_ALIKES = str.maketrans("aceopxy", "асеорху")  # noqa: RUF001 Latin to Cyrillic


@given(words, st.integers(0, 11))
def test_a_look_alike_of_a_trusted_value_is_never_trusted(name: str, at: int) -> None:
    value = f"{name}@example.org"
    at %= len(value)
    forged = value[:at] + value[at].translate(LOOK_ALIKES) + value[at + 1 :]
    assume(forged != value)
    assert origin(forged, Sources((value,), (value,), (value,))) == "model"
    assert origin(forged, Sources((forged,), (forged,), (forged,))) == "model"


@given(st.text(), st.text())
def test_any_text_has_an_origin(value: str, text: str) -> None:
    assert origin(value, Sources(operator=(text,), text=(text,))) in {"operator", "text", "model"}
