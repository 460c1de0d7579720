"""Commands as they are typed on Slack, which keeps a leading slash for itself. Pure."""

import re

from bot.commands.basic import HELP
from engine.chat.messages import Bullets, Fold, Msg, Para, Part

COMMAND = "/firstmate"
_NAMES = "|".join(HELP)
_TYPED = re.compile(rf"(?<![\w/])/({_NAMES})(?![\w/])")
_BARE = re.compile(rf"[/!]?({_NAMES})", re.IGNORECASE)


def speak(text: str) -> str:
    """Return a sentence of ours with every command as a person types it on Slack."""
    return _TYPED.sub(rf"{COMMAND} \1", text)


def heard(words: str) -> str:
    """Return what was typed, a lone command word as the command it names."""
    found = _BARE.fullmatch(words.strip())
    return f"/{found[1].lower()}" if found else words


def commanded(text: str) -> str:
    """Return what was written after /firstmate: a command with its rest, or plain words."""
    words = text.strip() or "help"
    name = words.lstrip("/").split(maxsplit=1)[0].lower()
    return f"/{words.lstrip('/')}" if name in HELP else words


def spoken(msg: Msg) -> Msg:
    """Return the message with commands as typed on Slack, in our own sentences only."""
    parts = tuple(_spoken(part) for part in msg.parts)
    return msg.model_copy(update={"parts": parts, "summary": _within(msg.summary, 200)})


def _spoken(part: Part) -> Part:
    match part:
        case Para():
            spans = tuple(
                span.model_copy(update={"text": speak(span.text), "link": _unlinked(span.link)})
                for span in part.spans
            )
            return part.model_copy(update={"spans": spans})
        case Bullets():
            return part.model_copy(update={"items": tuple(speak(item) for item in part.items)})
        case Fold():
            inner = tuple(_spoken(item) for item in part.parts)
            return part.model_copy(update={"parts": inner})
    return part


def _unlinked(link: str | None) -> str | None:
    return None if link is not None and link.startswith("/") else link


def _within(summary: str, chars_max: int) -> str:
    said = speak(summary)
    return said if len(said) <= chars_max else summary
