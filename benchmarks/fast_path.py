"""An answer while five hundred steps are queued: how long it takes from message to answer."""

import asyncio
import itertools
import tempfile
from pathlib import Path

from benchmarks._figures import Screen, operator, percentile, show
from bot.app import App, open_app
from bot.commands import sample
from bot.surfaces import Heard
from engine.acting.taps import Person
from engine.chat.outbox import ANSWER, Due
from engine.planning import goals, plans
from memory import events
from memory.canon import records
from memory.db import Tx
from memory.ids import derived_id

QUEUED = 500
ASKED = ("what do we know about Ada?", "/who Bruno Martin", "/help", "/waiting")
TIMES = 10


async def main() -> None:
    screen = Screen()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "sample"
        app = await open_app(home, lambda db, folder: [screen], prepare=sample.fill)
        await app.start()
        who = await operator(app, screen.name)
        numbers = itertools.count()
        for words in ASKED:  # what is used first is loaded first
            await _ask(app, screen, who, words, next(numbers))
        quiet = [await _ask(app, screen, who, words, next(numbers)) for words in ASKED * TIMES]
        await _queue(app, who)
        busy = [await _ask(app, screen, who, words, next(numbers)) for words in ASKED * TIMES]
        left = await _left(app)
        await app.close()
    show("message to answer, nothing queued, p95", percentile(quiet, 0.95) * 1000, "ms", below=300)
    show(f"the same, {QUEUED} steps queued, p50", percentile(busy, 0.50) * 1000, "ms", below=300)
    show(f"the same, {QUEUED} steps queued, p95", percentile(busy, 0.95) * 1000, "ms", below=300)
    print(f"{left} of {QUEUED} steps were not done yet when the last answer came.")


async def _queue(app: App, who: Person) -> None:
    """Let 500 steps that hang together by nothing be turned to: notes, one plan for each."""
    async with app.db.snapshot() as reader:
        [about, *_] = await records.of_kind(reader, "person")
    async with app.db.transaction() as tx:
        for number in range(QUEUED):
            await _plan(tx, who, f"queued {number}", about.id)


async def _plan(tx: Tx, who: Person, text: str, about: str) -> None:
    asked = await events.note(tx, "benchmark.asked", None)
    slots = {"values": {}, "said": [text], "mail": None, "outcome": {"kind": "notes"}}
    goal_id = derived_id("gol", text)
    await goals.open_goal(
        tx, goal_id, text, asked_by=asked.id, conv=who.conv, playbook=None, slots=slots
    )
    goal = await goals.get(tx, goal_id)
    assert goal is not None
    args = {"record": about, "text": text}
    step = plans.Step(
        key="note", title=text, operation="records.note", agent="librarian", args=args
    )
    await plans.make(tx, goal, (step,), "For a benchmark.", asked.id)


async def _left(app: App) -> int:
    async with app.db.snapshot() as reader:
        ids = [derived_id("gol", f"queued {number}") for number in range(QUEUED)]
        found = [one for id in ids for one in await plans.of_goal(reader, id)]
    return sum(one.state not in plans.ENDED for one in found)


async def _ask(app: App, screen: Screen, who: Person, words: str, number: int) -> float:
    """Ask, and return the seconds until it is answered in this conversation."""
    heard = Heard(who=who, key=f"m{number}", words=words)

    def answers(due: Due) -> bool:
        return due.card.priority == ANSWER and due.card.conv == who.conv

    return await screen.seconds_to(answers, app.hear(heard))


if __name__ == "__main__":
    asyncio.run(main())
