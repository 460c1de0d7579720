"""A message of the bot on the fake Telegram, as a person sees it."""

from dataclasses import dataclass, field
from datetime import datetime

import telegram as ptb

from tests.peers.telegram_rich import Rich


@dataclass
class Shown:
    """A message of the bot as it is shown now."""

    id: int
    chat: int
    at: datetime
    text: str = ""
    entities: list[ptb.MessageEntity] = field(default_factory=list)
    rows: list[list[ptb.InlineKeyboardButton]] = field(default_factory=list)
    rich: Rich | None = None
    file: tuple[str, bytes] | None = None
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
