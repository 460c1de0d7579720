"""The Telegram surface: private chats with paired people; nobody else ever gets an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from bot import telegram_forms as forms
from bot import telegram_inbound as inbound
from bot.surfaces import Attached, BusyError, Heard, House, Token
from bot.telegram_api import BotApi, ConflictError, RefusedError, TokenError
from bot.telegram_cards import Cards, Stored
from bot.telegram_feed import Feed
from bot.telegram_inbound import Pace, Sent
from engine.desk import Person
from engine.outbox import Due

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, Message, Update

NOT_YET_S = 2.0  # before a card is tried again while the bot is not there yet
NO_BOT_S = 3600.0
CONFLICT_WAIT_S = 5.0
STUMBLE_WAIT_S = 5.0
CLOSE_TIMEOUT_S = 5.0
GAP = timedelta(seconds=150)  # a tap that waits longer than this is dropped by Telegram
POLLED_EVERY = timedelta(seconds=60)
POLLED = "telegram:polled"
ALARM_EVERY = timedelta(hours=1)
ANSWER_CHARS_MAX = 200
MB = 1024 * 1024

BAD_TOKEN = (
    "Telegram refuses this token. Take a fresh one from @BotFather and set "
    "FIRSTMATE_TELEGRAM_TOKEN."
)
UNREACHED = "Telegram cannot be reached now. Check this machine's connection and try again."
CONFLICT = (
    "Another program reads this bot's messages, so some of them never reach me. Stop it. If you "
    "know of none, revoke the token at @BotFather and set a fresh FIRSTMATE_TELEGRAM_TOKEN."
)
STUCK = (
    "Something you sent on Telegram could not be stored ({}). I keep trying, and Telegram keeps "
    "it for 24 hours. If no answer comes, send it in the local web chat."
)
UNREAD = "Telegram sent something I cannot read. If an answer is missing, send your message again."
TOO_BIG = "“{}” has {} MB; Telegram lets bots fetch 20 MB. Drop it into the local web chat instead."
NOT_GIVEN = "Telegram does not give me “{}” ({}). Send it again, or use the local web chat."
NO_WORDS = "I read text, files, photos and voice messages, but not this ({}). Write it to me."
EDITED = "I keep to what you wrote first. To change something, send it as a new message."
TEXT_ONLY = "Please answer this question with text."

Alarm = Callable[[str], Awaitable[None]]
log = logging.getLogger(__name__)


async def identify(token: str, api: str | None) -> tuple[str | None, str]:
    """Ask Telegram whose token this is; return (what is wrong or None, the bot's @name)."""
    try:
        bot = await asyncio.to_thread(BotApi, token, api)
    except TokenError:
        return BAD_TOKEN, ""
    try:
        return None, await bot.name()
    except TokenError:
        return BAD_TOKEN, ""
    except BusyError:
        return UNREACHED, ""
    finally:
        await bot.close()


class Telegram:
    """One bot.

    `alarm` is told what the operator must do, hourly at most for one trouble. `gap` is called
    after a silence in which taps were lost. `stored` returns a kept file's bytes by their sha256.
    `hosts` are those a link may lead to.
    """

    name = "telegram"

    def __init__(
        self,
        token: str,
        api: str | None,
        clock: Callable[[], datetime],
        *,
        alarm: Alarm,
        gap: Callable[[], Awaitable[None]],
        stored: Stored,
        hosts: frozenset[str] = frozenset(),
        pace: Pace | None = None,
    ) -> None:
        self._token, self._address, self._clock = token, api, clock
        self._alarm_with, self._gap_with, self._stored = alarm, gap, stored
        self._hosts, self._pace = hosts, pace or Pace()
        self._told: dict[str, datetime] = {}
        self._polled: datetime | None = None
        self._poll_saved: datetime | None = None
        self._cards: Cards | None = None
        self._refused = False
        self._listening: asyncio.Task[None] | None = None

    async def start(self, house: House) -> None:
        """Begin to listen. A wrong token is an alarm; everything else goes on without Telegram."""
        try:
            api = await asyncio.to_thread(BotApi, self._token, self._address)
        except TokenError:
            await self._refuse()
            return
        self._api, self._house = api, house
        self._cards = Cards(api, house, self._stored, self._hosts)
        self._feed = Feed(api, house, self._pace, self._take)
        await self._feed.resume()
        polled = await house.cursor(POLLED)
        self._polled = datetime.fromisoformat(polled) if polled else None
        self._listening = asyncio.create_task(self._listen(self._feed))

    async def show(self, item: Due, token: Token) -> str:
        """Show a card; return the ids of its messages. Surface says what it raises."""
        if self._cards is None:
            raise BusyError(NO_BOT_S if self._refused else NOT_YET_S)
        try:
            return await self._cards.show(item, token)
        except TokenError:
            raise BusyError(NO_BOT_S) from None

    async def close(self) -> None:
        """Stop listening. What was not taken in comes again at the next start."""
        if self._listening is not None:
            await self._stop_listening(self._feed, self._listening)
            self._listening = None
        if self._cards is not None:
            self._cards = None
            await self._api.close()

    async def _stop_listening(self, feed: Feed, listening: asyncio.Task[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await feed.pause()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        with suppress(TimeoutError, BusyError, ConflictError, TokenError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await feed.confirm_all()

    async def _listen(self, feed: Feed) -> None:
        while not self._refused:
            try:
                wait_s = await self._advance(feed)
            except BusyError as error:
                wait_s = error.retry_after_s
            except Exception as error:  # whatever it is, it is said and listening goes on
                wait_s = await self._stumble(error)
            await asyncio.sleep(wait_s)

    async def _advance(self, feed: Feed) -> float:
        try:
            wait_s = await feed.advance()
        except TokenError:
            await self._refuse()
            return 0
        except ConflictError as error:
            return await self._contend(error)
        await self._note_poll()
        return wait_s

    async def _take(self, number: int, came: "list[Sent] | Update | None") -> bool:
        """Commit what came; False leaves it with Telegram, to be delivered again."""
        try:
            if came is None:
                await self._alarm(UNREAD)
            elif isinstance(came, list):
                await self._said(f"update:{number}", came)
            elif came.callback_query is not None:
                await self._tapped(f"update:{number}", came.callback_query)
            elif came.edited_message is not None:
                await self._edited(came.edited_message)
            return True  # whether the person blocked the bot, the next card will find out
        except BusyError:
            return False
        except (TokenError, ConflictError):
            raise
        except Exception as error:  # one message that fails must not stop those after it
            await self._stumble(error)
            return False

    # What a person says

    async def _said(self, key: str, bundle: list[Sent]) -> None:
        first = bundle[0].message
        if (who := await self._person(first)) is None:
            await self._pair(bundle)
            return
        if await self._fills_in(who, key, bundle):
            return
        chat = first.chat.id
        if kind := inbound.unreadable(first):
            await self._say(chat, NO_WORDS.format(kind))
        answered = inbound.answered(bundle)
        heard = Heard(
            who=who,
            key=key,
            words=inbound.words(bundle),
            others=inbound.others(bundle),
            files=await self._fetched(chat, bundle),
            reply_to=None if answered is None else str(answered),
            raw={"updates": [sent.raw for sent in bundle]},
        )
        if heard.words or heard.others or heard.files:
            await self._house.hear(heard)

    async def _person(self, message: "Message") -> Person | None:
        """Return who writes here; in a group, to a bot or unpaired it is nobody."""
        if message.chat.type != "private" or message.from_user is None:
            return None
        return await self._house.person(self.name, str(message.chat.id), str(message.from_user.id))

    async def _pair(self, bundle: list[Sent]) -> None:
        for sent in bundle:
            message, code = sent.message, inbound.code(sent.message.text or "")
            if code and message.from_user and message.chat.type == "private":
                chat, user = str(message.chat.id), str(message.from_user.id)
                await self._house.pair(self.name, chat, user, code)

    async def _fetched(self, chat: int, bundle: list[Sent]) -> tuple[Attached, ...]:
        """Return the files of a bundle; say which ones Telegram keeps from bots."""
        found = []
        for wanted in inbound.files(bundle):
            if wanted.too_big:
                await self._say(chat, TOO_BIG.format(wanted.name, round(wanted.size / MB)))
                continue
            try:
                data = await self._api.fetch(wanted.id)
            except RefusedError as error:
                await self._say(chat, NOT_GIVEN.format(wanted.name, error))
                continue
            found.append(Attached(wanted.name, wanted.mime, data))
        return tuple(found)

    async def _edited(self, message: "Message") -> None:
        if (message.text or message.caption) and await self._person(message):
            await self._say(message.chat.id, EDITED)

    # What a person taps, and fills in

    async def _tapped(self, key: str, query: "CallbackQuery") -> None:
        chat, user = query.message.chat.id if query.message else query.from_user.id, query.from_user
        who = await self._house.person(self.name, str(chat), str(user.id))
        if who is None or query.data is None:
            return
        if asked := await self._asked(forms.button_key(query.data)):
            await self._open(chat, query, asked)
            return
        reply = await self._house.tap(who, key, query.data, {})
        in_a_toast = len(reply.text) <= ANSWER_CHARS_MAX
        in_time = await self._api.answer(query.id, reply.text if in_a_toast else "")
        if reply.text and not (in_a_toast and in_time):
            await self._say(chat, reply.text)

    async def _open(self, chat: int, query: "CallbackQuery", asked: forms.Asked) -> None:
        """Ask for the form's values; a tap that is delivered twice asks once."""
        assert query.data is not None
        if asked.tap != query.id:
            question = await self._api.ask(chat, forms.prompt(asked.form), asked.form.title)
            await self._remember(forms.question_key(chat, question), asked)
            tapped = asked.model_copy(update={"tap": query.id})
            await self._remember(forms.button_key(query.data), tapped)
        await self._api.answer(query.id, "")

    async def _fills_in(self, who: Person, key: str, bundle: list[Sent]) -> bool:
        """Carry out a form's button with the values of a reply; False: it answers no form."""
        message, question = bundle[0].message, inbound.answered(bundle)
        if question is None:
            return False
        asked = await self._asked(forms.question_key(message.chat.id, question))
        if asked is None:
            return False
        try:
            if not (text := inbound.words(bundle)):
                raise forms.FormError(TEXT_ONLY)
            values = forms.read(asked.form, text)
        except forms.FormError as error:
            await self._say(message.chat.id, str(error))
            return True
        reply = await self._house.tap(who, key, asked.token, values)
        if reply.text:
            await self._say(message.chat.id, reply.text)
        return True

    async def _asked(self, key: str) -> forms.Asked | None:
        kept = await self._house.cursor(key)
        return forms.Asked.model_validate_json(kept) if kept else None

    async def _remember(self, key: str, asked: forms.Asked) -> None:
        await self._house.save_cursor(key, asked.model_dump_json())

    async def _say(self, chat: int, text: str) -> None:
        await self._api.send(chat, escape(text, quote=False))

    # What goes wrong

    async def _note_poll(self) -> None:
        """Note that Telegram was reached; after a gap, say so: taps may have been dropped."""
        now, before = self._clock(), self._polled
        self._polled = now
        if self._poll_saved is None or now - self._poll_saved >= POLLED_EVERY:
            await self._house.save_cursor(POLLED, now.isoformat())
            self._poll_saved = now
        if before is not None and now - before > GAP:
            await self._gap_with()

    async def _refuse(self) -> None:
        self._refused = True
        await self._alarm(BAD_TOKEN)

    async def _contend(self, error: ConflictError) -> float:
        """Take the updates back from a webhook; against another poller only words help."""
        if error.webhook:
            await self._api.take_over()
            return 0
        await self._alarm(CONFLICT)
        return CONFLICT_WAIT_S

    async def _stumble(self, error: Exception) -> float:
        log.error("telegram: %s", type(error).__name__, exc_info=error)
        with suppress(Exception):  # the alarm may need the very thing that failed
            await self._alarm(STUCK, type(error).__name__)
        return STUMBLE_WAIT_S

    async def _alarm(self, trouble: str, *details: str) -> None:
        now = self._clock()
        if trouble not in self._told or now - self._told[trouble] >= ALARM_EVERY:
            await self._alarm_with(trouble.format(*details))
            self._told[trouble] = now
