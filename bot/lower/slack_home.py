"""The Home tab of the Slack app: one page, drawn from the same message as everywhere."""

from typing import Any

from bot.lower.gate import TokenOf
from bot.lower.slack_blocks import lower
from engine.chat.messages import Msg

BLOCKS_MAX = 100


def home(board: Msg, token: TokenOf) -> dict[str, Any]:
    """Return the view to publish."""
    blocks = [block for payload in lower(board, token, delivered=True) for block in payload.blocks]
    return {"type": "home", "blocks": blocks[:BLOCKS_MAX]}
