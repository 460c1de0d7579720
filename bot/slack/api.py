"""The door to Slack's Web API: the calls we make, their rate lanes, their errors as ours.

slack_sdk takes a second to import, so it is imported when the door is opened, not before.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiolimiter import AsyncLimiter

from bot.surfaces import BusyError, GoneError

CHANNEL_PER_S, CHANNEL_BURST = 1, 3  # Slack allows short bursts
UPDATES_PER_MIN, UPDATES_BURST = 50, 10  # of chat.update, in one workspace
RATE_TRIES = 3
TIMEOUT_S = 30
NETWORK_WAIT_S = 5.0
BLOCKED_WAIT_S = 3600.0
HISTORY_MAX = 200
SLACK_HOSTS = ("slack.com", "slack-files.com")
NO_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)
GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "cant_delete_message",
        "edit_window_closed",
        "block_mismatch",
        "message_not_in_streaming_state",
        "stopped_by_user",
    }
)
LATER = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable"})
TOO_LONG = frozenset({"msg_blocks_too_long", "msg_too_long"})
NO_CHANNEL = frozenset({"channel_not_found", "is_archived", "not_in_channel", "user_disabled"})

T = TypeVar("T")
Blocks = Sequence[dict[str, Any]]


class TokenError(Exception):
    """Slack does not accept this token."""


class ScopeError(Exception):
    """The app lacks a permission; the text names it."""


class RefusedError(Exception):
    """Slack refuses this request, now and later; the text is Slack's reason."""


class TooLongError(RefusedError):
    """Slack finds this message too long. Where exactly it does so is not documented."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for, and what it may do."""

    team: str
    team_id: str
    bot: str  # the bot's user id
    name: str
    scopes: frozenset[str]


class SlackApi:
    """One app in one workspace. `api`: another address than Slack's, for tests and proxies."""

    def __init__(self, token: str, api: str | None = None) -> None:
        from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
        from slack_sdk.web.async_client import AsyncWebClient

        # The SDK's own handler for lost connections is left out: it would post a message twice.
        retries = [AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_TRIES)]
        self.client = AsyncWebClient(
            token=token,
            base_url=api or AsyncWebClient.BASE_URL,
            timeout=TIMEOUT_S,
            retry_handlers=list(retries),
        )
        self._token, self._api = token, api
        self._updates = AsyncLimiter(UPDATES_BURST, 60 * UPDATES_BURST / UPDATES_PER_MIN)
        self._lanes: dict[str, AsyncLimiter] = {}

    async def identify(self) -> Identity:
        """Return whom the token speaks for."""
        found = await ours(self.client.auth_test())
        scopes = found.headers.get("x-oauth-scopes", "")
        return Identity(
            team=str(found.get("team", "")),
            team_id=str(found.get("team_id", "")),
            bot=str(found["user_id"]),
            name=str(found.get("user", "")),
            scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
        )

    async def send(
        self, channel: str, text: str, blocks: Blocks = (), *, thread: str | None = None
    ) -> str:
        """Post a message without any preview of links; return its timestamp, which is its id."""
        await self._lane(channel)
        sent = await ours(
            self.client.chat_postMessage(
                channel=channel,
                text=text,
                blocks=list(blocks) or None,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return str(sent["ts"])

    async def edit(self, channel: str, ts: str, text: str, blocks: Blocks = ()) -> None:
        """Change a message. GoneError: it cannot be changed any more."""
        await self._updates.acquire()
        await ours(self.client.chat_update(channel=channel, ts=ts, text=text, blocks=list(blocks)))

    async def delete(self, channel: str, ts: str) -> None:
        await ours(self.client.chat_delete(channel=channel, ts=ts))

    async def whisper(self, channel: str, user: str, text: str) -> None:
        """Say something only this person sees, and only now."""
        await ours(self.client.chat_postEphemeral(channel=channel, user=user, text=text))

    async def send_file(self, channel: str, name: str, data: bytes, *, alt: str = "") -> str:
        """Post a file; return its id. `alt` is what a picture says to who cannot see it."""
        await self._lane(channel)
        upload = self.client.files_upload_v2(
            filename=name, file=data, alt_txt=alt or None, channel=channel
        )
        sent = await ours(upload)
        return str(sent["files"][0]["id"])

    async def delete_file(self, id: str) -> None:
        """Take back a file that was posted. RefusedError: it is no longer there."""
        await ours(self.client.files_delete(file=id))

    async def file(self, id: str) -> dict[str, Any]:
        """Return what Slack knows of a file; the one in an event is only a stub."""
        found: dict[str, Any] = (await ours(self.client.files_info(file=id)))["file"]
        return found

    async def fetch(self, url: str, bytes_max: int, mime: str | None = None) -> bytes:
        """Return a file's bytes. The token goes to Slack's own hosts only.

        Slack answers a download without permission by its sign-in page, as if all were well.
        """
        import aiohttp

        if not self._is_slack(url):
            raise RefusedError("its address is not Slack's")
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=120)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(url, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise RefusedError(f"Slack answers {answer.status}")
                if answer.content_type == "text/html" and mime != "text/html":
                    raise RefusedError("it shows its sign-in page instead")
                data = await answer.content.read(bytes_max + 1)
                while len(data) <= bytes_max and (more := await answer.content.read(bytes_max)):
                    data += more
        except (aiohttp.ClientError, TimeoutError):
            raise BusyError(NETWORK_WAIT_S) from None
        if len(data) > bytes_max:
            raise RefusedError(f"it has more than {bytes_max >> 20} MB")
        return data

    async def open_view(self, trigger: str, view: dict[str, Any]) -> tuple[str, str]:
        """Open a modal; return its id and hash. The trigger lives three seconds."""
        opened = await ours(self.client.views_open(trigger_id=trigger, view=view))
        return str(opened["view"]["id"]), str(opened["view"].get("hash", ""))

    async def change_view(self, id: str, hash: str, view: dict[str, Any]) -> None:
        """Replace a modal, unless it changed since."""
        await ours(self.client.views_update(view_id=id, hash=hash or None, view=view))

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        await ours(self.client.views_publish(user_id=user, view=view))

    async def direct_channel(self, user: str) -> str:
        """Return the direct channel with this person."""
        opened = await ours(self.client.conversations_open(users=user))
        return str(opened["channel"]["id"])

    async def history(self, channel: str, after: str) -> list[dict[str, Any]]:
        """Return the messages of a channel after this timestamp, oldest first."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await ours(
                self.client.conversations_history(
                    channel=channel, oldest=after, limit=HISTORY_MAX, cursor=cursor
                )
            )
            found += page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return sorted(found, key=lambda message: str(message["ts"]))

    async def set_status(self, channel: str, thread: str, status: str) -> None:
        """Set what the agent surface shows of a session. RefusedError: there is none here."""
        await ours(
            self.client.agents_sessions_setStatus(
                channel_id=channel, thread_ts=thread, status=status
            )
        )

    async def start_stream(
        self, channel: str, thread: str, user: str, team: str, title: str
    ) -> str:
        """Show a task at work in a thread; return the stream's timestamp.

        RefusedError: there are no streams here.
        """
        started = await ours(
            self.client.chat_startStream(
                channel=channel,
                thread_ts=thread,
                recipient_user_id=user,
                recipient_team_id=team,
                chunks=[_task(title, "in_progress")],
            )
        )
        return str(started["ts"])

    async def change_stream(self, channel: str, ts: str, title: str) -> None:
        """Show another title of the task. GoneError: the stream is over."""
        chunks = [_task(title, "in_progress")]
        await ours(self.client.chat_appendStream(channel=channel, ts=ts, chunks=chunks))

    async def stop_stream(self, channel: str, ts: str, title: str) -> None:
        """Show the task as complete and end the stream. GoneError: it is over already."""
        chunks = [_task(title, "complete")]
        await ours(self.client.chat_stopStream(channel=channel, ts=ts, chunks=chunks))

    def _is_slack(self, url: str) -> bool:
        parts = urlsplit(url)
        if self._api and parts.netloc == urlsplit(self._api).netloc:
            return True
        host = parts.hostname or ""
        ours = any(host == known or host.endswith(f".{known}") for known in SLACK_HOSTS)
        return parts.scheme == "https" and ours

    async def _lane(self, channel: str) -> None:
        lane = AsyncLimiter(CHANNEL_BURST, CHANNEL_BURST / CHANNEL_PER_S)
        await self._lanes.setdefault(channel, lane).acquire()


def _task(title: str, status: str) -> dict[str, Any]:
    return {"type": "task_update", "id": "task", "title": title, "status": status}


async def check_app_token(token: str, api: str | None) -> None:
    """Raise TokenError unless this app-level token may open sockets."""
    await ours(SlackApi(token, api).client.apps_connections_open(app_token=token))


async def ours(call: Awaitable[T]) -> T:
    """Return what the call returns; raise what goes wrong as the surface knows it."""
    import aiohttp
    from slack_sdk.errors import SlackApiError, SlackClientError

    try:
        return await call
    except SlackApiError as error:
        failed = _translated(error.response)
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
        failed = BusyError(NETWORK_WAIT_S)
    raise failed


def _translated(response: Any) -> Exception:
    """Return Slack's error as the surface knows it."""
    reason = str(response.get("error", "unknown")) if hasattr(response, "get") else "unknown"
    if getattr(response, "status_code", 200) == 429 or reason == "ratelimited":
        return BusyError(float(response.headers.get("Retry-After", 30)))
    if getattr(response, "status_code", 200) >= 500 or reason in LATER:
        return BusyError(NETWORK_WAIT_S)
    if reason in NO_TOKEN:
        return TokenError()
    if reason == "missing_scope":
        return ScopeError(str(response.get("needed", "")))
    if reason in GONE:
        return GoneError(reason)
    if reason in NO_CHANNEL:
        return BusyError(BLOCKED_WAIT_S)
    if reason in TOO_LONG:
        return TooLongError(reason)
    details = (response.get("response_metadata") or {}).get("messages") or ()
    return RefusedError("; ".join([reason, *map(str, details)])[:300])
