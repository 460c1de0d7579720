"""Doubts: why a question is better answered alone than in a list. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.chat import words
from engine.drawing.marks import marks_of
from policies.characters import suspicious

WATCHED = {"destination": "where it goes", "amount": "the amount"}
TWICE = "The rules want your yes twice."
UNPROVEN = {
    "text": "only in somebody else's text",
    "model": "composed by Firstmate",
}


def asks_twice(effect: Effect) -> bool:
    """Say whether the rules want this yes twice, over a limit for example: a list gives one."""
    return bool(effect.verdict["outcome"] == "ask_twice")


def doubt(
    effect: Effect,
    asked: Approval,
    roles: Mapping[str, str],
    shown: dict[str, Any],
    settings: dict[str, Any],
    now: datetime,
) -> str:
    """Return in one sentence why it starts left out of its list; "" when it starts included.

    `roles` by argument, as the operation declares them; `shown` is the kept preview.
    """
    if asks_twice(effect):
        return str(effect.verdict["because"]) or TWICE
    if asked.expires_at <= now:
        return "It expired."
    if asked.snoozed_until is not None and asked.snoozed_until > now:
        return f"You put it off until {words.moment(asked.snoozed_until, settings)}."
    if shown.get("options"):
        return "It offers a choice."
    if marks_of(shown["facts"]):
        return "The checks marked something in it."
    for path, origin in sorted(effect.action.origins.items()):
        role = roles.get(path.split(".")[0], "")
        if role in WATCHED and origin in UNPROVEN:
            return f"{path} ({WATCHED[role]}) is {UNPROVEN[origin]}."
    if effect.verdict["facts"].get("deceptive") or any(map(suspicious, _texts(shown))):
        return "It has hidden or look-alike characters."
    return ""


def _texts(shown: dict[str, Any]) -> Iterator[str]:
    """Yield what a person reads of it."""
    yield str(shown["title"])
    yield shown["text"] or ""
    for change in shown["changes"]:
        yield from (text for text in (change["before"], change["after"]) if text)
