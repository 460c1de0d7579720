"""The Telegram surface: private chats with paired people; nobody else ever gets an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.surfaces import Attached, BusyError, GoneError, Heard, House, Token
from bot.telegram import groups, inbound
from bot.telegram.api import BotApi, ConflictError, RefusedError, TokenError
from bot.telegram.cards import Cards, Stored
from bot.telegram.drafts import Drafts
from bot.telegram.feed import Feed
from bot.telegram.filling import Filling
from bot.telegram.inbound import Pace, Sent
from engine.acting.taps import Person
from engine.chat import conversations
from engine.chat.outbox import Due

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, Message, MessageGenerationStopped, Update

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
NO_WORDS = "I read text and files, but not this ({}). Write it to me."
EDITED = "I keep to what you wrote first. To change something, send it as a new message."

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
        self._drafts, self._filling = Drafts(api), Filling(api, house)
        self._cards = Cards(api, self._filling, self._stored, self._hosts)
        self._feed = Feed(api, house, self._pace, self._take)
        await self._feed.resume()
        polled = await house.cursor(POLLED)
        self._polled = datetime.fromisoformat(polled) if polled else None
        self._listening = asyncio.create_task(self._listen(self._feed))

    async def show(self, item: Due, token: Token) -> str:
        """Show a card; return the ids of its messages. Surface says what it raises."""
        if self._cards is None:
            raise BusyError(NO_BOT_S if self._refused else NOT_YET_S)
        self._drafts.end(_chat(item.conv))  # before, so that none comes after the card
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
            await self._drafts.close()
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
            elif came.stopped_message_generation is not None:
                await self._stopped(f"update:{number}", came.stopped_message_generation)
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
        if first.chat.type != "private":
            await self._mentioned(first.chat.id, bundle)
            return
        if (who := await self._person(first)) is None:
            await self._pair(bundle)
            return
        if (told := await self._filling.fills_in(who, key, bundle)) is not None:
            if told:
                await self._say(first.chat.id, told)
            return
        answered = inbound.answered(bundle)
        heard = Heard(
            who=who,
            key=key,
            words=inbound.words(bundle),
            others=inbound.others(bundle),
            reply_to=None if answered is None else str(answered),
            sent=tuple(str(one.message.message_id) for one in bundle),
        )
        await self._hear(heard, bundle)

    async def _hear(self, heard: Heard, bundle: list[Sent]) -> None:
        """Hear it with its files; what cannot be read is said in the private chat."""
        chat = _chat(heard.who.conv)
        if kind := inbound.unreadable(bundle[0].message):
            await self._say(chat, NO_WORDS.format(kind))
        files = await self._fetched(chat, bundle)
        if not (heard.words or heard.others or files):
            return
        raw: dict[str, object] = {"updates": [sent.raw for sent in bundle]}
        if await self._house.hear(replace(heard, files=files, raw=raw)):
            self._drafts.begin(chat, bundle[0].update)

    async def _mentioned(self, group: int, bundle: list[Sent]) -> None:
        """A group is no place for what is private: the answer goes to the private chat."""
        me = groups.Me(self._api.id, await self._api.name())
        for user in groups.users(bundle):
            own = groups.asked(bundle, user, me)
            who = await self._known(user) if own else None
            if who is None:
                continue
            words, others = groups.words(own, me), groups.others(own, me)
            await self._hear(Heard(who, f"update:{own[0].update}", words, others), own)
            with suppress(BusyError, RefusedError, GoneError):  # the bot may be mute there
                await self._api.remark(group, groups.ONLY_IN_PRIVATE)

    async def _known(self, user: int) -> Person | None:
        """Return who this is by the private chat with us; None: nobody was paired."""
        async with self._house.db.snapshot() as reader:
            conv = await conversations.of_user(reader, self.name, str(user))
        return None if conv is None else Person(conv.user, self.name, conv.id)

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

    async def _stopped(self, key: str, stopped: "MessageGenerationStopped") -> None:
        """The stop button under a draft is the word STOP."""
        chat = stopped.chat.id
        who = await self._house.person(self.name, str(chat), str(chat))  # private: one number
        if who is not None:
            self._drafts.end(chat)
            raw = stopped.model_dump(mode="json", exclude_none=True)
            await self._house.hear(Heard(who, key, "stop", raw=raw))

    # What a person taps

    async def _tapped(self, key: str, query: "CallbackQuery") -> None:
        if query.message is None or query.message.chat.type != "private":
            await self._tapped_elsewhere(query)
            return
        chat, user = query.message.chat.id, query.from_user.id
        who = await self._house.person(self.name, str(chat), str(user))
        if who is None or query.data is None:
            return
        if await self._filling.opens(who, chat, query.data, query.id):
            await self._api.answer(query.id, "")
            return
        reply = await self._house.tap(who, key, query.data, {})
        in_a_toast = len(reply.text) <= ANSWER_CHARS_MAX
        in_time = await self._api.answer(query.id, reply.text if in_a_toast else "")
        if reply.text and not (in_a_toast and in_time):
            await self._say(chat, reply.text)

    async def _tapped_elsewhere(self, query: "CallbackQuery") -> None:
        """No card is ever shown in a group: whatever is tapped there decides nothing."""
        if await self._known(query.from_user.id) is not None:
            await self._api.answer(query.id, groups.ONLY_IN_PRIVATE)

    async def _say(self, chat: int, text: str) -> None:
        await self._api.send(chat, escape(text, quote=False))

    # What goes wrong

    async def _note_poll(self) -> None:
        """Note that Telegram was reached; after a gap, say so: taps may have been dropped."""
        now, before = self._clock(), self._polled
        if self._poll_saved is None or now - self._poll_saved >= POLLED_EVERY:
            await self._house.save_cursor(POLLED, now.isoformat())
            self._poll_saved = now
        if before is not None and now - before > GAP:
            await self._gap_with()
        self._polled = now  # last: what failed on the way is done at the next poll

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


def _chat(conv: str) -> int:
    """Return the number of a conversation's chat."""
    return int(conv.partition(":")[2])
