"""The walk of one mail, as in test_refund.py, with everything that is kept in PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import app as composed
from bot.app import App, open_app
from bot.commands import sample
from bot.commands.sample import MAIL
from engine.flow import schedule
from memory import upgrade
from memory.copying.verify import verify
from memory.db import Database
from memory.dialects import postgres
from memory.schema import metadata
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.postgres import Cluster, programs, running


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = programs()
    if found is None:
        pytest.skip("NO POSTGRESQL: apt-get install postgresql, or this walk is not walked")
    with running(found) as cluster:
        yield cluster


@pytest.fixture
async def app(
    cluster: Cluster, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[App]:
    """The sample company. There is no setting for it yet, so the parts are put together here."""
    address = cluster.new()
    engine = postgres.engine(address)
    async with engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    await engine.dispose()
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    monkeypatch.setattr(upgrade, "upgrade", lambda path: None)
    monkeypatch.setattr(composed, "Database", partial(Database, server=address))
    chat = Chat()
    opened = await open_app(
        tmp_path / "sample", lambda db, folder: [chat], clock=clock, prepare=sample.fill
    )
    await sample.books(opened.house)
    await opened.start()
    await chat.pair(opened)
    yield opened
    await opened.close()


async def test_a_refund_goes_its_whole_way_and_is_remembered(app: App, chat: Chat) -> None:
    await chat.drop(MAIL)
    assert "Order 1042: 120.00 EUR" in chat.text("Mail from Ada Example")
    await chat.tap("Mail from Ada", "Refund")
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    assert "✓ refunded 40.00 EUR" in chat.text("Refund 40.00 EUR")
    await chat.tap("Send e-mail", "✓ Send")
    assert "3 of 3 done" in chat.card("Plan:").summary
    await chat.tap("Refund 40.00 EUR", "Why")
    assert "approve by you on chat" in chat.text("Why: Refund 40.00 EUR")
    await chat.say("how did we handle the last refund of Ada?")
    told = chat.text("What I find about this")
    assert "Refund a customer" in told
    assert "Could you refund the payment" in told
    await chat.tap("Refund 40.00 EUR · Ada Example · done", "Undo")
    await chat.tap("Take back: Refund", "✓ Take back")
    assert (await verify(app.db)).faults == ()
    async with app.db.snapshot() as reader:
        durable = sa.text("SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'")
        assert await reader.conn.scalar(durable) > 0
    assert not (app.folder / "firstmate.db").exists()
