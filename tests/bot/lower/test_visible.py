"""Characters that deceive are shown; those a script or an emoji needs stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lower.visible import deceives, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invoice\u202efdp.exe", "invoiceU+202Efdp.exe"),
        ("a\u200bb\u00adc\u2060d\ufeff", "aU+200BbU+00ADcU+2060dU+FEFF"),
        ("p\u0430yp\u0430l", "pU+0430ypU+0430l"),
        ("\x1b[31m\x00", "U+001B[31mU+0000"),
        ("line\u2028sep", "lineU+2028sep"),
        ("lone \ud800", "lone U+D800"),
        ("a\u200db", "aU+200Db"),
        ("a\ufe0f", "aU+FE0F"),
        ("\u3164", "U+3164"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
def test_what_deceives_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    ["👩‍💻 ❤️ 1️⃣ 🇩🇪 👍🏽", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
     "می‌خواهم", "क्‍ष", "Привет мир", "Ωμέγα", "naïve café e\u0301", "µm", "東京 한국", "שלום"],
)  # fmt: skip
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert visible(text) == text
    assert not deceives(text)


@given(st.text())
def test_once_shown_nothing_deceives(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    visible(text).encode()
