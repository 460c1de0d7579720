"""Planning: what no playbook covers becomes a plan that a model proposes and nobody trusts.

words ─▶ what is known ─▶ proposed ─▶ checked (mended once) ─▶ foretold ─▶ the card: start it?

Plans are made from the operator's words, records and memory alone, before anything is read that
others wrote. Nothing is begun before the operator starts it, but looking things up.
"""

from dataclasses import dataclass, replace
from typing import Any

from agents.hearing import filling, parts, plain, plan_corrected
from agents.hearing.lost import NO_MODEL, NOT_SURE, able
from agents.models.door import Answer, Models
from agents.plans import foretold, mentioned, plan_anew, plan_made, plan_recalled, priced
from agents.plans.plan_anew import Anew
from agents.plans.plan_checked import Known, as_text, faults, ordered, preliminary
from agents.plans.plan_wish import PURPOSE, Given, Proposed, wish
from agents.playbooks import scope as scopes
from agents.playbooks.library import Playbook
from agents.reading import context
from agents.reading.words import Candidate
from agents.writing.drafting import Drafting
from engine.acting import request
from engine.chat import outbox, questions
from engine.chat.messages import say
from engine.flow.durable import Work, open_work
from engine.models import affording, rungs, shortage
from engine.planning import goals, plan_card, plans, versions
from engine.planning.goals import Goal
from engine.planning.postponed import Postponed
from engine.planning.versions import Version
from engine.rules import goal_rules
from engine.rules.house import House
from memory.canon import records
from memory.db import Reader, Tx
from memory.events import Event
from memory.ids import derived_id
from memory.recalling.recall import Recall
from policies.gate import Gate

KIND = "plan"  # of work, and of the question a plan may need
OUTCOME = {"kind": "plan", "minutes_saved": 10}
THINKING = "I am making a plan for this. Nothing is done before you start it."
NO_PLAN = "I made no plan: {why} Nothing was done."
NOT_ANEW = (
    "I made no new plan: {why} The plan stays as it was. To change it, tap “✎ Edit in words” on its"
    " card, or say it again later."
)
FAULTY = "what came back cannot be carried out. {faults}"
FAULTS_SHOWN = 3
IN_TURN = "For this I have a question, too; I ask it in its turn."
MOVED_ON = "the plan went on while I thought. Ask again when it rests."
ROUNDS_MAX = 3  # of planning anew what moves on meanwhile
UNCLEAR = "what you said was not understood."
EMPTY = "Write /plan and what you want, in your own words."


@dataclass(frozen=True, slots=True)
class Planning:
    """`drafting`: who has the texts of a plan written."""

    house: House
    models: Models
    recall: Recall
    playbooks: dict[str, Playbook]
    drafting: Drafting

    async def take(self, event: Event, said: str) -> bool:
        """Take up a wish that no playbook fits. False: no model is set up.

        The plan is made apart from this, so that nothing else waits for it.
        """
        if not self.models.set_up:
            return False
        conv = str(event.body["conv"])
        key = plan_card.key(derived_id("gol", event.id))
        async with self.house.db.transaction() as tx:
            if (asked := await _answered(tx, event, conv)) is not None:
                await questions.settle(tx, asked.id, "answered", event.id)
                await filling.ask_next(tx, conv, self.playbooks, event.id)
            if await open_work(tx, KIND, event.id, key=derived_id("wrk", KIND, event.id)):
                await outbox.post(tx, say(key, THINKING), conv)
        return True

    async def command(self, event: Event, rest: str) -> Any:
        """`/plan WORDS`, or the answer to the one question a plan needs."""
        if not rest.strip():
            return say(f"plan:{event.id}", EMPTY)
        return None if await self.take(event, rest) else say(f"plan:{event.id}", NO_MODEL)

    async def work(self, work: Work) -> None:
        """Make the plan that an event asks for: a wish, an answer, a correction, or a tap."""
        async with self.house.db.snapshot() as reader:
            event = await parts.told(reader, work.ref)
            if event is not None and event.kind == plan_corrected.KIND:
                event = await plan_corrected.with_note(reader, event)
        if event is None:
            return
        if event.kind in ("tap.received", plan_corrected.KIND):
            await self._anew(event)
        else:
            await self._first(event)

    async def _first(self, event: Event) -> None:
        goal_id, conv = derived_id("gol", event.id), str(event.body["conv"])
        async with self.house.db.snapshot() as reader:
            made = await goals.get(reader, goal_id) is not None
            asked = await _answered(reader, event, conv)
            before = () if asked is None else asked.body["said"]
            said = (*before, plain.PLAN.sub("", str(event.body["words"])).strip())
            given, values, known = await self._given(reader, goal_id, said)
        if made:  # a crash came between the plan and its card
            await self._offer(goal_id, event.id)
            return
        given = await plan_recalled.with_memory(self.recall, replace(given, cause=event.id))
        plan = await self._proposed(given, known)
        if isinstance(plan, _NoPlan):
            if plan.short:
                await self._postpone(event, goal_id, plan_card.key(goal_id), conv)
            else:
                await self._none(event, goal_id, conv, said, plan)
            return
        slots = {
            "values": {name: one.model_dump(mode="json") for name, one in values.items()},
            "said": list(said),
            "mail": None,
            "outcome": OUTCOME,
            "planned": True,
        }
        title = plan.title.strip() or said[-1][:100]
        async with self.house.db.transaction() as tx:
            await goals.open_goal(
                tx, goal_id, title, asked_by=event.id, conv=conv, playbook=None, slots=slots,
                mode=goal_rules.mode(said),
            )  # fmt: skip
            goal = await goals.get(tx, goal_id)
            assert goal is not None
            because = "You asked for what no playbook does; a language model proposed these steps."
            row = _row(goal, 1, because, event.id, [one.model_dump() for one in ordered(plan)])
            gate = await request.begun(tx, self.house, goal.id, evidence=True)
            steps = plan_made.steps(self.house, goal_id, gate, ordered(plan), known)
            await plans.write(tx, row, steps)
        await self._offer(goal_id, event.id)

    async def _anew(self, event: Event) -> None:
        """Make the rest of a plan anew, for a note or because of what became of it.

        Steps go on while a model thinks: a plan that moved on is read once more, and never lost.
        """
        goal_id, note = str(event.body["ref"]), str(event.body["values"].get("note", "")).strip()
        why: str | _NoPlan | None = None
        for _ in range(ROUNDS_MAX):
            async with self.house.db.snapshot() as reader:
                anew = await Anew.read(reader, goal_id, note)
                held = await plan_anew.held(reader, goal_id)
            if anew is None:
                return
            made = anew.version.cause == event.id  # a crash came between the plan and its card
            why = "" if made else held or await self._replaced(event, anew, note)
            if why is not None:
                break
        if why == "":
            await self._offer(goal_id, event.id)
            return
        if isinstance(why, _NoPlan):
            conv = None if anew is None else anew.goal.conv
            await self._postpone(event, goal_id, f"plan-none:{event.id}", conv)
            return
        told = say(f"plan-none:{event.id}", NOT_ANEW.format(why=why or MOVED_ON))
        async with self.house.db.transaction() as tx:
            goal = await goals.get(tx, goal_id)
            await outbox.post(tx, told, goal.conv if goal else None)

    async def _replaced(self, event: Event, anew: Anew, note: str) -> "str | _NoPlan | None":
        """Put a new plan in the place of one; "": it stands. Else why not; None: it moved on.

        Itself where only money was missing.
        """
        goal_id, slots = anew.goal.id, anew.goal.slots
        said = (*slots["said"], note) if note else tuple(slots["said"])
        async with self.house.db.snapshot() as reader:
            given, values, known = await self._given(reader, goal_id, said, anew.goal)
        known = replace(known, done=anew.done_args(known))
        given = await plan_recalled.with_memory(self.recall, anew.given(given))
        plan = await self._proposed(given, known)
        if isinstance(plan, _NoPlan):
            if plan.short:
                return plan
            return plan.why or plan.question or UNCLEAR
        kept = {n: one.model_dump(mode="json") for n, one in values.items()}
        body = [*anew.kept, *(one.model_dump() for one in ordered(plan))]
        row = _row(anew.goal, anew.version.version + 1, anew.because, event.id, body)
        async with self.house.db.transaction() as tx:
            if not await anew.stands(tx):
                return None
            await goals.say_more(
                tx, goal_id, {**slots, "said": list(said), "values": kept}, event.id
            )
            gate = await request.begun(tx, self.house, goal_id, evidence=True)
            steps = plan_made.steps(self.house, goal_id, gate, ordered(plan), known)
            await anew.replace(tx, row, steps, event.id)
        return ""

    async def _given(
        self, reader: Reader, goal_id: str, said: tuple[str, ...], goal: Goal | None = None
    ) -> tuple[Given, dict[str, Candidate], Known]:
        """Return what the plan is made from: the records that the words name, and the moment."""
        settings = await context.about(reader)
        old = {} if goal is None else goal.slots["values"]
        values = {name: Candidate.model_validate(one) for name, one in old.items()}
        text = "\n".join(said)
        for name, one in (await mentioned.find(reader, text, settings)).items():
            if one.ref is None or one.ref not in {value.ref for value in values.values()}:
                values.setdefault(name, one)
        scope = await scopes.before(reader, values)
        lines = mentioned.lines(scope, values)
        lines += [
            f"Not clear who is meant: {one}" for one in await mentioned.namesakes(reader, text)
        ]
        given = Given(
            goal=goal_id,
            said=said,
            known=lines,
            now=f"{settings.local_now.isoformat(timespec='minutes')} ({settings.zone})",
            playbooks=tuple(self.playbooks.values()),
        )
        return given, values, Known(operations=self.house.operations, scope=scope, done={})

    async def _proposed(self, given: Given, known: Known) -> "Proposed | _NoPlan":
        """Return a plan without faults, mended once if need be; else why there is none."""
        found: list[str] = []
        prompt = await self.models.pinned.prompt(PURPOSE, given.goal)
        for _ in range(2):
            answer = await self.models.ask(wish(self.house, given, prompt))
            if not isinstance(answer, Answer):
                return _NoPlan(why=answer.why, short=answer.short)
            plan = answer.value
            if not plan.understood or (plan.question.strip() and not plan.steps):
                return _NoPlan(question=plan.question.strip() if plan.understood else "")
            found = faults(plan, known)
            doubts = [] if found or given.faults else await self._invented(given, plan, known)
            if not found and not doubts:
                return plan
            given = replace(given, faults=(*found, *doubts), answer=as_text(plan))
        return _NoPlan(why=FAULTY.format(faults=" ".join(found[:FAULTS_SHOWN])))

    async def _invented(self, given: Given, plan: Proposed, known: Known) -> list[str]:
        """Return a fault for every address and account that nobody named."""
        async with self.house.db.snapshot() as reader:
            canonical = await records.canonical_values(reader)
        gate = Gate(self.house.book, request.contracts(self.house.operations.values()))
        gate.begin([(words, "operator") for words in given.said], canonical)
        ready = preliminary(ordered(plan), known)
        return [
            fault
            for step in plan.steps
            for fault in plan_made.invented(self.house, gate, step, ready[step.key][0])
        ]

    async def _none(
        self, event: Event, goal_id: str, conv: str, said: tuple[str, ...], no: "_NoPlan"
    ) -> None:
        """Say why there is no plan, or ask the one thing it needs."""
        key = plan_card.key(goal_id)
        async with self.house.db.transaction() as tx:
            if no.question:
                about = {"said": list(said), "text": f"{no.question} (Or say /cancel.)"}
                about["message"] = event.body.get("message", "")
                asked = await questions.ask(tx, conv, KIND, KIND, about, event.id)
                told = str(about["text"]) if asked.state == "open" else IN_TURN
            elif no.why:
                told = NO_PLAN.format(why=no.why)
            else:
                told = NOT_SURE
            msg = say(key, told)
            if told == NOT_SURE:
                parts = (*msg.parts, await able(tx, self.playbooks))
                msg = msg.model_copy(update={"parts": parts})
            await outbox.post(tx, msg, conv)

    async def _postpone(self, event: Event, goal_id: str, card: str, conv: str | None) -> None:
        async with self.house.db.transaction() as tx:
            one = Postponed(event=event.id, kind="plan", goal=goal_id, card=card, conv=conv)
            assert await shortage.ask(tx, self.models.limits, one)

    async def _offer(self, goal_id: str, cause: str) -> None:
        """Say what the rules say of each step, and offer the plan; mere looking starts at once."""
        async with self.house.db.snapshot() as reader:
            goal = await goals.get(reader, goal_id)
            version = await versions.of_goal(reader, goal_id)
        if goal is None or version is None or not version.offered or version.foretold is not None:
            return  # what its card showed stays what a yes on it means
        told = await foretold.steps(self.house, goal, version)
        texts = await priced.texts(self.drafting, goal)
        async with self.house.db.transaction() as tx:
            now = await versions.of_goal(tx, goal_id)
            if now is None or now.id != version.id or not now.offered:
                return
            await versions.foretell(tx, version, told)
            if texts is not None:
                left = await affording.beside(tx, self.models.limits, goal_id, texts)
                await versions.price(tx, version, left)
                if left["up"]:
                    await rungs.look_tomorrow(tx)
            if self._only_looks(told, version):
                await self._begin(tx, version, cause)
            await plans.draw(tx, goal_id)

    def _only_looks(self, told: dict[str, Any], version: Version) -> bool:
        """Say whether every step only looks something up, which the rules let run."""
        return all(
            self.house.operation(version.step(key)["operation"]).effect == "read"
            and one["outcome"] in ("allow", "notify")
            for key, one in told.items()
        )

    async def _begin(self, tx: Tx, version: Version, cause: str) -> None:
        if await versions.start(tx, version, cause):
            await plans.turn_on(tx, version.goal)


@dataclass(frozen=True, slots=True)
class _NoPlan:
    """There is no plan: why, or what has to be known first; neither: it was no such wish.

    `short`: for want of money alone.
    """

    why: str = ""
    question: str = ""
    short: bool = False


async def _answered(reader: Reader, event: Event, conv: str) -> questions.Question | None:
    """Return the planner's question that this event answers; a command answers none."""
    if plain.PLAN.match(str(event.body["words"])):
        return None
    asked = await questions.for_words(reader, conv, event.id)
    return asked if asked is not None and asked.kind == KIND else None


def _row(
    goal: Goal, number: int, because: str, cause: str, steps: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": derived_id("pln", goal.id, number),
        "goal": goal.id,
        "version": number,
        "because": because,
        "proposed": {"steps": steps},
        "cause": cause,
    }
