"""Messages in logs and in `firstmate why`: plain words with word marks."""

from bot.lower.limits import check_terminal
from bot.lower.terminal import lower
from engine.chat.messages import Heading, Msg
from tests.bot.lower.samples import CRM, DOCUMENT, EDITED_DRAFT, READ_MAIL, REFUND


def test_a_change_is_marked_word_by_word() -> None:
    assert "is for [-2,400 EUR-] {+2,640 EUR (22 hours at 120 EUR)+} and" in lower(EDITED_DRAFT)


def test_fields_say_before_and_after() -> None:
    text = lower(CRM)
    assert "Deal value: [-4,500 EUR-]{+4,800 EUR+}\n    offer v3, accepted in the call" in text
    assert "Phone: {++49 30 5550 0142+}" in text


def test_unchanged_lines_are_folded_and_counted() -> None:
    assert "| … 61 lines unchanged …\n| 3.1 The day rate" in lower(DOCUMENT)


def test_a_quote_is_marked_on_every_line() -> None:
    assert "  > Hello,\n  > \n  > one of the two cups" in lower(READ_MAIL)


def test_buttons_are_named_and_facts_aligned() -> None:
    text = lower(REFUND)
    assert text.endswith("[✓ Refund 40.00 EUR] [✎ Edit] [✗ Reject] [⏰ Later] [… More]\n")
    assert "\nRisk:     money out" in text


def test_no_control_character_reaches_a_terminal() -> None:
    text = lower(Msg(key="k", summary="s", parts=(Heading(text="a\x1b[2J\x07b\u202ec"),)))
    assert text == "aU+001B[2JU+0007bU+202Ec\n"
    assert check_terminal(text) == []
    assert check_terminal("\x1b") != []
