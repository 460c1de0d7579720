"""Walks of what came of a goal: one passage each, found again, and true after every change."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App
from engine.keeping import recounting
from engine.planning import episodes, goals
from memory import events
from memory.canon import records
from memory.copying import rollback, verify
from memory.db import Database, Tx, insert
from memory.recalling.recall import Recalled
from memory.recalling.scope import Within
from memory.schema.chat import cursors
from memory.schema.events import events as log
from memory.schema.recall import passages
from memory.schema.work import effect_versions, effects
from memory.schema.work import goals as goals_table
from memory.texts.passages import forget
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_refund import planned
from tests.walks.test_retention import night
from tests.walks.test_rule_words import agreed, opened

ASKED = "how did we handle the last refund of Ada?"


async def told(app: App) -> list[str]:
    """Return the text of every episode, the oldest first."""
    async with app.db.snapshot() as reader:
        query = sa.select(passages.c.text).filter_by(kind="episode").order_by(passages.c.seq)
        return [row.text for row in await reader.rows(query)]


async def recalled(app: App, query: str = ASKED) -> list[Recalled]:
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
    assert ada is not None
    return [
        one
        for one in await app.remembering.recall(query, Within(record=ada.id))
        if one.kind == "episode"
    ]


async def test_what_came_of_a_refund_is_recalled_with_plan_edits_and_end(
    app: App, chat: Chat
) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    assert await told(app) == []  # its reply still waits
    await chat.tap("Send e-mail", "✓ Send")
    [one] = await recalled(app)
    assert "You took it from a mail." in one.text
    assert "Planned: Refund 40.00 EUR" in one.text or "Planned: Refund 120.00 EUR" in one.text
    assert "Done: refunded 40.00 EUR" in one.text
    assert "You changed amount: 120.00 → 40.00" in one.text
    assert "Outcome: refund done" in one.text
    assert one.trust == "outside"  # the mail's words may stand in it
    await chat.say("how did we handle the last refund of Ada?")
    answer = chat.text("What I find about this")
    assert "Done: refunded 40.00 EUR" in answer  # it is quoted whole: its end tells what came of it
    assert "Outcome: refund done" in answer


async def test_what_was_taken_back_is_told_as_taken_back_and_once(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    await chat.tap("Refund 5.00 EUR", "✓ Refund")
    await chat.tap("Send e-mail", "✓ Send")
    assert "taken back" not in (await told(app))[0]
    await chat.tap("Refund 5.00 EUR", "Undo")
    await chat.tap("Take back: Refund", "✓ Take back")
    [one] = await told(app)
    assert "refunded 5.00 EUR" in one
    assert "taken back later" in one


async def test_why_not_is_told_too(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    await chat.tap("Refund 5.00 EUR", "Reject")
    await chat.tap("Refund 5.00 EUR", "In words", reason="she kept the lamp")
    [one] = await told(app)
    assert "refund not wanted" in one
    assert "You said why not: she kept the lamp" in one


async def test_what_a_note_says_is_in_no_episode(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: prefers green tea")
    [one] = await told(app)
    assert one.splitlines()[0] == "Note on Ada Example"
    for hidden in ("green tea", "…", "You asked"):
        assert hidden not in one
    await chat.tap("Note on Ada Example", "Undo")
    await chat.say("note on Bruno: prefers green · or black tea")
    await chat.say("decision for Ada: we meet in the old mill")
    assert not any("tea" in one or "mill" in one for one in await told(app))
    assert any(one.startswith("Decision on Ada Example") for one in await told(app))


async def test_what_a_note_said_before_it_was_edited_is_in_no_episode_either(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    (tmp_path / "sample" / "rules").mkdir()
    (tmp_path / "sample" / "rules" / "mine.yaml").write_text(
        "rules:\n  - {id: look, action: records.note, then: ask, why: I look at notes.}\n",
        encoding="utf-8",
    )
    app, chat = await opened(tmp_path / "sample", clock)
    await chat.say("note on Ada: prefers green tea")
    await chat.tap("Note on Ada Example", "Edit", text="prefers coffee")
    await chat.tap("Note on Ada Example", "✓ Note")
    [one] = await told(app)
    assert "You changed its text." in one
    assert "tea" not in one
    assert "coffee" not in one
    await app.close()


async def test_a_note_changed_by_hand_tells_neither_and_a_long_goal_keeps_its_end(
    app: App, chat: Chat
) -> None:
    await chat.say("note on Ada: prefers green tea")
    async with app.db.transaction() as tx:
        [first] = await tx.rows(sa.select(effect_versions))
        args = {**first.action["args"], "text": "prefers black coffee"}
        new = {"version": 2, "author": "operator", "action": {**first.action, "args": args}}
        await insert(tx, effect_versions, {**first._mapping, **new})
        await tx.conn.execute(sa.update(effects).values(action=new["action"]))
        await tx.conn.execute(sa.update(goals_table).values(text="a long goal " * 100))
        await events.note(tx, "test.edited", None)
        await episodes.write(tx, (await tx.rows(sa.select(goals_table.c.id)))[0].id)
    [one] = await told(app)
    assert "tea" not in one
    assert "coffee" not in one
    assert one.endswith("Outcome: note done")


async def test_a_question_that_was_only_answered_leaves_no_episode(app: App, chat: Chat) -> None:
    await chat.say("what do we know about Ada?")
    assert await told(app) == []


async def test_the_words_that_asked_go_from_it_when_a_rule_lets_them_go(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("remind me on Friday at 9 about the zebra and the striped invoice")
    await agreed(chat, "keep messages for 90 days")
    assert "You asked: “remind me on Friday" in (await told(app))[0]
    clock.advance(days=100)
    await night(app, chat, clock)
    asked = [one for one in await told(app) if "Remind" in one]
    assert len(asked) == 1
    assert "You asked" not in asked[0]
    assert (await verify.verify(app.db)).faults == ()


async def test_a_goal_whose_end_was_never_stored_has_no_episode(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    async with app.db.snapshot() as reader:
        goal = await reader.value(sa.select(goals_table.c.id).filter_by(state="open"))
    with pytest.raises(RuntimeError):
        async with app.db.transaction() as tx:
            await goals.finish(tx, goal, "evt_1", kind="refund", succeeded=True)
            raise RuntimeError("the power went")
    assert await told(app) == []
    for _ in range(2):  # the second finds it ended
        async with app.db.transaction() as tx:
            await goals.finish(tx, goal, "evt_1", kind="refund", succeeded=True)
    assert len(await told(app)) == 1


async def test_going_back_in_time_takes_only_what_had_come_of_it_along(
    app: App, chat: Chat, tmp_path: Path
) -> None:
    await chat.say("note on Ada: prefers tea")
    await chat.say("refund PAY-1042 5 EUR")
    async with app.db.snapshot() as reader:
        there = str(await reader.value(sa.select(log.c.id).order_by(log.c.seq.desc()).limit(1)))
    await chat.tap("Refund 5.00 EUR", "Reject")
    assert len(await told(app)) == 2
    await rollback.rollback(app.db, there, tmp_path / "back")
    back = Database(tmp_path / "back" / "firstmate.db")
    async with back.snapshot() as reader:
        kept = await reader.rows(sa.select(passages.c.text).filter_by(kind="episode"))
    await back.close()
    assert len(kept) == 1
    assert "Ada" in kept[0].text


async def test_what_ended_before_there_were_episodes_is_recounted_once(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    for amount in ("5", "6", "7"):
        await chat.say(f"refund PAY-1042 {amount} EUR")
        await chat.tap(f"Refund {amount}.00 EUR", "Reject")
    before = sorted(await told(app))
    assert len(before) == 3
    async with app.db.transaction() as tx:  # as an older Firstmate left it
        query = sa.select(passages.c.ref).filter_by(kind="episode")
        await forget(tx, [row.ref for row in await tx.rows(query)])
        await tx.conn.execute(sa.delete(cursors).filter_by(name=recounting.CURSOR))
    await app.close()
    monkeypatch.setattr(recounting, "AT_ONCE", 1)
    write, turns = episodes.write, []

    async def breaks_once(tx: Tx, goal: str) -> None:
        turns.append(goal)
        if len(turns) == 2:
            raise RuntimeError("the power went")
        await write(tx, goal)

    monkeypatch.setattr(episodes, "write", breaks_once)
    app, chat = await opened(tmp_path / "sample", clock)
    await chat.settle()
    assert len(turns) < 4
    clock.advance(minutes=5)  # the second try
    await app.durable.sweep()
    await chat.settle()
    assert sorted(await told(app)) == before
    assert len(turns) == 4  # none of them twice but the one that broke
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    await chat.settle()
    assert len(turns) == 4
    assert (await verify.verify(app.db)).faults == ()
    await app.close()
