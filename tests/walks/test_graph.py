"""A plan of many steps: who waits for whom, and what can be done when one fails for good."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from agents import runner
from bot.app import App
from connectors.contract import PermanentError, Preview, Receipt, Undo
from engine.chat.messages import Bullets
from engine.desks import going_on, halting
from engine.drawing import cards
from engine.flow.durable import open_work
from engine.planning import aftermath, goals, plans, tree
from memory import events
from memory.canon import records
from memory.copying import verify
from memory.ids import derived_id
from memory.schema.recall import passages
from memory.schema.work import effects, outcomes, tasks
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.sampled import sampled

NOTE = "records.note"
STEPS = 6
IN_TIME_S = 60
FAILED = "Note on Ada Example · failed"
BROKEN = "The notebook is closed."


@dataclass
class Notes:
    """The door to notes: some texts fail, some hang; it counts what was done and taken back."""

    app: App
    fails: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    hangs: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        operations: Any = self.app.house.operations
        inside, undo = operations[NOTE], operations[NOTE + ".undo"]

        async def run(args: Any, key: str) -> Receipt:
            if args.text in self.hangs:
                self.begun.set()
                await self.go.wait()
            if args.text in self.fails:
                raise PermanentError(BROKEN)
            receipt: Receipt = await inside.run(args, key)
            self.done.append(args.text)
            return replace_said(receipt, args.text)

        async def preview(args: Any) -> Preview:
            if args.text in self.refuses:
                raise PermanentError(BROKEN)
            shown: Preview = await inside.preview(args)
            return shown

        async def take_back(args: Any, key: str) -> Receipt:
            if args.receipt.said in self.fails:
                raise PermanentError(BROKEN)
            receipt: Receipt = await undo.run(args, key)
            self.back.append(args.receipt.said)
            return receipt

        operations[NOTE] = replace(inside, run=run, preview=preview)
        operations[NOTE + ".undo"] = replace(undo, run=take_back)


def replace_said(receipt: Receipt, said: str) -> Receipt:
    return receipt.model_copy(update={"said": said})


@pytest.fixture
def notes(app: App) -> Notes:
    return Notes(app)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(runner, "PATIENCE_S", IN_TIME_S)
    yield


def step(name: str, ada: str, *after: str, **more: Any) -> plans.Step:
    args = {"record": ada, "text": name}
    return plans.Step(
        key=name, title=f"Note {name}", operation=NOTE, agent="librarian", args=args, after=after,
        **more,
    )  # fmt: skip


async def ada(app: App) -> str:
    async with app.db.snapshot() as reader:
        [found] = [r for r in await records.of_kind(reader, "person") if r.name == "Ada Example"]
    return found.id


async def plan(app: App, chat: Chat, name: str, *steps: plans.Step) -> str:
    """Take on a goal whose plan holds these steps."""
    goal_id = derived_id("gol", name)
    said = [one.args["text"] for one in steps]
    slots = {"values": {}, "said": said, "mail": None, "outcome": {"kind": "notes"}}
    async with app.db.transaction() as tx:
        asked = await events.note(tx, "test.asked", None)
        about: Any = {"asked_by": asked.id, "conv": chat.who.conv, "playbook": None}
        await goals.open_goal(tx, goal_id, name, slots=slots, **about)
        goal = await goals.get(tx, goal_id)
        assert goal is not None
        await plans.make(tx, goal, steps, "A test asked for it.", asked.id)
    return goal_id


async def chain(app: App, chat: Chat, name: str) -> str:
    """Plan six steps, each after the one before it."""
    whom = await ada(app)
    texts = [f"{name} {n}" for n in range(1, STEPS + 1)]
    befores: list[tuple[str, ...]] = [(), *((text,) for text in texts)]
    steps = [step(text, whom, *before) for text, before in zip(texts, befores, strict=False)]
    return await plan(app, chat, name, *steps)


async def states(app: App, goal: str) -> list[str]:
    async with app.db.snapshot() as reader:
        return [one.state for one in await plans.of_goal(reader, goal)]


def steps_of(name: str, *numbers: int) -> list[str]:
    return [f"{name} {number}" for number in numbers]


@pytest.mark.parametrize("step_at", sampled(map(str, range(1, STEPS + 1)), 2))
async def test_a_failure_at_any_of_six_steps_can_be_retried_gone_without_or_taken_back(
    app: App, chat: Chat, notes: Notes, step_at: str
) -> None:
    at = int(step_at)
    notes.fails |= {f"retry {at}", f"without {at}", f"back {at}"}
    before, behind = [*range(1, at)], [*range(at + 1, STEPS + 1)]

    goal = await chain(app, chat, "retry")
    await chat.settle()
    held = ["waiting"] * len(behind)
    assert await states(app, goal) == ["done"] * len(before) + ["failed"] + held
    notes.fails.discard(f"retry {at}")
    assert (await chat.tap(FAILED, "Retry")).text == "I try again."
    assert await states(app, goal) == ["done"] * STEPS
    assert notes.done == steps_of("retry", *range(1, STEPS + 1))  # what was done is not run again

    notes.done.clear()
    goal = await chain(app, chat, "without")
    await chat.settle()
    assert (await chat.tap(FAILED, "Go on without it")).text.startswith("I go on without it.")
    for _ in behind:  # it may say that it was done: asked, each of them
        await chat.tap("Note on Ada Example · waits for you", "✓ Note")
    assert await states(app, goal) == ["done"] * len(before) + ["skipped"] + ["done"] * len(behind)
    assert notes.done == steps_of("without", *before, *behind)

    goal = await chain(app, chat, "back")
    await chat.settle()
    if not before:
        assert "Nothing is done so far." in chat.text(FAILED)
        assert not [b for row in chat.card(FAILED).buttons for b in row if "ake back" in b.label]
        return
    assert "Take back would go from the last to the first" in chat.text(FAILED)
    key = chat.key(FAILED)
    token = chat.tokens[key, "Take back what was done"]
    assert (await chat.press(token)).text.startswith("I take it back, the last step first.")
    assert notes.back == steps_of("back", *reversed(before))
    gone = ["compensated"] * len(before) + ["skipped"] * (1 + len(behind))
    assert await states(app, goal) == gone
    assert chat.text("Taken back: back").count("↩ taken back") == len(before)
    assert (await chat.press(token)).refused
    assert len(notes.back) == len(before)


async def test_a_step_waits_for_none_that_it_does_not_come_after(
    app: App, chat: Chat, notes: Notes
) -> None:
    whom = await ada(app)
    notes.hangs.add("slow")
    steps = [step("slow", whom), step("behind", whom, "slow"), step("quick", whom)]
    goal = await plan(app, chat, "apart", *steps)
    await done(app, goal, "quick")
    assert await states(app, goal) == ["running", "waiting", "done"]
    assert notes.done == ["quick"]
    notes.go.set()
    await chat.settle()
    assert notes.done == ["quick", "slow", "behind"]


async def test_a_step_that_is_slow_to_prepare_holds_up_only_those_behind_it(
    app: App, chat: Chat, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PATIENCE_S", 0.01)
    whom, inside = await ada(app), app.house.operations[NOTE]

    async def preview(args: Any) -> Preview:
        if args.text == "slow":
            await notes.go.wait()
        return await inside.preview(args)

    operations: Any = app.house.operations
    operations[NOTE] = replace(inside, preview=preview)
    steps = [step("slow", whom), step("behind", whom, "slow"), step("quick", whom)]
    goal = await plan(app, chat, "apart", *steps)
    await done(app, goal, "quick")
    assert await states(app, goal) == ["pending", "pending", "done"]
    notes.go.set()
    await chat.settle()
    assert await states(app, goal) == ["done"] * 3


async def test_the_cards_of_steps_that_could_all_begin_come_in_the_plans_order(
    app: App, chat: Chat, notes: Notes
) -> None:
    whom = await ada(app)
    names = [f"free {n}" for n in range(STEPS)]
    goal = await plan(app, chat, "free", *(step(name, whom) for name in names))
    await chat.settle()
    async with app.db.snapshot() as reader:
        noted = [e for e in await events.about(reader, goal) if e.kind == "task.running"]
        title = {one.id: one.args["text"] for one in await plans.of_goal(reader, goal)}
    begun = list(dict.fromkeys(title[e.body["task"]] for e in noted))
    assert begun == names


async def test_two_pieces_of_work_about_one_effect_call_once(
    app: App, chat: Chat, notes: Notes
) -> None:
    notes.hangs.add("once")
    goal = await plan(app, chat, "once", step("once", await ada(app)))
    await asyncio.wait_for(notes.begun.wait(), IN_TIME_S)
    async with app.db.transaction() as tx:
        row = await tx.row(sa.select(effects.c.id).filter_by(goal=goal))
        assert row is not None
        await open_work(tx, "perform", row.id)
    await asyncio.sleep(0.2)
    notes.go.set()
    await chat.settle()
    assert notes.done == ["once"]


async def test_a_step_that_cannot_be_prepared_offers_the_same_on_its_card(
    app: App, chat: Chat, notes: Notes
) -> None:
    notes.refuses.add("card 3")
    goal = await chain(app, chat, "card")
    await chat.settle()
    card = chat.text("cannot be done")
    assert "Take back would go from the last to the first" in card
    assert "[Retry] [Abort]" in card
    assert await states(app, goal) == ["done", "done", "failed", "skipped", "skipped", "skipped"]
    await chat.tap("cannot be done", "Go on without it")
    for _ in range(3):
        await chat.tap("Note on Ada Example · waits for you", "✓ Note")
    assert await states(app, goal) == ["done", "done", "skipped", "done", "done", "done"]
    assert (await chat.tap("cannot be done", "Retry")).refused


async def test_what_cannot_be_taken_back_is_said_before_the_tap_and_stays(
    app: App, chat: Chat, notes: Notes
) -> None:
    operations: Any = app.house.operations
    notes.fails.add("stays 3")
    lasting = Undo("none", "cannot be undone")
    whole = operations[NOTE]
    operations[NOTE] = replace(whole, undo=lasting)
    whom = await ada(app)
    goal = await plan(
        app, chat, "stays", step("stays 1", whom), step("stays 2", whom, "stays 1"),
        step("stays 3", whom, "stays 2"),
    )  # fmt: skip
    await chat.settle()
    assert "“Note on Ada Example” would stay: cannot be undone." in chat.text(FAILED)
    assert "ake back what" not in chat.text(FAILED)
    assert await states(app, goal) == ["done", "done", "failed"]


@pytest.mark.parametrize("tap", ["Retry", "Go on without it"])
async def test_what_a_stop_left_out_stays_out_whatever_becomes_of_the_step_that_failed(
    app: App, chat: Chat, notes: Notes, tap: str
) -> None:
    whom = await ada(app)
    notes.refuses, notes.hangs = {"first"}, {"slow"}
    steps = [step("first", whom), step("slow", whom), step("behind", whom, "first", "slow")]
    goal = await plan(app, chat, "halted", *steps)
    await asyncio.wait_for(notes.begun.wait(), IN_TIME_S)
    await app.delivery.deliver(chat)
    stop = chat.tokens[chat.key("Plan: halted"), "■ Stop this plan"]
    assert "can no longer be held" in (await app.tap(chat.who, "stop", stop, {})).text
    notes.refuses.clear()
    notes.go.set()
    await chat.settle()
    assert await states(app, goal) == ["failed", "done", "skipped"]
    said = await chat.tap("cannot be done", tap)
    last = "done" if tap == "Retry" else "skipped"
    assert await states(app, goal) == [last, "done", "skipped"]
    assert tap == "Retry" or said.text == going_on.ALONE
    assert "behind" not in notes.done


async def test_a_plan_that_was_stopped_halfway_came_to_nothing_in_figures_and_for_other_plans(
    app: App, chat: Chat, notes: Notes
) -> None:
    whom = await ada(app)
    notes.hangs = {"two"}
    steps = [step("one", whom), step("two", whom, "one"), step("three", whom, "two")]
    goal = await plan(app, chat, "halfway", *steps)
    await asyncio.wait_for(notes.begun.wait(), IN_TIME_S)
    async with app.db.transaction() as tx:
        cause = await events.note(tx, "test.stopped", None)
        assert await halting.end(tx, goal, "You stopped the plan.", cause.id) == ["Note two"]
    notes.go.set()
    await chat.settle()
    assert await states(app, goal) == ["done", "done", "skipped"]
    async with app.db.snapshot() as reader:
        ended = await reader.row(sa.select(outcomes).filter_by(goal=goal))
        sums = await tree.sums(reader, [goal])
        told = await reader.value(sa.select(passages.c.text).filter_by(kind="episode", ref=goal))
    assert ended is not None
    assert (ended.succeeded, ended.failure, ended.minutes_saved) == (False, "stopped", 0)
    assert (sums.done, sums.vain) == (0, 1)
    assert "stopped halfway" in told
    assert (await verify.verify(app.db)).faults == ()


async def test_a_stop_that_comes_too_late_for_every_step_takes_nothing_from_a_plan(
    app: App, chat: Chat, notes: Notes
) -> None:
    whom = await ada(app)
    notes.hangs = {"two"}
    goal = await plan(app, chat, "late", step("one", whom), step("two", whom, "one"))
    await asyncio.wait_for(notes.begun.wait(), IN_TIME_S)
    async with app.db.transaction() as tx:
        cause = await events.note(tx, "test.stopped", None)
        await halting.end(tx, goal, "You stopped the plan.", cause.id)
    notes.go.set()
    await chat.settle()
    async with app.db.snapshot() as reader:
        ended = await reader.row(sa.select(outcomes).filter_by(goal=goal))
    assert ended is not None
    assert (ended.succeeded, ended.failure) == (True, None)


async def test_what_could_be_taken_back_for_a_while_stays_once_that_is_over(
    app: App, chat: Chat, notes: Notes, clock: FakeClock
) -> None:
    """The card still offers it; by the time of the tap it is too late for the first."""
    operations: Any = app.house.operations
    whole, whom = operations[NOTE], await ada(app)
    lasts = {"old": 10, "new": 30}

    async def run(args: Any, key: str) -> Receipt:
        receipt: Receipt = await whole.run(args, key)
        until = clock() + timedelta(minutes=lasts[args.text])
        return receipt.model_copy(update={"undo_until": until})

    operations[NOTE] = replace(whole, run=run)
    notes.fails.add("bad")
    lasts["bad"] = 0
    steps = [step("old", whom), step("new", whom, "old"), step("bad", whom, "new")]
    goal = await plan(app, chat, "window", *steps)
    await chat.settle()
    assert await states(app, goal) == ["done", "done", "failed"]
    key = chat.key(FAILED)
    assert aftermath.TOO_LATE not in chat.text(FAILED)
    token = chat.tokens[key, "Take back what was done"]
    clock.advance(minutes=10)  # to the very minute that it ends
    async with app.db.transaction() as tx:
        await cards.show_failed(tx, goal)
    await chat.settle()
    assert "“Note on Ada Example” would stay: the time for that has passed." in chat.text(FAILED)
    await chat.press(token)
    assert notes.back == ["new"]
    assert "stays: the time for that has passed" in chat.text("Taken back: window")
    assert await states(app, goal) == ["done", "compensated", "skipped"]


async def test_a_compensation_that_is_refused_leaves_its_step_and_the_one_before_has_its_turn(
    app: App, chat: Chat, notes: Notes
) -> None:
    notes.fails |= {"no 4", "no 2"}  # the second cannot be taken back when its turn comes
    await chain(app, chat, "no")
    await chat.settle()
    notes.fails.discard("no 2")
    await chat.tap(FAILED, "Retry")
    await chat.settle()
    notes.fails.add("no 2")
    token = chat.tokens[chat.key(FAILED), "Take back what was done"]
    taps = [app.tap(chat.who, f"back {n}", token, {}) for n in range(2)]  # two people at once
    assert sorted(reply.refused for reply in await asyncio.gather(*taps)) == [False, True]
    await chat.settle()
    assert notes.back == ["no 3"]
    assert told(chat, "Taking back: no") == [
        "↩ taken back", "did not work; its card says what you can do", "comes after these"
    ]  # fmt: skip
    await chat.tap("Take back: Note on Ada Example · failed", "Abort")
    assert notes.back == ["no 3", "no 1"]
    ended = ["↩ taken back", "stays: taking it back was given up", "↩ taken back"]
    assert told(chat, "Taken back: no") == ended
    notes.fails.clear()
    assert (await chat.press(token)).refused  # what was given up is not begun again
    assert notes.back == ["no 3", "no 1"]
    assert told(chat, "Taken back: no") == ended


def told(chat: Chat, card: str) -> list[str]:
    """Return what a card says of each step, in its order."""
    [steps] = [part for part in chat.card(card).parts if isinstance(part, Bullets)]
    return [str(one).rpartition("Example: ")[2] for one in steps.items]


async def done(app: App, goal: str, key: str) -> None:
    """Wait until this step is done, whatever the others do."""
    await until(app, goal, key, "done")


async def until(app: App, goal: str, key: str, state: str) -> None:
    """Wait until this step stands so."""
    async with asyncio.timeout(IN_TIME_S):
        while True:
            async with app.db.snapshot() as reader:
                query = sa.select(tasks.c.state).filter_by(goal=goal, key=key)
                if await reader.value(query) == state:
                    return
            await asyncio.sleep(0.02)
