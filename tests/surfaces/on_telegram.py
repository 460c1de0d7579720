"""A person on Telegram: against our own fake, which can be switched off and on again."""

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Any

import telegram as ptb

from bot import notices
from bot.surfaces import Surface
from bot.telegram.inbound import Pace
from bot.telegram.surface import Telegram
from connectors import blobs
from memory.db import Database, Reader
from tests.peers.telegram import TOKEN, FakeTelegram, Shown
from tests.surfaces.stage import Held, Stage

PATIENCE_S = 20
QUICK = Pace(bundle_s=0.2, comment_s=0.05)
STRANGER = 666
LATE_S = 100  # a tap is still delivered (150 s), but its answer is refused (60 s)


class Phone(FakeTelegram):
    """Our Telegram, in the hand of a person."""

    async def speak(self, text: str) -> None:
        self.say(text)

    async def answer(self, message: int, text: str) -> None:
        self.reply(message, text)

    async def press(self, shown: Shown, data: str, user: int) -> str:
        """Tap a button as it once was shown; return the query's id."""
        query = ptb.CallbackQuery(
            id=f"q{self._update}",
            from_user=self._person(user),
            chat_instance="1",
            message=self._as_message(shown),
            data=data,
        )
        self._queries[query.id] = self.now
        self._deliver("callback_query", query.to_dict())
        return query.id

    @property
    def newest(self) -> int:
        """The number of the newest update."""
        return self._update

    def repeat_since(self, number: int) -> None:
        """Deliver every update after this one once more."""
        again = [update for update in self._confirmed if update.number > number]
        self._confirmed = [update for update in self._confirmed if update.number <= number]
        self._waiting = sorted(again + self._waiting, key=lambda update: update.number)
        self._changed.set()

    @property
    def all_taken(self) -> bool:
        return not self.unconfirmed


class OnTelegram:
    """Plays on a `Phone`, or on anything that shows and delivers like one."""

    name = "telegram"

    def __init__(self, phone: Any = None) -> None:
        self.phone = Phone() if phone is None else phone
        self._page, self._turned = 0, 0

    async def open(self) -> None:
        await self.phone.start()

    async def close(self) -> None:
        await self.phone.stop()

    def surface(self, stage: Stage, db: Database, folder: Path) -> Surface:
        return Telegram(
            TOKEN,
            self.phone.url,
            stage.clock,
            alarm=stage.alarm,
            gap=lambda: notices.after_a_gap(db),
            stored=lambda digest: asyncio.to_thread(blobs.get, folder, digest),
            pace=QUICK,
        )

    async def leave(self) -> None:
        pass

    async def arrive(self) -> None:
        pass

    async def enter(self, code: str) -> None:
        await self.say(f"/start {code}")
        await self.see("You are paired")

    async def turn(self) -> None:
        self._page = max(one.id for one in self.phone.messages)
        self._turned = self.phone.newest

    async def say(self, words: str) -> None:
        await self.phone.speak(words)

    async def see(self, *parts: str) -> str:
        text: str = (await self._shown(*parts)).text
        return text

    async def labels(self, *parts: str) -> list[str]:
        return list((await self._shown(*parts)).labels)

    async def hold(self, part: str, label: str, **values: str) -> Held:
        shown = await self._shown(part)
        found = [b for row in shown.rows for b in row if label in b.text]
        assert found, f"no button “{label}” among {shown.labels}"
        tap = Held((deepcopy(shown), str(found[0].callback_data)))
        if not values:
            return tap
        before = {one.id for one in self.phone.messages}
        await self.send(tap)
        await self._until(lambda: self._asked(before) is not None, "a question")
        return Held(self._asked(before), values)

    async def send(self, held: Held, times: int = 1) -> None:
        if held.values:
            lines = [f"{name}: {value}" for name, value in held.values.items()]
            await self.phone.answer(held.place, "\n".join(lines))
            return
        shown, data = held.place
        for _ in range(times):
            await self.phone.press(shown, data, self.phone.user)

    async def steal(self, held: Held) -> None:
        answers = len(self.phone.answers)
        shown, data = held.place
        await self.phone.press(shown, data, STRANGER)
        await self._until(lambda: self.phone.all_taken, "the stranger's tap to be taken in")
        assert len(self.phone.answers) == answers
        assert not [one for one in self.phone.messages if one.chat == STRANGER]

    async def again(self) -> None:
        self.phone.repeat_since(self._turned)

    async def late(self, held: Held) -> None:
        await self.send(held)
        self.phone.advance(LATE_S)

    def mark(self) -> tuple[int, int]:
        return len(self.phone.answers), max((one.id for one in self.phone.messages), default=0)

    def since(self, mark: tuple[int, int]) -> list[str]:
        toasts = [text for _, text in self.phone.answers[mark[0] :]]
        return toasts + [one.text for one in self.phone.messages if one.id > mark[1]]

    async def is_quiet(self, _: Reader) -> bool:
        taken: bool = self.phone.all_taken
        return taken

    def _asked(self, before: set[int]) -> int | None:
        new = [one.id for one in self.phone.messages if one.asks and one.id not in before]
        return new[-1] if new else None

    async def _shown(self, *parts: str) -> Any:
        def found() -> list[Any]:
            new = [one for one in self.phone.messages if one.id > self._page]
            return [one for one in new if all(part in one.text for part in parts)]

        await self._until(lambda: bool(found()), f"{parts}")
        return found()[-1]

    async def _until(self, holds: Any, what: str) -> None:
        await FakeTelegram.until(self.phone, holds, PATIENCE_S, what)
