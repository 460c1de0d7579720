"""Characters that hide or imitate are named and shown; honest writing is left alone."""

# ruff: noqa: RUF001 writing of many kinds is the point

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.characters import suspicious, visible


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("invoice\u202egpj.exe", "U+202E"),  # the end is shown reversed
        ("a\u200bb@example.org", "U+200B"),
        ("ada\u00ad@example.org", "U+00AD"),
        ("p\u0430ypal.example", "U+0430"),  # one Cyrillic letter
        ("\u0430\u0440\u0440\u04cf\u0435.com", "U+0430"),  # a whole Cyrillic word before .com
        ("\uff41da@example.org", "U+FF41"),  # full-width
        ("\U0001d5eadmin", "U+1D5EA"),  # mathematical
        ("\u212aelvin", "U+212A"),
        ("a\ufe0fb", "U+FE0F"),
        ("a\U000e0041", "U+E0041"),  # a tag: text that only machines read
        ("DE\u3164 1", "U+3164"),  # a letter without ink
        ("bell\x07", "U+0007"),
        ("a\u200db", "U+200D"),
        ("line\u2028break", "U+2028"),
        ("ada@example\uff0eorg", "U+FF0E"),
    ],
)
def test_a_character_that_deceives_is_named(value: str, named: str) -> None:
    assert suspicious(value) == named
    assert f"⟨{named}⟩" in visible(value)


@pytest.mark.parametrize(
    "value",
    [
        "Dear Ada,\n\tthank you – 40,00 € … ½ of “it” 😀",
        "Müller & Søn, Łódź, İzmir, ÿ",
        "👩\u200d💻 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 👍🏽 ❤\ufe0f ℹ\ufe0f",
        "Tシャツを10枚、株式会社ABC",
        "PDF-файл и e-mail-рассылка",
        "می\u200cخواهم",
        "क्\u200dष",
        "10 kΩ, 5 μm, 5 µm, 20 m², ① ª",
        "한국어 韓國語",
        "שלום world",
    ],
)
def test_honest_writing_is_left_alone(value: str) -> None:
    assert suspicious(value) is None
    assert visible(value) == value


@given(st.text())
def test_whatever_is_suspicious_is_made_visible_once_and_for_all(text: str) -> None:
    shown = visible(text)
    assert (shown == text) == (suspicious(text) is None)
    assert "\u202e" not in shown and "\u200b" not in shown


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_printable_ascii_is_never_suspicious(text: str) -> None:
    assert suspicious(text) is None
