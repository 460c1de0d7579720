"""Delivery while a platform is gone, or takes everything but one card."""

from bot.app import App
from bot.delivery import HELD_MAX_S
from bot.surfaces import BusyError, Token
from engine import outbox
from engine.messages import say
from engine.outbox import Due
from tests.chat import Chat


class Moody(Chat):
    """Shows nothing while `is_gone`, and never a card that it does not like."""

    name = "moody"
    is_gone = False
    disliked = ""

    async def show(self, item: Due, token: Token) -> str:
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
