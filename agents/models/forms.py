"""Forms: a wish as it goes to one model; to somebody else's never with a number or an address.

Whatever the rules say, and whatever class the words have: what is replaced is put back into the
answer. So there is no wish, and no way, by which an account leaves plain.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

from agents.models.redacting import Redaction, redact
from agents.models.wish import Message, T, Wish, schema_of
from engine.models.model_calls import Came

REPAIR = "That was not the JSON object I asked for: {fault} Send only the object, corrected."
SHORTER = (
    "That was of no use: {fault} Send only the JSON object, anew, in at most {chars} characters."
)
TOO_MUCH = ("cut", "long", "loop")  # shown whole, it would only be gone on with
BEGINNING_CHARS = 300
FRAME_TOKENS = 200  # what servers add around our messages, at most
TOKEN_CHARS = 3  # that surely fit into a token, on the average


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A wish as it goes to one model: plain, or with numbers and addresses replaced."""

    wish: Wish[T]
    redacted: bool
    messages: list[Message]
    redaction: Redaction = field(default_factory=lambda: Redaction(()))
    repaired: bool = False

    @property
    def tokens_most(self) -> int:
        """Return how many tokens may be read for it, with the shape, which is sent beside it, too.

        No token is shorter than a byte.
        """
        shape = len(json.dumps(schema_of(self.wish.gives)).encode())
        return sum(len(one["content"].encode()) for one in self.messages) + shape + FRAME_TOKENS


def of(wish: Wish[T], *, remote: bool) -> Sequence[Form[T]]:
    """Return the forms a model may get, the first that the rules let go: whole, or lean."""
    less = wish.leaner()
    wishes = (wish,) if less is None else (wish, less)
    return [_redacted(one) if remote else plain(one) for one in wishes]


def plain(wish: Wish[T]) -> Form[T]:
    """Return the wish as it is, for a machine of the operator's."""
    return Form(wish, False, list(wish.messages))


def _redacted(wish: Wish[T]) -> Form[T]:
    cut = redact([message["content"] for message in wish.messages])
    messages = [
        {**message, "content": text} for message, text in zip(wish.messages, cut.texts, strict=True)
    ]
    return Form(wish, True, messages, cut)


def repaired(form: Form[T], came: Came, said: str) -> Form[T]:
    """Return the form with a round in which the model sees what was wrong with what it wrote.

    What was wrong is told of the answer with everything put back, so it is replaced once more; so
    is what the model itself wrote out.
    """
    fault, text = came.why, said
    if form.redacted:
        fault, text = form.redaction.hidden(fault), form.redaction.hidden(text)
    why = REPAIR.format(fault=fault)
    if came.state in TOO_MUCH:
        text = text[:BEGINNING_CHARS] + "…" if len(text) > BEGINNING_CHARS else text
        most = min(form.wish.chars_max, form.wish.tokens_max * TOKEN_CHARS)
        why = SHORTER.format(fault=fault, chars=most)
    answer = [{"role": "assistant", "content": text}] if text.strip() else []
    asked = {"role": "user", "content": why}
    return replace(form, messages=[*form.messages, *answer, asked], repaired=True)
