"""A Telegram of our own: one bot, the people who talk to it, and what they see.

Its objects are encoded by python-telegram-bot, independently of the library the product uses. It
keeps its own clock (`advance`), so a tap can grow too old without anybody waiting.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import telegram as ptb

from tests.peers.telegram_server import MB, TOKEN, Draft, RefusalError, Server, Shown

__all__ = ["MB", "TOKEN", "Draft", "FakeTelegram", "Shown"]


class FakeTelegram(Server):
    """`async with FakeTelegram() as telegram:` serves at `telegram.url` for the bot `TOKEN`.

    Whoever speaks is `user`, in the private chat of the same number, unless said otherwise.
    """

    # What a person does

    def say(self, text: str, **more: Any) -> int:
        """Write to the bot; return the message's id. `user`, `chat`, `reply_to`, `quote` …"""
        return self._speak(text=text, **more)

    def reply(self, message: Shown | int, text: str, **more: Any) -> int:
        """Answer a message."""
        number = message.id if isinstance(message, Shown) else message
        return self._speak(text=text, reply_to=number, **more)

    def forward(self, text: str = "", *, origin: str = "Mara Example", **more: Any) -> int:
        """Forward what somebody wrote. With `file=(name, data)` the text is its caption."""
        at = self.now - timedelta(days=1)
        came_from = ptb.MessageOriginHiddenUser(at, origin)
        words = {"caption": text or None} if "file" in more else {"text": text}
        return self._speak(forward_origin=came_from, **words, **more)

    def send_file(self, name: str, data: bytes, caption: str = "", **more: Any) -> int:
        """Send a file as a document; `size` pretends another size, `mime` another type."""
        return self._speak(file=(name, data), caption=caption or None, **more)

    def send_voice(self, data: bytes, **more: Any) -> int:
        number = self._keep("voice.ogg", data)
        voice = ptb.Voice(number, f"u{number}", 3, mime_type="audio/ogg", file_size=len(data))
        return self._speak(voice=voice, **more)

    def send_video(self, data: bytes, **more: Any) -> int:
        number = self._keep("video.mp4", data)
        sizes = {"width": 640, "height": 360, "duration": 3, "file_size": len(data)}
        made = ptb.Video(number, f"u{number}", mime_type="video/mp4", **sizes)
        return self._speak(video=made, **more)

    def send_photo(self, data: bytes, caption: str = "", **more: Any) -> int:
        """Send a picture; Telegram makes a small one of it too."""
        sizes = [self._keep("small.jpg", data[:1]), self._keep("photo.jpg", data)]
        photo = [
            ptb.PhotoSize(number, f"u{number}", width, width, file_size=len(self.files[number][1]))
            for number, width in zip(sizes, (90, 1280), strict=True)
        ]
        return self._speak(photo=photo, caption=caption or None, **more)

    def album(self, files: Iterable[tuple[str, bytes]], caption: str = "") -> list[int]:
        """Send several files at once; the caption is on the first."""
        group, texts = f"g{self._message}", iter([caption])
        return [
            self.send_file(name, data, next(texts, ""), media_group_id=group)
            for name, data in files
        ]

    def mention(self, words: str, chat: int, **more: Any) -> int:
        """Write `@firstmate_bot …` in a group; `{}` is where the name goes."""
        name = f"@{self.bot.username}"
        text, at = words.format(name), words.index("{}")
        entity = ptb.MessageEntity("mention", at, len(name))
        return self._speak(text=text, chat=chat, entities=[entity], **more)

    def sticker(self) -> int:
        number = self._keep("sticker.webp", b"s")
        made = ptb.Sticker(number, f"u{number}", 512, 512, False, False, "regular", emoji="🙂")
        return self._speak(sticker=made)

    def rewrite(self, message: int, text: str) -> None:
        """Edit what was said."""
        old = self.said[message].to_dict() | {"text": text, "edit_date": int(self.now.timestamp())}
        self.said[message] = ptb.Message.de_json(old, None)
        self._deliver("edited_message", self.said[message].to_dict())

    def tap(self, message: Shown | int, label: str, *, user: int | None = None) -> str:
        """Tap the button whose label contains this; return the query's id."""
        shown = self.shown[message.id if isinstance(message, Shown) else message]
        button = next((b for b in shown.live if label in b.text), None)
        if button is None:
            raise AssertionError(f"no button “{label}” among {shown.labels}")
        query = ptb.CallbackQuery(
            id=f"q{self._update}",
            from_user=self._person(user or self.user),
            chat_instance="1",
            message=self._as_message(shown),
            data=str(button.callback_data),
        )
        self._queries[query.id] = self.now
        self._deliver("callback_query", query.to_dict() | {"message": self._as_json(shown)})
        return query.id

    def stop_draft(self, chat: int | None = None) -> int:
        """Tap the stop button under the draft; return the update's number."""
        place = chat or self.user
        draft = self.drafts.pop(place)
        where = ptb.Chat(place, "private").to_dict()
        return self._deliver("stopped_message_generation", {"chat": where, "draft_id": draft.id})

    def block(self, user: int | None = None) -> None:
        """Block the bot: whatever it sends is answered by 403."""
        self._blocked.add(user or self.user)

    def unblock(self, user: int | None = None) -> None:
        self._blocked.discard(user or self.user)

    def forget(self, message: Shown | int) -> None:
        """Delete a message of the bot."""
        del self.shown[message.id if isinstance(message, Shown) else message]

    # What Telegram does

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def refuse(self, method: str, status: int, description: str, **parameters: Any) -> None:
        """Answer the next call of this method with an error; several add up."""
        refusal = RefusalError(status, description, **parameters)
        self._faults.setdefault(method, []).append(refusal)

    def flood(self, method: str, seconds: int) -> None:
        """Answer the next call of this method with 429."""
        text = f"Too Many Requests: retry after {seconds}"
        self.refuse(method, 429, text, retry_after=seconds)

    def redeliver(self) -> None:
        """Forget every confirmation: all updates come once more."""
        self._waiting = sorted(self._confirmed + self._waiting, key=lambda update: update.number)
        self._confirmed = []
        self._changed.set()

    def deliver_raw(self, kind: str, body: dict[str, Any]) -> int:
        """Deliver an update as it is written here; return its number."""
        return self._deliver(kind, body)

    # What a test looks at

    @property
    def messages(self) -> list[Shown]:
        """Every message of the bot as it is shown now, oldest first."""
        return [self.shown[number] for number in sorted(self.shown)]

    @property
    def unconfirmed(self) -> list[int]:
        """The numbers of the updates that Telegram still keeps."""
        return [update.number for update in self._waiting]

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of this method."""
        return [fields for name, fields in self.calls if name == method]

    async def see(self, part: str, timeout_s: float = 20) -> Shown:
        """Wait until a message shows this text; return the newest that does."""

        def found() -> Shown | None:
            return next((m for m in reversed(self.messages) if part in m.text), None)

        await self.until(lambda: found() is not None, timeout_s, f"“{part}”")
        seen = found()
        assert seen is not None
        return seen

    async def answered(self, query: str, timeout_s: float = 20) -> str:
        """Wait until a tap is answered; return the text of the toast."""
        await self.until(lambda: query in dict(self.answers), timeout_s, f"an answer to {query}")
        return dict(self.answers)[query]

    async def until(
        self, holds: Callable[[], bool], timeout_s: float = 20, what: str = "what was awaited"
    ) -> None:
        """Wait until it holds; AssertionError shows what is on the screen instead."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():  # noqa: ASYNC110 - anything may be awaited
                    await asyncio.sleep(0.01)
        except TimeoutError:
            screen = "\n---\n".join(f"{m.text}\n{m.labels}" for m in self.messages)
            raise AssertionError(f"never saw {what}; on the screen:\n{screen}") from None

    def _speak(
        self,
        *,
        user: int | None = None,
        chat: int | None = None,
        reply_to: int | None = None,
        quote: str | None = None,
        file: tuple[str, bytes] | None = None,
        size: int | None = None,
        mime: str | None = "application/octet-stream",
        **content: Any,
    ) -> int:
        who = self._person(user or self.user)
        where = ptb.Chat(chat or who.id, "private" if chat in (None, who.id) else "supergroup")
        self._message += 1
        if file is not None:
            number = self._keep(*file, size)
            length = self.files[number][2]
            content["document"] = ptb.Document(number, f"u{number}", file[0], mime, length)
        if reply_to is not None:
            content["reply_to_message"] = self._known(reply_to)
        if quote is not None:
            content["quote"] = ptb.TextQuote(quote, 0)
        message = ptb.Message(self._message, self.now, where, from_user=who, **content)
        self.said[message.message_id] = message
        self._deliver("message", message.to_dict())
        return message.message_id
