"""Cards on Slack: posted once, and changed in place from then on."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bot import pictures, slack_words
from bot.lower.payload import SlackPayload
from bot.lower.slack_blocks import lower
from bot.lower.visible import visible
from bot.slack_api import RefusedError, SlackApi
from bot.surfaces import GoneError, Token
from connectors.contract import PermanentError
from engine.outbox import Due

REFUSED = "This could not be shown on Slack ({}). Open it in the local web chat."
TAKEN_BACK = "…"

Stored = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True)
class Cards:
    """Shows cards in direct channels. `stored` returns a kept file's bytes by their sha256."""

    api: SlackApi
    stored: Stored
    hosts: frozenset[str]

    async def show(self, item: Due, token: Token) -> str:
        """Post or change what shows the card; return the ids to find it by (see `_Shown`).

        Files come first, so the full text has arrived before the card asks for a decision. The
        picture of a document is painted later and comes with a redraw of its card.
        """
        channel, shown = item.conv.partition(":")[2], _Shown.read(item.message)
        msg = await pictures.still_kept(item.card.msg, self.stored)
        spoken = slack_words.spoken(msg)
        try:
            payloads = lower(spoken, token, hosts=self.hosts, delivered=True)
            files = [
                await self._show_file(channel, shown, name, data, msg.summary)
                for name, data in await self._files(payloads)
            ]
            texts = [
                await self._show_text(channel, old, payload)
                for old, payload in zip_longest(shown.texts, payloads)
            ]
        except (RefusedError, PermanentError) as error:
            return await self._show_refusal(channel, shown, str(error))
        return ",".join(filter(None, [*texts, *files]))

    async def _files(self, payloads: Sequence[SlackPayload]) -> list[tuple[str, bytes]]:
        made = [(file.name, file.content.encode()) for p in payloads for file in p.files]
        return made + [(f.name, await self.stored(f.digest)) for p in payloads for f in p.stored]

    async def _show_file(
        self, channel: str, shown: "_Shown", name: str, data: bytes, summary: str
    ) -> str:
        digest = hashlib.sha256(name.encode() + b"\0" + data).hexdigest()[:16]
        if digest in shown.files:
            return f"{shown.files[digest]}:{digest}"
        picture = pictures.is_picture(data)
        try:
            file = await self.api.send_file(
                channel, name, data, alt=visible(summary) if picture else ""
            )
        except RefusedError:
            if picture:
                return ""
            raise
        return f"{file}:{digest}"

    async def _show_text(self, channel: str, old: str | None, payload: SlackPayload | None) -> str:
        """Change a message, post one more, or take back one that is no longer needed."""
        if payload is None:
            await self._take_back(channel, str(old))
            return ""
        if old is not None:
            await self.api.edit(channel, old, payload.text, payload.blocks)
            return old
        return await self.api.send(channel, payload.text, payload.blocks)

    async def _take_back(self, channel: str, ts: str) -> None:
        try:
            await self.api.delete(channel, ts)
        except GoneError:
            await self.api.edit(channel, ts, TAKEN_BACK)

    async def _show_refusal(self, channel: str, shown: "_Shown", reason: str) -> str:
        """Say that it cannot be shown here, without buttons: nobody decides on what is unseen."""
        text = REFUSED.format(reason)
        if not shown.texts:
            return await self.api.send(channel, text)
        await self.api.edit(channel, shown.texts[-1], text)
        return shown.texts[-1]


@dataclass(frozen=True)
class _Shown:
    """Where a card is shown: `1732.01,F07:9f2c…` is a message, and a file by its digest."""

    texts: tuple[str, ...]
    files: dict[str, str]

    @classmethod
    def read(cls, message: str | None) -> "_Shown":
        pairs = [part.partition(":") for part in (message or "").split(",") if part]
        texts = tuple(id for id, _, digest in pairs if not digest)
        return cls(texts, {digest: id for id, _, digest in pairs if digest})
