"""The Slack surface: direct messages with paired people; nobody else ever gets an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.slack import inbound
from bot.slack.access import LACKS, SCOPES, UNREACHED, Access, identify
from bot.slack.api import RefusedError, ScopeError, SlackApi, TokenError
from bot.slack.cards import Cards, Stored
from bot.slack.desk import Desk
from bot.slack.feed import SURFACE, Delivery, Feed, read
from bot.slack.streams import READING, WORKING, Streams, Wanted
from bot.surfaces import BusyError, GoneError, Heard, House, Token
from engine.acting import approvals
from engine.chat import conversations
from engine.chat.outbox import Due

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.response import BoltResponse

NOT_YET_S = 2.0  # before a card is tried again while Slack is not there yet
NO_APP_S = 3600.0
CLOSE_TIMEOUT_S = 5.0
WATCH_EVERY_S = 5.0
AWAY_MIN = timedelta(seconds=20)  # a shorter pause is a refresh: Slack delivers again
LONG_AWAY = timedelta(minutes=5)
ALARM_EVERY = timedelta(hours=1)
LOST = "Slack is out of reach. What you write there is read when it is back; taps must be repeated."
PORT_TAKEN = "Another program has port {}, so Slack cannot deliver. Set FIRSTMATE_SLACK_PORT."
SET_ASIDE = "Something you did on Slack failed three times ({}) and was set aside. Do it once more."

Alarm = Callable[[str], Awaitable[None]]
log = logging.getLogger(__name__)


class Slack:
    """One app in one workspace.

    `alarm` is told what the operator must do, hourly at most for one trouble. `stored` returns a
    kept file's bytes by their sha256. `hosts` are those a link may lead to.
    """

    name = SURFACE

    def __init__(
        self,
        access: Access,
        clock: Callable[[], datetime],
        *,
        alarm: Alarm,
        stored: Stored,
        hosts: frozenset[str] = frozenset(),
    ) -> None:
        self._access, self._clock = access, clock
        self._alarm_with, self._stored, self._hosts = alarm, stored, hosts
        self._told: dict[str, datetime] = {}
        self._cards: Cards | None = None
        self._feed: Feed | None = None
        self._streams: Streams | None = None
        self._door: Any = None  # the socket or the HTTP server deliveries come in by
        self._refused = False
        self._has_sessions = True
        self._status: dict[str, str] = {}
        self._newest: dict[str, str] = {}  # the timestamp of the last card, by channel
        self._connecting: asyncio.Task[None] | None = None

    async def start(self, house: House) -> None:
        """Begin to listen, in the background: everything else goes on without Slack."""
        self._house = house
        self._connecting = asyncio.create_task(self._connect())

    async def close(self) -> None:
        """Stop listening. What was kept and not taken in is taken in at the next start."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._door is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._door.close()
        if self._feed is not None:
            await self._feed.close()
        if self._streams is not None:
            await self._streams.close()

    async def show(self, item: Due, token: Token) -> str:
        """Show a card; return the ids of its messages. Surface says what it raises."""
        if self._cards is None or self._streams is None:
            raise BusyError(NO_APP_S if self._refused else NOT_YET_S)
        channel = item.conv.partition(":")[2]
        self._streams.end(channel)
        try:
            message = await self._cards.show(item, token)
        except TokenError:
            raise BusyError(NO_APP_S) from None
        except ScopeError as error:
            await self._alarm(LACKS.format(error))
            raise BusyError(NO_APP_S) from None
        newest = (self._newest.get(channel, "0"), message.partition(",")[0])
        self._newest[channel] = max(newest, key=float)
        await self._settle(channel)
        return message

    # How deliveries come in

    async def _connect(self) -> None:
        """Connect, and stay connected."""
        fault, who = await identify(self._access)
        while fault == UNREACHED:
            await asyncio.sleep(WATCH_EVERY_S)
            fault, who = await identify(self._access)
        if fault is not None or who is None:
            self._refused = True
            await self._alarm(fault or UNREACHED)
            return
        for scope in sorted(SCOPES - who.scopes) if who.scopes else ():
            await self._alarm(LACKS.format(scope))
        api = SlackApi(self._access.bot_token, self._access.api)
        self._bot = who.bot
        self._desk = Desk(
            api, self._house, self._saw, self._working, self._stopped, lambda: self._has_sessions
        )
        self._feed = Feed(self._house, self._desk.take, self._set_aside)
        self._api = api
        self._streams = Streams(api, self._house, who.team_id)
        await self._streams.start()
        self._feed.start()
        self._cards = Cards(api, self._stored, self._hosts)
        self._door = self._made_door(api)
        while not await self._opened():  # noqa: ASYNC110 - the door has no news to wait for
            await asyncio.sleep(WATCH_EVERY_S)
        await self._catch_up()
        await self._watch()

    def _made_door(self, api: SlackApi) -> Any:
        from bot.slack.door import Http, Socket

        app = self._bolt(api)
        if self._access.app_token is not None:
            return Socket(app, self._access.app_token, api.client)
        return Http(app, self._access.port)

    async def _opened(self) -> bool:
        """Open the door deliveries come in by; False: it is tried again."""
        try:
            await self._door.open()
        except OSError:
            await self._alarm(PORT_TAKEN.format(self._access.port))
            return False
        except (BusyError, RefusedError, ScopeError, TokenError):
            return False
        return True

    def _bolt(self, api: SlackApi) -> "AsyncApp":
        from slack_bolt.async_app import AsyncApp

        app = AsyncApp(
            name="firstmate",  # without one Bolt looks for the caller in every module there is
            client=api.client,
            signing_secret=self._access.signing_secret,
            attaching_conversation_kwargs_enabled=False,
            logger=logging.getLogger("slack"),
        )
        app.middleware(self._came)
        return app

    async def _came(self, body: dict[str, Any]) -> "BoltResponse":
        """Keep what Slack delivers, then acknowledge it. What fails here is delivered again."""
        from slack_bolt.response import BoltResponse

        came = read(body, self._bot)
        if came is None or self._feed is None:
            return BoltResponse(status=200)
        if not await self._known(came):
            return BoltResponse(status=200)
        if came.what != "form":
            await self._feed.keep(came)
            return BoltResponse(status=200)
        if faults := await self._feed.answer(came):
            return BoltResponse(status=200, body={"response_action": "errors", "errors": faults})
        return BoltResponse(status=200)

    async def _known(self, came: Delivery) -> bool:
        """Say whether a paired person did this; a stranger may only show the pairing code."""
        if await self._desk.person(came.user) is not None:
            return True
        if came.what == "message":
            code = inbound.code(str(came.payload.get("text", "")))
            if code and await self._house.pair(SURFACE, came.channel, came.user, code):
                await self._saw(came.channel, str(came.payload["ts"]))
        return False

    async def _watch(self) -> None:
        """Notice when the connection was away, and read what was written meanwhile."""
        away: datetime | None = None
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            now = self._clock()
            if not await self._door.is_open():
                away = away or now
                if now - away >= LONG_AWAY:
                    await self._alarm(LOST)
            elif away is not None:
                if now - away >= AWAY_MIN:
                    await self._catch_up()
                away = None

    async def _catch_up(self) -> None:
        """Hear the direct messages that came while nobody listened."""
        assert self._feed is not None
        async with self._house.db.snapshot() as reader:
            paired = await conversations.paired(reader)
        for conv in paired:
            after = await self._house.cursor(_seen(conv.chat)) if conv.surface == SURFACE else None
            if after is None:
                continue
            try:
                messages = await self._api.history(conv.chat, after)
            except (BusyError, RefusedError, ScopeError):
                continue  # what was missed is in the channel for the person to see
            for message in messages:
                if inbound.is_own(message, self._bot):
                    key = f"history:{conv.chat}:{message['ts']}"
                    payload = message | {"channel": conv.chat}
                    await self._feed.keep(Delivery("message", key, conv.user, conv.chat, payload))

    async def _saw(self, channel: str, ts: str) -> None:
        known = await self._house.cursor(_seen(channel))
        if known is None or float(ts) > float(known):
            await self._house.save_cursor(_seen(channel), ts)

    # What the agent surface shows, where the workspace has it

    async def _working(self, heard: Heard, thread: str) -> None:
        """Show that it is worked on, here and nowhere else."""
        assert self._streams is not None
        channel, _, written = heard.key.partition(":")
        if self._answered(channel, written):
            return
        if self._has_sessions:
            title = READING if heard.files or heard.others else WORKING
            self._streams.begin(Wanted(channel, thread, heard.who.user, title))
        before = await self._house.cursor(_session(channel))
        if before is not None and before != thread and self._status.get(before) == "processing":
            await self._set_status(channel, before, "active")
        await self._house.save_cursor(_session(channel), thread)
        await self._set_status(channel, thread, "processing")
        if self._answered(channel, written):  # while Slack was told
            await self._settle(channel)
        if not self._has_sessions:
            self._streams.end(channel)

    def _answered(self, channel: str, written: str) -> bool:
        """Say whether a card came after what was written then."""
        return float(self._newest.get(channel, 0)) > float(written)

    async def _stopped(self, channel: str, thread: str) -> None:
        """Show that nothing is worked on any more: Slack leaves that to whoever was stopped."""
        assert self._streams is not None
        self._streams.end(channel)
        if thread:
            await self._set_status(channel, thread, "active")

    async def _settle(self, channel: str) -> None:
        """Show whether something waits for the person."""
        thread = await self._house.cursor(_session(channel))
        if thread is not None:
            async with self._house.db.snapshot() as reader:
                waits = await approvals.open_count(reader)
            await self._set_status(channel, thread, "suspended" if waits else "active")

    async def _set_status(self, channel: str, thread: str, status: str) -> None:
        if not self._has_sessions or self._status.get(thread) == status:
            return
        try:
            await self._api.set_status(channel, thread, status)
        except (RefusedError, ScopeError):
            self._has_sessions = False  # an ordinary workspace: the cards say it all
        except (BusyError, GoneError, TokenError):
            return
        else:
            self._status = {thread: status}

    # What goes wrong

    async def _set_aside(self, error: str) -> None:
        await self._alarm(SET_ASIDE.format(error))

    async def _alarm(self, trouble: str) -> None:
        now = self._clock()
        if trouble not in self._told or now - self._told[trouble] >= ALARM_EVERY:
            self._told[trouble] = now
            await self._alarm_with(trouble)


def _seen(channel: str) -> str:
    return f"slack:seen:{channel}"


def _session(channel: str) -> str:
    return f"slack:session:{channel}"
