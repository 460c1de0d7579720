"""Long texts are cut where a reader pauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lower.limits import utf16
from bot.lower.split import clip, pause, pieces


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("First part here.\n\nSecond one. Third", "First part here.\n\n"),
        ("First line of it\nsecond. third fourth", "First line of it\n"),
        ("A sentence that is. Another one follows", "A sentence that is. "),
        ("only words and words and more words", "only words and words "),
        ("nopausenopausenopausenopausenopause", "nopausenopausenopausenop"),
        ("aaaaaaaaaaaaaaaaaaaaaaae\u0301bbbbbbbbbb", "aaaaaaaaaaaaaaaaaaaaaaa"),
        ("aaaaaaaaaaaaaaaaaaaaa👩\u200d💻bbbbbbbbbb", "aaaaaaaaaaaaaaaaaaaaa"),
    ],
)
def test_a_cut_falls_on_the_greatest_pause(text: str, head: str) -> None:
    assert text[: pause(text, 24)] == head


@given(st.text() | st.text("ab. \n😀e\u0301\u200d", max_size=200), st.integers(8, 60))
def test_the_pieces_are_the_text_and_each_fits(text: str, units_max: int) -> None:
    cut = list(pieces(text, units_max))
    assert "".join(cut) == text
    assert all(0 < utf16(piece) <= units_max for piece in cut)


def test_a_clipped_text_says_so() -> None:
    assert clip("short", 10) == "short"
    assert clip("short", None) == "short"
    assert clip("a long text of words", 12) == "a long …"
