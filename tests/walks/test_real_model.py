"""Walks with a model that has weights of its own: real, slow, mostly wrong, and streaming.

Nobody scripted its answers, so none is expected here. What is held must be true of any: a card says
what would leave, only a tap lets it leave, and what the model could not do is said.
"""

import shutil
from collections.abc import AsyncIterator
from email import message_from_string, policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.flow import schedule
from engine.rules import own_rules
from memory.copying import verify
from memory.schema.models import costs, reasons
from memory.schema.work import decisions, effects, tasks
from policies.rules import RUNS_BY_ITSELF
from tests.attacks.test_hijacked_model import DAY
from tests.conftest import FakeClock
from tests.peers.weights import weights
from tests.walks.model_office import CARD, Office
from tests.walks.test_refund import ledger, sent

TOLD = "Bruno told me that the hall has no lift and holds 80 people"
PATIENCE_S = 45  # the machine may be busy
ENDED = {"settled", "lost"}


@pytest.fixture
async def office(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    shutil.copytree(filled, tmp_path / "sample")
    async with weights() as server:
        made = Office(tmp_path / "sample", server, clock)
        yield made
        await made.app.close()


async def states(office: Office, table: sa.Table) -> set[str]:
    return {one.state for one in await office.rows(table)}


async def test_whatever_it_writes_of_a_passage_the_passage_itself_is_shown(office: Office) -> None:
    chat = await office.open(model_prices=(), model_timeout_s=PATIENCE_S)
    await chat.say(f"note on Bruno: {TOLD}")
    await chat.say("how many people does the hall hold?")
    assert "holds 80 people" in chat.last
    asked = [one for one in await office.rows(reasons) if one.step == "answer/1"]
    assert asked and asked[-1].state in ("answered", "unclear", "gave_up", "too_late")
    assert (asked[0].model, asked[0].cost) == ("home/one", "0")  # one's own costs nothing
    assert await states(office, costs) <= ENDED
    assert sent(office.app) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_its_draft_leaves_by_a_tap_letter_by_letter_as_the_card_had_it(
    office: Office,
) -> None:
    chat = await office.open(model_prices=(), model_timeout_s=PATIENCE_S)
    await chat.say("write to Bruno that the file is ready")
    assert sent(office.app) == []
    [waiting] = [one for one in await office.rows(effects) if one.state == "waiting"]
    await chat.tap(CARD, "✓ Send")
    [mail] = sent(office.app)
    wrote = waiting.action["args"]["text"]
    text = message_from_string(mail, policy=policy.default).get_content()
    assert "".join(wrote.split()) in "".join(text.split())
    assert (await verify.verify(office.app.db)).faults == ()


@pytest.mark.slow
@pytest.mark.timeout(2400)
async def test_a_day_with_it_ends_with_all_done_or_said_and_nothing_beyond_the_rules(
    office: Office,
) -> None:
    chat = await office.open(model_prices=(), model_timeout_s=12)
    before = ledger(office.app)
    for words in DAY:
        count = len(chat.posted)
        await chat.say(words)
        assert len(chat.posted) > count, words  # every message has an answer
    for row in await office.rows(effects):
        assert row.state == "waiting" or row.verdict["outcome"] in RUNS_BY_ITSELF, row.action
    assert sent(office.app) == []
    assert ledger(office.app) == before  # no money without a tap
    assert await office.rows(decisions) == []
    async with office.app.db.snapshot() as reader:
        assert await own_rules.every(reader) == []
    assert await states(office, costs) <= ENDED
    assert not await states(office, tasks) & {"running", "started"}
    assert (await verify.verify(office.app.db)).faults == ()
