"""Each: where it is asked who of several is meant, all of them can be, with a card for each."""

import re
from dataclasses import replace

from agents.hearing import parts
from agents.playbooks.planner import Wish
from agents.playbooks.slots import Value
from agents.reading import parties
from agents.reading.words import Found
from engine.chat.questions import Question
from memory import events
from memory.db import Tx

ITEM = "each"  # of the button
_SAID = re.compile(
    r"(?:to |for |with |an |mit |für )?(?:both|all|each|beide[nrs]?|alle[nrs]?|jede[mnrs]?)"
    r"(?: of them| von ihnen)?(?:,? (?:please|bitte))?[\s.!]*",
    re.IGNORECASE,
)


def label(question: Question, wish: Wish) -> str:
    """Return the button that takes all who were named in a row; "": one of them is meant.

    Namesakes are never all meant. An amount is for each of them, and the button says so.
    """
    types = {slot.name: slot.type for slot in wish.playbook.slots}
    choices = question.body["choices"]
    words = [str(one.get("text", "")) for one in choices]
    if types[question.body["slot"]] != "person" or len({*words, ""}) <= len(words):
        return ""
    if question.body.get("more") or not any(_in_a_row(said, words) for said in wish.said):
        return ""
    sums = [v.label for name, v in wish.values.items() if types[name] == "money"]
    every = "Both" if len(words) == 2 else "All"
    cards = "two cards" if len(words) == 2 else f"{len(words)} cards"
    return f"{every}, {sums[0]} each" if sums else f"{every} ({cards})"


def is_said(words: str) -> bool:
    """Say whether the answer is that all of them are meant."""
    return _SAID.fullmatch(words.strip()) is not None


async def apart(tx: Tx, question: Question, wish: Wish, cause: str) -> list[tuple[str, Wish]]:
    """Return the wish once for each of those shown, with an event of its own to come from."""
    made = []
    for number, kept in enumerate(question.body["choices"]):
        value = Value.model_validate(kept)
        noted = await events.note(tx, parts.EACH, cause, number=number)
        values = {**wish.values, question.body["slot"]: value}
        one = replace(wish, values=values, message=wish.message or cause)
        made.append((noted.id, one))
    return made


def _in_a_row(said: str, words: list[str]) -> bool:
    spans = [(said.find(word), said.find(word) + len(word)) for word in words]
    found = sorted((Found(*span) for span in spans if span[0] >= 0), key=lambda one: one.start)
    return len(found) == len(words) == len(parties.row(said, found))
