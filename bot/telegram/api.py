"""The door to Telegram's Bot API: the calls we make, their rate lanes, their errors as ours.

aiogram takes seconds to import, so it is imported when the door is opened, not before. Errors are
raised anew and outside their handler: an address with the token in it never travels along.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from aiolimiter import AsyncLimiter

from bot.lower.payload import InlineButton
from bot.lower.visible import visible
from bot.surfaces import BusyError, GoneError

if TYPE_CHECKING:
    from aiogram.methods import GetUpdates
    from aiogram.types import (
        InlineKeyboardButton,
        InlineKeyboardMarkup,
        InputRichMessage,
        Update,
    )

UPDATES = [
    "message",
    "edited_message",
    "callback_query",
    "stopped_message_generation",
    "my_chat_member",
]
CHAT_PER_S, CHAT_BURST = 1, 3  # Telegram allows short bursts
GROUP_PER_S = 20 / 60
OVERALL_PER_S = 25
REQUEST_TIMEOUT_S = 30
DOWNLOAD_TIMEOUT_S = 120
NETWORK_WAIT_S = 5.0
BLOCKED_WAIT_S = 3600.0
PLACEHOLDER_CHARS_MAX = 64
CAPTION_CHARS_MAX = 1024
UNMODIFIED = "message is not modified"
TOO_LATE = ("query is too old", "query id is invalid", "query_id_invalid")
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
)

T = TypeVar("T")
Rows = Sequence[Sequence[InlineButton]]
Blocks = Sequence[dict[str, Any]]


class TokenError(Exception):
    """Telegram does not know this token."""


class ConflictError(Exception):
    """Another program takes this bot's updates; `webhook` says whether by a webhook."""

    def __init__(self, webhook: bool) -> None:
        super().__init__("another program takes this bot's updates")
        self.webhook = webhook


class RefusedError(Exception):
    """Telegram refuses this request, now and later; the text is Telegram's reason."""


class FloodError(BusyError):
    """Telegram was asked too often; until then it takes nothing more for this chat."""


class BotApi:
    """One bot. TokenError at once when the token cannot be one."""

    def __init__(self, token: str, api: str | None = None) -> None:
        from aiogram import Bot
        from aiogram.client.default import DefaultBotProperties
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
        from aiogram.utils.token import TokenValidationError, validate_token

        try:
            validate_token(token)
        except TokenValidationError:
            raise TokenError from None
        server = TelegramAPIServer.from_base(api) if api else PRODUCTION
        defaults = DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True)
        session = AiohttpSession(api=server, timeout=REQUEST_TIMEOUT_S)
        self._bot = Bot(token, session=session, default=defaults)
        self._overall = AsyncLimiter(OVERALL_PER_S, 1)
        self._lanes: dict[int, AsyncLimiter] = {}
        self._flooded: dict[int, float] = {}  # chat -> until when, on the loop's clock

    @property
    def id(self) -> int:
        """The bot's own id; unlike the token it is no secret."""
        return self._bot.id

    async def name(self) -> str:
        """Return the bot's @name, without the @; it is asked for once."""
        return (await _ours(self._bot.me())).username or ""

    async def updates(self, offset: int | None, timeout_s: int) -> list[dict[str, Any]]:
        """Return what is not confirmed yet, as it came; `offset` confirms everything before it.

        Unparsed, so that one update nobody can read does not hide the others.
        """
        method = _raw_updates()(offset=offset, timeout=timeout_s, allowed_updates=UPDATES)
        found: Any = await _ours(self._bot(method, timeout_s + REQUEST_TIMEOUT_S))
        return list(found)

    async def send(
        self, chat: int, html: str, rows: Rows = (), *, silent: bool = False, protect: bool = False
    ) -> int:
        """Post a message; return its id."""
        await self._lane(chat)
        sending = self._bot.send_message(
            chat,
            html,
            reply_markup=_keyboard(rows),
            disable_notification=silent,
            protect_content=protect or None,
        )
        return (await self._to(chat, sending)).message_id

    async def send_rich(
        self,
        chat: int,
        blocks: Blocks,
        rows: Rows = (),
        *,
        silent: bool = False,
        protect: bool = False,
    ) -> int:
        """Post a rich message; return its id. RefusedError: also when the server knows none."""
        await self._lane(chat)
        sending = self._bot.send_rich_message(
            chat,
            _rich(blocks),
            reply_markup=_keyboard(rows),
            disable_notification=silent,
            protect_content=protect or None,
        )
        try:
            return (await self._to(chat, sending)).message_id
        except TokenError:  # 404, for a method it does not know; a wrong token shows elsewhere
            raise RefusedError("this server knows no rich messages") from None

    async def remark(self, chat: int, html: str) -> None:
        """Post what is left out when the chat has no room for it now."""
        if self._lane_of(chat).has_capacity():
            await self.send(chat, html)

    async def ask(self, chat: int, html: str, placeholder: str) -> int:
        """Post a question and open the reply box under it; return its id."""
        from aiogram.types import ForceReply

        await self._lane(chat)
        box = ForceReply(input_field_placeholder=placeholder[:PLACEHOLDER_CHARS_MAX] or None)
        asking = self._bot.send_message(chat, html, reply_markup=box)
        return (await self._to(chat, asking)).message_id

    async def send_file(
        self, chat: int, name: str, data: bytes, *, silent: bool = False, protect: bool = False
    ) -> int:
        """Post a file as a document; return its message's id."""
        from aiogram.types import BufferedInputFile

        await self._lane(chat)
        sending = self._bot.send_document(
            chat,
            BufferedInputFile(data, name),
            disable_content_type_detection=True,
            disable_notification=silent,
            protect_content=protect or None,
            request_timeout=DOWNLOAD_TIMEOUT_S,
        )
        return (await self._to(chat, sending)).message_id

    async def send_photo(
        self, chat: int, name: str, data: bytes, *, silent: bool = False, protect: bool = False
    ) -> int:
        """Post a picture to be seen in the chat, its name under it; return its message's id."""
        from aiogram.types import BufferedInputFile

        await self._lane(chat)
        sending = self._bot.send_photo(
            chat,
            BufferedInputFile(data, name),
            caption=visible(name)[:CAPTION_CHARS_MAX],
            parse_mode=None,
            disable_notification=silent,
            protect_content=protect or None,
            request_timeout=DOWNLOAD_TIMEOUT_S,
        )
        return (await self._to(chat, sending)).message_id

    async def edit(self, chat: int, message: int, html: str, rows: Rows = ()) -> None:
        """Make a message say this. GoneError: it is no longer there, or can't be changed."""
        await self._edit(chat, message, rows, text=html)

    async def edit_rich(self, chat: int, message: int, blocks: Blocks, rows: Rows = ()) -> None:
        """Make a message, rich or not, a rich one that says this."""
        plain = dict.fromkeys(("parse_mode", "link_preview_options", "disable_web_page_preview"))
        await self._edit(chat, message, rows, rich_message=_rich(blocks), **plain)

    async def _edit(self, chat: int, message: int, rows: Rows, **content: Any) -> None:
        await self._lane(chat)
        keyboard = _keyboard(rows)
        editing = self._bot.edit_message_text(
            chat_id=chat, message_id=message, reply_markup=keyboard, **content
        )
        try:
            await self._to(chat, editing)
        except RefusedError as error:
            if UNMODIFIED not in str(error):
                raise

    async def caption(self, chat: int, message: int, text: str) -> None:
        """Say this under a picture or file, however old. GoneError: it is no longer there."""
        await self._lane(chat)
        saying = self._bot.edit_message_caption(
            chat_id=chat, message_id=message, caption=text, parse_mode=None
        )
        await self._to(chat, saying)

    async def delete(self, chat: int, message: int) -> None:
        """Take a message back. GoneError: it is no longer there, or too old for that."""
        await self._to(chat, self._bot.delete_message(chat, message))

    async def draft(self, chat: int, number: int, html: str) -> None:
        """Show a passing preview with a stop button; it never waits, nor makes others wait."""
        if self._rest_s(chat) <= 0 and self._overall.has_capacity():
            await self._overall.acquire()
            await _ours(self._bot.send_message_draft(chat, number, text=html, can_stop=True))

    async def typing(self, chat: int) -> None:
        """Show for five seconds that the bot is writing; like a draft it never waits."""
        if self._rest_s(chat) <= 0 and self._overall.has_capacity():
            await self._overall.acquire()
            await _ours(self._bot.send_chat_action(chat, "typing"))

    async def answer(self, query: str, text: str) -> bool:
        """End a button's spinner and show a short text; False: it is too late for that."""
        async with self._overall:
            try:
                await _ours(self._bot.answer_callback_query(query, text=text or None))
            except RefusedError as error:
                if not any(reason in str(error).lower() for reason in TOO_LATE):
                    raise
                return False
        return True

    async def fetch(self, file: str) -> bytes:
        """Return a file's bytes. RefusedError: Telegram does not give it out."""
        data = await _ours(self._bot.download(file, timeout=DOWNLOAD_TIMEOUT_S))
        if data is None:
            raise RefusedError("the file is empty")
        return data.read()

    async def take_over(self) -> None:
        """Remove a webhook that keeps the updates away; nothing that waits is dropped."""
        await _ours(self._bot.delete_webhook(drop_pending_updates=False))

    async def close(self) -> None:
        await self._bot.session.close()

    async def _lane(self, chat: int) -> None:
        """Wait for this chat's turn. FloodError at once while Telegram takes nothing for it."""
        self._check(chat)
        await self._lane_of(chat).acquire()
        await self._overall.acquire()
        self._check(chat)  # another call may have been refused meanwhile

    def _lane_of(self, chat: int) -> AsyncLimiter:
        return self._lanes.setdefault(chat, _lane(chat))

    def _check(self, chat: int) -> None:
        if (rest_s := self._rest_s(chat)) > 0:
            raise FloodError(rest_s)

    def _rest_s(self, chat: int) -> float:
        return self._flooded.get(chat, 0) - asyncio.get_running_loop().time()

    async def _to(self, chat: int, call: Awaitable[T]) -> T:
        try:
            return await _ours(call)
        except FloodError as error:
            until = asyncio.get_running_loop().time() + error.retry_after_s
            self._flooded[chat] = until
            raise


def parsed(raw: dict[str, Any]) -> "Update":
    """Return the update. ValueError: it is none that this version can read."""
    from aiogram.types import Update

    return Update.model_validate(raw)


@cache
def _raw_updates() -> "type[GetUpdates]":
    from aiogram.methods import GetUpdates

    class GetRaw(GetUpdates):
        __returning__ = list[dict[str, Any]]

    return GetRaw


async def _ours(call: Awaitable[T]) -> T:
    from aiogram.exceptions import AiogramError
    from aiohttp import ClientError

    try:
        return await call
    except (AiogramError, ClientError, TimeoutError) as error:
        failed = _translated(error)
    raise failed


def _translated(error: Exception) -> Exception:
    """Return the error as the surface knows it. What Telegram did not say itself is left out."""
    from aiogram import exceptions as telegram

    match error:
        case telegram.TelegramRetryAfter():
            return FloodError(error.retry_after)
        case telegram.TelegramUnauthorizedError() | telegram.TelegramNotFound():
            return TokenError()
        case telegram.TelegramConflictError():
            return ConflictError("webhook" in error.message)
        case telegram.TelegramForbiddenError():
            return BusyError(BLOCKED_WAIT_S)
        case telegram.TelegramEntityTooLarge():
            return RefusedError("the file is too large")
        case telegram.TelegramBadRequest():
            return _refused(error.message)
        case _:
            return BusyError(NETWORK_WAIT_S)


def _refused(reason: str) -> Exception:
    if any(known in reason.lower() for known in GONE):
        return GoneError(reason)
    if "chat not found" in reason:
        return BusyError(BLOCKED_WAIT_S)
    return RefusedError(reason)


def _lane(chat: int) -> AsyncLimiter:
    per_s = CHAT_PER_S if chat > 0 else GROUP_PER_S  # Telegram numbers groups below zero
    return AsyncLimiter(CHAT_BURST, CHAT_BURST / per_s)


def _rich(blocks: Blocks) -> "InputRichMessage":
    """Return what the blocks say, with no link, name or command detected in it."""
    from aiogram.types import InputRichMessage

    return InputRichMessage.model_validate({"blocks": list(blocks), "skip_entity_detection": True})


def _keyboard(rows: Rows) -> "InlineKeyboardMarkup | None":
    from aiogram.types import InlineKeyboardMarkup

    if not rows:
        return None
    return InlineKeyboardMarkup(inline_keyboard=[[_key(button) for button in row] for row in rows])


def _key(button: InlineButton) -> "InlineKeyboardButton":
    from aiogram.types import DisabledButton, InlineKeyboardButton

    data, dead = button.callback_data, None if button.callback_data else DisabledButton()
    return InlineKeyboardButton(
        text=button.text, callback_data=data, disabled=dead, style=button.style
    )
