"""Rich messages on Telegram: tables, marks and folds, within their limits and never cut unsaid."""

from dataclasses import replace
from typing import Any

import pytest
from aiogram.types import InputRichMessage

from bot.lower.gate import READ_ALL
from bot.lower.limits import text_of
from bot.lower.payload import RichPayload
from bot.lower.rich_limits import (
    BLOCKS_MAX,
    TEXT_CHARS_MAX,
    check_rich,
    measure_rich,
    text_of_rich,
)
from bot.lower.telegram_rich import gains, lower
from engine.chat.messages import (
    Bullets,
    Evidence,
    Facts,
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
from tests.bot.lower.samples import DOCUMENT, HELP, HUGE, PLAN, READ_MAIL, REFUND, decide

HOSTS = frozenset({"ok.example"})
LEFT = {"align": "left", "valign": "top"}


def card(*parts: Part, **fields: object) -> Msg:
    buttons = decide("apr_1", "✓ Send")
    return Msg(key="k", summary="A card.", parts=parts, buttons=buttons).model_copy(update=fields)


def only(msg: Msg, **options: bool) -> RichPayload:
    (payload,) = lower(msg, token, hosts=HOSTS, **options)
    assert check_rich(payload, HOSTS) == []
    InputRichMessage.model_validate({"blocks": payload.blocks})
    return payload


def blocks(*parts: Part) -> tuple[dict[str, Any], ...]:
    """The blocks of a card, after the summary that leads it."""
    return only(card(*parts)).blocks[1:]


def struck(text: str) -> dict[str, Any]:
    return {"type": "strikethrough", "text": text}


def new(text: str) -> dict[str, Any]:
    return {"type": "marked", "text": {"type": "bold", "text": text}}


def labels(payload: RichPayload) -> list[str]:
    return [button.text for row in payload.reply_markup for button in row]


def test_fields_are_a_table_of_two_columns_with_the_source_below() -> None:
    row = FieldRow(label="Amount", old="45.00 EUR", new="40.00 EUR", source="her e-mail")
    derived = FieldRow(label="Left", old="160", new="120", derived=True)
    (table, computed) = blocks(FieldDiff(rows=(row, derived)))
    assert table["cells"] == [
        [
            LEFT | {"text": "Amount"},
            LEFT | {"text": [struck("45.00 EUR"), " → ", new("40.00 EUR")]},
        ],
        [LEFT, LEFT | {"text": {"type": "italic", "text": "her e-mail"}}],
    ]
    assert computed["text"] == {"type": "italic", "text": "computed: Left 160 → 120"}


@pytest.mark.parametrize(
    ("old", "new_text", "value"),
    [
        (None, "40", ["➕ ", new("40")]),
        ("45", None, [struck("45"), " → —"]),
        ("45", "45", "45"),
        (None, None, "—"),
    ],
)
def test_a_field_says_what_happens_to_it(old: str, new_text: str, value: object) -> None:
    (table,) = blocks(FieldDiff(rows=(FieldRow(label="x", old=old, new=new_text),)))
    assert table["cells"][0][1]["text"] == value


def test_a_change_in_place_is_struck_and_marked() -> None:
    (quote,) = blocks(TextDiff(old="It is 2,400 EUR in all.", new="It is 2,640 EUR in all."))
    text = ["It is ", struck("2,400 EUR"), " ", new("2,640 EUR"), " in all."]
    assert quote == {"type": "blockquote", "blocks": [{"type": "paragraph", "text": text}]}


def test_a_rewrite_is_open_and_what_was_before_is_one_tap_away() -> None:
    said, after, before = blocks(TextDiff(old="one two three", new="four five six"))
    assert said["text"] == {"type": "italic", "text": "rewritten (100% of words changed)"}
    assert text_of_rich([after]) == "four five six"
    assert before["type"] == "details"
    assert text_of_rich([before]) == "Before\none two three"


def test_a_long_document_opens_with_some_changes_and_counts_those_behind_the_tap() -> None:
    payload = only(HUGE)
    assert text_of_rich(payload.blocks).count("the parties") == 280
    hidden = [block for block in payload.blocks if block["type"] == "details"]
    counts = [text_of_rich([block]).count("the parties") for block in hidden]
    assert [text_of_rich([block]).split("\n")[0] for block in hidden] == ["256 more changes"]
    assert counts == [256]
    assert (payload.cut, labels(payload)[0]) == (0, "✓ Approve v2")


def test_a_fold_within_a_fold_lies_open_under_its_title() -> None:
    inner = Fold(title="inner", parts=(Quote(text="word " * 200),))
    (fold,) = blocks(Fold(title="outer", parts=(inner,)))
    assert (fold["type"], fold["summary"]) == ("details", {"type": "bold", "text": "outer"})
    assert [block["type"] for block in fold["blocks"]] == ["paragraph", "blockquote"]


def test_a_quote_names_who_and_a_long_one_opens_with_a_tap() -> None:
    (short,) = blocks(Quote(text="Hello", who="Ada"))
    assert short == {
        "type": "blockquote",
        "blocks": [{"type": "paragraph", "text": "Hello"}],
        "credit": "Ada",
    }
    (long,) = blocks(Quote(text="Hello there\n" * 100, who="Ada"))
    assert long["summary"] == {"type": "bold", "text": "Ada, 101 lines"}


def test_much_evidence_is_folded_and_the_other_facts_are_lines() -> None:
    evidence = tuple(Evidence(label=f"mail {n}", ref=f"evt_{n}") for n in range(4))
    lines, folded = blocks(Facts(why="you asked", risk="money out", evidence=evidence))
    assert text_of_rich([lines]) == "Why you asked\nRisk money out"
    assert text_of_rich([folded]) == "Evidence (4)\nmail 0 · mail 1 · mail 2 · mail 3"


def test_nothing_is_detected_and_a_link_needs_an_allowed_host() -> None:
    def links(url: str) -> str:
        payload = only(card(Heading(text="x"), Para(spans=(Span(text="here", link=url),))))
        assert payload.skip_entity_detection is True
        return str(payload.blocks[1]["text"])

    url = "https://ok.example/a"
    assert links(url) == str({"type": "url", "text": "here", "url": url})
    for other in ("https://evil.example/", "https://ok.example@evil.example/", "javascript:x"):
        assert links(other) == f"here ({other})"


def test_markup_in_a_text_is_text() -> None:
    (paragraph,) = only(card(Para(spans=(Span(text="<b>x</b> **y** & &lt;"),)))).blocks
    assert paragraph["text"] == "<b>x</b> **y** & &lt;"


def test_what_must_be_cut_says_so_and_the_yes_waits_for_the_file() -> None:
    rows = tuple(FieldRow(label=f"Field {n}", old=str(n), new=str(n + 1)) for n in range(600))
    payload = only(card(FieldDiff(rows=rows)))
    text = text_of_rich(payload.blocks)
    assert text.count(" → ") == 120
    assert "cut: 480 more fields, in the file" in text
    assert (payload.cut, labels(payload)[0]) == (480, READ_ALL)
    assert text_of(payload.files[0].content).count("Field ") == 600
    assert labels(only(card(FieldDiff(rows=rows)), delivered=True))[0] == "✓ Send"


def test_what_fits_in_no_step_is_counted_and_keeps_its_facts() -> None:
    rows = tuple(FieldRow(label="F", old=str(n), new=str(n + 1)) for n in range(60))
    folds = tuple(Fold(title=f"{n}", parts=(FieldDiff(rows=rows),)) for n in range(99))
    payload = only(card(*folds, Facts(risk="money out")))
    text = text_of_rich(payload.blocks)
    assert "cut: 5,940 changes, all in the file" in text
    assert text.endswith("Risk money out")
    assert payload.cut == 5940


def test_sources_move_into_a_fold_before_anything_is_cut() -> None:
    rows = tuple(
        FieldRow(label=f"F{n}", old=str(n), new=str(n + 1), source=f"mail {n}") for n in range(260)
    )
    payload = only(card(FieldDiff(rows=rows)))
    assert payload.cut == 0
    assert payload.blocks[-1]["summary"] == {"type": "bold", "text": "Sources (260)"}


def test_unchanged_lines_are_in_the_file_and_hold_nothing_up() -> None:
    payload = only(DOCUMENT)
    assert (payload.cut, labels(payload)[0]) == (0, "✓ Approve v4")
    assert "Here both sides follow schedule 33." in text_of(payload.files[0].content)


def test_a_secret_is_neither_shown_nor_decided_in_a_messenger() -> None:
    payload = only(card(Heading(text="the salary"), sensitivity="secret"))
    assert "salary" not in text_of_rich(payload.blocks)
    assert (payload.reply_markup, payload.protect) == ((), True)


def test_a_button_needs_a_token_telegram_can_carry() -> None:
    with pytest.raises(ValueError, match="✓ Send"):
        lower(card(Heading(text="x")), lambda _button: "x" * 65)


def test_only_what_gains_by_it_is_rich() -> None:
    assert all(gains(msg) for msg in (REFUND, READ_MAIL, PLAN, DOCUMENT))
    assert not any(gains(msg) for msg in (HELP, say("k", "hello"), card(Bullets(items=("a",)))))
    assert not gains(REFUND.model_copy(update={"sensitivity": "secret"}))


def test_the_checker_sees_what_telegram_would_refuse() -> None:
    def faults(*made: dict[str, Any]) -> list[str]:
        return check_rich(RichPayload(made), HOSTS)

    def said(text: object) -> dict[str, Any]:
        return {"type": "paragraph", "text": text}

    deep: Any = "x"
    for _ in range(16):
        deep = {"type": "bold", "text": deep}
    assert faults(said("fine")) == []
    for made in (
        said(""),
        said("x" * (TEXT_CHARS_MAX + 1)),
        said(deep),
        said("a\u202eb"),
        said({"type": "bot_command", "text": "/x", "bot_command": "/x"}),
        said({"type": "url", "text": "x", "url": "https://evil.example"}),
        {"type": "map"},
        {"type": "list", "items": []},
        {"type": "table", "cells": [[LEFT | {"text": "x"}] * 21]},
    ):
        assert faults(made) != []
    assert faults() != []
    assert faults(*[said("x")] * (BLOCKS_MAX + 1)) != []
    fine = RichPayload((said("x"),))
    assert check_rich(replace(fine, reply_markup=((),)), HOSTS) == ["0 buttons in a row"]


def test_blocks_items_and_rows_are_counted_and_text_in_utf16_units() -> None:
    items = {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "😀"}]}] * 2}
    table = {"type": "table", "cells": [[LEFT | {"text": "a"}, LEFT], [LEFT, LEFT]]}
    size = measure_rich([items, table])
    assert (size.blocks, size.chars, size.columns, size.depth) == (1 + 4 + 1 + 2, 5, 2, 3)
