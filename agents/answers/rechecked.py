"""Rechecked: a kept answer of a model's held once more against what it was given, and the card.

What it was given is read from the prompt that is kept; where numbers were replaced in that, from
the passages of today.
"""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from agents.answers import answering, in_words
from agents.answers.answering import Paragraph, Sentence, Told
from engine.chat import outbox
from engine.chat.messages import Msg, Quote
from engine.why.calls import Call
from engine.why.rerun import Led
from memory.db import Reader

QUESTION, SOURCE = "the question", "source "
SHOWN = "every source that a sentence names was given and bears it: shown"
NOT_SHOWN = "not shown, for {}"
HELD = "nothing of it was shown, and by the checks it holds"
FELL = "it was shown, and by the checks it may not be: {}"
OTHERWISE = "it was shown in other words"
REPLACED = "numbers were replaced in what was sent, so it cannot be held against that"
NOT_SENT = "what was sent is not kept any more"
NO_CARD = "the card that showed it is not kept any more"


async def answer(reader: Reader, call: Call) -> Led | None:
    """Check an answer to a question again, and compare it with what its card shows."""
    sources = sources_of(call)
    if sources is None:
        return Led("", gone=NOT_SENT)
    said = Paragraph.model_validate(call.value).sentences
    why_not = answering.fault(said, call.parts[QUESTION], sources)
    if why_not and call.redacted:
        return Led("", gone=REPLACED)
    says = NOT_SHOWN.format(why_not) if why_not else SHOWN
    used = named(call, () if why_not else said)
    msg = await card(reader, f"asked:{call.row.task}")
    if msg is None:
        return Led(says, used, gone=NO_CARD)
    who = in_words.WROTE.format(call.row.model)
    shown = next((p.text for p in msg.parts if isinstance(p, Quote) and p.who == who), None)
    return Led(says, used, _differs(answering.text_of(said), why_not, shown))


def _differs(text: str, why_not: str, shown: str | None) -> str:
    if shown is None:
        return "" if why_not else HELD
    if shown != text:
        return OTHERWISE
    return FELL.format(why_not) if why_not else ""


async def card(reader: Reader, key: str) -> Msg | None:
    """Return what a card shows; None: it is gone, or what it said is."""
    kept = await outbox.get(reader, key)
    return kept.msg if kept is not None and kept.msg.parts else None


def sources_of(call: Call, about: str = QUESTION) -> Mapping[int, Told] | None:
    """Return the sources by the numbers they were given under; None: they are not kept."""
    numbers = _numbers(call)
    if about not in call.parts or call.erased:
        return None
    if not call.redacted:
        return {n: SimpleNamespace(text=call.parts[f"{SOURCE}{n}"]) for n in numbers}
    given = [call.given.get(id) for id, _ in call.row.recalled]
    pairs = zip(numbers, given, strict=True) if len(numbers) == len(given) else ()
    kept = {n: one for n, one in pairs if one is not None}
    return kept if len(kept) == len(numbers) else None


def named(call: Call, said: Sequence[Sentence]) -> tuple[int, ...]:
    """Return the places, from 0, of the passages that these sentences name."""
    places = {number: place for place, number in enumerate(_numbers(call))}
    return tuple(sorted({places[n] for one in said for n in one.sources if n in places}))


def _numbers(call: Call) -> list[int]:
    """Return the numbers of the sources in their order: that of what was recalled."""
    names = (name.removeprefix(SOURCE) for name in call.parts if name.startswith(SOURCE))
    return [int(name) for name in names if name.isdecimal()]
