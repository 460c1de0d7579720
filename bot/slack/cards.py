"""Cards on Slack: posted once, and changed in place from then on."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot import pictures
from bot.lower.payload import SlackPayload
from bot.lower.slack_blocks import lower
from bot.lower.slack_limits import SIZE_MAX, size
from bot.lower.visible import visible
from bot.slack import words as slack_words
from bot.slack.api import RefusedError, SlackApi, TooLongError
from bot.surfaces import GoneError, Token
from connectors.contract import PermanentError
from engine.chat.outbox import Due

REFUSED = "This could not be shown on Slack ({}). Open it in the local web chat."
NO_ROOM = "it is too long"
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

        A card that Slack finds too long is lowered half as large, until it fits or is its last
        resort. The picture of a document is painted later and comes with a redraw of its card; it
        goes when its version does.
        """
        channel, shown = item.conv.partition(":")[2], _Shown.read(item.message)
        msg = await pictures.still_kept(item.card.msg, self.stored)
        spoken, alt = slack_words.spoken(msg), visible(msg.summary)
        size_max, refused = SIZE_MAX, 2 * SIZE_MAX
        while True:
            payloads = lower(spoken, token, hosts=self.hosts, delivered=True, size_max=size_max)
            largest = max(size(payload.blocks) for payload in payloads)
            if largest >= refused:
                return await self._show_refusal(channel, shown, NO_ROOM)
            try:
                return await self._show(channel, shown, payloads, alt)
            except TooLongError:
                size_max, refused = largest // 2, largest
            except (RefusedError, PermanentError) as error:
                return await self._show_refusal(channel, shown, str(error))

    async def _show(
        self, channel: str, shown: "_Shown", payloads: Sequence[SlackPayload], alt: str
    ) -> str:
        """Files come first, so the full text has arrived before the card asks for a decision."""
        files = [
            await self._show_file(channel, shown, name, data, alt)
            for name, data in await self._files(payloads)
        ]
        for place, payload in enumerate(payloads):
            await self._show_text(channel, shown, place, payload)
        while len(shown.texts) > len(payloads):
            await self._take_back(channel, shown.texts.pop())
        names = {file.partition(":")[2] for file in files}
        for picture in pictures.outdated(shown.files, names):
            with suppress(GoneError, RefusedError):  # an extra: the card says what counts
                await self.api.delete_file(picture)
        return ",".join(filter(None, [*shown.texts, *files]))

    async def _files(self, payloads: Sequence[SlackPayload]) -> list[tuple[str, bytes]]:
        made = [(file.name, file.content.encode()) for p in payloads for file in p.files]
        return made + [(f.name, await self.stored(f.digest)) for p in payloads for f in p.stored]

    async def _show_file(
        self, channel: str, shown: "_Shown", name: str, data: bytes, alt: str
    ) -> str:
        digest = pictures.name_of(name, data)
        if digest not in shown.files:
            picture = pictures.is_picture(data)
            try:
                shown.files[digest] = await self.api.send_file(
                    channel, name, data, alt=alt if picture else ""
                )
            except RefusedError:
                if picture:
                    return ""
                raise
        return f"{shown.files[digest]}:{digest}"

    async def _show_text(
        self, channel: str, shown: "_Shown", place: int, payload: SlackPayload
    ) -> None:
        """Change the message in this place, or post one more."""
        if place < len(shown.texts):
            await self.api.edit(channel, shown.texts[place], payload.text, payload.blocks)
        else:
            shown.texts.append(await self.api.send(channel, payload.text, payload.blocks))

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


@dataclass
class _Shown:
    """Where a card is shown: `1732.01,F07:9f2c…` is a message, and a file by its digest.

    What is posted is added at once: a card that is lowered anew posts nothing twice.
    """

    texts: list[str]
    files: dict[str, str]

    @classmethod
    def read(cls, message: str | None) -> "_Shown":
        pairs = [part.partition(":") for part in (message or "").split(",") if part]
        texts = [id for id, _, digest in pairs if not digest]
        return cls(texts, {digest: id for id, _, digest in pairs if digest})
