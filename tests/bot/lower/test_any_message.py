"""Whatever the message: it fits, it is well-formed, and every value in it can be seen."""

from collections.abc import Iterator

from aiogram.types import InputRichMessage
from hypothesis import HealthCheck, given, settings
from slack_sdk.models.blocks import Block

from bot.lower import slack_blocks, telegram_html, telegram_rich, terminal, web_html
from bot.lower.gate import READ_ALL
from bot.lower.limits import check_telegram, check_terminal, check_web, text_of
from bot.lower.rich_limits import check_rich, text_of_rich
from bot.lower.slack_limits import check_slack, text_of_blocks
from bot.lower.visible import visible
from engine.chat.diffs import FINE_CHARS_MAX
from engine.chat.diffs import _words as words_of
from engine.chat.messages import Button, Msg
from tests.bot.lower.regenerate import token
from tests.bot.lower.strategies import long_messages, messages

HOSTS = frozenset({"ok.example"})
patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
HIDDEN = {"type", "key", "ref", "style", "state", "link", "derived"}


def values(data: object) -> Iterator[str]:
    """Yield every text of a dumped part that a person must be able to see."""
    match data:
        case str():
            yield data
        case {"derived": True, "label": label, "old": old, "new": new}:
            yield from (text for text in (label, old, new) if text)
        case dict():
            yield from (text for k, v in data.items() if k not in HIDDEN for text in values(v))
        case list() | tuple():
            yield from (text for item in data for text in values(item))


def unseen(msg: Msg, shown: str) -> set[str]:
    """Return the words of the message that are nowhere in what was shown."""
    lines = {
        line for text in values(msg.model_dump()["parts"]) for line in visible(text).split("\n")
    }
    wanted = {word for line in lines for word, _ in words_of(line[:FINE_CHARS_MAX])}
    return {word for word in wanted if word not in shown}


def live(msg: Msg) -> list[Button]:
    return [button for row in msg.buttons for button in row if not button.disabled]


def check(msg: Msg) -> None:
    check_telegram_chat(msg)
    check_rich_chat(msg)
    check_slack_chat(msg)
    html = web_html.lower(msg, token, hosts=HOSTS)
    assert check_web(html) == []
    assert unseen(msg, text_of(html)) == set()
    text = terminal.lower(msg)
    assert check_terminal(text) == []
    assert "t.approve" not in text


def check_telegram_chat(msg: Msg) -> None:
    payloads = telegram_html.lower(msg, token, hosts=HOSTS)
    assert [fault for payload in payloads for fault in check_telegram(payload)] == []
    assert len(payloads) == 1 or not msg.buttons
    shown = "".join(
        text_of(html) for p in payloads for html in (p.text, *(f.content for f in p.files))
    )
    assert unseen(msg, shown) == set()
    buttons = [button for row in payloads[0].reply_markup for button in row]
    assert bool(buttons) == bool(msg.buttons)
    if live(msg) and payloads[0].cut:
        yes = [
            button.text for button in buttons if button.callback_data and button.style == "success"
        ]
        assert yes == [READ_ALL]


def check_rich_chat(msg: Msg) -> None:
    (payload,) = telegram_rich.lower(msg, token, hosts=HOSTS)
    assert check_rich(payload, HOSTS) == []
    InputRichMessage.model_validate({"blocks": payload.blocks})
    files = (text_of(file.content) for file in payload.files)
    assert unseen(msg, "".join((text_of_rich(payload.blocks), *files))) == set()
    buttons = [button for row in payload.reply_markup for button in row]
    assert bool(buttons) == bool(msg.buttons)
    if live(msg) and payload.cut:
        yes = [b.text for b in buttons if b.callback_data and b.style == "success"]
        assert yes == [READ_ALL]


def check_slack_chat(msg: Msg) -> None:
    payloads = slack_blocks.lower(msg, token, hosts=HOSTS)
    assert [fault for payload in payloads for fault in check_slack(payload, HOSTS)] == []
    for payload in payloads:
        for block in Block.parse_all(payload.blocks):
            block.validate_json()
    assert len(payloads) == 1 or not msg.buttons
    shown = "".join(
        text
        for p in payloads
        for text in (text_of_blocks(p.blocks), *(text_of(f.content) for f in p.files))
    )
    assert unseen(msg, shown) == set()
    rows = [block for block in payloads[0].blocks if block["type"] == "actions"]
    buttons = [button for row in rows for button in row["elements"]]
    assert bool(buttons) == bool(live(msg))
    if buttons and payloads[0].cut:
        yes = [b["text"]["text"] for b in buttons if b.get("style") == "primary"]
        assert yes == [READ_ALL]


@settings(patient, max_examples=60)
@given(messages)
def test_any_message_fits_is_safe_and_is_seen_on_every_surface(msg: Msg) -> None:
    check(msg)


@settings(patient, max_examples=15)
@given(long_messages)
def test_a_message_of_200_kb_does_so_too(msg: Msg) -> None:
    check(msg)
