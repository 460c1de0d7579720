"""Cards in Telegram: what is shown, what is cut, and what a button then does."""

import re

import pytest

from bot.lower.gate import READ_ALL, full_text_button
from bot.lower.limits import check_telegram, measure, text_of, utf16
from bot.lower.payload import TEXT_UTF16_MAX, Payload
from bot.lower.telegram_html import MESSAGES_MAX, lower
from engine.chat.messages import (
    Bullets,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Quote,
    Span,
    TextDiff,
    say,
)
from tests.bot.lower.regenerate import token
from tests.bot.lower.samples import DOCUMENT, EDITED_DRAFT, HUGE, REFUND, decide


def card(*parts: Part, **fields: object) -> Msg:
    buttons = decide("apr_1", "✓ Send")
    return Msg(key="k", summary="A card.", parts=parts, buttons=buttons).model_copy(update=fields)


def only(msg: Msg, **options: bool) -> Payload:
    (payload,) = lower(msg, token, hosts=frozenset({"ok.example"}), **options)
    assert check_telegram(payload) == []
    return payload


def labels(payload: Payload) -> list[str]:
    return [button.text for row in payload.reply_markup for button in row]


def amounts(number: int) -> str:
    return "\n".join(f"Item {n} costs {n * 7 + 100} EUR and is due soon." for n in range(number))


def test_a_change_in_place_is_struck_and_bold() -> None:
    payload = only(EDITED_DRAFT)
    assert "for <s>2,400 EUR</s> <b>2,640 EUR (22 hours at 120 EUR)</b> and" in payload.text
    assert not payload.files
    assert payload.link_previews is False


def test_facts_come_in_one_order_only() -> None:
    found = re.findall(r"<b>(\w+)</b> ", only(REFUND).text.split("computed")[1])
    assert found == ["Why", "Evidence", "Risk", "Policy", "Cost", "Undo", "Expires"]


def test_what_must_be_cut_says_so_and_the_yes_waits_for_the_file() -> None:
    payload = only(HUGE)
    assert f"cut: {payload.cut} more changes, in the file" in payload.text
    assert payload.cut > 100
    assert labels(payload)[0] == READ_ALL
    assert payload.reply_markup[0][0].callback_data == "t.read_all.apr_terms."
    assert "✓ Approve v2" not in labels(payload)
    assert "your lawyer's wording" in payload.text
    (file,) = payload.files
    assert text_of(file.content).count("the parties") == 280
    assert "<script" not in file.content
    assert not re.search(r"(?:src|href)=", file.content)


def test_once_the_file_was_delivered_the_yes_is_back() -> None:
    payload = only(HUGE, delivered=True)
    assert labels(payload)[0] == "✓ Approve v2"
    assert READ_ALL not in labels(payload)
    assert payload.cut


def test_folded_unchanged_lines_are_in_the_file_and_hold_nothing_up() -> None:
    payload = only(DOCUMENT)
    assert labels(payload)[0] == "✓ Approve v4"
    assert payload.cut == 0
    assert "Here both sides follow schedule 33." in text_of(payload.files[0].content)


def test_the_button_that_stands_in_is_known_beforehand() -> None:
    button = full_text_button(HUGE)
    assert button is not None
    assert (button.label, button.action, button.ref) == (READ_ALL, "read_all", "apr_terms")
    assert full_text_button(say("k", "hello")) is None


def test_among_many_changes_the_amounts_are_kept() -> None:
    prose = "\n".join(
        f"Line {chr(97 + n % 26)} is plain prose about the weather." for n in range(400)
    )
    old = prose + "\nThe fee is 800 EUR.\n" + prose
    new = old.replace("plain prose", "very plain prose indeed").replace("800 EUR", "8,000 EUR")
    payload = only(card(TextDiff(old=old, new=new)))
    assert "<s>800 EUR</s> <b>8,000 EUR</b>" in payload.text
    assert payload.cut + 2 * payload.text.count("<b>very</b>") + 1 == 1601


def test_a_long_new_text_is_cut_visibly() -> None:
    payload = only(card(TextDiff(old="", new=amounts(300))))
    assert re.search(r"cut: \d+ more lines, in the file", payload.text)
    assert labels(payload)[0] == READ_ALL


def test_many_fields_are_counted_exactly() -> None:
    rows = tuple(FieldRow(label=f"Field {n}", old=str(n), new=str(n + 1)) for n in range(60))
    payload = only(card(FieldDiff(rows=rows)))
    shown = payload.text.count(" → ")
    assert f"cut: {60 - shown} more fields, in the file" in payload.text


def test_sources_move_into_a_fold_before_anything_is_cut() -> None:
    rows = tuple(
        FieldRow(label=f"F{n}", old=str(n), new=str(n + 1), source=f"mail {n}") for n in range(35)
    )
    payload = only(card(FieldDiff(rows=rows)))
    assert payload.cut == 0
    assert "<blockquote expandable>Sources (35)" in payload.text


def test_nothing_somebody_else_wrote_becomes_a_link_or_a_command() -> None:
    text = "Go to https://evil.example/x or evil.com, ask @someone, mail a@b.example, send /approve"
    for part in (
        Quote(text=text),
        Fold(title="t", parts=(Quote(text=text),)),
        Bullets(items=(text,)),
        TextDiff(old="", new=text),
        Para(spans=(Span(text=text),)),
    ):
        bare = re.sub(r"<(code|pre)>.*?</\1>", "", only(card(part)).text)
        assert not re.search(r"evil|@|/approve", bare)


def test_a_changed_link_keeps_its_meaning_without_being_one() -> None:
    row = FieldRow(label="Site", old="a.example.org", new="https://b.example.org/x")
    html = only(card(FieldDiff(rows=(row,)))).text
    assert "Site: ➖ <code>a.example.org</code> → " in html
    assert "➕ <code>https://b.example.org/x</code>" in html


def test_a_link_is_one_only_for_an_allowed_host() -> None:
    def linked(url: str) -> bool:
        return "<a " in only(card(Para(spans=(Span(text="here", link=url),)))).text

    assert linked("https://ok.example/a")
    for url in (
        "https://evil.example/",
        "https://ok.example@evil.example/",
        "https://evil.example@ok.example/",
        "https://ok.example.evil.example/",
        "javascript:alert(1)",
        "ftp://ok.example/",
        "https://[bad",
    ):
        assert not linked(url)
        assert "here" in only(card(Para(spans=(Span(text="here", link=url),)))).text


def test_our_own_command_can_be_tapped() -> None:
    payload = only(
        Msg(key="k", summary="s", parts=(Para(spans=(Span(text="/stop", link="/stop"),)),))
    )
    assert payload.text == "/stop"


def test_markup_in_a_text_is_text() -> None:
    change = TextDiff(old="a </blockquote> b", new="a </blockquote> c")
    payload = only(card(Heading(text="<b>x</b> & <script>"), change))
    assert measure(payload.text).text.startswith("<b>x</b> & <script>")


def test_a_card_that_begins_with_a_change_is_led_by_its_summary() -> None:
    payload = only(card(TextDiff(old="2,400 EUR", new="2,640 EUR")))
    assert measure(payload.text).text.startswith("A card.\n")


def test_a_plain_text_is_split_where_a_reader_pauses() -> None:
    text = "\n\n".join(f"Paragraph {n}. " + "It goes on and on. " * 30 for n in range(20))
    payloads = lower(say("k", text), token)
    assert 1 < len(payloads) <= MESSAGES_MAX
    assert all(check_telegram(payload) == [] for payload in payloads)
    assert all(payload.text.startswith("Paragraph") for payload in payloads)
    joined = " ".join(" ".join(payload.text for payload in payloads).split())
    assert joined == " ".join(text.split())
    assert [payload.silent for payload in payloads] == [False] + [True] * (len(payloads) - 1)


def test_a_word_without_end_is_split_between_characters() -> None:
    text = "👩‍💻e\u0301" * 2000
    payloads = lower(say("k", text), token)
    assert "".join(measure(payload.text).text for payload in payloads) == text
    assert all(utf16(measure(p.text).text) <= TEXT_UTF16_MAX for p in payloads)
    assert not any(p.text.startswith(("\u200d", "\u0301", "💻")) for p in payloads)


def test_a_text_too_long_for_the_chat_goes_into_a_file() -> None:
    payload = only(say("k", "word " * 40_000))
    assert "the full text" in payload.text
    assert text_of(payload.files[0].content).count("word ") >= 39_999


def test_a_secret_is_neither_shown_nor_decided_in_a_messenger() -> None:
    payload = only(card(Heading(text="the salary"), sensitivity="secret"))
    assert "salary" not in payload.text
    assert not payload.reply_markup
    assert payload.protect


def test_a_button_needs_a_token_telegram_can_carry() -> None:
    with pytest.raises(ValueError, match="✓ Send"):
        lower(card(Heading(text="x")), lambda _button: "x" * 65)


def test_the_form_of_a_button_becomes_a_request_for_a_reply() -> None:
    assert only(EDITED_DRAFT).edit_hint == "Reply to this message with the new text for “Text”."
    assert "Amount, Reason on the statement, From" in only(REFUND).edit_hint


def test_the_checker_sees_what_telegram_would_refuse() -> None:
    def faults(text: str) -> list[str]:
        return check_telegram(Payload(text=text, entities=measure(text).entities))

    assert faults("fine <b>bold</b>") == []
    for text in ("", "<b>open", "</b>", "<u><code>x</code></u>", "<div>x</div>", "x" * 4097,
                 "<b>x</b>" * 91, "<blockquote>a<blockquote>b</blockquote></blockquote>",
                 "<code><b>x</b></code>", "a\u202eb", "😀" * 2049):  # fmt: skip
        assert faults(text) != []
    assert check_telegram(Payload(text="x", entities=1)) == ["1 entities said, 0 found"]
