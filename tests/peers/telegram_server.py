"""The Bot API over HTTP, with Telegram's limits and faults."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import telegram as ptb
from aiohttp import web

from tests.peers.door import Door
from tests.peers.telegram_rich import BadRichError, read_rich
from tests.peers.telegram_shown import Draft, Shown, keyboard, keyboard_fault
from tests.peers.telegram_text import BadHtmlError, read, utf16

TOKEN = "8350:AAtest-token-of-nobody"
MESSAGE_LIVES = timedelta(hours=24)
TAP_LIVES = timedelta(seconds=150)
QUERY_LIVES = timedelta(seconds=60)  # to answer a tap, from the moment of the tap
DELETABLE = timedelta(hours=48)
BATCH_MAX = 100
TEXT_UTF16_MAX = 4096
ANSWER_CHARS_MAX = 200
MB = 1024 * 1024
DOWNLOAD_BYTES_MAX = 20 * MB
UPLOAD_BYTES_MAX = 50 * MB
PHOTO_PX_MAX = 10_000  # width and height together
UNMODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


class RefusalError(Exception):
    """An answer with ok=false."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class _Update:
    number: int
    kind: str
    body: dict[str, Any]
    at: datetime

    def as_json(self) -> dict[str, Any]:
        return {"update_id": self.number, self.kind: self.body}


class Server:
    """Serves the bot `TOKEN` at `url`; what is delivered and shown is kept as plain state."""

    def __init__(self, user: int = 7001) -> None:
        self.user, self.bot = user, ptb.User(8350, "Firstmate", True, username="firstmate_bot")
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
        self._door = Door()
        self.shown: dict[int, Shown] = {}
        self.said: dict[int, ptb.Message] = {}
        self.drafts: dict[int, Draft] = {}  # by chat; a message of the bot takes it away
        self.answers: list[tuple[str, str]] = []  # (query, text), in time or not
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, tuple[str, bytes, int]] = {}
        self.webhook = ""
        self.backwards = False  # deliver each batch in the wrong order
        self.twice = False  # deliver each update twice in a batch
        self._waiting: list[_Update] = []
        self._confirmed: list[_Update] = []
        self._queries: dict[str, datetime] = {}
        self._faults: dict[str, list[RefusalError]] = {}
        self._blocked: set[int] = set()
        self._update, self._message = 500, 0
        self._changed = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Serve, at the same address again after a stop; nothing is forgotten."""
        app = web.Application(client_max_size=UPLOAD_BYTES_MAX + MB)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{file}", self._download)
        self.url = await self._door.open(app)

    async def stop(self) -> None:
        await self._door.accept_no_more()
        self._end_poll()
        await self._door.close()

    # The Bot API

    async def _serve(self, request: web.Request) -> web.Response:
        fields = dict(await request.post())
        method = request.match_info["method"]
        try:
            if request.match_info["token"] != TOKEN:
                raise RefusalError(401, "Unauthorized")
            self.calls.append((method, fields))
            if self._faults.get(method):
                raise self._faults[method].pop(0)
            result = await self._result(method, fields)
        except RefusalError as error:
            body: dict[str, Any] = {"ok": False, "error_code": error.status}
            body["description"] = error.description
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.status)
        return web.json_response({"ok": True, "result": result})

    async def _result(self, method: str, fields: dict[str, Any]) -> Any:
        answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "sendMessage": self._send_message,
            "sendRichMessage": self._send_rich_message,
            "sendMessageDraft": self._send_message_draft,
            "sendDocument": self._send_document,
            "sendPhoto": self._send_photo,
            "editMessageText": self._edit_message_text,
            "editMessageCaption": self._edit_message_caption,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_callback_query,
            "getFile": self._get_file,
            "deleteWebhook": self._delete_webhook,
        }
        if method == "getUpdates":
            return await self._get_updates(fields)
        if method in answers:
            return answers[method](fields)
        if method == "getMe":
            return self.bot.to_dict()
        if method in ("setMyCommands", "sendChatAction", "setMessageReaction"):
            return True
        raise RefusalError(404, "Not Found: method not found")

    async def _get_updates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            text = (
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
            )
            raise RefusalError(409, text + " to delete the webhook first")
        self._end_poll()  # two pollers: the one that waits longest is thrown out
        poll = self._poll = asyncio.get_running_loop().create_future()
        self._confirm(int(fields.get("offset", 0)))
        allowed = json.loads(fields.get("allowed_updates", "[]"))
        deadline = poll.get_loop().time() + min(int(fields.get("timeout", 0)), 50)
        while True:
            self._changed.clear()
            self._drop_expired()
            due = [u for u in self._waiting if not allowed or u.kind in allowed][:BATCH_MAX]
            rest_s = deadline - poll.get_loop().time()
            if due or rest_s <= 0:
                batch = [update.as_json() for update in due for _ in range(1 + self.twice)]
                return batch[::-1] if self.backwards else batch
            woken = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait({woken, poll}, timeout=rest_s, return_when="FIRST_COMPLETED")
            woken.cancel()
            if poll.done():
                text = "Conflict: terminated by other getUpdates request; make sure that only one"
                raise RefusalError(409, text + " bot instance is running")

    def _send_message(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown = self._new(fields)
        shown.text, shown.entities = self._text(fields, "message is too long")
        self._apply_markup(shown, fields)
        preview = json.loads(fields.get("link_preview_options", "{}"))
        shown.previews = not preview.get("is_disabled", False)
        self.shown[shown.id] = shown
        return self._as_message(shown).to_dict()

    def _send_rich_message(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown = self._new(fields)
        self._apply_rich(shown, fields)
        self._apply_markup(shown, fields)
        self.shown[shown.id] = shown
        return self._as_json(shown)

    def _send_message_draft(self, fields: dict[str, Any]) -> bool:
        chat, number = int(fields["chat_id"]), int(fields["draft_id"])
        if chat < 0:
            raise RefusalError(400, "Bad Request: drafts are for private chats")
        if number == 0:
            raise RefusalError(400, "Bad Request: draft_id must be non-zero")
        text = str(fields.get("text", ""))
        if text:
            text, _ = self._text(fields, "message is too long")
        self.drafts[chat] = Draft(number, text, fields.get("can_stop") == "true")
        return True

    def _send_document(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown = self._new(fields)
        upload = fields.get(str(fields.get("document", "")).removeprefix("attach://"))
        if not isinstance(upload, web.FileField):
            raise RefusalError(400, "Bad Request: there is no document in the request")
        data = upload.file.read()
        if len(data) > UPLOAD_BYTES_MAX:
            raise RefusalError(413, "Request Entity Too Large")
        shown.file = (upload.filename, data)
        self.shown[shown.id] = shown
        return self._as_message(shown).to_dict()

    def _send_photo(self, fields: dict[str, Any]) -> dict[str, Any]:
        upload = fields.get(str(fields.get("photo", "")).removeprefix("attach://"))
        if not isinstance(upload, web.FileField):
            raise RefusalError(400, "Bad Request: there is no photo in the request")
        shown, data = self._new(fields), upload.file.read()
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
        if not data.startswith(b"\x89PNG") or width + height > PHOTO_PX_MAX:
            raise RefusalError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        shown.photo, shown.caption = data, str(fields.get("caption", ""))
        self.shown[shown.id] = shown
        return self._as_message(shown).to_dict()

    def _edit_message_text(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown = self.shown.get(int(fields["message_id"]))
        if shown is None or shown.chat != int(fields["chat_id"]):
            raise RefusalError(400, "Bad Request: message to edit not found")
        if shown.file or shown.photo or shown.asks:
            raise RefusalError(400, "Bad Request: message can't be edited")
        before = (shown.text, shown.entities, shown.rich, shown.rows)
        changed = Shown(shown.id, shown.chat, shown.at)
        if "rich_message" in fields:
            self._apply_rich(changed, fields)
        else:
            changed.text, changed.entities = self._text(fields, "MESSAGE_TOO_LONG")
            preview = json.loads(fields.get("link_preview_options", "{}"))
            changed.previews = not preview.get("is_disabled", False)
        self._apply_markup(changed, fields)
        if before == (changed.text, changed.entities, changed.rich, changed.rows):
            raise RefusalError(400, f"Bad Request: {UNMODIFIED}")
        shown.text, shown.entities, shown.rows = changed.text, changed.entities, changed.rows
        shown.rich, shown.previews = changed.rich, changed.previews
        shown.edits += 1
        return self._as_json(shown)

    def _edit_message_caption(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown, caption = self.shown.get(int(fields["message_id"])), str(fields.get("caption", ""))
        if shown is None or shown.chat != int(fields["chat_id"]):
            raise RefusalError(400, "Bad Request: message to edit not found")
        if not (shown.file or shown.photo):
            raise RefusalError(400, "Bad Request: there is no caption in the message to edit")
        if shown.caption == caption:
            raise RefusalError(400, f"Bad Request: {UNMODIFIED}")
        shown.caption = caption
        shown.edits += 1
        return self._as_message(shown).to_dict()

    def _delete_message(self, fields: dict[str, Any]) -> bool:
        shown = self.shown.get(int(fields["message_id"]))
        if shown is None:
            raise RefusalError(400, "Bad Request: message to delete not found")
        if self.now - shown.at > DELETABLE:
            raise RefusalError(400, "Bad Request: message can't be deleted for everyone")
        del self.shown[shown.id]
        return True

    def _answer_callback_query(self, fields: dict[str, Any]) -> bool:
        query, text = str(fields["callback_query_id"]), str(fields.get("text", ""))
        asked_at = self._queries.get(query)
        if asked_at is None or self.now - asked_at > QUERY_LIVES:
            text = "query is too old and response timeout expired or query ID is invalid"
            raise RefusalError(400, f"Bad Request: {text}")
        if len(text) > ANSWER_CHARS_MAX:
            raise RefusalError(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answers.append((query, text))
        return True

    def _get_file(self, fields: dict[str, Any]) -> dict[str, Any]:
        number = str(fields["file_id"])
        if number not in self.files:
            raise RefusalError(
                400, "Bad Request: wrong file_id or the file is temporarily unavailable"
            )
        if self.files[number][2] > DOWNLOAD_BYTES_MAX:
            raise RefusalError(400, "Bad Request: file is too big")
        size = self.files[number][2]
        return ptb.File(number, f"u{number}", file_size=size, file_path=number).to_dict()

    def _delete_webhook(self, fields: dict[str, Any]) -> bool:
        self.webhook = ""
        return True

    async def _download(self, request: web.Request) -> web.Response:
        known = request.match_info["file"] in self.files and not self._faults.pop("download", None)
        if request.match_info["token"] != TOKEN or not known:
            raise web.HTTPNotFound
        return web.Response(body=self.files[request.match_info["file"]][1])

    # Behind it

    def _deliver(self, kind: str, body: dict[str, Any]) -> int:
        self._update += 1
        self._waiting.append(_Update(self._update, kind, body, self.now))
        self._changed.set()
        return self._update

    def _known(self, number: int) -> ptb.Message:
        return self.said[number] if number in self.said else self._as_message(self.shown[number])

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = self._waiting[offset].number if len(self._waiting) >= -offset else 0
        self._confirmed += [update for update in self._waiting if update.number < offset]
        self._waiting = [update for update in self._waiting if update.number >= offset]

    def _drop_expired(self) -> None:
        self._waiting = [
            update
            for update in self._waiting
            if self.now - update.at
            <= (TAP_LIVES if update.kind == "callback_query" else MESSAGE_LIVES)
        ]

    def _end_poll(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def _new(self, fields: dict[str, Any]) -> Shown:
        chat = int(fields["chat_id"])
        if chat in self._blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        if not any(message.chat.id == chat for message in self.said.values()):
            raise RefusalError(400, "Bad Request: chat not found")  # a bot never speaks first
        self._message += 1
        self.drafts.pop(chat, None)
        shown = Shown(self._message, chat, self.now)
        shown.silent = fields.get("disable_notification") == "true"
        shown.protected = fields.get("protect_content") == "true"
        return shown

    def _text(self, fields: dict[str, Any], too_long: str) -> tuple[str, list[ptb.MessageEntity]]:
        text = str(fields.get("text", ""))
        entities: list[ptb.MessageEntity] = []
        if fields.get("parse_mode") == "HTML":
            try:
                text, entities = read(text)
            except BadHtmlError as error:
                raise RefusalError(400, f"Bad Request: can't parse entities: {error}") from None
        if not text.strip():
            raise RefusalError(400, "Bad Request: message text is empty")
        if utf16(text) > TEXT_UTF16_MAX:
            raise RefusalError(400, f"Bad Request: {too_long}")
        return text, entities

    def _apply_rich(self, shown: Shown, fields: dict[str, Any]) -> None:
        if "text" in fields:
            raise RefusalError(400, "Bad Request: both text and rich_message are there")
        try:
            shown.rich = read_rich(str(fields.get("rich_message", "{}")))
        except BadRichError as error:
            raise RefusalError(400, f"Bad Request: can't parse rich message: {error}") from None
        shown.text, shown.previews = shown.rich.text, shown.rich.detects

    def _apply_markup(self, shown: Shown, fields: dict[str, Any]) -> None:
        markup = json.loads(fields.get("reply_markup", "{}"))
        shown.asks = bool(markup.get("force_reply"))
        if "inline_keyboard" not in markup:
            return
        shown.rows = keyboard(markup)
        if fault := keyboard_fault(shown.rows):
            raise RefusalError(400, f"Bad Request: {fault}")

    def _as_json(self, shown: Shown) -> dict[str, Any]:
        """Return a message as it is delivered: a rich one has no text."""
        made = self._as_message(shown).to_dict()
        if shown.rich is not None:
            made.pop("text", None)
            made["rich_message"] = shown.rich.as_message()
        return made

    def _as_message(self, shown: Shown) -> ptb.Message:
        document = None
        if shown.file:
            name, data = shown.file
            document = ptb.Document(f"s{shown.id}", f"u{shown.id}", name, file_size=len(data))
        return ptb.Message(
            shown.id,
            shown.at,
            ptb.Chat(shown.chat, "private" if shown.chat > 0 else "supergroup"),
            from_user=self.bot,
            text=shown.text or None,
            entities=shown.entities,
            document=document,
            reply_markup=ptb.InlineKeyboardMarkup(shown.rows) if shown.rows else None,
        )

    def _person(self, user: int) -> ptb.User:
        return ptb.User(user, "Ada" if user == self.user else "Stranger", False)

    def _keep(self, name: str, data: bytes, size: int | None = None) -> str:
        number = f"f{len(self.files) + 1}"
        self.files[number] = (name, data, len(data) if size is None else size)
        return number
