"""The modal of a card: what it shows, and what comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.lower.slack_form import BOXES_MAX, FormError, boxes, failed, loading, read, view
from bot.lower.slack_limits import check_view
from engine.chat.messages import Form, Input
from tests.bot.lower.samples import REFUND

DRAFT = "\n\n".join(f"Paragraph {n}.\n" + "It goes on and on. " * 40 for n in range(12))
LONG = Form(
    title="Edit and ask again",
    fields=(Input(id="body", label="Text", kind="multiline", initial=DRAFT, max_chars=20_000),),
)
MANY = REFUND.buttons[0][1].form
assert MANY is not None


def checked(shown: dict[str, Any]) -> dict[str, Any]:
    assert check_view(shown) == []
    View(**shown).validate_json()
    return shown


def typed(shown: dict[str, Any]) -> dict[str, Any]:
    """Return what Slack sends back when nothing was touched."""
    return {block["block_id"]: {"value": answer(block["element"])} for block in inputs(shown)}


def inputs(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in shown["blocks"] if block["type"] == "input"]


def answer(element: dict[str, Any]) -> dict[str, Any]:
    if element["type"] == "static_select":
        return {"type": "static_select", "selected_option": element.get("initial_option")}
    return {"type": "plain_text_input", "value": element.get("initial_value")}


def test_the_modal_names_its_inputs_and_carries_the_token() -> None:
    shown = checked(view(MANY, "a1.token", answer="Change what you like."))
    assert (shown["type"], shown["callback_id"]) == ("modal", "fm:form")
    assert shown["private_metadata"] == "a1.token"
    assert [shown[name]["text"] for name in ("title", "submit", "close")] == [
        "Edit and ask again",
        "Save",
        "Cancel",
    ]
    assert [block["block_id"] for block in shown["blocks"]] == [
        "answer",
        "field:amount:0",
        "field:reason:0",
        "field:account:0",
    ]
    select = shown["blocks"][3]["element"]
    assert [option["text"]["text"] for option in select["options"]] == ["main", "tax"]
    assert select["initial_option"] == select["options"][0]


def test_a_long_draft_comes_in_boxes_and_goes_back_unchanged() -> None:
    shown = checked(view(LONG, "t"))
    assert len(DRAFT) > 9000
    assert [block["label"]["text"] for block in shown["blocks"]] == [
        f"Text ({n} of 4)" for n in (1, 2, 3, 4)
    ]
    assert all(block["element"]["multiline"] for block in shown["blocks"])
    assert read(LONG, typed(shown)) == {}


def test_a_change_in_one_box_keeps_all_the_others_exactly() -> None:
    state = typed(view(LONG, "t"))
    box = state["field:body:1"]["value"]
    box["value"] = "New.\n" + box["value"]
    second = boxes(DRAFT)[1].text
    assert read(LONG, state) == {"body": DRAFT.strip().replace(second, "New.\n" + second)}


def test_an_emptied_box_goes_away_with_its_gap() -> None:
    state = typed(view(LONG, "t"))
    state["field:body:1"]["value"]["value"] = None
    first, second, *_ = boxes(DRAFT)
    expected = DRAFT.strip().replace(second.gap + second.text, "", 1)
    assert read(LONG, state) == {"body": expected}
    assert expected.startswith(first.text)


@given(st.lists(st.text(" \nab👩", max_size=9000), max_size=5).map("".join))
def test_boxes_one_after_the_other_are_the_text(text: str) -> None:
    found = boxes(text)
    assert "".join(box.gap + box.text for box in found) == text.strip()
    assert all(box.text.strip() for box in found) or not text.strip()


def test_only_what_was_changed_comes_back() -> None:
    state = typed(view(MANY, "t"))
    assert read(MANY, state) == {}
    state["field:amount:0"]["value"]["value"] = " 35,50 "
    state["field:account:0"]["value"]["selected_option"] = {"value": "1"}
    assert read(MANY, state) == {"amount": "35,50", "account": "tax"}


def test_a_cleared_field_comes_back_empty() -> None:
    state = typed(view(MANY, "t"))
    state["field:reason:0"]["value"]["value"] = None
    assert read(MANY, state) == {"reason": ""}


def test_what_slack_does_to_line_ends_is_no_change() -> None:
    form = Form(title="t", fields=(Input(id="a", label="A", kind="multiline", initial="x\r\ny\n"),))
    assert read(form, {"field:a:0": {"value": {"value": "x\ny"}}}) == {}


def test_a_text_too_long_and_a_choice_not_offered_are_named_by_their_block() -> None:
    form = Form(
        title="t",
        fields=(
            Input(id="a", label="A", max_chars=3),
            Input(id="b", label="B", kind="choice", choices=("x", "y")),
        ),
    )
    state = {
        "field:a:0": {"value": {"value": "four"}},
        "field:b:0": {"value": {"selected_option": {"value": "7"}}},
    }
    with pytest.raises(FormError) as error:
        read(form, state)
    assert error.value.errors == {
        "field:a:0": "This takes 3 characters; it has 4.",
        "field:b:0": "Choose one of: x, y.",
    }
    state["field:a:0"] = {"value": {"value": "new"}}
    state["field:b:0"] = {"value": {"selected_option": {"value": "1"}}}
    assert read(form, state) == {"a": "new", "b": "y"}


def test_a_text_too_long_for_a_modal_is_changed_elsewhere() -> None:
    text = "word " * 10_000
    form = Form(title="t", fields=(Input(id="a", label="A", kind="multiline", initial=text),))
    shown = checked(view(form, "t"))
    (block,) = shown["blocks"]
    assert block["text"]["text"] == (
        "Too long for this form: “A” (50,000 characters). Change it in the local web chat, or say "
        "in words what should be different: “Do it, but…” on the card."
    )
    assert "submit" not in shown
    assert read(form, {}) == {}
    assert len(boxes(text)) > BOXES_MAX


def test_a_form_of_many_long_texts_stays_within_a_view_and_names_what_is_left() -> None:
    text = "word " * 5000
    fields = tuple(
        Input(id=f"f{n}", label=f"Field {n}", kind="multiline", initial=text, max_chars=30_000)
        for n in range(10)
    )
    form = Form(title="t", fields=(*fields, Input(id="short", label="Short", initial="x")))
    shown = checked(view(form, "t", answer="Change what you like."))
    each = len(boxes(text))
    assert each == 10
    answered, left, *boxed = shown["blocks"]
    assert answered["text"]["text"] == "Change what you like."
    assert left["text"]["text"].startswith("Too long for this form: “Field 9” (25,000 characters).")
    assert [block["block_id"] for block in boxed][-2:] == ["field:f8:9", "field:short:0"]
    assert len(shown["blocks"]) == 2 + 9 * each + 1
    state = typed(shown)
    state["field:short:0"]["value"]["value"] = "y"
    assert read(form, state) == {"short": "y"}


def test_of_very_many_fields_ten_are_named_and_the_others_counted() -> None:
    fields = tuple(Input(id=f"f{n}", label="x" * 2000, initial="y") for n in range(200))
    shown = checked(view(Form(title="t", fields=fields), "t"))
    assert len(shown["blocks"]) == 100
    said = shown["blocks"][0]["text"]["text"]
    assert " and 91 more fields. Change them in the local web chat" in said
    assert len(inputs(shown)) == 99


def test_every_box_takes_more_than_it_shows() -> None:
    shown = checked(view(LONG, "t"))
    for block in inputs(shown):
        assert len(block["element"]["initial_value"]) <= 2500
        assert block["element"]["max_length"] == 3000


def test_more_choices_than_slack_takes_are_typed() -> None:
    choices = tuple(str(n) for n in range(101))
    form = Form(title="t", fields=(Input(id="a", label="A", kind="choice", choices=choices),))
    state = typed(checked(view(form, "t")))
    state["field:a:0"]["value"]["value"] = "100"
    assert read(form, state) == {"a": "100"}
    state["field:a:0"]["value"]["value"] = "101"
    with pytest.raises(FormError, match="Choose one of"):
        read(form, state)


def test_the_raw_text_is_edited_under_a_visible_label() -> None:
    form = Form(title="T\u202e", fields=(Input(id="a", label="A\u200b", initial='x\u200b"<y>'),))
    shown = checked(view(form, "t"))
    assert shown["title"]["text"] == "TU+202E"
    assert shown["blocks"][0]["label"]["text"] == "AU+200B"
    assert shown["blocks"][0]["element"]["initial_value"] == 'x\u200b"<y>'


def test_strange_forms_still_open() -> None:
    fields = (
        Input(id="a", label=" "),
        Input(id="b", label="x" * 3000, kind="choice", choices=("", "y" * 200), initial=""),
        Input(id="c", label="c", kind="choice"),
    )
    checked(view(Form(title=" ", fields=fields), "t"))
    checked(view(Form(title="\u202e" * 24, fields=()), "t"))


def test_waiting_and_failing_have_nothing_to_save() -> None:
    for shown in (loading(), failed("This card was decided on another device."), failed("")):
        assert "submit" not in checked(shown)
    assert failed("Too late.")["blocks"][0]["text"]["text"] == "Too late."


@pytest.mark.parametrize("token", ["", "x" * 3001])
def test_a_form_needs_a_token_slack_can_carry(token: str) -> None:
    with pytest.raises(ValueError, match=r"1 to 3,000"):
        view(MANY, token)


def test_the_checker_sees_what_slack_would_refuse_in_a_modal() -> None:
    fine = view(MANY, "t")
    field = fine["blocks"][0]
    plain = {"type": "plain_text", "text": "x"}
    long = {"type": "plain_text_input", "initial_value": "x" * 3001}
    marked = {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "*x*"}}
    for change in (
        {"title": {**plain, "text": "x" * 25}},
        {"type": "home"},
        {"private_metadata": "x" * 3001},
        {"blocks": []},
        {"blocks": [field, field]},
        {"blocks": [{**field, "element": long}]},
        {"blocks": [{**field, "label": {**plain, "text": "x" * 2001}}]},
        {"blocks": [{**field, "label": {**plain, "text": "a\u202eb"}}]},
        {"blocks": [field, marked]},
        {"blocks": [{"type": "section", "block_id": "s", "text": plain}]},
    ):
        assert check_view({**fine, **change}) != []
