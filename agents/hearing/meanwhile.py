"""Meanwhile: what is said while a question of ours is open: its answer, or something of its own.

A question for a text takes everything but a clear “forget it”. One for an amount, a day, a person
or one of several takes what is nothing else, or what nobody knows as a wish; what comes between
is done, and the question is put once more, shortly.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agents.hearing import aiming, each, filling, order_words, parts, plain, question_words
from agents.hearing.filling import KINDS, resumed
from agents.playbooks import slots
from agents.playbooks.library import Playbook, Slot
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Route
from agents.reading import context, parties
from agents.reading.words import tokens
from engine.chat import outbox, questions
from engine.chat.messages import say
from engine.chat.questions import Question
from engine.planning import goals
from engine.rules import goal_rules
from memory.db import Reader, Tx
from memory.events import Event
from memory.texts.passages import SESSION_PAUSE

Verdict = Literal["answer", "restated", "asked", "own"]
YES = {"yes", "yes.", "ok", "approve", "ja", "oui", "sí"}
STILL = "Still open: "
DROPPED = "Dropped."
HOLD = " To hold everything, say STOP."
WHICH = (
    "That may mean my question, or “{}”, which came after it. I did nothing. “cancel” drops the "
    "question, “undo” takes back the other."
)

_LEAD = r"(?:(?:no|nein|ok(?:ay)?|ach|oh|well|na|please|bitte|just|sorry|actually)[,.!]? )*"
_TAIL = r"(?:[,.]? (?:please|bitte|then|dann|now|thanks|thank you|danke|again|wieder))*"
_CLEAR = (  # nobody has that written to somebody else
    r"never ?mind(?: (?:that|it|about (?:it|that)))?|forget (?:it|that|this|about (?:it|that|this))"
    r"|(?:stop|drop|leave|skip|cancel|scratch|abort) (?:it|that|this)"
    r"|(?:i )?(?:have |'ve )?changed my mind|vergiss (?:es|das)|vergessen wir (?:es|das)"
    r"|lass (?:es|das)(?: sein| bleiben)?|lass(?:en wir)? (?:es|das|mal)(?: gut sein)?"
    r"|(?:es |das )?hat sich erledigt|brich (?:es |das )?ab|(?:stopp|streich) (?:es|das)"
    r"|laisse(?:z)? tomber|oublie(?:z)?(?: (?:ça|cela))?|olv[ií]d[ae]lo|d[eé]j[ae]lo"
)
_ELSE = (  # which answers no “how much?” either
    r"no thank(?:s| you)|nein danke|not now|nicht jetzt|(?:it )?does(?:n't| not) matter|egal"
    r"|(?:don't|do not)(?: do (?:it|that))?|doch nicht|schon gut|hör auf|leave off|no need"
    r"|nicht (?:mehr )?nötig|non merci|no gracias|da igual"
)
_DROPS = {
    True: re.compile(rf"{_LEAD}(?:{_CLEAR}){_TAIL}"),
    False: re.compile(rf"{_LEAD}(?:{_CLEAR}|{_ELSE}){_TAIL}"),
}
_STOPS = re.compile(r"\b(?:stop|stopp|abort|brich|hör auf)\b")
_BESIDE = re.compile(  # an answer, and no word of a wish
    r"(?:the|an?|on|at|by|for|to|of|in|it|its|is|was|s|that|this|be|about|from|with|please|yes|yeah"
    r"|ok|okay|well|hm+|let|say|make|i|think|maybe|one|number|no|nr|customer|client|please"
    r"|payment|order|invoice|der|die|das|den|dem|am|um|an|im|in|für|von|mit|zu|bei|bitte|ja|es"
    r"|ist|sind|sagen|wir|ich|glaube|vielleicht|nummer|die|kund\w+|zahlung|rechnung|bestellung)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, and what is known of it apart from the question.

    `told`: the command that takes what it tells. `rule`: every word of it is a rule's.
    """

    words: str
    route: Route
    told: str
    rule: bool


def takes_text(question: Question | None, playbooks: Mapping[str, Playbook]) -> bool:
    """Say whether the question is for a text, which may be worded like anything."""
    slot = None if question is None else _slot(question, playbooks)
    return slot is not None and slot.type == "text"


def drops(said: str, question: Question | None, playbooks: Mapping[str, Playbook]) -> bool:
    """Say whether the words call off the question, and mean nothing besides."""
    words = " ".join(said.casefold().replace("\u2019", "'").split()).strip("¿¡ .!?")
    free = question is not None and (question.kind not in KINDS or takes_text(question, playbooks))
    return _DROPS[free].fullmatch(words) is not None


async def drop(
    tx: Tx, event: Event, question: Question | None, playbooks: Mapping[str, Playbook]
) -> bool:
    """Drop the question and put the next, or ask what is meant. False: there is none."""
    if await questions.dropped_by(tx, event.id):
        return True  # heard again after a crash: another one may be open by now
    if question is None or event.body.get("redirects") or await _replied(tx, event) == "card":
        return False
    if between := await _between(tx, event, question):
        await outbox.post(tx, say(f"which:{event.id}", WHICH.format(between)), question.conv)
        return True
    words = str(event.body["words"]).casefold()
    text = DROPPED + (HOLD if _STOPS.search(words) else "")
    await outbox.post(tx, say(f"dropped:{event.id}", text), question.conv)
    await questions.settle(tx, question.id, "dropped", event.id)
    await filling.ask_next(tx, question.conv, playbooks, event.id)
    return True


async def repeat(
    tx: Tx, event: Event, question: Question, playbooks: Mapping[str, Playbook]
) -> None:
    """Put the question once more, shortly, if nothing else is asked and it is not long ago."""
    now = await questions.open_in(tx, question.conv)
    if now is None or now.id != question.id or tx.now - question.at > SESSION_PAUSE:
        return
    msg = filling.question_msg(question, playbooks)
    text = f"{STILL}{msg.summary}"
    again = say(f"{filling.AGAIN}{event.id}", text, buttons=msg.buttons)
    await outbox.post(tx, again, question.conv)


async def verdict(
    reader: Reader, event: Event, question: Question, said: Said, playbooks: Mapping[str, Playbook]
) -> Verdict:
    """Return what the words are to the question.

    “restated”: the same wish, said whole. “asked”: asks what is remembered, if anything is.
    """
    replied = await _replied(reader, event)
    to_card = said.words.casefold() in YES or drops(said.words, question, playbooks)
    if replied == "card" and to_card:
        return "own"
    slot = _slot(question, playbooks)
    named = bool(await parties.find(reader, said.words))
    if slot is None:
        return _open(said, named)
    if replied == "question":
        return "answer"
    wish = resumed(question, playbooks)
    if await _restates(reader, wish, question, said.route):
        return "restated"
    if slot.type == "text":
        return _free(said, named)
    reads = await _reads(reader, wish, slot, question, said.words)
    return "answer" if reads == "whole" else _typed(said, wish, reads)


def _free(said: Said, named: bool) -> Verdict:
    if said.told and aiming.stops(said.words):
        return "own"
    memory = question_words.of_memory(said.words, said.route, named)
    return "asked" if memory else "answer"


def _open(said: Said, named: bool) -> Verdict:
    """What a planner asks, or the setup, is of no type: only what is plainly a wish is none."""
    known = said.route.playbook is not None and said.route.how == "pattern"
    if known or plain.courtesy(said.words):
        return "own"
    return _free(said, named)


def _typed(said: Said, wish: Wish, reads: str) -> Verdict:
    route, words = said.route, said.words
    if plain.courtesy(words) or said.rule or said.told:
        return "own"
    if question_words.form(words) == "question":
        return "own"
    if route.playbook is None or route.how == "pattern":
        return "answer" if route.playbook is None else "own"
    other = route.playbook.id != wish.playbook.id
    return "own" if other and (not reads or order_words.begins(words)) else "answer"


async def _restates(reader: Reader, wish: Wish, question: Question, route: Route) -> bool:
    """Say whether the same wish is said anew and nothing of it is another than before.

    Of several that were shown one of these is meant, or it is about somebody else.
    """
    if route.how != "pattern" or route.playbook is None or route.playbook.id != wish.playbook.id:
        return False
    about = await context.of_mail(reader, wish.mail)
    told = await slots.fill(reader, route.text, wish.playbook.slots, about, route.groups)
    chosen, shown = told.values.get(question.body["slot"]), question.body.get("choices")
    if chosen is not None and shown is not None:
        among = [(one["ref"], one["value"]) for one in shown]
        if (chosen.ref, chosen.value) not in among:
            return False
    return not told.wrong and all(
        (old.ref, old.value) == (new.ref, new.value)
        for name, new in told.values.items()
        if new.text and (old := wish.values.get(name)) is not None
    )


async def _reads(
    reader: Reader, wish: Wish, slot: Slot, question: Question, said: str
) -> Literal["", "within", "whole"]:
    """Return whether the words hold what was asked for, or are nothing else."""
    if question.kind == "choice" and filling.picked(said, len(question.body["choices"])) >= 0:
        return "whole"
    if question.kind == "choice" and each.is_said(said) and each.label(question, wish):
        return "whole"
    about, said = await context.of_mail(reader, wish.mail), goal_rules.without(said)
    filled = await slots.fill(reader, said, (slot,), about)
    found = [*filled.ambiguous.get(slot.name, ()), *filter(None, [filled.values.get(slot.name)])]
    texts = [one.text for one in found if isinstance(one, slots.Value) and one.text]
    if not texts:
        return ""
    rest = said
    for text in sorted(set(texts), key=len, reverse=True):
        rest = rest.replace(text, " ")
    whole = all(_BESIDE.fullmatch(word.text) for word in tokens(rest))
    return "whole" if whole else "within"


async def _replied(reader: Reader, event: Event) -> Literal["", "question", "card"]:
    """Return what the words were written under: a question of ours, another message, nothing."""
    message = event.body.get("reply_to")
    card = await outbox.shown_as(reader, str(event.body["conv"]), message) if message else None
    if card is None:
        return ""
    return "question" if card.key.startswith((filling.QUESTION, filling.AGAIN)) else "card"


async def _between(reader: Reader, event: Event, question: Question) -> str:
    """Return the wish that was followed since the question was put, if there is one."""
    for goal in await goals.before(reader, question.conv, event.id, question.at, 1):
        if not await questions.put_before(reader, question.id, goal.asked_by):
            continue
        asked = await parts.told(reader, goal.asked_by)
        theirs = None if asked is None else (await parts.message(reader, asked)).id
        if theirs != question.body.get("message"):
            return goal.text
    return ""


def _slot(question: Question, playbooks: Mapping[str, Playbook]) -> Slot | None:
    """Return the blank that the question is about; None: it is about something else."""
    if question.kind not in KINDS:
        return None
    name = question.body["slot"]
    return next(slot for slot in playbooks[question.ref].slots if slot.name == name)
