"""What a person sent on Telegram: what belongs together, and whose words are whose. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.chat.conversations import ALPHABET

if TYPE_CHECKING:
    from aiogram.types import ExternalReplyInfo, Message

BUNDLE_MESSAGES_MAX = 50
APART_MAX_S = 3  # between two messages of one bundle, by Telegram's own clock
DOWNLOAD_BYTES_MAX = 20 * 1024 * 1024  # what a bot may fetch
CODE = re.compile(
    rf"\s*(?:/start(?:@\w+)?\s+)?([{ALPHABET}]{{4}}-?[{ALPHABET}]{{4}})\s*", re.IGNORECASE
)
FILES = {  # Telegram's field -> the name to give a file that has none; an animation is also a
    "animation": "animation.mp4",  # document, so it comes first
    "audio": "audio.mp3",
    "document": "document",
    "photo": "photo.jpg",
    "video": "video.mp4",
    "video_note": "video-note.mp4",
    "voice": "voice.ogg",
}
MIMES = {"photo": "image/jpeg", "video_note": "video/mp4"}  # Telegram names none for these
UNREADABLE = (
    *("checklist", "contact", "dice", "game", "location"),
    *("paid_media", "poll", "sticker", "story", "venue"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as Telegram delivered it: the number of its update, parsed, and as it came."""

    update: int
    message: "Message"
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched; name and type are only what its sender says."""

    id: str
    name: str
    mime: str | None
    size: int

    @property
    def too_big(self) -> bool:
        """Whether Telegram keeps it from bots."""
        return self.size > DOWNLOAD_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for what may still belong to a message, in seconds."""

    bundle_s: float = 1.5  # after the last forward, or the last picture of an album
    comment_s: float = 0.4  # a comment typed with a forward arrives just before it


def code(text: str) -> str | None:
    """Return the pairing code, if the text is one or is `/start` with one."""
    found = CODE.fullmatch(text)
    return found[1].upper().replace("-", "") if found else None


def bundles(messages: Iterable[Sent]) -> list[list[Sent]]:
    """Part the messages of one chat into those that belong together, in their order.

    An album, several forwards in a row, and the one text typed right before or after them.
    """
    found: list[list[Sent]] = []
    for sent in messages:
        if found and _joins(found[-1], sent.message):
            found[-1].append(sent)
        else:
            found.append([sent])
    return found


def remaining_s(bundle: Sequence[Sent], quiet_s: float, pace: Pace) -> float:
    """Return how long to wait for more, when nothing came for `quiet_s`; 0: it is complete."""
    comments = [sent for sent in bundle if _is_comment(sent.message)]
    if len(bundle) >= BUNDLE_MESSAGES_MAX or (len(bundle) > 1 and comments[-1:] == [bundle[-1]]):
        return 0
    if any(_is_piece(sent.message) for sent in bundle):
        return max(0, pace.bundle_s - quiet_s)
    return max(0, pace.comment_s - quiet_s) if comments else 0


def words(bundle: Iterable[Sent]) -> str:
    """Return what the person typed: messages and captions of their own, nothing forwarded."""
    own = (sent.message for sent in bundle if not _is_foreign(sent.message))
    return "\n".join(filter(None, map(_text, own)))


def others(bundle: Iterable[Sent]) -> tuple[str, ...]:
    """Return everybody else's words: forwarded, sent through another bot, or quoted."""
    found: list[str] = []
    for sent in bundle:
        if _is_foreign(sent.message):
            found.append(_text(sent.message))
        if sent.message.quote is not None:
            found.append(sent.message.quote.text)
    return tuple(filter(None, found))


def files(bundle: Iterable[Sent]) -> list[Wanted]:
    """Return the files that came with a bundle, those of a quoted message too."""
    found: list[Wanted] = []
    for sent in bundle:
        for holder in (sent.message, sent.message.external_reply):
            wanted = None if holder is None else _file(holder, sent.message.message_id)
            found += [wanted] if wanted else []
    return found


def answered(bundle: Iterable[Sent]) -> int | None:
    """Return the id of the message that a bundle answers."""
    replies = (sent.message.reply_to_message for sent in bundle)
    return next((reply.message_id for reply in replies if reply is not None), None)


def unreadable(message: "Message") -> str | None:
    """Return the kind of a message that has no words and no file in it, such as a sticker."""
    return next((kind.replace("_", " ") for kind in UNREADABLE if getattr(message, kind)), None)


def _joins(bundle: Sequence[Sent], message: "Message") -> bool:
    last = bundle[-1].message
    if message.media_group_id and message.media_group_id == last.media_group_id:
        return True
    if len(bundle) >= BUNDLE_MESSAGES_MAX or _apart_s(last, message) > APART_MAX_S:
        return False
    pieces = [_is_piece(sent.message) for sent in bundle]
    if _is_piece(message):
        return pieces[-1] or (len(bundle) == 1 and _is_comment(last))
    return all(pieces) and _is_comment(message)


def _is_piece(message: "Message") -> bool:
    return message.forward_origin is not None or message.media_group_id is not None


def _is_comment(message: "Message") -> bool:
    """Say whether it may be about the forwards beside it. A command always stands alone."""
    about_else = message.reply_to_message or message.external_reply or _is_foreign(message)
    text = message.text or ""
    return bool(text) and not text.startswith("/") and not about_else


def _is_foreign(message: "Message") -> bool:
    return message.forward_origin is not None or message.via_bot is not None


def _apart_s(before: "Message", after: "Message") -> float:
    return abs((after.date - before.date).total_seconds())


def _text(message: "Message") -> str:
    return message.text or message.caption or ""


def _file(holder: "Message | ExternalReplyInfo", message_id: int) -> Wanted | None:
    kind = next((kind for kind in FILES if getattr(holder, kind)), None)
    if kind is None:
        return None
    found = getattr(holder, kind)
    if kind == "photo":
        found = found[-1]  # the sizes of one picture, the largest last
    stem, dot, suffix = FILES[kind].partition(".")
    name = getattr(found, "file_name", None) or f"{stem}-{message_id}{dot}{suffix}"
    mime = getattr(found, "mime_type", None) or MIMES.get(kind)
    return Wanted(id=found.file_id, name=name, mime=mime, size=found.file_size or 0)
