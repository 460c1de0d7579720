"""The front agent: hears the operator and decides what kind of thing was said.

command · answer to a question · typed yes · wish a playbook fits · a rule · something it cannot do.
It never guesses an effect: what does not fit is answered with what it can do and one question.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agents.answers.asking import Asking, is_only_about
from agents.answers.exploring import Exploring
from agents.hearing import (
    filling,
    listening,
    meanwhile,
    parts,
    plain,
    question_words,
    redirected,
    told,
    typed_yes,
)
from agents.hearing.filling import Filling
from agents.hearing.lost import Lost
from agents.hearing.meanwhile import YES, Said, Verdict
from agents.hearing.several import Kind, Parting
from agents.hearing.sharing import Sharing
from agents.hearing.unclear import Unclear
from agents.incoming import loose
from agents.incoming.intake import Intake
from agents.playbooks import planner
from agents.playbooks.library import Playbook
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Route, Router
from agents.reading import context
from agents.rules import rules_heard
from engine.chat import outbox, questions
from engine.chat.messages import Msg, say
from engine.chat.questions import Question
from engine.desks import redirects
from engine.flow.durable import Work
from engine.planning import mode_words
from engine.rules import goal_rules
from engine.rules.house import House
from memory import events, profile
from memory.db import Reader
from memory.events import Event

Command = Callable[[Event, str], Awaitable[Msg | None]]  # (event, what follows it)


@dataclass(frozen=True, slots=True)
class Front:
    house: House
    router: Router
    intake: Intake
    commands: dict[str, Command]
    asking: Asking
    filling: Filling
    lost: Lost
    unclear: Unclear

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
        command = plain.command(said)  # with or without the slash
        wish = plain.PLAN.sub("", said)  # who only wants to look wants no plan, however it is said
        explores = goal_rules.mode((wish,)) == mode_words.EXPLORATORY
        playbooks = self.filling.playbooks
        async with self.house.db.snapshot() as reader:
            question = await questions.for_words(reader, str(event.body["conv"]), event.id)
        if meanwhile.drops(said, question, playbooks) and await self._dropped(event, question):
            pass
        elif command.startswith("/") and not explores:
            await self.command(event, command)
        elif meanwhile.takes_text(question, playbooks) and not said.startswith("/"):
            await self._one(event, said, mail)
        elif (listed := loose.pasted(said)) is not None:
            await loose.keep(self.house, event, listed)
        elif explores:
            await self._explored(event, goal_rules.without(wish))
        elif found := await self._parts(event, said):
            for part in found:
                await self._one(part, str(part.body["words"]), mail)
            await self._still(event, question, said)
        else:
            await self._one(event, said, mail)

    async def _explored(self, event: Event, wish: str) -> None:
        async with self.house.db.snapshot() as reader:
            route = await self._route(reader, wish)
        await Exploring(self.house, self.asking).explore(event, wish, route.playbook)

    async def _parts(self, event: Event, said: str) -> list[Event]:
        """Return the wishes of a message that holds several; []: it is one."""
        if event.body.get("redirects") or self.unclear.correcting.instead(said):
            return []
        async with self.house.db.snapshot() as reader:
            before = await parts.known(reader, event)
            is_rule = rules_heard.is_one(said, await context.about(reader))
        if before or is_rule:
            return before
        spans = await Parting(self.router.by_pattern, self._kind, self._nearest).spans(said)
        async with self.house.db.snapshot() as reader:
            sharing = Sharing(reader, await context.about(reader), self.router.by_pattern)
            wishes = await sharing.parts(said, spans)
        return await parts.note(self.house.db, event, wishes) if wishes else []

    async def _kind(self, words: str) -> Kind:
        if self.router.by_pattern(words) is not None:
            return "wish"
        if question_words.form(words) == "question":
            return "question"
        async with self.house.db.snapshot() as reader:
            return "told" if await told.command(reader, words, is_wish=False) else ""

    async def _nearest(self, words: str) -> Playbook | None:
        async with self.house.db.snapshot() as reader:
            return (await self._route(reader, words)).playbook

    async def _one(self, event: Event, said: str, mail: str | None) -> None:
        """Follow one wish, question, answer or statement."""
        conv = str(event.body["conv"])
        wanted = goal_rules.without(said)
        async with self.house.db.snapshot() as reader:
            question = await questions.for_words(reader, conv, event.id)
            route = await self._route(reader, wanted)
            settings = await context.about(reader)
            telling = await told.command(reader, said, is_wish=route.how == "pattern", event=event)
            is_rule = rules_heard.is_one(said, settings)  # every word of it is a rule's
            if event.kind == parts.KIND:
                question = None  # a part that asks or wishes is no answer
            meant = Said(said, route, telling, is_rule)
            verdict = await self._verdict(reader, event, question, meant)
        if event.body.get("redirects"):
            await self._redirected(event, said, route)
        elif (
            event.kind != parts.KIND
            and not telling
            and await self._corrected(event, said, question)
        ):
            return
        elif instead := self.unclear.correcting.instead(said):
            body = {**event.body, "words": instead, "text": instead}
            await self._one(event.model_copy(update={"body": body}), instead, mail)
        elif question is None or verdict == "own":
            await self._own(event, meant, mail)
            await self._still(event, question, said)
        elif verdict == "restated":
            await self.filling.restate(event, question, route)
        elif verdict == "asked" and await self._asked_between(event, said, telling):
            await self._still(event, question, said)
        else:
            await self._answer(event, question, said)

    async def _verdict(
        self, reader: Reader, event: Event, question: Question | None, said: Said
    ) -> Verdict:
        if question is None or event.body.get("redirects"):
            return "own"
        return await meanwhile.verdict(reader, event, question, said, self.filling.playbooks)

    async def _own(self, event: Event, meant: Said, mail: str | None) -> None:
        """Follow words that answer nothing of ours."""
        said, route, telling = meant.words, meant.route, meant.told
        if route.playbook is None and said.casefold() in YES:
            await self._typed_yes(event)
        elif meant.rule:
            await self.command(event, f"/policy add {said}")
        elif telling:
            await self.command(event, f"/{telling} {said}")
        elif (playbook := await self._told(event, said, route, mail)) is not None:
            why = f"“{playbook.title}” fits ({route.how}, {route.score:.2f})."
            wish = Wish(playbook, {}, (said,), why, mail, event.body.get("message"))
            await self.filling.fill(event, wish, goal_rules.without(said), route.groups)

    async def _dropped(self, event: Event, question: Question | None) -> bool:
        async with self.house.db.transaction() as tx:
            return await meanwhile.drop(tx, event, question, self.filling.playbooks)

    async def _still(self, event: Event, question: Question | None, said: str) -> None:
        """Put a question once more that something else came before; thanks is nothing else."""
        if question is not None and not plain.courtesy(said):
            async with self.house.db.transaction() as tx:
                await meanwhile.repeat(tx, event, question, self.filling.playbooks)

    async def _corrected(self, event: Event, said: str, question: Question | None) -> bool:
        if question is not None and question.kind not in filling.KINDS:
            return False
        return await self.unclear.correcting.heard(event, said, question)

    async def _asked_between(self, event: Event, said: str, telling: str) -> bool:
        """Answer what is asked of memory while a question of ours stays open. False: nothing."""
        if telling == "facts":
            await self.command(event, f"/facts {said}")
            return True
        return await self.asking.answer(event, said)

    async def _told(
        self, event: Event, said: str, route: Route, mail: str | None
    ) -> Playbook | None:
        """Answer what only asks, and say why nothing is planned; else return the playbook."""
        playbook = route.playbook
        if courtesy := plain.courtesy(said):
            await self._say(event, courtesy)
            return None
        if question_words.asks(said, route):
            group = route.groups.get("subject")
            named = said[slice(*group)] if group else ""
            telling = playbook is not None and not playbook.steps and not route.off
            if not (telling and is_only_about(said, named)):
                if not await self.asking.answer(event, said):
                    await self.lost.say(event, None)
                return None
        if playbook is None:
            for part in await self.unclear.take(event, said, route.runner_up, mail):
                await self._one(part, str(part.body["words"]), mail)
        elif route.off:
            await self.lost.off(event, playbook)
        else:
            return playbook
        return None

    async def _redirected(self, event: Event, note: str, route: Route) -> None:
        """Plan what a note on a card asks for instead; the card is withdrawn already."""
        conv = str(event.body["conv"])
        async with self.house.db.transaction() as tx:
            goal = await redirected.goal_of(tx, event)
            assert goal is not None
            anew = await redirected.wish(tx, goal, note, route, self.filling.playbooks)
            if anew is not None:
                await redirects.link(tx, event, planner.title_of(anew.wish), event.id)
                await self.filling.go_on(tx, event.id, conv, anew.wish, anew.filled)
        if anew is None:
            await self.lost.say(event, route.runner_up)

    async def _route(self, reader: Reader, said: str) -> Route:
        switched = await profile.get(reader, "playbooks")
        return await self.router.route(said, {id for id, on in switched.items() if on})

    async def command(self, event: Event, said: str) -> None:
        """Follow a command, said with its slash."""
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
            await self.filling.fill(event, wish, route.text, route.groups)
        elif route.playbook is not None:
            await self.lost.off(event, route.playbook)
        else:
            await self._say(event, f"I know no command /{name}. /help shows what there is.")

    async def _answer(self, event: Event, question: Question, said: str) -> None:
        if question.kind in filling.KINDS:
            await self.filling.answer(event, question, said)
            return
        handler = self.commands[question.ref]
        msg = await handler(event, said)
        if msg is not None:
            async with self.house.db.transaction() as tx:
                await outbox.post(tx, msg, question.conv)

    async def _typed_yes(self, event: Event) -> None:
        """A typed yes counts only as a reply to the card it means."""
        async with self.house.db.transaction() as tx:
            text = await typed_yes.approved(tx, self.house, event)
            await outbox.post(tx, say(f"yes:{event.id}", text), event.body["conv"])

    async def _say(self, event: Event, text: str) -> None:
        async with self.house.db.transaction() as tx:
            await outbox.post(tx, say(f"reply:{event.id}", text), event.body.get("conv"))
