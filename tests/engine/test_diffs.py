"""Word differences: exact, readable, and fast on long texts."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chat.diffs import Piece, hunks, joins, ratio, share, words

LONG_S_MAX = 0.1  # on an idle machine; a busy one is allowed five times as much

TOKENS = (
    *(
        "a",
        "the",
        "Ada",
        "2,640 EUR",
        "2,400 EUR",
        "14 Dec 2026",
        " ",
        "  ",
        "\n",
        "\n\n",
        ".",
        ",",
    ),
    *("https://a.example/x", "e\u0301", "👩‍💻", "مرحبا", "DE89 3704 0044 0532 0130 00"),
)
texts = st.lists(st.sampled_from(TOKENS), max_size=40).map("".join) | st.text(max_size=60)


def drawn(old: str, new: str) -> str:
    marks = {"same": "{}", "del": "[-{}-]", "ins": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in words(old, new))


@given(texts, texts)
def test_the_pieces_spell_both_texts(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(p.text for p in pieces if p.kind != "ins") == old
    assert "".join(p.text for p in pieces if p.kind != "del") == new


@given(texts, texts)
def test_no_mark_begins_or_ends_with_a_space(old: str, new: str) -> None:
    for piece in words(old, new):
        if piece.kind != "same" and piece.text.strip():
            assert piece.text == piece.text.strip()


@given(texts, texts)
def test_hunks_hold_the_whole_change_in_order(old: str, new: str) -> None:
    stretches = hunks(old, new)
    pieces = [piece for hunk in stretches for piece in hunk.pieces]
    assert "".join(p.text for p in pieces if p.kind != "ins") == old
    assert "".join(p.text for p in pieces if p.kind != "del") == new
    assert 0 <= ratio(old, new) <= 1


@given(texts)
def test_equal_texts_have_no_change(text: str) -> None:
    assert words(text, text) == ((Piece("same", text),) if text else ())
    assert ratio(text, text) == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("It is 2,400 EUR now", "It is 2,640 EUR now", "It is [-2,400 EUR-]{+2,640 EUR+} now"),
        ("due 4 December 2026.", "due 14 December 2026.",
         "due [-4 December 2026-]{+14 December 2026+}."),
        ("at 2026-11-21 9:00", "at 2026-11-22 9:00", "at [-2026-11-21-]{+2026-11-22+} 9:00"),
        ("to DE89 3704 0044 0532 0130 00 today", "to DE89 3704 0044 0532 0130 01 today",
         "to [-DE89 3704 0044 0532 0130 00-]{+DE89 3704 0044 0532 0130 01+} today"),
        ("write a@b.example", "write a@c.example", "write [-a@b.example-]{+a@c.example+}"),
        ("see https://a.example/x?y=1.", "see https://a.example/x?y=2.",
         "see [-https://a.example/x?y=1-]{+https://a.example/x?y=2+}."),
        ("Call +49 30 5550 0142 now", "Call +49 30 5550 0143 now",
         "Call [-+49 30 5550 0142-]{++49 30 5550 0143+} now"),
        ("€1.200,50 net", "€1.300,50 net", "[-€1.200,50-]{+€1.300,50+} net"),
        ("cafe\u0301 und 🇩🇪", "cafe und 🇦🇹", "[-cafe\u0301 und 🇩🇪-]{+cafe und 🇦🇹+}"),
    ],
)  # fmt: skip
def test_what_must_be_right_to_the_letter_stays_whole(old: str, new: str, expected: str) -> None:
    assert drawn(old, new) == expected


def test_one_equal_word_between_two_replacements_is_glued_over() -> None:
    assert drawn("we see the invoice of May", "we see invoice seven of May") == (
        "we see [-the invoice-]{+invoice seven+} of May"
    )


def test_an_equal_amount_is_never_struck() -> None:
    assert drawn("pay 40 EUR now", "send 40 EUR later") == (
        "[-pay-]{+send+} 40 EUR [-now-]{+later+}"
    )


def test_glue_never_crosses_a_line() -> None:
    assert drawn("we go home\ntoday we rest", "we run home\nlater we rest") == (
        "we [-go-]{+run+} home\n[-today-]{+later+} we rest"
    )


def test_a_light_edit_and_a_rewrite_fall_on_both_sides_of_the_line() -> None:
    light = (
        "The price would stay the same as last time.",
        "The price stays the same as last time.",
    )
    heavy = ("Hello Mr. Okafor, I wanted to check in.", "Hi Paul, a quick reminder: pay by Friday.")
    assert ratio(*light) < 0.45 < ratio(*heavy)
    assert ratio("a b c d", "a b c x") == pytest.approx(2 / 8)
    assert ratio("same", "same") == share(words("same", "same")) == 0


def test_long_unchanged_stretches_stand_apart_and_short_ones_do_not() -> None:
    old = "\n".join(["first", *(f"line {n}" for n in range(6)), "middle", "kept", "last"])
    new = old.replace("first", "erste").replace("middle", "mitte").replace("last", "letzte")
    shape = [(hunk.changes, hunk.lines, hunk.line) for hunk in hunks(old, new)]
    assert shape == [(1, 1, 1), (0, 6, 2), (2, 3, 8)]


def test_a_hunk_knows_its_section_and_the_weight_of_what_it_changes() -> None:
    filler = [f"1.{n} Nothing." for n in range(9)]
    old = "\n".join(
        ["1. Rates", *filler, "2. Terms", *filler, "The rate is 800 EUR", *filler, "tail"]
    )
    new = old.replace("800", "960").replace("tail", "a much longer tail without any figure")
    rate, tail = (hunk for hunk in hunks(old, new) if hunk.changes)
    assert (rate.section, rate.line) == ("2. Terms", 21)
    assert rate.weight > tail.weight


def test_a_combining_mark_never_leaves_its_letter() -> None:
    assert joins("e", "\u0301")
    assert joins("👩\u200d", "💻")
    assert joins("🇩", "🇪")
    assert not joins("🇩🇪", "🇦")
    assert not joins("a", "b")


@pytest.mark.parametrize("every", [1, 10, 300])
def test_three_hundred_paragraphs_of_200_kb_compare_in_no_time(every: int) -> None:
    old = [
        " ".join(f"word{(n * k * 7919) % 1500}" for k in range(1, 82)) + "." for n in range(1, 301)
    ]
    new = [p.replace(" ", " changed ", 1) if n % every == 0 else p for n, p in enumerate(old)]
    start = process_time()
    pieces = words("\n\n".join(old), "\n\n".join(new))
    seconds = process_time() - start
    assert sum(piece.kind == "ins" for piece in pieces) >= 300 // every
    assert seconds < 50 * LONG_S_MAX  # word by word it would take minutes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x\n" * 100_000, "x\n" * 99_000 + "y\n" * 1000),
        ("x y " * 50_000, "y x " * 50_000),
        ("." * 200_000, "," * 200_000),
        ("a" * 200_000, "b" * 200_000),
        ("1:" * 100_000, "1." * 100_000),
        ("a@" * 100_000, "a.b-" * 50_000),
        ("https://" * 25_000, "+1 " * 60_000),
    ],
)
def test_a_hostile_text_cannot_make_it_slow(old: str, new: str) -> None:
    start = process_time()
    words(old, new)
    assert process_time() - start < 3
