"""The feed: what Slack delivers, kept before it is acknowledged, then taken in lane by lane.

    delivered ─ by a stranger, or none of ours → acknowledged and forgotten
        └─ kept (committed) → acknowledged → taken in by its lane → done

A delivery that comes again is acknowledged again and changes nothing. Taps have a lane of their
own: a modal must open within three seconds, whatever file is being fetched in the other lane.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from bot.surfaces import BusyError, House
from engine.desks import stop
from engine.flow import arrivals
from engine.flow.arrivals import Arrival
from memory.db import DiskFullError

SURFACE = "slack"
LANES = ("words", "taps")
ANSWER_WITHIN_S = 2.5  # Slack waits three
LOOK_EVERY_S = 30.0
STUMBLE_S = (0.5, 2.0)  # before what could not be taken in is tried again

What = Literal["message", "edited", "mention", "command", "stopped", "tap", "form", "share", "home"]
Faults = dict[str, str]  # what is wrong with a form, by the block it stands in
Take = Callable[[str, What, dict[str, Any]], Awaitable[Faults]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing Slack delivered: what it is, its key, and who did it where."""

    what: What
    key: str
    user: str
    channel: str
    payload: dict[str, Any]

    @property
    def lane(self) -> str:
        """Return where it is taken in; STOP never waits behind a file that is being fetched."""
        quick = self.what in ("tap", "form", "share", "home", "stopped")
        return "taps" if quick or stop.is_said(str(self.payload.get("text", ""))) else "words"


def read(body: Mapping[str, Any], bot: str) -> Delivery | None:
    """Return what a payload of Slack's delivers; None when it is nothing for us."""
    match body.get("type"):
        case "event_callback":
            return _event(body, bot)
        case "block_actions" if body.get("actions"):
            return _tap(body)
        case "view_submission":
            # Corrected and sent again it is the same view: only the trigger is another one.
            view = body["view"]
            key = f"{view['id']}:{body.get('trigger_id') or view.get('hash', '')}"
            return Delivery("form", key, body["user"]["id"], "", dict(body))
        case "message_action":
            key = f"share:{body['user']['id']}:{body['action_ts']}"
            channel = str(body.get("channel", {}).get("id", ""))
            return Delivery("share", key, body["user"]["id"], channel, dict(body))
        case None if body.get("command"):
            key = f"command:{body['trigger_id']}"
            channel = str(body.get("channel_id", ""))
            return Delivery("command", key, str(body["user_id"]), channel, dict(body))
    return None


def _event(body: Mapping[str, Any], bot: str) -> Delivery | None:
    event = body["event"]
    what: What
    match event.get("type"), event.get("subtype"), event.get("channel_type"):
        case "message", "message_changed", "im":
            what, event = "edited", dict(event.get("message") or {}) | {"channel": event["channel"]}
        case "message", _, "im":
            what = "message"
        case "app_mention", _, _:
            what = "mention"
        case "agent_session_stopped", _, _:
            what = "stopped"
        case "app_home_opened", _, _ if event.get("tab", "home") == "home":
            what = "home"
        case _:
            return None
    user = str(event.get("user") or event.get("user_id") or "")
    if not user or user == bot or event.get("bot_id"):
        return None
    channel = str(event.get("channel") or event.get("channel_id") or "")
    return Delivery(what, str(body["event_id"]), user, channel, dict(event))


def _tap(body: Mapping[str, Any]) -> Delivery:
    action, holder = body["actions"][0], body.get("container") or {}
    where = holder.get("message_ts") or holder.get("view_id") or ""
    user = str(body["user"]["id"])
    key = f"{where}:{action['action_id']}:{action.get('action_ts', '')}:{user}"
    channel = str((body.get("channel") or {}).get("id") or holder.get("channel_id") or "")
    return Delivery("tap", key, user, channel, dict(body))


class Feed:
    """One workspace's deliveries.

    `take(key, what, payload)` commits what came and returns what is wrong with it, if it is a
    form; `told(trouble)` is called when something was set aside after its third try.
    """

    def __init__(self, house: House, take: Take, told: Callable[[str], Awaitable[None]]) -> None:
        self._house, self._take, self._told = house, take, told
        self._woken = {lane: asyncio.Event() for lane in LANES}
        self._answers: dict[str, asyncio.Future[Faults]] = {}
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._loops = [asyncio.create_task(self._work(lane)) for lane in LANES]

    async def close(self) -> None:
        """Stop taking in; what is kept is taken in at the next start."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def keep(self, came: Delivery) -> None:
        """Keep it, so that it may be acknowledged."""
        body = {"what": came.what, "payload": came.payload}
        async with self._house.db.transaction() as tx:
            await arrivals.keep(tx, SURFACE, came.lane, came.key, body)
        self._woken[came.lane].set()

    async def answer(self, came: Delivery) -> Faults:
        """Keep a form and wait, as long as Slack does, for what is wrong with it."""
        answered = self._answers.setdefault(
            f"{SURFACE}:{came.key}", asyncio.get_running_loop().create_future()
        )
        await self.keep(came)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await asyncio.shield(answered)
        except TimeoutError:
            return {}
        finally:
            self._answers.pop(f"{SURFACE}:{came.key}", None)

    async def _work(self, lane: str) -> None:
        woken = self._woken[lane]
        while True:
            woken.clear()
            try:
                went_well = await self._empty(lane)
            except DiskFullError:  # what is kept stays kept
                went_well = True
            if went_well:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await woken.wait()

    async def _empty(self, lane: str) -> bool:
        """Take in what waits, in its order. False: one failed; it is tried again first."""
        async with self._house.db.snapshot() as reader:
            waiting = await arrivals.waiting(reader, SURFACE, lane)
        for arrival in waiting:
            if not await self._take_in(arrival):
                return False
        return True

    async def _take_in(self, arrival: Arrival) -> bool:
        key = arrival.key.removeprefix(f"{SURFACE}:")
        try:
            faults = await self._take(key, arrival.body["what"], arrival.body["payload"])
        except BusyError as error:
            await asyncio.sleep(error.retry_after_s)
            return False
        except Exception as error:  # one delivery that fails must not stop those after it
            return await self._stumble(arrival, error)
        async with self._house.db.transaction() as tx:
            await arrivals.done(tx, arrival)
        waiting = self._answers.get(arrival.key)
        if waiting is not None and not waiting.done():
            waiting.set_result(faults)
        return True

    async def _stumble(self, arrival: Arrival, error: Exception) -> bool:
        log.error("slack: %s", type(error).__name__, exc_info=error)
        async with self._house.db.transaction() as tx:
            aside = await arrivals.failed(tx, arrival, f"{type(error).__name__}: {error}")
        if aside:
            await self._told(type(error).__name__)
            return True
        await asyncio.sleep(STUMBLE_S[min(arrival.tries, len(STUMBLE_S) - 1)])
        return False
