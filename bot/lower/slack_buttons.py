"""A message's buttons as rows of Slack's actions."""

from typing import Any

from bot.lower.gate import Buttons, TokenOf
from bot.lower.slack_ink import Block, plain
from bot.lower.slack_limits import BUTTON_CHARS_MAX, VALUE_CHARS_MAX
from bot.lower.split import clip
from bot.lower.visible import visible
from engine.chat.messages import Button

STYLES = {"ok": "primary", "danger": "danger"}


def actions(rows: Buttons, token: TokenOf) -> list[Block]:
    """Return a block a row. A button that opens a form is told by its action: "form:0:1".

    Slack cannot show a dead button, so a disabled one is left out. Raises ValueError for a token
    Slack cannot carry.
    """
    return [
        {
            "type": "actions",
            "block_id": f"b{number}",
            "elements": [
                _element(button, f"{number}:{column}", token)
                for column, button in enumerate(row)
                if not button.disabled
            ],
        }
        for number, row in enumerate(rows)
        if not all(button.disabled for button in row)
    ]


def _element(button: Button, place: str, token: TokenOf) -> dict[str, Any]:
    value = token(button)
    if not 1 <= len(value) <= VALUE_CHARS_MAX:
        raise ValueError(
            f"The token of the button “{button.label}” must have 1 to {VALUE_CHARS_MAX:,} "
            "characters."
        )
    opens = button.form is not None and bool(button.form.fields)
    style = STYLES.get(button.style)
    return {
        "type": "button",
        "action_id": f"form:{place}" if opens else f"fm:{place}",
        "text": plain(clip(visible(button.label), BUTTON_CHARS_MAX).strip() or "…"),
        "value": value,
        **({"style": style} if style else {}),
    }
