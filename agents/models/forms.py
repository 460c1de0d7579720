"""Form: a wish as it goes to one model, whole or with what is somebody's replaced by marks."""

from dataclasses import dataclass, field
from typing import Generic

from agents.models.redacting import Redaction, redact
from agents.models.wish import Message, T, Wish


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A wish as it goes to one model: plain, or with numbers and addresses replaced."""

    wish: Wish[T]
    redacted: bool
    messages: list[Message]
    redaction: Redaction = field(default_factory=lambda: Redaction(()))
    repaired: bool = False


def plain(wish: Wish[T]) -> Form[T]:
    return Form(wish, False, list(wish.messages))


def redacted(wish: Wish[T]) -> Form[T]:
    cut = redact([message["content"] for message in wish.messages])
    messages = [
        {**message, "content": text} for message, text in zip(wish.messages, cut.texts, strict=True)
    ]
    return Form(wish, True, messages, cut)
