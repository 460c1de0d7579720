"""Cards on Telegram: posted once, and changed in place from then on."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

from bot import pictures
from bot.lower import telegram_html, telegram_rich
from bot.lower.payload import Payload, RichPayload
from bot.surfaces import GoneError, Token
from bot.telegram.api import BotApi, RefusedError
from bot.telegram.filling import Filling
from connectors.contract import PermanentError
from engine.chat.messages import Button, Form, Msg
from engine.chat.outbox import Due
from engine.desks import rich

REFUSED = "This could not be shown on Telegram ({}). Open it in the local web chat."
NOT_TAKEN = "Telegram did not take the test card ({}). Cards come as before."
TAKEN_BACK = "…"
OLDER = "Of an older version: this is no longer what is asked."

Stored = Callable[[str], Awaitable[bytes]]
AnyPayload = Payload | RichPayload
Payloads = Sequence[AnyPayload]
Lower = Callable[..., Payloads]


@dataclass(frozen=True)
class Cards:
    """Shows cards through one bot. `stored` returns a kept file's bytes by their sha256."""

    api: BotApi
    filling: Filling
    stored: Stored
    hosts: frozenset[str]

    async def show(self, item: Due, token: Token) -> str:
        """Post or change what shows the card; return the ids to find it by (see `_Shown`).

        Files come first, so the full text has arrived before the card asks for a decision. The
        picture of a document is painted later and comes with a redraw of its card; it goes when
        its version does.
        """
        chat, shown = int(item.conv.partition(":")[2]), _Shown.read(item.message)
        try:
            return await self._show_best(chat, shown, item, token)
        except (RefusedError, PermanentError) as error:
            return await self._show_refusal(chat, shown, REFUSED, str(error))

    async def _show_best(self, chat: int, shown: "_Shown", item: Due, token: Token) -> str:
        """Show it as a rich message where these can be read, and as HTML where none is taken."""
        msg = await pictures.still_kept(item.card.msg, self.stored)
        if rich.is_test(msg) or (item.rich and telegram_rich.gains(msg)):
            payloads = await self._lowered(telegram_rich.lower, msg, token)
            try:
                return await self._show_all(chat, shown, payloads)
            except RefusedError as error:
                if rich.is_test(msg):
                    return await self._show_refusal(chat, shown, NOT_TAKEN, str(error))
        return await self._show_all(
            chat, shown, await self._lowered(telegram_html.lower, msg, token)
        )

    async def _lowered(self, lower: Lower, msg: Msg, token: Token) -> Payloads:
        """Return what to send. Its forms are noted before: the tap may come right after it."""
        opens: dict[str, Form] = {}

        def noting(button: Button) -> str:
            made = token(button)
            if button.form is not None and button.form.fields:
                opens[made] = button.form
            return made

        payloads = lower(msg, noting, hosts=self.hosts, delivered=True)
        for made, form in opens.items():
            await self.filling.offer(made, form)
        return payloads

    async def _show_all(self, chat: int, shown: "_Shown", payloads: Payloads) -> str:
        files = [await self._show_file(chat, shown, *file) for file in await self._files(payloads)]
        texts = [
            await self._show_text(chat, old, payload)
            for old, payload in zip_longest(shown.texts, payloads)
        ]
        names = {file.partition(":")[2] for file in files}
        for message in pictures.outdated(shown.files, names):
            await self._put_away(chat, message)
        return ",".join(filter(None, [*texts, *files]))

    async def _files(self, payloads: Payloads) -> list[tuple[str, bytes, AnyPayload]]:
        made = [(f.name, f.content.encode(), p) for p in payloads for f in p.files]
        kept = [(f.name, await self.stored(f.digest), p) for p in payloads for f in p.stored]
        return made + kept

    async def _show_file(
        self, chat: int, shown: "_Shown", name: str, data: bytes, payload: AnyPayload
    ) -> str:
        """Send a file that this card has not sent yet, and remember that it has."""
        digest = pictures.name_of(name, data)
        if digest not in shown.files:
            send = self.api.send_photo if pictures.is_photo(data) else self.api.send_file
            flags = {"silent": True, "protect": payload.protect}
            try:
                shown.files[digest] = await send(chat, name, data, **flags)
            except RefusedError:
                if pictures.is_picture(data):
                    return ""
                raise
        return f"{shown.files[digest]}:{digest}"

    async def _show_text(self, chat: int, old: int | None, payload: AnyPayload | None) -> str:
        """Change a message, post one more, or take back one that is no longer needed."""
        if payload is None:
            await self._take_back(chat, old)
            return ""
        flags = {"silent": payload.silent, "protect": payload.protect}
        rows = payload.reply_markup
        match payload, old:
            case RichPayload(), None:
                return str(await self.api.send_rich(chat, payload.blocks, rows, **flags))
            case RichPayload(), int():
                await self.api.edit_rich(chat, old, payload.blocks, rows)
            case Payload(), None:
                return str(await self.api.send(chat, payload.text, rows, **flags))
            case Payload(), int():
                await self.api.edit(chat, old, payload.text, rows)
        return str(old)

    async def _take_back(self, chat: int, message: int | None) -> None:
        assert message is not None
        try:
            await self.api.delete(chat, message)
        except GoneError:
            await self.api.edit(chat, message, TAKEN_BACK)  # older than Telegram deletes

    async def _put_away(self, chat: int, picture: int) -> None:
        """Take back the picture of an older version, or say under it what it is."""
        with suppress(GoneError, RefusedError):  # an extra: the card says what counts
            try:
                await self.api.delete(chat, picture)
            except GoneError:
                await self.api.caption(chat, picture, OLDER)

    async def _show_refusal(self, chat: int, shown: "_Shown", said: str, reason: str) -> str:
        """Say that it cannot be shown here, without buttons: nobody decides on what is unseen."""
        text = escape(said.format(reason), quote=False)
        if not shown.texts:
            return str(await self.api.send(chat, text))
        await self.api.edit(chat, shown.texts[-1], text)
        return str(shown.texts[-1])


@dataclass(frozen=True)
class _Shown:
    """Where a card is shown: `12,13,14:9f2c…` are two messages, and a file by its digest."""

    texts: tuple[int, ...]
    files: dict[str, int]

    @classmethod
    def read(cls, message: str | None) -> "_Shown":
        pairs = [part.partition(":") for part in (message or "").split(",") if part]
        texts = tuple(int(number) for number, _, digest in pairs if not digest)
        return cls(texts, {digest: int(number) for number, _, digest in pairs if digest})
