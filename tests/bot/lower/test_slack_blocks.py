"""Cards in Slack: what is shown, what is cut, and what a button then does."""

from typing import Any

import pytest

from bot.lower.gate import READ_ALL
from bot.lower.limits import text_of
from bot.lower.payload import SlackPayload
from bot.lower.slack_blocks import MESSAGES_MAX, lower
from bot.lower.slack_limits import BLOCKS_MAX, SIZE_MAX, check_slack, size, text_of_blocks
from bot.lower.slack_parts import FOLD_CHARS_MAX
from engine.chat.messages import (
    Bullets,
    Button,
    Facts,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Progress,
    Quote,
    Span,
    TextDiff,
    say,
)
from tests.bot.lower.regenerate import token
from tests.bot.lower.samples import CRM, EDITED_DRAFT, HUGE, READ_MAIL, REFUND, REWRITE, decide

HOSTS = frozenset({"ok.example"})


def card(*parts: Part, **fields: object) -> Msg:
    buttons = decide("apr_1", "✓ Send")
    return Msg(key="k", summary="A card.", parts=parts, buttons=buttons).model_copy(update=fields)


def only(msg: Msg, **options: bool) -> SlackPayload:
    (payload,) = lower(msg, token, hosts=HOSTS, **options)
    assert check_slack(payload, HOSTS) == []
    return payload


def buttons(payload: SlackPayload) -> list[dict[str, Any]]:
    rows = [block for block in payload.blocks if block["type"] == "actions"]
    return [button for row in rows for button in row["elements"]]


def labels(payload: SlackPayload) -> list[str]:
    return [button["text"]["text"] for button in buttons(payload)]


def elements(payload: SlackPayload) -> list[dict[str, Any]]:
    blocks = [block for block in payload.blocks if block["type"] == "rich_text"]
    return [element for block in blocks for element in block["elements"]]


def drawn(element: dict[str, Any]) -> str:
    """Return an element with its styles as signs: ~struck~, *bold*, _italic_, `code`."""
    signs = {"strike": "~", "bold": "*", "italic": "_", "code": "`"}
    text = ""
    for leaf in element["elements"]:
        mark = "".join(signs[style] for style in leaf.get("style", {}))
        text += mark + leaf["text"] + mark
    return text


def test_a_change_in_place_is_struck_and_bold() -> None:
    payload = only(EDITED_DRAFT)
    (quote,) = [one for one in elements(payload) if one["type"] == "rich_text_quote"]
    assert "for ~2,400 EUR~ *2,640 EUR (22 hours at 120 EUR)* and" in drawn(quote)
    assert payload.text == EDITED_DRAFT.summary
    assert payload.files == ()
    assert [file.name for file in payload.stored] == ["INV-2026-041.pdf"]
    assert "📎 INV-2026-041.pdf" in text_of_blocks(payload.blocks)


def test_fields_say_before_and_after_with_their_source() -> None:
    (_, rows, _) = elements(only(CRM))
    assert drawn(rows).split("\n")[:2] == [
        "Stage: ~Proposal sent~ → *Negotiation*",
        "   _reply received 19 Nov_",
    ]
    assert "Phone: ➕ *+49 30 5550 0142*" in drawn(rows)
    assert "Fax: ~+49 30 5550 0143~ → —" in drawn(rows)


def test_computed_fields_stand_in_one_line() -> None:
    text = drawn(elements(only(REFUND))[1])
    assert text.endswith(
        "\n_computed: Left 160.00 EUR → 120.00 EUR · VAT 19 % 25.55 EUR → 19.16 EUR_"
    )


def test_facts_come_in_one_order_only() -> None:
    lines = drawn(elements(only(REFUND))[2]).split("\n")
    assert [line.split("*")[1] for line in lines] == [
        "Why",
        "Evidence",
        "Risk",
        "Policy",
        "Cost",
        "Undo",
        "Expires",
    ]


def test_a_rewrite_shows_the_new_text_first_and_the_old_behind() -> None:
    note, after, before, *_ = elements(only(REWRITE))
    assert drawn(note) == "_rewritten (98% of words changed)_"
    assert drawn(after).startswith("Hi Paul, a quick reminder")
    assert drawn(before).startswith("*Before*\nHello Mr. Okafor")


def test_a_removed_text_is_struck() -> None:
    (quote, *_) = elements(only(card(Heading(text="h"), TextDiff(old="all of it", new=""))))
    assert drawn(quote) == "~all of it~"


def test_a_plan_is_a_list_of_signs() -> None:
    steps = (
        Progress.Step(title="Find", state="done", detail="1042"),
        Progress.Step(title="Pay", state="waiting"),
    )
    (element, *_) = elements(only(card(Heading(text="h"), Progress(steps=steps))))
    assert drawn(element) == "✓ Find — 1042\n⏸ Pay"


def test_a_heading_is_a_header_and_a_long_one_is_bold_text() -> None:
    assert only(card(Heading(text="Pay :smile:"))).blocks[0] == {
        "type": "header",
        "block_id": "p0",
        "text": {"type": "plain_text", "text": "Pay :smile:", "emoji": False},
    }
    (element,) = elements(only(card(Heading(text="x" * 151))))
    assert drawn(element) == f"*{'x' * 151}*"


def test_buttons_carry_their_token_their_place_and_their_form() -> None:
    found = buttons(only(REFUND))
    assert [(one["action_id"], one.get("style")) for one in found] == [
        ("fm:0:0", "primary"),
        ("form:0:1", None),
        ("fm:0:2", "danger"),
        ("fm:1:0", None),
        ("fm:1:1", None),
    ]
    assert found[0]["value"] == "t.approve.apr_refund."


def test_what_must_be_cut_says_so_and_the_yes_waits_for_the_file() -> None:
    payload = only(HUGE)
    assert payload.cut > 100
    assert f"cut: {payload.cut} more changes, in the file" in text_of_blocks(payload.blocks)
    assert labels(payload)[0] == READ_ALL
    assert buttons(payload)[0]["value"] == "t.read_all.apr_terms."
    assert "✓ Approve v2" not in labels(payload)
    assert "your lawyer's wording" in text_of_blocks(payload.blocks)
    (file,) = payload.files
    assert text_of(file.content).count("the parties") == 280


def test_once_the_file_was_delivered_the_yes_is_back() -> None:
    payload = only(HUGE, delivered=True)
    assert labels(payload)[0] == "✓ Approve v2"
    assert payload.cut > 0


def test_a_short_fold_is_a_quote_under_its_title() -> None:
    quote = next(one for one in elements(only(READ_MAIL)) if one["type"] == "rich_text_quote")
    assert drawn(quote).startswith("*The e-mail, 8 lines*\n_Ada Example <ada@example.org>_:\nHello")


def test_a_long_fold_begins_and_says_exactly_how_much_is_hidden() -> None:
    text = "Word. " * 1000 + "End."
    payload = only(card(Heading(text="h"), Fold(title="The mail", parts=(Quote(text=text),))))
    title, start, rest = drawn(elements(payload)[0]).split("\n")
    assert title == "*The mail*"
    assert text.startswith(start)
    assert rest == f"_… {len(text) - len(start):,} more characters, in the file_"
    assert text in text_of(payload.files[0].content)
    assert payload.cut == 0
    assert labels(payload)[0] == "✓ Send"


def test_changes_in_a_long_fold_are_in_the_file_and_the_yes_waits() -> None:
    text = "\n".join(f"Line {n} costs {n} EUR." for n in range(FOLD_CHARS_MAX // 10))
    change = TextDiff(old=text, new=text.replace("EUR", "USD"))
    payload = only(card(Heading(text="h"), Fold(title="Details", parts=(change,))))
    assert payload.cut == FOLD_CHARS_MAX // 10
    assert "EUR" not in text_of_blocks(payload.blocks)
    assert labels(payload)[0] == READ_ALL


def test_nothing_from_outside_is_markup() -> None:
    evil = "<!channel> <@U1> *bold* ~s~ `c` <http://evil.example|good> https://evil.example/x :x:"
    parts = (
        Heading(text=evil[:140]),
        Para(spans=(Span(text=evil),)),
        Bullets(items=(evil,)),
        Quote(text=evil, who=evil),
        Fold(title=evil, parts=(Quote(text=evil),)),
        FieldDiff(rows=(FieldRow(label=evil, old=evil, new=evil + "2", source=evil),)),
        TextDiff(old="", new=evil),
        Facts(why=evil),
    )
    payload = only(card(*parts, summary=evil))
    shown = text_of_blocks(payload.blocks)
    assert shown.count(evil) == 13
    assert '"link"' not in str(payload.blocks)
    assert '"mrkdwn"' not in str(payload.blocks)


def test_the_fallback_is_the_summary_escaped_and_without_a_link() -> None:
    summary = "<!channel> & <http://evil.example|good> www.evil.example a@b.example x.pdf"
    assert only(card(summary=summary)).text == (
        "&lt;!channel&gt; &amp; &lt;http[:]//evil[.]example|good&gt; www[.]evil[.]example "
        "a@b.example x.pdf"
    )


def test_the_fallback_is_never_a_change_without_its_marks() -> None:
    payload = only(card(TextDiff(old="2,400 EUR", new="2,640 EUR")))
    assert payload.text == "A card."
    assert text_of_blocks(payload.blocks).startswith("A card.\n")


def test_a_link_is_one_only_for_an_allowed_host() -> None:
    def section(url: str) -> dict[str, Any]:
        return elements(only(card(Para(spans=(Span(text="here", link=url),)))))[0]

    link = {"type": "link", "url": "https://ok.example/a", "text": "here"}
    assert section("https://ok.example/a")["elements"] == [link]
    for url in (
        "https://evil.example/",
        "https://ok.example@evil.example/",
        "javascript:alert(1)",
        "https://[bad",
        "https://ok.example/" + "x" * 3000,
    ):
        assert drawn(section(url)) == f"here ({url})"


def test_our_own_command_stands_out_to_be_typed() -> None:
    msg = Msg(key="k", summary="s", parts=(Para(spans=(Span(text="/stop", link="/stop"),)),))
    assert drawn(elements(only(msg))[0]) == "`/stop`"


def test_hidden_characters_are_shown_by_their_number() -> None:
    payload = only(card(Heading(text="a\u202eb"), summary="p\u0430ypal"))
    assert payload.text == "pU+0430ypal"
    assert payload.blocks[0]["text"]["text"] == "aU+202Eb"


def test_many_paragraphs_become_one_block() -> None:
    text = "\n\n".join(f"Paragraph {n}." for n in range(BLOCKS_MAX + 1))
    payload = only(say("k", text))
    assert len(payload.blocks) == 1
    assert text_of_blocks(payload.blocks) == text.replace("\n\n", "\n")


def test_a_plain_text_is_split_where_a_reader_pauses() -> None:
    text = "\n\n".join(f"Paragraph {n}. " + "It goes on and on. " * 90 for n in range(20))
    payloads = lower(say("k", text), token)
    assert 1 < len(payloads) <= MESSAGES_MAX
    assert all(check_slack(payload) == [] for payload in payloads)
    texts = [text_of_blocks(payload.blocks) for payload in payloads]
    assert all(piece.startswith("Paragraph") for piece in texts)
    assert " ".join(" ".join(texts).split()) == " ".join(text.split())
    assert [payload.silent for payload in payloads] == [False] + [True] * (len(payloads) - 1)
    assert payloads[1].text.endswith(f" (2 of {len(payloads)})")


def test_a_word_without_end_is_split_between_characters() -> None:
    text = "👩‍💻e\u0301" * 3000
    payloads = lower(say("k", text), token)
    assert len(payloads) > 1
    assert "".join(text_of_blocks(payload.blocks) for payload in payloads) == text
    assert all(size(payload.blocks) <= SIZE_MAX for payload in payloads)


def test_a_text_too_long_for_the_chat_goes_into_a_file() -> None:
    payload = only(say("k", "word " * 40_000))
    assert "the full text" in text_of_blocks(payload.blocks)
    assert text_of(payload.files[0].content).count("word ") >= 39_999


def test_a_card_is_never_split() -> None:
    payload = only(card(Heading(text="h"), Para(spans=(Span(text="word " * 5000),))))
    assert labels(payload)[0] == "✓ Send"
    assert len(payload.files) == 1


def test_a_secret_is_neither_shown_nor_decided_in_a_messenger() -> None:
    payload = only(card(Heading(text="the salary"), sensitivity="secret", summary="the salary"))
    assert "salary" not in f"{payload.text}{payload.blocks}"
    assert buttons(payload) == []


@pytest.mark.parametrize("value", ["", "x" * 2001])
def test_a_button_needs_a_token_slack_can_carry(value: str) -> None:
    with pytest.raises(ValueError, match="✓ Send"):
        lower(card(Heading(text="x")), lambda _button: value)


def test_ninety_six_buttons_still_fit() -> None:
    row = tuple(Button(label="x" * 24, action="approve") for _ in range(8))
    payload = only(card(Heading(text="h"), Facts(why="y" * 50_000), buttons=(row,) * 12))
    assert len(buttons(payload)) == 96


def test_the_checker_sees_what_slack_would_refuse() -> None:
    def faults(*blocks: dict[str, Any], text: str = "s") -> list[str]:
        return check_slack(SlackPayload(text, blocks))

    def rich(*leaves: dict[str, Any]) -> dict[str, Any]:
        section = {"type": "rich_text_section", "elements": list(leaves)}
        return {"type": "rich_text", "block_id": "p0", "elements": [section]}

    def run(text: str) -> dict[str, Any]:
        return {"type": "text", "text": text}

    def row(**fields: Any) -> dict[str, Any]:
        label = {"type": "plain_text", "text": "ok"}
        button = {"type": "button", "text": label, "value": "v", "action_id": "a", **fields}
        return {"type": "actions", "block_id": "b0", "elements": [button]}

    fine = rich(run("fine"))
    assert faults(fine, row()) == []
    mrkdwn = {"type": "mrkdwn", "text": "<!channel>"}
    assert faults({"type": "section", "block_id": "p0", "text": mrkdwn}) == [
        "the type mrkdwn",
        "the type section",
    ]
    assert faults(rich({"type": "link", "url": "https://e.example", "text": "x"})) == [
        "a link to https://e.example"
    ]
    assert faults(fine, text="see evil.example") == ["evil.example in the text becomes a link"]
    assert faults(fine, text="<!here>") == ["the text is not escaped"]
    assert faults(fine, fine) == ["block_id p0 twice"]
    for blocks in (
        (),
        (rich(run("x" * 3001)),),
        (rich(run("")),),
        (rich(),),
        (rich(run("a\u202eb")),),
        (rich({"type": "user", "user_id": "U1"}, run("x")),),
        (rich({**run("x"), "style": {"blink": True}}),),
        (rich(*(run("x" * 3000) for _ in range(4))),),
        tuple({**fine, "block_id": f"p{n}"} for n in range(51)),
        (fine, row(value="x" * 2001)),
        (fine, row(value="")),
        (fine, row(action_id="x" * 256)),
        (fine, row(style="ok")),
        (fine, row(text={"type": "plain_text", "text": "x" * 76})),
        (fine, {**row(), "elements": []}),
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},),
        ({"type": "image", "image_url": "https://e.example/x.png", "elements": []},),
    ):
        assert faults(*blocks) != []
