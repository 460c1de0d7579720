"""Walks of a version on trial whose draft came too late for its card: it counts for nobody."""

import asyncio

import pytest

from agents import runner
from bot.commands.agents import TITLE
from engine.planning import specs
from tests.walks.model_office import Office
from tests.walks.test_refining import one_seen_and_one_not
from tests.walks.test_spec_trials import NEW, again, write


@pytest.mark.parametrize("shadow", [False, True])
async def test_a_draft_that_nobody_saw_counts_for_no_version(
    office: Office, monkeypatch: pytest.MonkeyPatch, shadow: bool
) -> None:
    monkeypatch.setattr(runner, "DRAFT_S", 0.05)
    monkeypatch.setattr(specs.Trial, "draws", lambda self, goal: not self.shadow)
    office.may_answer = asyncio.Event()
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    if shadow:
        await chat.tap("The file of “letters” changed", "End trial of letters 2")
        await chat.tap(TITLE, "letters 2: in shadow")
    await one_seen_and_one_not(office, chat)
    await chat.say("/agents")
    decided = [line.strip(" •-") for line in chat.last.splitlines() if "version 2:" in line]
    counted = "1 beside what you sent:" if shadow else "1 decided:"
    assert [counted in line for line in decided] == [True]  # and not the one that was left out
