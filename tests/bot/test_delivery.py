"""Delivery while a platform is gone, or takes everything but one card."""

import asyncio

import pytest
import sqlalchemy as sa

from bot import delivery
from bot.app import App
from bot.delivery import HELD_MAX_S, Delivery
from bot.surfaces import BusyError, Token
from engine.chat import outbox
from engine.chat.messages import say
from engine.chat.outbox import Due
from memory.schema.chat import deliveries
from tests.chat import Chat


class Moody(Chat):
    """Shows nothing while `is_gone`, and never a card that it does not like."""

    name = "moody"
    is_gone = False
    disliked = ""
    slow_s = 0.0

    async def show(self, item: Due, token: Token) -> str:
        await asyncio.sleep(self.slow_s)
        if self.is_gone or item.card.key == self.disliked:
            raise BusyError(5)
        return await super().show(item, token)


async def post(app: App, moody: Moody, *names: str) -> None:
    """Say something, one after the other, and deliver what can be."""
    for name in names:
        async with app.db.transaction() as tx:
            await outbox.post(tx, say(name, name))
        await moody.settle()


async def opened(app: App) -> Moody:
    moody = Moody()
    await moody.pair(app)
    moody.order.clear()
    return moody


async def test_what_was_said_while_the_platform_was_gone_comes_in_order(app: App, clock) -> None:
    moody = await opened(app)
    moody.is_gone = True
    await post(app, moody, "a", "b")
    for _ in range(4):
        clock.advance(seconds=HELD_MAX_S)
        await moody.settle()
    moody.is_gone = False
    await post(app, moody, "c")
    assert moody.order == []  # the platform asked to wait
    clock.advance(seconds=HELD_MAX_S)
    await moody.settle()
    assert moody.order == ["a", "b", "c"]


async def test_a_card_that_cannot_be_shown_holds_others_up_for_seconds(app: App, clock) -> None:
    moody = await opened(app)
    moody.disliked = "a"
    await post(app, moody, "a", "b", "c")
    for _ in range(10):
        clock.advance(seconds=HELD_MAX_S)
        await moody.settle()
    assert moody.order == ["b", "c"]
    await post(app, moody, "d")
    clock.advance(seconds=HELD_MAX_S)
    await moody.settle()
    assert moody.order == ["b", "c", "d"]
    moody.disliked = ""
    clock.advance(hours=1)
    await moody.settle()
    assert moody.order == ["b", "c", "d", "a"]


async def closed_while_showing(app: App, slow_s: float) -> tuple[Moody, list[str]]:
    """Close the delivery while the first of two cards is shown; return what still waits."""
    moody = await opened(app)
    showing = Delivery(app.db, [moody])
    moody.slow_s = slow_s
    async with app.db.transaction() as tx:
        for name in ("a", "b"):
            await outbox.post(tx, say(name, name))
    showing.start()
    await asyncio.sleep(0.2)
    await showing.close()
    mine = sa.select(deliveries.c.card).where(
        deliveries.c.pending, deliveries.c.card.in_(["a", "b"])
    )
    async with app.db.snapshot() as reader:
        rows = await reader.rows(mine.where(deliveries.c.conv == moody.who.conv))
    return moody, [row.card for row in rows]


async def test_two_rounds_at_once_show_a_card_once(app: App) -> None:
    moody = await opened(app)
    moody.slow_s = 0.1
    async with app.db.transaction() as tx:
        await outbox.post(tx, say("a", "a"))
    await asyncio.gather(*(app.delivery.deliver(moody) for _ in range(3)))
    assert moody.posted.count("a") == 1


async def test_what_is_being_shown_at_the_end_is_marked_as_shown(app: App) -> None:
    moody, waiting = await closed_while_showing(app, slow_s=0.5)
    assert moody.order == ["a"]
    assert waiting == ["b"]  # it belongs to the next start


async def test_what_hangs_at_the_end_is_broken_off(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CLOSE_S", 0.1)
    moody, waiting = await closed_while_showing(app, slow_s=60)
    assert moody.order == []
    assert waiting == ["a", "b"]
