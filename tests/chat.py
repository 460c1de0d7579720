"""A surface for tests: the operator's end of the conversation, with real tokens and deliveries."""

import asyncio
from pathlib import Path

from bot.app import App
from bot.delivery import buttons_of
from bot.lower import terminal
from bot.surfaces import Attached, Heard, House, Token
from engine.acting.taps import Person, Reply
from engine.chat import conversations
from engine.chat.messages import Button, Msg
from engine.chat.outbox import Due


class Chat:
    """Shows cards in memory; every tap goes through its token like a real one."""

    name = "chat"

    def __init__(self) -> None:
        self.shown: dict[str, Msg] = {}
        self.order: list[str] = []
        self.tokens: dict[tuple[str, str], str] = {}
        self.posted: list[str] = []  # the keys of what was posted anew, in order
        self.count = 0

    async def start(self, house: House) -> None:
        self.house = house

    async def close(self) -> None:
        pass

    async def show(self, item: Due, token: Token) -> str:
        key = item.card.key
        self.shown[key] = item.card.msg
        if item.message not in (None, key):  # a better draft takes over the message of the first
            self.order = [key if one == item.message else one for one in self.order]
            self.shown.pop(item.message, None)
            self.order += [key] if key not in self.order else []
        if item.message is None:
            self.posted.append(key)
            self.order = [*(k for k in self.order if k != key), key]
        for button in buttons_of(item.card.msg):
            self.tokens[key, button.label] = token(button)
        return key

    async def pair(self, app: App) -> None:
        self.app = app
        async with app.db.transaction() as tx:
            conv = await conversations.admit(tx, self.name, "me", "operator")
        self.who = Person(conv.user, conv.surface, conv.id)
        await self.settle()

    async def say(
        self, words: str, *, key: str = "", others: tuple[str, ...] = (), reply_to: str = "",
        sent: str = "",
    ) -> None:  # fmt: skip
        """Write something, and wait until everything it set going has settled."""
        self.count += 1
        heard = Heard(
            who=self.who,
            key=key or f"m{self.count}",
            words=words,
            others=others,
            reply_to=reply_to or None,
            sent=(sent,) if sent else (),
        )
        await self.app.hear(heard)
        await self.settle()

    async def drop(self, path: Path | bytes, name: str = "mail.eml", words: str = "") -> None:
        """Drop a file into the chat."""
        self.count += 1
        data = path if isinstance(path, bytes) else await asyncio.to_thread(path.read_bytes)
        file = Attached(name, None, data)
        await self.app.hear(Heard(who=self.who, key=f"m{self.count}", words=words, files=(file,)))
        await self.settle()

    async def tap(self, card: str, label: str, **values: str) -> Reply:
        """Tap the button whose label holds this text, on the card whose title does."""
        key = self.key(card)
        button = self.button(key, label)
        return await self.press(self.tokens[key, button.label], **values)

    async def open(self, card: str, label: str) -> None:
        """Open the form of a button, and fill in nothing yet."""
        key = self.key(card)
        await self.app.opened(self.who, self.tokens[key, self.button(key, label).label])

    async def press(self, token: str, **values: str) -> Reply:
        """Tap by token, as a stale or stolen button would."""
        self.count += 1
        reply = await self.app.tap(self.who, f"t{self.count}", token, values)
        await self.settle()
        return reply

    async def settle(self) -> None:
        """Wait until no work is due and everything posted was delivered."""
        await self.app.durable.idle()
        while await self.app.delivery.deliver(self):
            pass

    def key(self, title: str) -> str:
        """Return the newest card whose summary holds this text."""
        found = [key for key in self.order if title in self.shown[key].summary]
        assert found, f"no card says “{title}”: {[self.shown[k].summary for k in self.order]}"
        return found[-1]

    def card(self, title: str) -> Msg:
        return self.shown[self.key(title)]

    def text(self, title: str) -> str:
        """Return a card as plain text."""
        return terminal.lower(self.card(title))

    def button(self, key: str, label: str) -> Button:
        found = [b for b in buttons_of(self.shown[key]) if label in b.label]
        assert found, f"no button “{label}” on {key}: {buttons_of(self.shown[key])}"
        return found[0]

    @property
    def last(self) -> str:
        """Return the newest message as plain text."""
        return terminal.lower(self.shown[self.order[-1]])
