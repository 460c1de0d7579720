"""Filling: a wish whose blanks are filled becomes a goal with a plan; else the one question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.hearing import aiming, changing, each
from agents.hearing.telling import Telling
from agents.playbooks import planner, slots
from agents.playbooks.library import Playbook, Slot
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Route, Span
from agents.reading import context
from agents.reading.words import Candidate
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox, questions
from engine.chat.messages import Button, Msg, say
from engine.chat.questions import Question
from engine.chat.tokens import Tap
from engine.rules import goal_rules
from engine.rules.house import House
from memory import events
from memory.db import Tx
from memory.events import Event
from memory.ids import derived_id

KINDS = ("slot", "choice")  # of the questions that are asked here
CHOICES_MAX = 6
LABEL_CHARS_MAX = 24
QUESTION, AGAIN = "question:", "still:"  # how the keys of their messages begin
_PLACES = (
    r"first|1st|erste[nrs]?", r"second|2nd|zweite[nrs]?", r"third|3rd|dritte[nrs]?",
    r"fourth|4th|vierte[nrs]?", r"fifth|5th|fünfte[nrs]?", r"sixth|6th|sechste[nrs]?",
)  # fmt: skip
_LAST = r"(?:last|letzte[nrs]?)"


@dataclass(frozen=True, slots=True)
class Filling:
    house: House
    playbooks: dict[str, Playbook]
    telling: Telling

    async def fill(
        self, event: Event, wish: Wish, text: str, groups: Mapping[str, Span] | None = None
    ) -> None:
        """Fill the blanks from the words; act when all are there, else ask the one question.

        `groups`: where a pattern says that a blank is written (`Route.groups`).
        """
        async with self.house.db.transaction() as tx:
            about = await context.of_mail(tx, wish.mail, event.body.get("about", ()))
            wanted = [slot for slot in wish.playbook.slots if slot.name not in wish.values]
            filled = await slots.fill(tx, text, wanted, about, groups)
            if wish.read_by:
                filled = slots.as_pointed(filled, wanted, text, groups or {})
            wish.values.update(filled.values)
            await self.go_on(tx, event.id, str(event.body["conv"]), wish, filled)
        await self.telling.tell(event, wish)

    async def go_on(self, tx: Tx, cause: str, conv: str, wish: Wish, filled: slots.Filled) -> None:
        """Plan the wish, or say what is wrong or ask what is missing."""
        if filled.wrong:
            await outbox.post(tx, say(f"wrong:{cause}", " ".join(filled.wrong.values())), conv)
        elif left := wish.left(filled.ambiguous):
            name, candidates = left[0]
            wish = replace(wish, unclear=dict(left[1:]))
            await self._ask_which(tx, cause, conv, wish, name, candidates)
        elif missing := await wish.missing(tx):
            await self._ask(tx, cause, conv, wish, missing)
        elif why := await aiming.ended(tx, wish.said):  # it was stopped while the question was open
            await outbox.post(tx, say(f"ended:{cause}", why), conv)
        else:
            await planner.plan(tx, self.house, wish, derived_id("gol", cause), cause, conv)

    async def _ask(self, tx: Tx, cause: str, conv: str, wish: Wish, slot: Slot) -> None:
        body = wish.kept() | {"slot": slot.name}
        asked = await questions.ask(tx, conv, "slot", wish.playbook.id, body, cause)
        await self._show(tx, asked)

    async def _ask_which(
        self, tx: Tx, cause: str, conv: str, wish: Wish, name: str,
        candidates: tuple[Candidate, ...],
    ) -> None:  # fmt: skip
        body = wish.kept() | {
            "slot": name,
            "choices": [c.model_dump(mode="json") for c in candidates[:CHOICES_MAX]],
            "more": max(0, len(candidates) - CHOICES_MAX),
        }
        asked = await questions.ask(tx, conv, "choice", wish.playbook.id, body, cause)
        await self._show(tx, asked)

    async def _show(self, tx: Tx, asked: Question) -> None:
        """Put the question, unless it waits behind another of the same message."""
        if asked.state != "queued":
            await outbox.post(tx, question_msg(asked, self.playbooks), asked.conv)

    async def answer(self, event: Event, question: Question, said: str) -> None:
        """Take what was said for the blank that was asked for, and go on."""
        wish = resumed(question, self.playbooks, said)
        slot = next(s for s in wish.playbook.slots if s.name == question.body["slot"])
        async with self.house.db.transaction() as tx:
            if question.kind == "choice" and each.is_said(said) and each.label(question, wish):
                if await questions.settle(tx, question.id, "answered", event.id):
                    await self._all(tx, question, wish, event.id)
                return
            about = await context.of_mail(tx, wish.mail)
            answer = slot.model_copy(update={"rest": True}) if slot.type == "text" else slot
            filled = _chosen(question, said)
            filled = filled or await slots.fill(tx, goal_rules.without(said), (answer,), about)
            if slot.name not in filled.values and not filled.ambiguous:
                why = filled.wrong.get(slot.name, "I could not find that.")
                text = f"{why} {slot.ask} (Or say /cancel.)"
                await outbox.post(tx, say(f"again:{event.id}", text), question.conv)
                return
            wish.values.update(filled.values)
            if await questions.settle(tx, question.id, "answered", event.id):
                if slot.name in filled.values:
                    wish, filled = await _theirs(tx, question, wish)
                await self.go_on(tx, event.id, question.conv, wish, filled)
                await ask_next(tx, question.conv, self.playbooks, event.id)
        await self.telling.tell(event, wish)

    async def restate(self, event: Event, question: Question, route: Route) -> None:
        """Take the same wish, said whole: what it says is kept, and nothing is asked twice."""
        wish = resumed(question, self.playbooks, str(event.body["words"]).strip())
        async with self.house.db.transaction() as tx:
            about = await context.of_mail(tx, wish.mail)
            wanted = [slot for slot in wish.playbook.slots if slot.name not in wish.values]
            filled = await slots.fill(tx, route.text, wanted, about, route.groups)
            wish.values.update(filled.values)
            if await questions.settle(tx, question.id, "answered", event.id):
                await self.go_on(tx, event.id, question.conv, wish, filled)
                await ask_next(tx, question.conv, self.playbooks, event.id)
        await self.telling.tell(event, wish)

    async def choose(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """A tap on one of several readings."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            question = await questions.get(tx, tap.ref)
            if question is None or not await questions.settle(tx, tap.ref, "answered", cause):
                return Reply("This question is settled already.", refused=True)
            if tap.item == each.ITEM:
                await self._all(tx, question, resumed(question, self.playbooks), cause)
                return Reply("A card for each.")
            chosen = Candidate.model_validate(question.body["choices"][int(tap.item)])
            wish = resumed(question, self.playbooks, chosen.label)
            wish.values[question.body["slot"]] = chosen
            wish, filled = await _theirs(tx, question, wish)
            await self.go_on(tx, cause, tap.conv, wish, filled)
            await ask_next(tx, question.conv, self.playbooks, cause)
            event = await events.get(tx, cause)
        if event is not None:
            await self.telling.tell(event, wish, tap.conv)
        return Reply(f"{chosen.label}.")

    async def _all(self, tx: Tx, question: Question, wish: Wish, cause: str) -> None:
        """Go on with the wish once for each of those that were shown."""
        for id, one in await each.apart(tx, question, wish, cause):
            theirs, filled = await _theirs(tx, question, one)
            await self.go_on(tx, id, question.conv, theirs, filled)
        await ask_next(tx, question.conv, self.playbooks, cause)


async def _theirs(tx: Tx, question: Question, wish: Wish) -> tuple[Wish, slots.Filled]:
    """Return the wish with the documents of whom the answer names, and what is left to choose."""
    said = [name for name, value in question.body["values"].items() if value.get("text")]
    about = await context.of_mail(tx, wish.mail)
    found = await changing.of_chosen(tx, wish, question.body["slot"], said, about)
    return found.wish, found.filled


def picked(said: str, count: int) -> int:
    """Return which of those that were shown is said (“the second one”), from 0; -1: none."""
    words = " ".join(said.casefold().split()).strip(" .!?")
    places = [rf"(?:{each})" for each in _PLACES[:count]]
    places[-1:] = [rf"(?:{places[-1]}|{_LAST})"] if places else []
    for at, place in enumerate(places):
        if re.fullmatch(
            rf"(?:(?:the|der|die|das|den) )?{place}(?: one)?(?: please| bitte)?", words
        ):
            return at
    return -1


def _chosen(question: Question, said: str) -> slots.Filled | None:
    if question.kind != "choice":
        return None
    choices = question.body["choices"]
    at = picked(said, len(choices))
    if at < 0:
        return None
    value = slots.Value(**choices[at] | {"text": choices[at].get("text", "")})
    return slots.Filled(values={question.body["slot"]: value})


async def ask_next(tx: Tx, conv: str, playbooks: Mapping[str, Playbook], cause: str) -> None:
    """Put the question that waits for its turn, now that the one before it is settled."""
    asked = await questions.go_on(tx, conv, cause)
    if asked is not None:
        await outbox.post(tx, question_msg(asked, playbooks), conv)


def question_msg(asked: Question, playbooks: Mapping[str, Playbook]) -> Msg:
    """Return the question as it is put; one of several begins with the wish it is about."""
    if asked.kind not in KINDS:  # it was written when it was asked
        return say(f"{QUESTION}{asked.id}", str(asked.body.get("text", "")))
    wish = resumed(asked, playbooks)
    about = f"{planner.title_of(wish)}: " if wish.message else ""
    if asked.kind == "slot":
        slot = next(s for s in wish.playbook.slots if s.name == asked.body["slot"])
        return say(f"{QUESTION}{asked.id}", about + slot.ask)
    choices = [Candidate.model_validate(one) for one in asked.body["choices"]]
    buttons = tuple(
        (Button(label=one.label[:LABEL_CHARS_MAX], action="choose", ref=asked.id, item=str(at)),)
        for at, one in enumerate(choices)
    )
    if every := each.label(asked, wish):
        buttons += ((Button(label=every, action="choose", ref=asked.id, item=each.ITEM),),)
    more = asked.body.get("more", 0)
    rest = f" ({more} more: write it more exactly to find those)" if more else ""
    text = f"{about}Which {asked.body['slot']} do you mean?{rest}"
    return say(f"{QUESTION}{asked.id}", text, buttons=buttons)


def resumed(question: Question, playbooks: Mapping[str, Playbook], *said: str) -> Wish:
    """Return the wish that the question is about, with what was said since."""
    body = question.body
    values = {n: Candidate.model_validate(v) for n, v in body["values"].items()}
    words = (*body["said"], *said)
    asked = {body["slot"]: body["choices"]} if question.kind == "choice" else {}
    left = {**asked, **body.get("unclear", {})}
    unclear = {name: slots.readings(some) for name, some in left.items()}
    playbook = playbooks[question.ref]
    return Wish(
        playbook, values, words, body["because"], body["mail"], body.get("message"),
        body.get("read_by", ""), unclear,
    )  # fmt: skip
