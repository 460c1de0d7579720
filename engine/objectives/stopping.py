"""Stopping a project or objective: what waits in it is shown, withdrawn by a tap, and comes back.

looked at ──tap──▶ stopped: exactly what the card showed is withdrawn ──tap──▶ asked and set anew
Nothing that was done is undone, and to-dos of the operator's own stay as they are.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.contract import PermanentError, Preview
from engine.acting import effects, gate
from engine.acting.effects import Effect
from engine.acting.gate import Proposal
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox, words
from engine.chat.messages import Bullets, Button, Heading, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.desks import halting
from engine.flow import schedule
from engine.flow.durable import open_work
from engine.planning import plans, tree, versions
from engine.rules.house import House
from memory import events, profile
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.journal import canonical
from memory.schema.work import alarms
from memory.schema.work import effects as effects_table

STOPPED = {"project": "stopped", "objective": "dropped"}
ON = ("open", "planned", "running", "paused")
WITHDRAWN = ("goals", "effects", "tasks", "alarms")
LISTED_MAX = 20
TITLE = "Stop {name}?"
NOTHING = "Nothing waits in it. It is only marked as stopped."
WOULD = "This would be withdrawn:"
STAYS = "What was done stays done. To-dos of your own stay as they are."
DONE = "{name} is stopped. Withdrawn: {count}. What was done stays done."
IN_FLIGHT = " In flight and no longer to be held: “{titles}”."
BACK = "{name} goes on. What was withdrawn is asked and set anew."
NOT_BACK = " It could not be brought back: {lost}."
ENDED = "{name} has ended already."
OTHER = "What waits in it changed since. Look at the new card."
WHY = "You stopped {name}."
ANEW = "You had stopped what it belongs to, so it is asked anew."


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a record's goals wait for; ids and what each is called."""

    projects: tuple[Record, ...]  # of an objective: which still go on
    goals: tuple[tuple[str, str], ...]
    effects: tuple[tuple[str, str], ...]
    tasks: tuple[tuple[str, str], ...]  # steps that were not begun
    alarms: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        return len(self.effects) + len(self.tasks) + len(self.alarms)

    @property
    def fingerprint(self) -> str:
        """Return what stands for exactly this list: what was shown is what is withdrawn."""
        listed = [[one.id, one.version] for one in self.projects]
        said = [listed, self.goals, self.effects, self.tasks, self.alarms]
        return hashlib.sha256(canonical(said).encode()).hexdigest()[:16]

    def lines(self) -> tuple[str, ...]:
        groups = (
            ("project", [one.name for one in self.projects]),
            ("plan", [title for _, title in self.goals]),
            ("waits for you", [title for _, title in self.effects]),
            ("not begun", [title for _, title in self.tasks]),
            ("reminder", [title for _, title in self.alarms]),
        )
        found = [f"{noun}: {title}" for noun, titles in groups for title in titles]
        more = len(found) - LISTED_MAX
        return (*found[:LISTED_MAX], *([f"and {more} more"] if more > 0 else []))


async def waiting(reader: Reader, record: Record) -> Waiting:
    """Return what would be withdrawn, were it stopped now."""
    under = await tree.projects(reader, record.id) if record.kind == "objective" else [record]
    under = [one for one in under if one.state["status"] in ON]
    goals = [row for one in under for row in await tree.goals_of(reader, one.id)]
    every = [row.id for row in goals]
    held = await _effects(reader, every, ("waiting", "approved"))
    titles = [(await effects.preview_of(reader, e.id, e.version)).title for e in held]
    opened = [(row.id, row.text) for row in goals if row.state == "open"]
    return Waiting(
        projects=tuple(under) if record.kind == "objective" else (),
        goals=tuple(opened),
        effects=tuple(zip((e.id for e in held), titles, strict=True)),
        tasks=tuple([each for id, _ in opened for each in await _not_begun(reader, id)]),
        alarms=await _alarms(reader, every),
    )


async def _effects(reader: Reader, goals: list[str], states: tuple[str, ...]) -> list[Effect]:
    c = effects_table.c
    query = sa.select(c.id).where(c.goal.in_(goals), c.state.in_(states)).order_by(c.at, c.id)
    found = await effects.get_all(reader, ids := [row.id for row in await reader.rows(query)])
    return [found[id] for id in ids]


async def _not_begun(reader: Reader, goal: str) -> list[tuple[str, str]]:
    found = []
    for task in await plans.of_goal(reader, goal):
        if task.state not in plans.ENDED and await effects.of_task(reader, task.id) is None:
            found.append((task.id, task.title))
    return found


async def _alarms(reader: Reader, goals: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the reminders that goals have set and that have not rung."""
    settings = await profile.read(reader)
    keys = [f"reminder:{one.id}" for one in await _effects(reader, goals, ("done",))]
    query = sa.select(alarms).where(alarms.c.key.in_(keys), alarms.c.state == "set")
    found = []
    for row in await reader.rows(query.order_by(alarms.c.due_at)):
        set_ = await events.get(reader, row.ref)
        text = "" if set_ is None else str(set_.body["text"])
        found.append((row.key, f"{words.moment(row.due_at, settings)}: {text}"))
    return tuple(found)


async def card(reader: Reader, record: Record, key: str) -> Msg:
    """Return the card that says what would be withdrawn. Nothing is changed by it."""
    if record.state["status"] not in ON:
        text = ENDED.format(name=record.name)
        return Msg(key=key, summary=text, parts=(_para(text),))
    found = await waiting(reader, record)
    title = TITLE.format(name=record.name)
    parts: list[Part] = [Heading(text=title)]
    if lines := found.lines():
        parts += [_para(WOULD), Bullets(items=lines)]
    else:
        parts.append(_para(NOTHING))
    parts.append(_para(STAYS))
    button = Button(
        label="■ Stop it", action="aim.stop", ref=record.id, item=f"{found.fingerprint} {key}",
        style="danger",
    )  # fmt: skip
    return Msg(key=key, summary=title[:190], parts=tuple(parts), buttons=((button,),))


async def stop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Withdraw what the card showed, and nothing else."""
    shown, _, card_key = tap.item.partition(" ")
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        record = await records.get(tx, tap.ref)
        if record is None:
            return Reply(GONE, refused=True)
        if record.state["status"] not in ON:
            return Reply(ENDED.format(name=record.name), refused=True)
        found = await waiting(tx, record)
        if found.fingerprint != shown:
            await outbox.post(tx, await card(tx, record, card_key), who.conv)
            await outbox.show_again(tx, card_key, who.conv)
            return Reply(OTHER, card_key, refused=True)
        running = await _withdraw(tx, record, found, cause)
        noted = await _marked(tx, record, found, cause)
        said = DONE.format(name=record.name, count=found.count)
        if running:
            said += IN_FLIGHT.format(titles="”, “".join(running))
        back = Button(label="Take it back", action="aim.unstop", ref=noted)
        await outbox.post(tx, _told(card_key, record, said, ((back,),)), who.conv)
    return Reply(said)


async def _withdraw(tx: Tx, record: Record, found: Waiting, cause: str) -> list[str]:
    running: list[str] = []
    for id, _ in found.goals:
        running += await halting.end(tx, id, WHY.format(name=record.name), cause)
    for id, _ in found.effects:  # an undo that waits belongs to no open goal
        await effects.end(tx, id, "withdrawn", cause)
    for key, _ in found.alarms:
        await schedule.turn_off(tx, key)
    return running


async def _marked(tx: Tx, record: Record, found: Waiting, cause: str) -> str:
    """Mark it as stopped, with its projects; return the event that says what was withdrawn."""
    before = {one.id: one.state["status"] for one in (record, *found.projects)}
    what: dict[str, Any] = {name: [id for id, _ in getattr(found, name)] for name in WITHDRAWN}
    noted = await events.note(tx, "aim.stopped", cause, record=record.id, before=before, **what)
    for one in (record, *found.projects):
        await records.revise(tx, one.id, noted.id, status=STOPPED[one.kind])
    return noted.id


async def unstop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Take a stop back: exactly what it withdrew is asked and set anew, each judged again."""
    async with house.db.snapshot() as reader:
        stopped = await events.get(reader, tap.ref)
        record = None if stopped is None else await records.get(reader, stopped.body["record"])
        if stopped is None or record is None:
            return Reply(GONE, refused=True)
        held = await effects.get_all(reader, stopped.body["effects"])
        shown = {id: await effects.preview_of(reader, id, e.version) for id, e in held.items()}
    proposals = {id: await _weighed(house, effect, shown[id]) for id, effect in held.items()}
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        once = await events.append(
            tx, "aim.unstopped", source="aim", key=f"unstop:{stopped.id}", trust="operator",
            actor=who.user, cause=cause, body={"record": record.id},
        )  # fmt: skip
        if once is None:
            return Reply(f"{record.name} goes on already.", refused=True)
        for goal in stopped.body["goals"]:
            await versions.resume(tx, goal, str(stopped.cause), once.id)
        lost = await _restored(tx, stopped.body, held, proposals, once.id)
        said = BACK.format(name=record.name)
        said += NOT_BACK.format(lost="; ".join(lost)) if lost else ""
        await outbox.post(tx, _told(f"aim:{once.id}", record, said), who.conv)
    return Reply(said)


async def _weighed(house: House, effect: Effect, shown: Preview) -> Proposal | str:
    """Judge once more what was withdrawn; a sentence says why it can no longer be."""
    try:
        again = await gate.again(
            house, effect.action, effect.goal, task=effect.planned_by, shown=shown
        )
    except PermanentError as error:
        return str(error)
    return gate.asked(again, ANEW)


async def _restored(
    tx: Tx, what: dict[str, Any], held: dict[str, Effect],
    proposals: dict[str, Proposal | str], cause: str,
) -> list[str]:  # fmt: skip
    """Bring back what a stop withdrew; return what could not be, and why."""
    lost: list[str] = []
    for id, status in what["before"].items():
        stands = await records.get(tx, id)
        if stands is not None and stands.state["status"] == STOPPED[stands.kind]:
            await records.revise(tx, id, cause, status=status)
    for task in what["tasks"]:
        await plans.move(tx, task, "pending", cause)
        await open_work(tx, "dispatch", task)
    for id, proposal in proposals.items():
        if isinstance(proposal, str):
            lost.append(proposal.rstrip("."))
        elif held[id].state == "withdrawn":
            await effects.restore(tx, held[id], proposal, cause)
    return lost + await _set_anew(tx, what["alarms"], cause)


async def _set_anew(tx: Tx, keys: list[str], cause: str) -> list[str]:
    """Set reminders once more; return what could not be."""
    lost: list[str] = []
    for key in keys:
        row = await tx.row(sa.select(alarms).filter_by(key=key, state="off"))
        if row is not None and row.due_at > tx.now:
            await schedule.set_alarm(tx, key, row.due_at, row.kind, row.ref, cause)
        elif row is not None:
            lost.append("a reminder whose time has passed")
    return lost


VERBS: dict[str, Any] = {"aim.stop": stop, "aim.unstop": unstop}


def _told(key: str, record: Record, said: str, buttons: tuple[tuple[Button, ...], ...] = ()) -> Msg:
    parts = (Heading(text=record.name), _para(said))
    return Msg(key=key, summary=said[:190], parts=parts, buttons=buttons)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
