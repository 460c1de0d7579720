"""The gist of what the operator said, where no rule knows it: a small model says what it is.

words ─▶ what it is, and which of these very words say what ─▶ checked: were they said?

It points and never gives a value: amounts, parties and moments are read from the words afterwards,
by the same readers as ever. It sees the operator's words alone, nothing that others wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from agents.hearing import parts
from agents.hearing.several import PARTS_MAX
from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from agents.playbooks.library import Playbook
from agents.reading.verbatim import found_at
from connectors.contract import DataClass
from engine.models import model_calls
from engine.planning import goals
from engine.rules import goal_rules
from engine.rules.house import House
from memory import profile
from memory.db import Reader
from memory.events import Event
from memory.ids import derived_id
from memory.texts.passages import SESSION_PAUSE

PURPOSE = "hear"  # of its prompts, of which one is in use (engine/models/trials.py)
STEP = "hear.words/{prompt}"
AGENT = "front"
CHARS_MAX = 1000  # of the message; longer ones are no short wish
TOKENS_MAX, ANSWER_CHARS_MAX = 700, 6000
EXAMPLES = 3  # of each playbook
SLOTS_MAX = 8
PERSONAL: DataClass = "personal"
LEFT_OUT_MAX = 2  # words between two entries that may belong to neither

Kind = Literal["playbook", "plan", "question", "note", "correction", "talk", "unsure"]

_BETWEEN = re.compile(
    r"\b(?:after that|and|also|then|next|plus|but|oh|so|well|please|hey|hi|hello|ok|okay|thanks"
    r"|just|und|auch|dann|außerdem|aber|bitte|hallo|danke)\b",
    re.IGNORECASE,
)
_TURNS = re.compile(  # one of these beside a wish makes another of it, so it is nobody's never
    r"\b(?:not|\w+n['\u2019]?t|cannot|no|nor|never|without|instead|unless|until|if|when|once|before"
    r"|after|only|except|nobody|nothing|stop|cancel|nicht|nichts|nie|niemals|kein\w*|ohne|statt"
    r"|anstatt|wenn|falls|sobald|erst|bis|bevor|nachdem|nur|außer|niemand)\b",
    re.IGNORECASE,
)


class Blank(BaseModel):
    slot: str = Field(max_length=40)
    words: str = Field(max_length=CHARS_MAX)


class Entry(BaseModel):
    """One thing that was said. `words`: a run of the message; "": all of it."""

    words: str = Field(default="", max_length=CHARS_MAX)
    kind: Kind
    playbook: str = Field(default="", max_length=60)
    slots: list[Blank] = Field(default=[], max_length=SLOTS_MAX)
    new: str = Field(default="", max_length=200)
    old: str = Field(default="", max_length=200)
    sure: bool = False


class Gist(BaseModel):
    """What a model takes a message for."""

    heard: list[Entry] = Field(min_length=1, max_length=PARTS_MAX)


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was said, where in the message it stands, and the model that says so."""

    entry: Entry
    start: int
    end: int
    model: str


@dataclass(frozen=True, slots=True)
class Gists:
    """`playbooks`: those that came with Firstmate; `own`: the operator's, as they stand now."""

    house: House
    models: Models
    playbooks: Sequence[Playbook]
    own: Mapping[str, Playbook] = field(default_factory=dict)

    def named(self, id: str) -> Playbook | None:
        """Return the playbook that may be meant; one that was let go of is none any more."""
        return self.own.get(id) or next((one for one in self.playbooks if one.id == id), None)

    async def of(self, event: Event, said: str) -> Sequence[Heard] | None:
        """Return what the words are, thing by thing; None: no model says anything.

        A part that a model found in a message is what it was found to be there, at no new cost.
        """
        if not self.models.set_up or len(said) > CHARS_MAX:
            return None
        number = event.body.get("heard")
        if number is None:
            return await self._asked(event, goal_rules.without(said))
        async with self.house.db.snapshot() as reader:
            whole = await parts.message(reader, event)
        words = str(whole.body["words"]).strip()
        found = await self._asked(whole, goal_rules.without(words))
        return None if found is None else [found[number]] if number < len(found) else None

    async def _asked(self, event: Event, wanted: str) -> Sequence[Heard] | None:
        async with self.house.db.snapshot() as reader:
            wish = await self._wish(reader, event, wanted)
        answer = await self.models.ask(wish)
        if not isinstance(answer, Answer):
            return None
        spans = placed(wanted, answer.value.heard)
        if spans is None:
            return [Heard(Entry(kind="unsure"), 0, len(wanted), answer.model)]
        both = zip(answer.value.heard, spans, strict=True)
        return [Heard(entry, *span, answer.model) for entry, span in both]

    async def _wish(self, reader: Reader, event: Event, wanted: str) -> Wish[Gist]:
        goal = derived_id("gol", event.id)
        pinned = self.models.pinned
        prompt = pinned.of(PURPOSE, await pinned.arm(reader, PURPOSE, goal))
        since = event.at - SESSION_PAUSE
        conv = str(event.body["conv"])
        last = await goals.before(reader, conv, event.id, since, 1)
        before = " ".join(last[0].slots.get("said", ())) if last else ""
        known = [Part("what they asked for before", before, PERSONAL)] if before else []
        on = await profile.get(reader, "playbooks")
        if own := [one for one in self.own.values() if on.get(one.id)]:  # they say who it was for
            known.insert(
                0, Part("playbooks of their own, beside those above", _told(own), PERSONAL)
            )
        return Wish(
            wanted=model_calls.Wanted(
                step=STEP.format(prompt=prompt.number),
                agent=AGENT,
                basis=model_calls.digest(wanted),
                task=goal,  # it has none yet; what it was answered stays its answer
                goal=goal,
                cause=event.id,
            ),
            tier="small",
            task=f"{prompt.text}\n\nPlaybooks:\n{_told(self.playbooks)}",
            parts=(*known, Part("the message", wanted, PERSONAL)),
            gives=Gist,
            tokens_max=TOKENS_MAX,
            chars_max=ANSWER_CHARS_MAX,
            first=prompt.first,
        )


def placed(said: str, entries: Sequence[Entry]) -> list[tuple[int, int]] | None:
    """Return where each entry stands. None: it was not said so, or some words are nobody's."""
    if len(entries) == 1 and not entries[0].words.strip():
        return [(0, len(said))]
    spans: list[tuple[int, int]] = []
    left, at = list[str](), 0
    for entry in entries:
        words = entry.words.strip()
        start = found_at(words, said, at)
        if start < 0:
            return None
        left.append(said[at:start])
        at = start + len(words)
        spans.append((start, at))
    left = [_BETWEEN.sub(" ", one) for one in (*left, said[at:])]
    if any(len(re.findall(r"\w+", one)) > LEFT_OUT_MAX for one in left):
        return None
    if len(spans) == 1:
        return [(0, len(said))]
    return None if any(map(_TURNS.search, left)) else spans


def _told(playbooks: Sequence[Playbook]) -> str:
    """Return what each playbook does, its blanks, and how it is said."""
    lines = []
    for one in playbooks:
        blanks = ", ".join(f"{slot.name} ({slot.type})" for slot in one.slots)
        lines.append(f"- {one.id}: {one.title}. Blanks: {blanks}.")
        lines += [f"  like: {example}" for example in one.examples[:EXAMPLES]]
    return "\n".join(lines)
