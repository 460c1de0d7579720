"""What went wrong, in seven classes: the words for each, what mends it, what would prevent it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from connectors.contract import (
    AuthError,
    ConnectorError,
    PermanentError,
    TransientError,
    UnknownError,
)

Failure = Literal[
    "not_reached",
    "refused",
    "sign_in",
    "unknown",
    "interrupted",
    "rule_changed",
    "bad_answer",
]
TRIES_KEPT_MAX = 20
CUT_OFF = "No answer was heard: I was interrupted."


class CutOffError(UnknownError):
    """I was interrupted in the middle of the call and cannot look whether it happened."""


class BadAnswerError(UnknownError):
    """An answer came that cannot be understood."""


class ForbiddenError(PermanentError):
    """The rules forbid now what they let pass before."""


class Try(BaseModel, frozen=True):
    """One call. It is written down as interrupted before it is made, so a crash needs no hand."""

    at: datetime
    failure: Failure | None = "interrupted"  # None: it answered
    said: str = CUT_OFF
    ruled_out: bool = False  # somebody looked: this try did nothing


@dataclass(frozen=True, slots=True)
class Kind:
    """A class in the operator's words. `prevent` names the {operation} a rule could speak of."""

    says: str
    mend: str
    prevent: str


KINDS: Mapping[Failure, Kind] = {
    "not_reached": Kind(
        "not reached",
        "Wait until the other side answers again, then tap Retry.",
        "A playbook step that asks “is it reachable?” before {operation}, or a later hour for it.",
    ),
    "refused": Kind(
        "refused for good",
        "Change what the other side names with Edit, or mend it there; the same again is refused.",
        "A rule “ask me for {operation}” with this case in its words, so you see it before.",
    ),
    "sign_in": Kind(
        "sign-in needed",
        "Sign in again (see /settings, or `firstmate doctor` on the host), then tap Retry.",
        "A reminder to renew the sign-in of {operation} before it ends.",
    ),
    "unknown": Kind(
        "unknown outcome",
        "Look outside whether it happened, then say what you found.",
        "A rule “ask me twice for {operation}”, and a connector that can look whether it happened.",
    ),
    "interrupted": Kind(
        "interrupted",
        "I was cut off in the middle. Look outside, then decide.",
        "A host that is not switched off while {operation} runs; `firstmate doctor` checks it.",
    ),
    "rule_changed": Kind(
        "rule changed",
        "The rules forbid it now. Change it with Edit, or the rule (/policy), then tap Retry.",
        "A rule for {operation} that says “ask me” where it now says “never”.",
    ),
    "bad_answer": Kind(
        "bad answer",
        "The other side answered something I cannot read. Look there, then decide.",
        "A newer connector for {operation}, and a rule “ask me twice” for it until then.",
    ),
}
UNCERTAIN = ("unknown", "interrupted", "bad_answer")


def of(error: ConnectorError) -> Failure:
    """Return the class of a driver's error."""
    match error:
        case ForbiddenError():
            return "rule_changed"
        case BadAnswerError():
            return "bad_answer"
        case CutOffError():
            return "interrupted"
        case TransientError():
            return "not_reached"
        case AuthError():
            return "sign_in"
        case UnknownError():
            return "unknown"
    return "refused"


def tries_of(kept: Iterable[dict[str, Any]] | None) -> tuple[Try, ...]:
    """Return the tries of a row."""
    return tuple(Try.model_validate(one) for one in kept or ())


def doubtful(tries: tuple[Try, ...]) -> Try | None:
    """Return the newest try that may have done something outside, if there is one."""
    open_ones = [t for t in tries if t.failure in UNCERTAIN and not t.ruled_out]
    return open_ones[-1] if open_ones else None


def begun(tries: tuple[Try, ...], at: datetime) -> tuple[Try, ...]:
    """Return the tries with one more; whoever begins it has looked that none before it worked."""
    return (*ruled_out(tries), Try(at=at))[-TRIES_KEPT_MAX:]


def ended(tries: tuple[Try, ...], failure: Failure | None, said: str) -> tuple[Try, ...]:
    """Return the tries with what came of the last one."""
    if not tries:
        return ()
    return (*tries[:-1], tries[-1].model_copy(update={"failure": failure, "said": said}))


def ruled_out(tries: tuple[Try, ...]) -> tuple[Try, ...]:
    """Return the tries after somebody looked: none of them did anything."""
    return tuple(t.model_copy(update={"ruled_out": True}) for t in tries)


def as_json(tries: tuple[Try, ...]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in tries]
