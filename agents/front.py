"""The front agent: hears the operator and decides what kind of thing was said.

command · answer to a question · typed yes · wish a playbook fits · a rule · something it cannot do.
It never guesses an effect: what does not fit is answered with what it can do and one question.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agents import (
    item,
    knowing,
    listening,
    loose,
    parties,
    planner,
    question_words,
    recording,
    redirected,
    reports,
    rules_heard,
    slots,
    typed_yes,
)
from agents.asking import Asking, is_only_about
from agents.intake import Intake
from agents.library import Playbook, Slot
from agents.planner import Wish
from agents.routing import Route, Router
from agents.words import Candidate, Context
from engine import (
    goal_rules,
    goals,
    outbox,
    questions,
    recalls,
    redirects,
    stop,
    suggestions,
)
from engine.durable import Work
from engine.house import House
from engine.messages import Button, Msg, say
from engine.questions import Question
from engine.taps import GONE, Person, Reply, heard
from engine.tokens import Tap
from memory import events, profile, recall, scope
from memory.db import Reader, Tx
from memory.events import Event
from memory.ids import derived_id

Command = Callable[[Event, str], Awaitable[Msg | None]]  # (event, what follows it)
YES = {"yes", "yes.", "ok", "approve", "ja", "oui", "sí"}
CHOICES_MAX = 6
LABEL_CHARS_MAX = 24


@dataclass(frozen=True, slots=True)
class Front:
    house: House
    playbooks: dict[str, Playbook]
    router: Router
    intake: Intake
    commands: dict[str, Command]
    remembering: recall.Recall
    asking: Asking

    async def understand(self, work: Work) -> None:
        """Make of one event what it is: read what is outside, then follow the operator's words."""
        async with self.house.db.snapshot() as reader:
            event = await events.get(reader, work.ref)
        if event is None:
            return
        conv = event.body.get("conv")
        mails = [await self.intake.file(event, file, conv) for file in event.body.get("files", ())]
        others = [text for text in event.body.get("others", ()) if text.strip()]
        if others:
            mails.append(await self.intake.text(event, "\n\n".join(others), conv))
        mail = next((id for id in mails if id is not None), event.body.get("mail"))
        said = str(event.body.get("words", "")).strip()
        if said:
            await self._words(event, said, mail)
            await listening.heard(self.house, event)
        elif not mails:
            await self._say(event, "That message was empty. Write what you want, or drop a file.")

    async def _words(self, event: Event, said: str, mail: str | None) -> None:
        conv = str(event.body["conv"])
        command = "/stop" if stop.is_said(said) else said  # with or without the slash
        if command.startswith("/"):
            await self._command(event, command)
            return
        if (listed := loose.pasted(said)) is not None:
            await loose.keep(self.house, event, listed)
            return
        wanted = goal_rules.without(said)
        async with self.house.db.snapshot() as reader:
            question = await questions.for_words(reader, conv, event.id)
            route = await self._route(reader, wanted)
            context = await self._context(reader, None)
            telling = await self._telling(reader, said, route)
            named = [] if question is None else await parties.find(reader, said)
        if event.body.get("redirects"):
            await self._redirected(event, said, route)
            return
        # While a question is open, only a clear command or sentence is not its answer.
        if question is not None and (route.playbook is None or route.how == "examples"):
            between = question_words.of_memory(said, route, bool(named))
            if not (between and await self._asked_between(event, said, telling)):
                await self._answer(event, question, said)
        elif route.playbook is None and said.casefold() in YES:
            await self._typed_yes(event)
        elif rules_heard.is_one(said, context):  # every word of it is a rule's
            await self._command(event, f"/policy add {said}")
        elif telling:
            await self._command(event, f"/{telling} {said}")
        elif (playbook := await self._told(event, said, route)) is not None:
            why = f"“{playbook.title}” fits ({route.how}, {route.score:.2f})."
            await self._fill(event, Wish(playbook, {}, (said,), why, mail), wanted, route)

    async def _asked_between(self, event: Event, said: str, telling: str) -> bool:
        """Answer what is asked of memory while a question of ours stays open. False: nothing."""
        if telling == "facts":
            await self._command(event, f"/facts {said}")
            return True
        return await self.asking.answer(event, said)

    async def _told(self, event: Event, said: str, route: Route) -> Playbook | None:
        """Answer what only asks, and say why nothing is planned; else return the playbook."""
        playbook = route.playbook
        if question_words.asks(said, route):
            group = route.groups.get("subject")
            named = said[slice(*group)] if group else ""
            telling = playbook is not None and not playbook.steps and not route.off
            if not (telling and is_only_about(said, named)):
                if not await self.asking.answer(event, said):
                    await self._lost(event, None)
                return None
        if playbook is None:
            await self._lost(event, route.runner_up)
        elif route.off:
            await self._off(event, playbook)
        else:
            return playbook
        return None

    async def _telling(self, reader: Reader, said: str, route: Route) -> str:
        """Return the command for what the words tell: a fact, or that something is there."""
        if await knowing.heard(reader, said) is not None:
            return "facts"
        if route.how == "pattern":
            return ""
        context = await self._context(reader, None)
        try:
            return "" if await recording.heard(reader, said, context) is None else "record"
        except recording.UnreadError:
            return "record"  # it says what is wrong with them

    async def _redirected(self, event: Event, note: str, route: Route) -> None:
        """Plan what a note on a card asks for instead; the card is withdrawn already."""
        conv = str(event.body["conv"])
        async with self.house.db.transaction() as tx:
            goal = await redirected.goal_of(tx, event)
            assert goal is not None
            settings = await self._context(tx, None)
            wish = await redirected.wish(tx, goal, note, route, self.playbooks, settings)
            if wish is not None:
                await redirects.link(tx, event, planner.title_of(wish), event.id)
                missing = tuple(s.name for s in wish.playbook.slots if s.name not in wish.values)
                await self._go_on(tx, event.id, conv, wish, slots.Filled(missing=missing))
        if wish is None:
            await self._lost(event, route.runner_up)

    async def _route(self, reader: Reader, said: str) -> Route:
        switched = await profile.get(reader, "playbooks")
        return await self.router.route(said, {id for id, on in switched.items() if on})

    async def _command(self, event: Event, said: str) -> None:
        name, _, rest = said[1:].partition(" ")
        name = name.partition("@")[0].casefold()
        command = self.commands.get(name)
        if command is not None:
            msg = await command(event, rest.strip())
            if msg is not None:
                async with self.house.db.transaction() as tx:
                    await outbox.post(tx, msg, event.body["conv"])
            return
        async with self.house.db.snapshot() as reader:
            route = await self._route(reader, goal_rules.without(said))
        if route.playbook is not None and not route.off:
            why = f"“{route.playbook.title}”, by its command."
            wish = Wish(route.playbook, {}, (rest.strip() or said,), why)
            await self._fill(event, wish, route.text, route)
        elif route.playbook is not None:
            await self._off(event, route.playbook)
        else:
            await self._say(event, f"I know no command /{name}. /help shows what there is.")

    async def _fill(self, event: Event, wish: Wish, text: str, route: Route | None = None) -> None:
        """Fill the blanks from the words; act when all are there, else ask the one question."""
        async with self.house.db.transaction() as tx:
            context = await self._context(tx, wish)
            wanted = [slot for slot in wish.playbook.slots if slot.name not in wish.values]
            groups = route.groups if route is not None else None
            filled = await slots.fill(tx, text, wanted, context, groups)
            wish.values.update(filled.values)
            await self._go_on(tx, event.id, str(event.body["conv"]), wish, filled)
        await self._tell_answer(event, wish)

    async def _go_on(self, tx: Tx, cause: str, conv: str, wish: Wish, filled: slots.Filled) -> None:
        if filled.wrong:
            await outbox.post(tx, say(f"wrong:{cause}", " ".join(filled.wrong.values())), conv)
        elif filled.ambiguous:
            name, candidates = next(iter(filled.ambiguous.items()))
            await self._ask_which(tx, cause, conv, wish, name, candidates)
        elif missing := await wish.missing(tx):
            await self._ask(tx, cause, conv, wish, missing)
        else:
            await planner.plan(tx, self.house, wish, derived_id("gol", cause), cause, conv)

    async def _ask(self, tx: Tx, cause: str, conv: str, wish: Wish, slot: Slot) -> None:
        body = wish.kept() | {"slot": slot.name}
        id = await questions.ask(tx, conv, "slot", wish.playbook.id, body, cause)
        await outbox.post(tx, say(f"question:{id}", slot.ask), conv)

    async def _ask_which(
        self, tx: Tx, cause: str, conv: str, wish: Wish, name: str,
        candidates: tuple[Candidate, ...],
    ) -> None:  # fmt: skip
        choices = candidates[:CHOICES_MAX]
        body = wish.kept() | {"slot": name, "choices": [c.model_dump(mode="json") for c in choices]}
        id = await questions.ask(tx, conv, "choice", wish.playbook.id, body, cause)
        buttons = tuple(
            (Button(label=one.label[:LABEL_CHARS_MAX], action="choose", ref=id, item=str(at)),)
            for at, one in enumerate(choices)
        )
        more = len(candidates) - len(choices)
        rest = f" ({more} more: write it more exactly to find those)" if more else ""
        text = f"Which {name} do you mean?{rest}"
        await outbox.post(tx, say(f"question:{id}", text, buttons=buttons), conv)

    async def _answer(self, event: Event, question: Question, said: str) -> None:
        if question.kind not in ("slot", "choice"):
            handler = self.commands[question.ref]
            msg = await handler(event, said)
            if msg is not None:
                async with self.house.db.transaction() as tx:
                    await outbox.post(tx, msg, question.conv)
            return
        wish = self._resumed(question, said)
        slot = next(s for s in wish.playbook.slots if s.name == question.body["slot"])
        async with self.house.db.transaction() as tx:
            context = await self._context(tx, wish)
            answer = slot.model_copy(update={"rest": True}) if slot.type == "text" else slot
            filled = await slots.fill(tx, goal_rules.without(said), (answer,), context)
            if slot.name not in filled.values and not filled.ambiguous:
                why = filled.wrong.get(slot.name, "I could not find that.")
                text = f"{why} {slot.ask} (Or say /cancel.)"
                await outbox.post(tx, say(f"again:{event.id}", text), question.conv)
                return
            wish.values.update(filled.values)
            if await questions.settle(tx, question.id, "answered", event.id):
                await self._go_on(tx, event.id, question.conv, wish, filled)
        await self._tell_answer(event, wish)

    def _resumed(self, question: Question, said: str) -> Wish:
        body = question.body
        values = {n: Candidate.model_validate(v) for n, v in body["values"].items()}
        playbook = self.playbooks[question.ref]
        return Wish(playbook, values, (*body["said"], said), body["because"], body["mail"])

    async def choose(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """A tap on one of several readings."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            question = await questions.get(tx, tap.ref)
            if question is None or not await questions.settle(tx, tap.ref, "answered", cause):
                return Reply("This question is settled already.", refused=True)
            chosen = Candidate.model_validate(question.body["choices"][int(tap.item)])
            wish = self._resumed(question, chosen.label)
            wish.values[question.body["slot"]] = chosen
            filled = slots.Filled()
            await self._go_on(tx, cause, tap.conv, wish, filled)
            event = await events.get(tx, cause)
        if event is not None:
            await self._tell_answer(event, wish, tap.conv)
        return Reply(f"{chosen.label}.")

    async def take(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """The operator takes a suggestion: it becomes a goal with a plan."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            offered = await suggestions.get(tx, tap.ref)
            if offered is None:
                return Reply(GONE, refused=True)
            if not await suggestions.settle(tx, offered.id, "taken", cause):
                return Reply(f"This was {offered.state} already.", refused=True)
            playbook = self.playbooks[offered.playbook]
            kept = {n: Candidate.model_validate(v) for n, v in offered.slots.items()}
            why = f"You took the suggestion “{offered.title}”."
            wish = Wish(playbook, kept, (), why, offered.event)
            await _confirm_people(tx, kept, cause)
            missing = tuple(s.name for s in playbook.slots if s.name not in kept)
            await self._go_on(tx, cause, tap.conv, wish, slots.Filled(missing=missing))
            await item.show(tx, offered.event, await item.conversation(tx, offered.event))
        return Reply("Taken. Here is the plan.")

    async def drop(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Not now: the suggestions of this mail are put away; the mail stays."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            for offered in await suggestions.of_event(tx, tap.ref):
                await suggestions.settle(tx, offered.id, "dropped", cause)
            await item.show(tx, tap.ref, await item.conversation(tx, tap.ref))
        return Reply("Put away. Nothing was done.")

    async def _typed_yes(self, event: Event) -> None:
        """A typed yes counts only as a reply to the card it means."""
        async with self.house.db.transaction() as tx:
            text = await typed_yes.approved(tx, self.house, event)
            await outbox.post(tx, say(f"yes:{event.id}", text), event.body["conv"])

    async def _tell_answer(self, event: Event, wish: Wish, conv: str | None = None) -> None:
        """A playbook that only answers ends here: the answer is its outcome."""
        if not wish.playbook.answer:
            return
        where = conv or event.body.get("conv")
        goal_id = derived_id("gol", event.id)
        async with self.house.db.snapshot() as reader:
            goal = await goals.get(reader, goal_id)
            ref = next((value.ref for value in wish.values.values() if value.ref), None)
            within = await scope.about(reader, ref)
        if goal is None or goal.state != "open":
            return
        began = time.monotonic()
        found = await self.remembering(" ".join(wish.said), within)
        ms = (time.monotonic() - began) * 1000
        async with self.house.db.transaction() as tx:
            msg = await reports.about(tx, ref, found, f"about:{event.id}") if ref else None
            told = msg or say(f"about:{event.id}", "I know nothing about that.")
            await outbox.post(tx, told, where)
            await recalls.all_told(tx, event.id, where, found if msg else (), ms)
            outcome = wish.playbook.outcome
            await goals.finish(
                tx, goal_id, event.id, kind=outcome.kind, succeeded=msg is not None,
                failure=None if msg else "unknown", minutes_saved=outcome.minutes_saved,
            )  # fmt: skip

    async def _context(self, reader: Reader, wish: Wish | None) -> Context:
        settings = await profile.read(reader)
        mail = None if wish is None else wish.mail
        read = await events.by_key(reader, "intake", mail) if mail else None
        about = tuple(read.body["about"]) if read is not None else ()
        return Context(
            now=reader.now, zone=settings["zone"], locale=settings["locale"],
            currency=settings["currency"], about=about,
        )  # fmt: skip

    async def _off(self, event: Event, playbook: Playbook) -> None:
        button = Button(label="Switch it on", action="playbook", ref=playbook.id, item="on")
        text = f"“{playbook.title}” is switched off, so this stays with you. Nothing was done."
        async with self.house.db.transaction() as tx:
            msg = say(f"off:{event.id}", text, buttons=((button,),))
            await outbox.post(tx, msg, event.body["conv"])

    async def _lost(self, event: Event, guess: Playbook | None) -> None:
        async with self.house.db.snapshot() as reader:
            switched = await profile.get(reader, "playbooks")
        able = [p for p in self.playbooks.values() if switched.get(p.id)]
        lines = "\n".join(f"• {p.says}" for p in able)
        text = (
            f"I am not sure what you want, so I did nothing. I can:\n{lines}\n\n{_question(guess)}"
        )
        await self._say(event, text)

    async def _say(self, event: Event, text: str) -> None:
        async with self.house.db.transaction() as tx:
            await outbox.post(tx, say(f"reply:{event.id}", text), event.body.get("conv"))


def _question(guess: Playbook | None) -> str:
    if guess is None:
        return "Which of these is it, or how else would you say it?"
    return f"Did you mean “{guess.title}”? Then say it like: {guess.examples[0]}"


async def _confirm_people(tx: Tx, values: dict[str, Candidate], cause: str) -> None:
    """Taking the suggestion says that the proposed customer is real."""
    from memory import records

    for value in values.values():
        if value.ref is not None:
            await records.confirm(tx, value.ref, cause)
