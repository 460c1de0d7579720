"""A bot at its desk: the surface, a Telegram of our own, and what tests send and show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.telegram.inbound import Pace
from bot.telegram.surface import Telegram
from connectors.contract import PermanentError
from engine.chat.messages import Button, Form, Input, Msg, say
from engine.chat.outbox import Card, Due
from tests.bot.telegram_home import Home
from tests.peers.telegram import TOKEN, FakeTelegram

ADA = ("7001", "7001")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
QUICK = Pace(bundle_s=0.3, comment_s=0.1)
PATIENT = Pace(bundle_s=5, comment_s=0.1)


@dataclass
class Desk:
    """One bot, started, with everything a test may look at."""

    telegram: FakeTelegram
    home: Home
    surface: Telegram
    alarms: list[str] = field(default_factory=list)
    gaps: list[datetime] = field(default_factory=list)
    now: datetime = START
    files: dict[str, bytes] = field(default_factory=dict)
    pace: Pace = QUICK

    async def restart(self, pace: Pace = QUICK) -> None:
        """Stop, and start a new process on the same house."""
        await self.surface.close()
        self.pace = pace
        self.surface = self.new()
        await self.surface.start(self.home)

    async def crash(self) -> None:
        """Start anew without the note of what was confirmed last."""
        await self.surface.close()
        self.telegram.redeliver()
        del self.home.cursors["telegram"]
        await self.restart()

    def new(self, token: str = TOKEN) -> Telegram:
        async def alarm(text: str) -> None:
            self.alarms.append(text)

        async def gap() -> None:
            self.gaps.append(self.now)

        async def stored(digest: str) -> bytes:
            if digest not in self.files:
                raise PermanentError("The file is no longer kept here. Send it again.")
            return self.files[digest]

        return Telegram(
            token,
            self.telegram.url,
            lambda: self.now,
            alarm=alarm,
            gap=gap,
            stored=stored,
            pace=self.pace,
        )

    async def heard(self, count: int = 1) -> None:
        await self.telegram.until(lambda: len(self.home.heard) >= count, what="what was said")

    async def taken(self) -> None:
        """Wait until nothing is left with Telegram."""
        await self.telegram.until(lambda: not self.telegram.unconfirmed, what="a confirmation")

    async def show(self, msg: Msg, message: str | None = None, *, rich: bool = False) -> str:
        self.telegram.say("hello", user=7001) if not self.telegram.said else None
        return await self.surface.show(due(msg, message, rich=rich), token)


@asynccontextmanager
async def opened(home: Home, *, token: str = TOKEN) -> AsyncIterator[Desk]:
    async with FakeTelegram() as telegram:
        desk = Desk(telegram, home, surface=None)
        desk.surface = desk.new(token)
        await desk.surface.start(home)
        try:
            yield desk
        finally:
            await desk.surface.close()


def token(button: Button) -> str:
    return f"a1.{button.action}-{button.ref}"


def due(msg: Msg, message: str | None = None, chat: int = 7001, *, rich: bool = False) -> Due:
    card = Card(key=msg.key, conv=None, version=1, priority=0, msg=msg, at=START)
    return Due(card=card, conv=f"telegram:{chat}", message=message, attempts=0, rich=rich)


def refund(words: str = "Refund 40.00 EUR to Mara", state: str = "waiting") -> Msg:
    amount = Input(id="amount", label="Amount", kind="number", initial="40.00")
    text = Input(id="text", label="Text", kind="multiline", initial="Dear Mara")
    edit = Button(
        label="✎ Edit", action="edit", ref="A1", form=Form(title="Edit", fields=(amount, text))
    )
    approve = Button(label="Approve", action="approve", ref="A1", style="ok")
    dead = (approve.model_copy(update={"disabled": True}),)
    buttons = {"waiting": ((approve, edit),), "running": (dead,)}.get(state, ())
    return say("card:1", words).model_copy(update={"buttons": buttons})
