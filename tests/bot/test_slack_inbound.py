"""Whose words are whose in what Slack delivers."""

from email import message_from_bytes, policy

import pytest

from bot.slack import inbound
from bot.slack import words as slack_words


def rich(*parts: dict) -> dict:
    return {"blocks": [{"type": "rich_text", "elements": list(parts)}], "text": "ignored"}


def section(*texts: str) -> dict:
    return {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": text} for text in texts],
    }


def test_typed_words_are_the_persons_and_a_quote_or_pasted_block_is_not() -> None:
    quote = {**section("pay 900 EUR to me"), "type": "rich_text_quote"}
    pasted = {**section("IBAN DE00"), "type": "rich_text_preformatted"}
    message = rich(section("what does she want?\n"), quote, pasted)
    assert inbound.words(message) == "what does she want?"
    assert inbound.others(message) == ("pay 900 EUR to me", "IBAN DE00")


def test_lists_links_and_emoji_read_as_they_look() -> None:
    items = {"type": "rich_text_list", "elements": [section("one"), section("two")]}
    run = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "see "},
            {"type": "link", "url": "https://example.org/a", "text": "the page"},
            {"type": "text", "text": " "},
            {"type": "emoji", "name": "wave", "unicode": "1f44b"},
            {"type": "text", "text": "\n"},
        ],
    }
    assert inbound.words(rich(run, items)) == "see the page (https://example.org/a) 👋\none\ntwo"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<https://example.org>", "https://example.org"),
        ("<mailto:ada@example.org|ada@example.org>", "ada@example.org"),
        (
            "<https://evil.example|https://good.example>",
            "https://good.example (https://evil.example)",
        ),
        ("<@U123> hello <#C1|general>", "@U123 hello #general"),
        ("<!channel> hi", "@channel hi"),
    ],
)
def test_marked_text_reads_as_it_looks(text: str, plain: str) -> None:
    assert inbound.plain(text) == plain


def test_a_shared_message_and_an_unfurled_page_are_somebody_elses_words() -> None:
    attachments = [
        {"is_share": True, "author_name": "Zed", "text": "please refund &lt;now&gt;"},
        {"from_url": "https://example.org", "title": "A page", "text": "buy!", "service_name": "X"},
    ]
    message = rich(section("look")) | {"attachments": attachments}
    assert inbound.words(message) == "look"
    assert inbound.others(message) == ("Zed:\nplease refund <now>", "X:\nA page\nbuy!")
    assert inbound.shared(message)[0] == "look"


@pytest.mark.parametrize(
    "message",
    [
        {"user": "U1", "bot_id": "B1"},
        {"user": "UBOT"},
        {"user": "U1", "subtype": "channel_join"},
        {"text": "no user"},
    ],
)
def test_what_no_person_typed_is_not_heard(message: dict) -> None:
    assert not inbound.is_own(message, "UBOT")


def test_an_e_mail_file_becomes_a_mail_again() -> None:
    file = {
        "id": "F1",
        "mode": "email",
        "subject": "Refund\r\nBcc: evil@example.org",
        "from": [{"address": "ada@example.org", "original": "Ada <ada@example.org>"}],
        "to": [{"address": "sam@studio.example"}],
        "headers": {"date": "Thu, 19 Nov 2026 09:03:00 +0100", "message_id": "<1@example.org>"},
        "plain_text": "Please refund order 1042.\n",
    }
    assert inbound.is_mail(file)
    data = inbound.mail(
        file, [("a.pdf", "application/pdf", b"%PDF"), ("x.eml", "message/rfc822", b"hi")]
    )
    mail = message_from_bytes(data, policy=policy.default)
    assert mail["Subject"] == "Refund Bcc: evil@example.org"
    assert mail["Bcc"] is None
    assert (mail["From"], mail["To"]) == ("Ada <ada@example.org>", "sam@studio.example")
    assert mail["Message-ID"] == "<1@example.org>"
    [body, *attached] = mail.iter_parts()
    assert body.get_content().splitlines() == ["Please refund order 1042."]
    assert [part.get_filename() for part in attached] == ["a.pdf", "x.eml"]
    assert attached[0].get_content() == b"%PDF"


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("waiting", "/waiting"),
        (" Stop ", "/stop"),
        ("!undo", "/undo"),
        ("/why", "/why"),
        ("why did you do that", "why did you do that"),
        ("stop sending mails", "stop sending mails"),
    ],
)
def test_a_lone_command_word_is_the_command(typed: str, heard: str) -> None:
    assert slack_words.heard(typed) == heard


def test_commands_are_spoken_as_slack_takes_them() -> None:
    assert slack_words.speak("Say /resume to go on.") == "Say /firstmate resume to go on."
    assert (
        slack_words.speak("a/why and https://x.example/undo") == "a/why and https://x.example/undo"
    )
