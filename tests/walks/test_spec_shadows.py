"""Walks of a version in shadow: by its own contract, once, and only while there is one."""

from typing import Any

import pytest

from agents.writing import beside
from bot.commands.agents import TITLE
from engine.planning import plans
from memory.db import Tx
from memory.schema.specs import spec_drafts
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import CARD, DRAFT, TEMPLATE, WISH, Office
from tests.walks.test_spec_trials import (
    CHANGED,
    LETTERS,
    NEW,
    OTHER,
    again,
    write,
)


async def in_shadow(office: Office) -> Chat:
    """Let the changed file of “letters” draft beside the one in use, from 22 to 6."""
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    await chat.tap(CHANGED, "End trial of letters 2")
    await chat.tap(TITLE, "letters 2: in shadow")
    await chat.say("off-peak is 22 to 6")
    return chat


async def test_what_was_planned_anew_meanwhile_is_not_drafted_in_shadow(office: Office) -> None:
    chat = await in_shadow(office)
    for words in (WISH, OTHER):
        await chat.say(words)
    first, _ = await office.rows(tasks)
    async with office.app.db.transaction() as tx:
        anew = {"id": "pln_2", "goal": first.goal, "version": 2, "because": "anew"}
        anew |= {"cause": first.goal, "proposed": {"steps": [{"key": "other"}]}}
        assert await plans.write(tx, anew, [])
    office.clock.advance(hours=14)
    await chat.settle()
    drafted = await office.rows(spec_drafts)
    assert len(drafted) == 1 and drafted[0].task != first.id


async def test_a_shadow_that_ended_before_its_turn_drafts_nothing(office: Office) -> None:
    chat = await in_shadow(office)
    await chat.say(WISH)
    await chat.say("/agents")
    await chat.tap(TITLE, "End trial of letters 2")
    await chat.tap(TITLE, "letters 2: 20 of 100")
    office.clock.advance(hours=14)
    await chat.settle()
    assert await office.rows(spec_drafts) == [] and len(office.server.asked) == 1


async def test_a_trial_begun_again_counts_anew(office: Office) -> None:
    write(office)
    await office.open()
    chat = await again(office, text="does: writes letters\nmay: [cms.*]\ntier: small\n")
    for _ in range(2):
        await chat.say("/agents")
        assert "done nothing" not in chat.last
        await chat.tap(TITLE, "letters 2: in shadow")
        assert "done nothing" not in chat.last and "in use: nothing asked yet" in chat.last
        await chat.say(WISH)
        await chat.tap(CARD, "Send")
        await chat.say("/agents")
        assert "It would have done nothing once;" in chat.last and "1 decided:" in chat.last
        await chat.tap(TITLE, "End trial of letters 2")
        office.clock.advance(hours=1)


async def test_a_shadow_takes_none_of_the_calls_of_the_step(office: Office) -> None:
    once = LETTERS + "calls_max: 1\n"
    write(office, once)
    await office.open()
    chat = await again(office, text=once, prompt=NEW)
    await chat.tap(CHANGED, "End trial of letters 2")
    await chat.tap(TITLE, "letters 2: in shadow")
    office.server.script(DRAFT, says({"text": "Hello Bruno!"}))
    await chat.say(WISH)
    assert [row.texts["text"] for row in await office.rows(spec_drafts)] == ["Hello Bruno!"]
    await chat.say("/agents")
    assert "on trial, version 2: nothing decided yet; 0.0" in chat.last  # what it cost


async def test_a_shadow_asks_no_model_that_its_own_contract_does_not_hold(
    office: Office,
) -> None:
    write(office, prompt="")
    await office.open()
    chat = await again(office, text="does: writes letters\nmay: [email.*]\n", prompt="")
    await chat.tap(CHANGED, "End trial of letters 2")
    await chat.tap(TITLE, "letters 2: in shadow")
    await chat.say(WISH)
    assert len(office.server.asked) == 1 and "Yours, Studio Example" in chat.text(CARD)
    [draft] = await office.rows(spec_drafts)
    assert TEMPLATE in draft.texts["text"] and draft.why == ""
    assert await office.rules_said() == []  # it was not even wanted


async def test_a_step_is_drafted_in_shadow_once_though_the_power_went_before_it_was_noted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    await chat.tap(CHANGED, "End trial of letters 2")
    await chat.tap(TITLE, "letters 2: in shadow")
    opened, times = beside.open_work, list[str]()

    async def lost(tx: Tx, kind: str, ref: str, **more: Any) -> bool:
        times.append(ref)
        if len(times) == 1:
            raise OSError("the power went")
        return await opened(tx, kind, ref, **more)

    monkeypatch.setattr(beside, "open_work", lost)
    await chat.say(WISH)
    office.clock.advance(hours=1)
    await chat.settle()
    assert len(times) == 2
    assert [len(await office.rows(one)) for one in (effects, spec_drafts)] == [1, 1]
