"""Correcting: what was meant instead changes the last wish, and makes no new one beside it.

While its question is open, the question goes on with it. While its cards wait, they are withdrawn
and the wish is planned anew. What is done is said to be done, with the way to take it back.
"""

from dataclasses import dataclass, replace

from agents.hearing import changing, correction_words, meanwhile, parts, plain, plan_corrected
from agents.hearing.changing import Changed
from agents.hearing.correction_words import Correction
from agents.hearing.filling import KINDS, Filling, ask_next, resumed
from agents.hearing.several import PARTS_MAX
from agents.playbooks import planner
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Router
from agents.reading import context
from agents.reading.words import Candidate
from engine.acting import effects
from engine.acting.effects import Effect
from engine.chat import outbox, questions
from engine.chat.messages import Button, say
from engine.chat.questions import Question
from engine.desks import redirects
from engine.flow import inbox
from engine.planning import goals
from engine.planning.goals import Goal
from memory import events
from memory.db import Reader, Tx
from memory.events import Event
from memory.texts.passages import SESSION_PAUSE

GOALS_MAX = PARTS_MAX  # of one message
HAPPENED = ("running", "done", "unknown")
DOUBTED = {"running": "it is under way", "unknown": "whether it was done is in doubt"}
SAID = "You said instead: “{}”."
SEVERAL = (
    "That may change several of your wishes:\n{}\n\nI changed nothing. Say whom or what it is"
    " about, such as “no, refund Ada 50 EUR”, or tap “Do it, but…” on its card."
)


@dataclass(frozen=True, slots=True)
class Correcting:
    filling: Filling
    router: Router

    async def heard(
        self, event: Event, said: str, question: Question | None, told: Correction | None = None,
        *, read_by: str = "",
    ) -> bool:  # fmt: skip
        """Change the last wish as the words say. False: they correct nothing here.

        `told`: what they correct, where a model says it and no rule; `read_by`: that model.
        """
        told = told or correction_words.read(said)
        if told is None:
            return False
        async with self.filling.house.db.transaction() as tx:
            last = await self._with_old(tx, event, told, await _last(tx, event))
            if question is None or (last and last[0].at > question.at):
                wish = await self._planned(tx, event, said, told, last, read_by)
                sure = replace(told, sure=told.sure or read_by != "")
                taken = wish is not None or await self._by_model(tx, event, said, sure, last)
            else:
                wish = await self._asked(tx, event, said, told, question)
                taken = wish is not None
            if not taken and told.drops and self.router.by_pattern(told.new):
                taken = not await self._called_off(tx, event, question, last)
        if wish is not None:
            await self.filling.telling.tell(event, wish)
        return taken

    def instead(self, said: str) -> str:
        """Return the wish that is to take the place of the last: “cancel that, …”. "": none is."""
        told = correction_words.read(said)
        return told.new if told and told.drops and self.router.by_pattern(told.new) else ""

    async def _called_off(
        self, tx: Tx, event: Event, question: Question | None, last: list[Goal]
    ) -> bool:
        """Withdraw the last wish for another. False: it is said why it stays, or asked which."""
        if question is not None and (not last or last[0].at <= question.at):
            await questions.settle(tx, question.id, "dropped", event.id)
            return True
        standing = [goal for goal in last if goal.state == "open"]
        if len(standing) > 1:
            await self._tell_several(tx, event, standing)
            return False
        for goal in standing:
            if happened := await _happened(tx, goal):
                await self._tell_done(tx, event, goal, happened)
                return False
            await redirects.put_aside(tx, goal.id, SAID.format(event.body["words"]), event.id)
        return True

    async def _with_old(
        self, reader: Reader, event: Event, told: Correction, last: list[Goal]
    ) -> list[Goal]:
        """Return the open wishes in which was said what is not meant, if the last one has none."""
        if not (told.old and last) or any(self._says(goal, told.old) for goal in last):
            return last
        since = event.at - SESSION_PAUSE
        some = await goals.before(reader, str(event.body["conv"]), event.id, since, GOALS_MAX)
        return [one for one in some if one.state == "open" and self._says(one, told.old)] or last

    def _says(self, goal: Goal, words: str) -> bool:
        wish = self._of(goal)
        return wish is not None and changing.said_in(wish, words)

    async def _asked(
        self, tx: Tx, event: Event, said: str, told: Correction, question: Question
    ) -> Wish | None:
        """Change the wish that a question of ours is open about."""
        if question.kind not in KINDS:
            return None
        wish = resumed(question, self.filling.playbooks)
        if question.kind == "choice" and told.other is not None:
            return None  # “the other one” of those shown is for the buttons
        changed = await self._changed(tx, wish, said, told)
        if changed is None:
            return None
        left = changed.filled
        if left.wrong:
            await self._tell_wrong(tx, event, left.wrong)
            return changed.wish
        if await questions.settle(tx, question.id, "answered", event.id):
            await self.filling.go_on(tx, event.id, question.conv, changed.wish, left)
            await ask_next(tx, question.conv, self.filling.playbooks, event.id)
        return changed.wish

    async def _planned(
        self, tx: Tx, event: Event, said: str, told: Correction, last: list[Goal],
        read_by: str,
    ) -> Wish | None:  # fmt: skip
        """Plan the last wish anew, or say that it is done, or that several may be meant."""
        fitting = []
        for goal in last:
            wish = self._of(goal)
            changed = None if wish is None else await self._changed(tx, wish, said, told)
            if wish is not None and changed is not None:
                fitting.append((goal, changed, await changing.names(tx, wish, told)))
        if len(fitting) > 1:  # of one message: the one whose words or person are named
            fitting = [one for one in fitting if one[2]] or fitting
        if not fitting:
            return None
        goal, changed, _ = fitting[0]
        if read_by:
            changed = replace(changed, wish=replace(changed.wish, read_by=read_by))
        if len(fitting) > 1:
            await self._tell_several(tx, event, [goal for goal, _, _ in fitting])
        elif happened := await _happened(tx, goal):
            await self._tell_done(tx, event, goal, happened)
        else:
            await self._again(tx, event, goal, changed)
        return changed.wish

    async def _by_model(
        self, tx: Tx, event: Event, said: str, told: Correction, last: list[Goal]
    ) -> bool:
        """Have the last plan of a model made anew, or say that it is done. False: none fits."""
        for goal in last:
            if not plan_corrected.names(goal, told):
                continue
            if goal.state == "open":
                await plan_corrected.take(tx, event, goal)
                return True
            happened = [e for e in await effects.of_goal(tx, goal.id) if e.state in HAPPENED]
            if happened:
                await self._tell_done(tx, event, goal, happened)
            return bool(happened)
        if meanwhile.drops(said, None, self.filling.playbooks):
            return False
        offered = await plan_corrected.offered(tx, last, told)
        if len(offered) > 1:
            await self._tell_several(tx, event, offered, plan_corrected.SEVERAL)
        elif offered:
            await plan_corrected.take(tx, event, offered[0])
        return bool(offered)

    async def _changed(
        self, reader: Reader, wish: Wish, said: str, told: Correction
    ) -> Changed | None:
        now = await context.of_mail(reader, wish.mail)
        changed = await changing.of(reader, wish, told, now, self.router)
        if changed is None:
            return None
        because = SAID.format(said)
        anew = replace(changed.wish, said=(*changed.wish.said, said), because=because)
        return replace(changed, wish=anew)

    async def _again(self, tx: Tx, event: Event, goal: Goal, changed: Changed) -> None:
        if changed.filled.wrong:
            await self._tell_wrong(tx, event, changed.filled.wrong)
            return
        why = f"{SAID.format(event.body['words'])} New plan: {planner.title_of(changed.wish)}."
        await redirects.put_aside(tx, goal.id, why, event.id)
        conv = str(event.body["conv"])
        await self.filling.go_on(tx, event.id, conv, changed.wish, changed.filled)

    async def _tell_wrong(self, tx: Tx, event: Event, wrong: dict[str, str]) -> None:
        text = f"{' '.join(wrong.values())} I changed nothing."
        await outbox.post(tx, say(f"wrong:{event.id}", text), str(event.body["conv"]))

    async def _tell_several(
        self, tx: Tx, event: Event, meant: list[Goal], text: str = SEVERAL
    ) -> None:
        titles = "\n".join(f"• {goal.text}" for goal in reversed(meant))
        msg = say(f"corrected:{event.id}", text.format(titles))
        await outbox.post(tx, msg, str(event.body["conv"]))

    async def _tell_done(self, tx: Tx, event: Event, goal: Goal, happened: list[Effect]) -> None:
        told = [
            DOUBTED.get(one.state) or (one.receipt.said if one.receipt else None) or one.state
            for one in happened
        ]
        undoable = [one for one in happened if self._has_undo(one)]
        buttons = tuple(
            (Button(label="Undo" if len(undoable) == 1 else f"Undo {n}", action="undo", ref=e.id),)
            for n, e in enumerate(undoable, 1)
        )
        how = "Take it back, then say it anew." if undoable else "It cannot be taken back now."
        done = "has begun" if any(one.state in DOUBTED for one in happened) else "is done"
        text = f"“{goal.text}” {done} already: {'; '.join(told)}. I changed nothing. {how}"
        msg = say(f"corrected:{event.id}", text, buttons=buttons)
        await outbox.post(tx, msg, str(event.body["conv"]))

    def _has_undo(self, effect: Effect) -> bool:
        operation = self.filling.house.operations.get(effect.action.operation)
        can = operation is not None and operation.undo.run is not None
        return can and effect.state == "done" and effect.undoes is None

    def _of(self, goal: Goal) -> Wish | None:
        playbook = self.filling.playbooks.get(goal.playbook or "")
        if playbook is None:
            return None
        values = {n: Candidate.model_validate(v) for n, v in goal.slots["values"].items()}
        read_by, said = goal.slots.get("read_by", ""), tuple(goal.slots["said"])
        return Wish(playbook, values, said, "", goal.slots["mail"], read_by=read_by)


async def _happened(reader: Reader, goal: Goal) -> list[Effect]:
    """Return what was done for a goal and was not taken back, or may have been."""
    found = await effects.of_goal(reader, goal.id)
    return [one for one in found if one.state in HAPPENED and one.undoes is None]


async def _last(reader: Reader, event: Event) -> list[Goal]:
    """Return the goals of what was said last in this conversation, the last wish first.

    None where something else was said since: “no, Monday” is about that.
    """
    found: list[tuple[Goal, str]] = []
    conv, since = str(event.body["conv"]), event.at - SESSION_PAUSE
    for goal in await goals.before(reader, conv, event.id, since, GOALS_MAX):
        asked = await events.get(reader, goal.asked_by)
        if asked is not None:
            found.append((goal, (await parts.message(reader, asked)).id))
    if not found:
        return []
    heard = await plan_corrected.last(reader, found[0][0]) or found[0][1]
    if any(map(_is_else, await inbox.between(reader, conv, heard, event.id))):
        return []
    return [goal for goal, message in found if message == found[0][1]]


def _is_else(said: str) -> bool:
    """Say whether words are about something of their own: no command, thanks or correction."""
    aside = plain.command(said).startswith("/") or plain.courtesy(said)
    return not aside and correction_words.read(said) is None
