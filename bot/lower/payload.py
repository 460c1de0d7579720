"""What goes to Telegram or Slack for one message, before any network is involved."""

from dataclasses import dataclass
from typing import Any, Literal

from engine.chat.messages import File

TEXT_UTF16_MAX = 4096  # after entity parsing
ENTITIES_MAX = 90  # Telegram silently ignores those past about 100
BUTTONS_PER_ROW_MAX = 8
BUTTONS_MAX = 100
CALLBACK_BYTES_MAX = 64


@dataclass(frozen=True)
class InlineButton:
    """One button; without `callback_data` it is shown disabled."""

    text: str
    callback_data: str | None
    style: Literal["success", "danger"] | None = None


@dataclass(frozen=True)
class Attachment:
    """A file made here, sent right after the message."""

    name: str
    mime: str
    content: str


@dataclass(frozen=True)
class Payload:
    """One `sendMessage` or `editMessageText`, with link previews off, and what follows it."""

    text: str  # HTML as Telegram reads it
    entities: int
    reply_markup: tuple[tuple[InlineButton, ...], ...] = ()
    files: tuple[Attachment, ...] = ()  # made here: the full text of what had to be cut
    stored: tuple[File, ...] = ()  # the message's own files, fetched by digest
    edit_hint: str = ""  # what to ask for when the button with a form is tapped
    cut: int = 0  # changes that are only in the file
    silent: bool = False
    protect: bool = False
    link_previews: Literal[False] = False


@dataclass(frozen=True)
class RichPayload:
    """One `sendRichMessage` or `editMessageText`, with nothing detected in it, and what follows."""

    blocks: tuple[dict[str, Any], ...]
    reply_markup: tuple[tuple[InlineButton, ...], ...] = ()
    files: tuple[Attachment, ...] = ()  # made here: the full text of what had to be cut
    stored: tuple[File, ...] = ()  # the message's own files, fetched by digest
    cut: int = 0  # changes that are only in the file
    silent: bool = False
    protect: bool = False
    skip_entity_detection: Literal[True] = True


@dataclass(frozen=True)
class SlackPayload:
    """One `chat.postMessage` or `chat.update`, with `mrkdwn` and unfurling off, and what follows.

    `text` is escaped, as Slack wants it: notifications and screen readers read nothing else.
    """

    text: str  # the written summary, never a change without its marks
    blocks: tuple[dict[str, Any], ...]
    files: tuple[Attachment, ...] = ()  # made here: the full text of what had to be cut
    stored: tuple[File, ...] = ()  # the message's own files, fetched by digest
    cut: int = 0  # changes that are only in the file
    silent: bool = False
