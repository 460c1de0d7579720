"""What is taken out of a text before somebody else's machine reads it, however people write it."""

import pytest

from agents.models.redacting import redact

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
STAYS = (
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


@pytest.mark.parametrize("said", STAYS)
def test_amounts_days_and_times_stay(said: str) -> None:
    assert redact([said]).texts == (said,)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("said", ["a", "1", "AB12", "a+b%c-", "x@a-"])
def test_a_long_text_holds_nobody_up(said: str) -> None:
    redact([said * 100_000])  # it took minutes when each letter was tried as a beginning
