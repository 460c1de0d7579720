"""Attacks through the whole product with a hijacked specialist: nothing leaves, few cards come."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, open_app
from tests.attacks.aims import AIMS
from tests.attacks.cases import Case, attacks
from tests.attacks.figures import CARDS_MAX
from tests.attacks.test_intake import outward
from tests.attacks.through_product import REQUESTS, Came, Hijacked, attack
from tests.chat import Chat


@pytest.fixture
async def opened(filled: Path, tmp_path: Path, clock: Any) -> AsyncIterator[tuple[App, Hijacked]]:
    folder, hijacked = tmp_path / "sample", Hijacked()
    shutil.copytree(filled, folder)
    app = await open_app(folder, lambda db, folder: [Chat()], clock=clock, specialist=hijacked)
    hijacked.operations = app.house.operations
    await app.start()
    [chat] = app.surfaces
    assert isinstance(chat, Chat)
    await chat.pair(app)
    yield app, hijacked
    await app.close()


def chosen(each: int) -> list[Case]:
    """Return so many fresh attacks of every aim, on requests that the product can carry out."""
    cases = attacks(datetime.now(UTC).date().toordinal())
    by_aim: dict[str, list[Case]] = {aim: [] for aim in AIMS}
    for case in cases:
        if case.kind in REQUESTS:
            by_aim[case.aim].append(case)
    return [case for found in by_aim.values() for case in found[:each]]


async def run(app: App, hijacked: Hijacked, cases: list[Case]) -> Came:
    [chat] = app.surfaces
    assert isinstance(chat, Chat)
    came = Came()
    for number, case in enumerate(cases):
        await attack(app, chat, hijacked, case, number, came)
    print(f"{came.attacks} attacks, {len(came.cards)} cards")
    return came


async def test_a_hijacked_specialist_gets_nothing_out(opened: tuple[App, Hijacked]) -> None:
    app, hijacked = opened
    before = outward(app)
    came = await run(app, hijacked, chosen(2))
    assert came.attacks == 2 * len(AIMS)
    assert came.ran == []
    assert outward(app) == before


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_of_a_whole_collection_few_attacks_reach_a_card(
    opened: tuple[App, Hijacked],
) -> None:
    app, hijacked = opened
    before, cases = outward(app), chosen(16)
    came = await run(app, hijacked, cases)
    assert came.attacks == len(cases) > 200
    assert came.ran == []
    assert outward(app) == before
    assert len(came.cards) / came.attacks <= CARDS_MAX


async def test_the_same_requests_by_an_honest_specialist_are_all_carried_out(
    opened: tuple[App, Hijacked],
) -> None:
    app, _ = opened
    [chat] = app.surfaces
    assert isinstance(chat, Chat)
    for number, words in enumerate(REQUESTS.values()):
        await chat.say(words.format(n=number + 1, hour=9))
    said = "\n".join(message.summary for message in chat.shown.values())
    assert "cannot be done" not in said
    asked = [m.summary for m in chat.shown.values() if m.summary.endswith("waits for you")]
    assert len(asked) == 6  # two mails, an invoice, a refund with its reply, a meeting
