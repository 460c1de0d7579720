"""What is taken out of a text before somebody else's machine reads it, however people write it."""

import re

import pytest

from agents.models.redacting import names_somebody, redact
from tests.agents.honest import WITHOUT, sentences
from tests.sampled import seed

COUNT = 1500

NUMBERS = {
    "IBAN": (
        *("DE89 3704 0044 0532 0130 00", "de89370400440532013000", "gb33bukb20201555555555"),
        *("NO93 8601 1117 947", "IT60X0542811101000000123456", "de89 3704 0044 0532 0130 00"),
        *(
            "DE89-3704-0044-0532-0130-00",
            "DE89 3704 0044\n0532 0130 00",
            "NL123456789B01",
        ),  # the last is a tax number of that form
        *("DE89\u202f3704\u202f0044\u202f0532\u202f0130\u202f00", "DE89\u200b370400440532013000"),
    ),
    "TAX": (
        *("ATU12345678", "DE123456789", "de123456789", "DE 123 456 789", "GB 123 4567 89"),
        *("CHE-123.456.789", "181/815/08155", "12-3456789", "123-45-6789"),
        *("ESB12345678", "IE1234567WA", "FR12 345 678 901", "65929970489"),
        *("756.1234.5678.97", "RSSMRA85M01H501Z", "65 929 970 489"),
    ),
    "CARD": (
        *("4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005"),
        "4111\u20091111\u20091111\u20091111",
    ),
    "PHONE": (
        *("+49 (0)30 1234567", "0170-1234567", "030/1234567", "06 12 34 56 78", "06.12.34.56.78"),
        *("+1.415.555.2671", "415-555-2671", "(415) 555-2671"),
    ),
    "MAIL": ("ada@example.org", "ada.example+shop@mail.bücher.example"),
}
PARTED = {  # however it is parted, and where only its label tells
    "IBAN": (
        *(
            "DE89/3704/0044/0532/0130/00",
            "iban_DE89370400440532013000",
            "DE89  3704  0044  0532  0130  00",
        ),
        *("DE89.3704.0044.0532.0130.00", "gb33 bukb 2020 1555 5555 55"),
    ),
    "CARD": ("4111.1111.1111.1111", "4111/1111/1111/1111", "4111  1111  1111  1111"),
    "TAX": (
        *("CHE123456789", "CHE-123.456.789", "123-456-32-18", "BE 0123.456.789", "CY10259033P"),
        *("IE1S23456L", "B12345678", "12345678Z", "123.456.789-09", "12.345.678/0001-95"),
        *("556012-3456", "QQ 12 34 56 C", "404 833 048", "NL 123456789 B01", "X1234567L"),
        *("143/256/0064 7", "FR 83 404 833 048", "12 345 678 901"),
    ),
}
LABELLED = {
    **{
        f"{label} ": "123456789"
        for label in ("PT NIF", "SIREN", "SIREN no.", "NIPC", "VAT", "VAT ID:")
    },
    "NIP ": "1234563218",
    "NIP: ": "123-456-32-18",
    "USt-IdNr.: ": "123456789",
    "UTR ": "12345 67890",
    "Steuernummer ": "1234567890",
    "Steuernummer lautet ": "12 34 56 78 90",
    "CPF: ": "12345678909",
    "tax number is ": "98-7654321",
    "P.IVA ": "01234567890",
    "nif_": "123456789",
    "NINO ": "QQ123456C",
    "CNPJ ": "12345678000195",
    "SIRET ": "40483304800022",
    "VAT no. ": "GB123456789",
}
STAYS = (
    *("VAT 1,234.56 EUR", "VAT: 1234.56", "VAT 19 %, 123 456 789 EUR", "VAT of 2026-11-22"),
    *("since 2026-11-20 09:00:00.000000", "404 833 048 EUR in all"),
    *("invoice 2026-11-22, 100.00 EUR", "at 14:00 on 01.02.2026", "order 1042 of 1,250.00 EUR"),
    *("1.234.567,89 EUR for 12 lamps", "page 3 of 200", "version 1.2.3.4"),
)


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, one) for kind, all_ in NUMBERS.items() for one in all_]
)
def test_a_number_that_names_somebody_goes_whole_and_comes_back(kind: str, number: str) -> None:
    said = f"Mine is {number}, and so on."
    cut = redact([said])
    assert cut.texts[0].startswith(f"Mine is [{kind}-1-")
    assert cut.texts[0].endswith("], and so on.")
    assert cut.restored(cut.texts[0]) == said


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, one) for kind, all_ in PARTED.items() for one in all_]
)
def test_it_goes_however_it_is_parted(kind: str, number: str) -> None:
    said = f"Mine is {number}, and so on."
    cut = redact([said])
    assert cut.texts[0].startswith("Mine is ")
    assert cut.texts[0].endswith("], and so on.")
    assert not re.search(r"\d", re.sub(r"\[[A-Z]+-1-\w+\]", "", cut.texts[0]))
    assert f"[{kind}-1-" in cut.texts[0]
    assert cut.restored(cut.texts[0]) == said
    assert names_somebody(said)


@pytest.mark.parametrize(("label", "number"), LABELLED.items())
def test_behind_its_label_it_goes(label: str, number: str) -> None:
    said = f"Our {label}{number}, and so on."
    cut = redact([said])
    assert re.fullmatch(rf"Our {re.escape(label)}\[[A-Z]+-1-\w+\], and so on\.", cut.texts[0])
    assert cut.restored(cut.texts[0]) == said


def test_no_order_number_day_or_amount_of_a_business_is_taken() -> None:
    said = list(sentences(WITHOUT, COUNT, seed()))
    taken = [one for one, left in zip(said, redact(said).texts, strict=True) if one != left]
    print(f"taken for somebody's number: {len(taken)} of {len(said)} honest sentences")
    assert taken == []


@pytest.mark.parametrize("said", STAYS)
def test_amounts_days_and_times_stay(said: str) -> None:
    assert redact([said]).texts == (said,)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "said", ["a", "1", "AB12", "a+b%c-", "x@a-", "DE8 ", "VAT ", "VAT 1", "4-", "nif id "]
)
def test_a_long_text_holds_nobody_up(said: str) -> None:
    redact(
        [said * (100_000 // len(said))]
    )  # it took minutes when each letter was tried as a beginning
