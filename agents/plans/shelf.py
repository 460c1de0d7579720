"""The shelf: playbooks made of the operator's own plans, beside those that came with Firstmate.

What a model planned twice alike, and went well both times, is offered as a playbook. A kept one
works at once and after a restart, without a model; it is heard by its command and its own words.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from agents.plans import playbook_made, said_anew
from agents.plans.playbook_made import Finished
from agents.playbooks import library
from agents.playbooks.library import Playbook, PlaybookError
from agents.reading.words import Candidate
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Heading, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.flow.durable import Work
from engine.planning import goals, own_playbooks, versions
from engine.planning.goals import Goal
from engine.rules.house import House
from memory import profile
from memory.canon import records
from memory.db import Reader, Tx

KIND = "shelve"  # of work: a model's plan ended well
KEPT_MAX = 8
FULL = f"{KEPT_MAX} playbooks of your own are kept; drop one in /playbooks first."
KEPT = "Kept. It works at once; /playbooks switches it off or drops it."
NO = "Then not. I do not ask about this again."
DROPPED = "Dropped. What it began goes on; it is not heard any more."
UNREADABLE = "This playbook cannot be read any more, so it was not kept."


@dataclass(frozen=True, slots=True)
class Shelf:
    """`by_id`: every playbook that a goal may name. `own`: those of the operator that are heard."""

    house: House
    by_id: dict[str, Playbook]
    own: dict[str, Playbook] = field(default_factory=dict)

    @property
    def listed(self) -> Collection[Playbook]:
        """Return what can be switched on and off, as it stands whenever it is looked at."""
        came = {id: one for id, one in self.by_id.items() if not id.startswith(playbook_made.OWN)}
        return (came | self.own).values()

    async def open(self) -> None:
        """Take up what was kept, as it is now; goals of what was dropped still find it."""
        async with self.house.db.snapshot() as reader:
            found = await own_playbooks.in_state(reader, "kept", "dropped")
        self.own.clear()
        for one in found:
            if (playbook := self._read(one.body)) is not None:
                self._put(playbook, heard=one.state == "kept")

    async def work(self, work: Work) -> None:
        """Offer a playbook when a plan that ended well is like one before it."""
        async with self.house.db.snapshot() as reader:
            goal = await goals.get(reader, work.ref)
            new = None if goal is None else await _finished(reader, goal)
            if goal is None or new is None:
                return
            old = await _alike(reader, goal, new.shape)
        body = None if old is None else playbook_made.made(old, new, self.house.operations)
        playbook = None if body is None else self._read(body)
        if playbook is None or body is None or self._clashes(playbook):
            return
        async with self.house.db.transaction() as tx:
            id = await own_playbooks.offer(tx, new.shape, body, goal.asked_by)
            if id is not None:
                await outbox.post(tx, _offer(id, playbook), goal.conv)

    def verbs(self) -> dict[str, Any]:
        return {
            "playbook.keep": self.keep,
            "playbook.decline": self.decline,
            "playbook.drop": self.drop,
        }

    async def keep(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """The operator wants it: it is switched on."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            offered = await own_playbooks.get(tx, tap.ref)
            if offered is None:
                return Reply(GONE, refused=True)
            playbook = self._read(offered.body)
            if playbook is None or self._clashes(playbook):
                return Reply(UNREADABLE, refused=True)
            if len(self.own) >= KEPT_MAX:
                return Reply(FULL, refused=True)
            if not await own_playbooks.settle(tx, tap.ref, "offered", "kept", cause):
                return Reply(f"This was {offered.state} already.", refused=True)
            await _switch(tx, playbook.id, True, cause)
            await outbox.post(tx, _offer(tap.ref, playbook, KEPT), who.conv)
        self._put(playbook, heard=True)
        return Reply(KEPT)

    async def decline(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Not this one; plans like it are not asked about again."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            if not await own_playbooks.settle(tx, tap.ref, "offered", "declined", cause):
                return Reply("This is settled already.", refused=True)
        return Reply(NO)

    async def drop(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Let go of a playbook of the operator's own."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            kept = await own_playbooks.in_state(tx, "kept")
            found = next((one for one in kept if one.body["id"] == tap.ref), None)
            if found is None:
                return Reply("This is no playbook of yours any more.", refused=True)
            await own_playbooks.settle(tx, found.id, "kept", "dropped", cause)
            await _switch(tx, tap.ref, False, cause)
        self.own.pop(tap.ref, None)
        return Reply(DROPPED)

    def _put(self, playbook: Playbook, *, heard: bool) -> None:
        self.by_id[playbook.id] = playbook
        if heard:
            self.own[playbook.id] = playbook

    def _read(self, body: Mapping[str, Any]) -> Playbook | None:
        """Return the playbook, checked like those of files; None: it has faults."""
        known = {n: list(one.roles) for n, one in self.house.operations.items()}
        try:
            [playbook] = library.load({f"{body['id']}.yaml": json.dumps(body)}, known)
        except PlaybookError:
            return None
        return playbook

    def _clashes(self, playbook: Playbook) -> bool:
        """Say whether another playbook has its name or one of its commands."""
        taken = {name for one in self.by_id.values() for name in (one.id, *one.commands)}
        return bool(taken & {playbook.id, *playbook.commands})


async def _alike(reader: Reader, goal: Goal, shape: str) -> Finished | None:
    """Return the newest other plan of this shape that ended well."""
    for id in await versions.ended_well(reader):
        other = await goals.get(reader, id) if id != goal.id else None
        found = None if other is None else await _finished(reader, other)
        if found is not None and found.shape == shape:
            return found
    return None


async def _finished(reader: Reader, goal: Goal) -> Finished | None:
    """Return a model's plan that was carried out whole; None: it is none."""
    version = await versions.of_goal(reader, goal.id)
    if version is None or version.proposed is None or goal.state != "done":
        return None
    kinds, names = {}, {}
    for name, value in goal.slots["values"].items():
        ref = Candidate.model_validate(value).ref
        record = await records.get(reader, ref) if ref else None
        if record is not None and record.name:
            kinds[name], names[name] = record.kind, record.name
    said = str(goal.slots["said"][0])
    begun = goal.at.astimezone(ZoneInfo((await profile.read(reader))["zone"]))
    return Finished(goal.text, said, version.proposed["steps"], kinds, names, begun=begun)


async def _switch(tx: Tx, id: str, on: bool, cause: str) -> None:
    switched = await profile.get(tx, "playbooks") | {id: on}
    await profile.save(tx, cause, playbooks=switched)


def _offer(id: str, playbook: Playbook, settled: str = "") -> Msg:
    """Return the card: the steps, what stays as it is, what it asks for, and how it is said."""
    steps = [(f"{said_anew.plain(one.title)} ({one.operation})", one) for one in playbook.steps]
    stays = tuple(
        f"{title}: {name} “{said}”"
        for title, step in steps
        for name, said in said_anew.fixed(step.args)
    )
    asks = tuple(f"{slot.name.replace('_', ' ')}: {slot.ask}" for slot in playbook.slots)
    said = f"Say “{playbook.examples[0]}”, or /{playbook.commands[0]}. It needs no model to plan."
    title = f"Keep “{playbook.title}” as a playbook?"
    parts: list[Part] = [
        Heading(text=title),
        _para("It was planned alike twice, and went well both times."),
        Bullets(items=tuple(title for title, _ in steps)),
        *((_para("It asks for:"), Bullets(items=asks)) if asks else ()),
        *((_para("This is the same each time:"), Bullets(items=stays)) if stays else ()),
        _para(settled or said),
    ]
    keep = Button(label="✓ Keep it", action="playbook.keep", ref=id, style="ok")
    no = Button(label="✗ No", action="playbook.decline", ref=id)
    buttons = () if settled else ((keep, no),)
    return Msg(key=f"shelf:{id}", summary=title[:190], parts=tuple(parts), buttons=buttons)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
