"""A person on Telegram, against somebody else's Bot API (lo-bot-api-emulator)."""

import json
from datetime import UTC, datetime
from typing import Any

import telegram as ptb
from aiohttp import web

from tests.bot.test_telegram_emulator import Emulator
from tests.peers.door import Door
from tests.peers.telegram import TOKEN, Shown
from tests.surfaces.on_telegram import OnTelegram

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Screen(Emulator):
    """The emulator remembers no message, so what it was asked to show is kept here."""

    def __init__(self) -> None:
        super().__init__()
        self.user, self._door = 7001, Door()
        self.shown: dict[int, Shown] = {}
        self.answers: list[tuple[str, str]] = []
        self._said, self._delivered, self._confirmed = 1000, 0, 0
        self._asks = False  # whether the message being sent opens the reply box

    async def start(self) -> None:
        self.url = await self._door.open(self.app())

    async def stop(self) -> None:
        await self._door.close()

    @property
    def messages(self) -> list[Shown]:
        return [self.shown[number] for number in sorted(self.shown)]

    @property
    def newest(self) -> int:
        return self._delivered

    @property
    def all_taken(self) -> bool:
        return self._confirmed > self._delivered

    async def speak(self, text: str) -> None:
        await self._deliver(message=self._typed(text))

    async def answer(self, message: int, text: str) -> None:
        await self._deliver(message=self._typed(text) | {"reply_to_message": self._card(message)})

    async def press(self, shown: Shown, data: str, user: int) -> str:
        query = {"id": f"q{self._delivered}", "from": _person(user), "chat_instance": "1"}
        query |= {"message": self._card(shown.id), "data": data}
        await self._deliver(callback_query=query)
        return str(query["id"])

    async def read_request(self, request: web.Request) -> Any:
        """Take off what it does not know: colours of buttons, the box that asks for a reply."""
        fields, uploads = await super().read_request(request)
        self._asks = False
        fields.pop("disable_content_type_detection", None)
        markup = json.loads(fields.get("reply_markup", "{}"))
        if markup.pop("force_reply", False):
            self._asks = True
            del fields["reply_markup"]
        for row in markup.get("inline_keyboard", ()):
            for button in row:
                button.pop("style", None)
        if "inline_keyboard" in markup:
            fields["reply_markup"] = json.dumps(markup)
        return fields, uploads

    def validate(self, method: str, fields: dict[str, Any], uploads: Any) -> Any:
        result = super().validate(method, fields, uploads)
        if method in ("sendMessage", "editMessageText"):
            self._show(int(result["message_id"]), fields)
        elif method == "deleteMessage":
            self.shown.pop(int(fields["message_id"]), None)
        elif method == "answerCallbackQuery":
            self.answers.append((str(fields["callback_query_id"]), str(fields.get("text", ""))))
        elif method == "getUpdates":
            self._confirmed = max(self._confirmed, int(fields.get("offset", 0)))
        return result

    def _show(self, number: int, fields: dict[str, Any]) -> None:
        shown = Shown(number, int(fields["chat_id"]), NOW, str(fields["text"]), asks=self._asks)
        markup = json.loads(fields.get("reply_markup", "{}"))
        for row in markup.get("inline_keyboard", ()):
            shown.rows.append([ptb.InlineKeyboardButton(**button) for button in row])
        self.shown[number] = shown

    def _typed(self, text: str) -> dict[str, Any]:
        self._said += 1
        return {"text": text, "from": _person(self.user)} | self._place(self._said)

    def _card(self, message: int) -> dict[str, Any]:
        return self._place(message) | {"text": "…"}

    def _place(self, message: int) -> dict[str, Any]:
        chat = {"id": self.user, "type": "private", "first_name": "Ada"}
        return {"message_id": message, "date": 1 + message * 10, "chat": chat}

    async def _deliver(self, **update: Any) -> None:
        self._delivered = await self.enqueue_update(update, token=TOKEN)


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Ada" if user == 7001 else "Stranger"}


class OnEmulator(OnTelegram):
    """What the emulator cannot play is listed in `script.LACKS`."""

    def __init__(self) -> None:
        super().__init__(Screen())
