"""The fake Telegram is strict about rich messages."""

import json
from typing import Any

import pytest

from tests.peers.telegram_rich import BadRichError, read_rich

LEFT = {"align": "left", "valign": "top"}


def said(text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


def message(*blocks: dict[str, Any], **more: Any) -> str:
    return json.dumps({"blocks": blocks} | more)


def test_text_styles_and_labels_are_read() -> None:
    items = [{"blocks": [said(["a ", {"type": "bold", "text": "b"}])]}]
    row = [LEFT | {"text": "x"}, LEFT]
    read = read_rich(
        message({"type": "list", "items": items}, {"type": "table", "cells": [row]}, said("end"))
    )
    assert read.text == "a b\nx\nend"
    assert (read.styles, read.detects) == ([("bold", "b")], True)
    assert read.as_message()["blocks"][0]["items"][0]["label"] == "•"
    assert not read_rich(message(said("x"), skip_entity_detection=True)).detects


def nested(levels: int) -> Any:
    text: Any = "x"
    for _ in range(levels):
        text = {"type": "bold", "text": text}
    return text


@pytest.mark.parametrize(
    "raw",
    [
        message(),
        message(said("")),
        message({"type": "paragraph"}),
        message(said("x") | {"colour": "red"}),
        message({"type": "marquee", "text": "x"}),
        message(said({"type": "bot_command", "text": "/x", "bot_command": "/x"})),
        message(said({"type": "url", "text": "x"})),
        message({"type": "heading", "text": "x", "size": 7}),
        message({"type": "table", "cells": [[{"text": "x"}]]}),
        message({"type": "table", "cells": [[LEFT | {"text": "x"}] * 21]}),
        message({"type": "details", "summary": "x", "blocks": []}),
        message(*[said("x")] * 501),
        message(said("x" * 32_769)),
        message(said(nested(16))),
        json.dumps({"html": "<p>x</p>"}),
    ],
)
def test_what_telegram_refuses_is_refused(raw: str) -> None:
    with pytest.raises(BadRichError):
        read_rich(raw)


def test_the_limits_themselves_are_taken() -> None:
    read_rich(message(*[said("x")] * 500))
    read_rich(message(said("x" * 32_768)))
    read_rich(message(said(nested(14))))
