"""A message of the bot on the fake Telegram, as a person sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import telegram as ptb

from tests.peers.telegram_rich import Rich

CALLBACK_BYTES_MAX = 64
BUTTONS_MAX, ROW_MAX = 100, 8
Rows = list[list[ptb.InlineKeyboardButton]]


@dataclass(frozen=True)
class Draft:
    """A passing preview in a private chat."""

    id: int
    text: str
    can_stop: bool


@dataclass
class Shown:
    """A message of the bot as it is shown now."""

    id: int
    chat: int
    at: datetime
    text: str = ""
    entities: list[ptb.MessageEntity] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    rich: Rich | None = None
    file: tuple[str, bytes] | None = None
    photo: bytes = b""
    caption: str = ""
    asks: bool = False  # it opens the reply box
    previews: bool = True
    silent: bool = False
    protected: bool = False
    edits: int = 0

    @property
    def live(self) -> list[ptb.InlineKeyboardButton]:
        """The buttons that can be tapped."""
        return [button for row in self.rows for button in row if not is_dead(button)]

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.live]

    @property
    def dead(self) -> list[str]:
        return [button.text for row in self.rows for button in row if is_dead(button)]

    def marked(self, kind: str) -> list[str]:
        """Return the stretches shown in one style: "bold", "strikethrough" …"""
        if self.rich is not None:
            return [text for style, text in self.rich.styles if style == kind]
        units = self.text.encode("utf-16-le")
        return [
            units[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")
            for e in self.entities
            if e.type == kind
        ]


def is_dead(button: ptb.InlineKeyboardButton) -> bool:
    """Tell whether a button is shown but does nothing; the codec knows no such field yet."""
    return "disabled" in button.api_kwargs


def keyboard(markup: dict[str, Any]) -> Rows:
    """Return the rows of buttons of a reply markup."""
    read = ptb.InlineKeyboardMarkup.de_json(markup, None)
    return [list(row) for row in read.inline_keyboard]


def keyboard_fault(rows: Rows) -> str:
    """Return what Telegram would refuse; "" for nothing."""
    if sum(map(len, rows)) > BUTTONS_MAX or any(len(row) > ROW_MAX for row in rows):
        return "reply markup is too long"
    for button in (button for row in rows for button in row):
        if is_dead(button) == (button.callback_data is not None):
            return "exactly one type of button is allowed"
        if not 1 <= len(str(button.callback_data or "-").encode()) <= CALLBACK_BYTES_MAX:
            return "BUTTON_DATA_INVALID"
    return ""
