"""The command of the books: /books gives them as files that accounting programs read."""

import asyncio
from dataclasses import dataclass

from agents.hearing.front import Command
from connectors import blobs
from connectors.contract import PermanentError
from connectors.payments import exporting
from engine.chat.messages import File, Heading, Msg, Para, Span, say
from engine.rules.house import House
from memory.events import Event

TITLE = "Your books"
FILES = (
    "{journal} is for hledger (“hledger -f {journal} balance”), {beancount} for beancount. On the "
    "local page nothing can be downloaded: “firstmate books FOLDER” writes both."
)


@dataclass(frozen=True, slots=True)
class BooksInChat:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"books": self.books}

    async def books(self, event: Event, rest: str) -> Msg:
        """Give the ledger in the forms of hledger and beancount."""
        key = f"books:{event.id}"
        try:
            made = await asyncio.to_thread(exporting.export, self.house.blobs)
        except PermanentError as error:
            return say(key, str(error))
        if not made.entries:
            return say(key, "There is nothing in the books yet.")
        kept = [
            File(name=name, mime="text/plain", digest=await self._keep(data))
            for name, data in (
                (exporting.JOURNAL, made.journal), (exporting.BEANCOUNT, made.beancount)
            )
        ]  # fmt: skip
        how = FILES.format(journal=exporting.JOURNAL, beancount=exporting.BEANCOUNT)
        paras = (Para(spans=(Span(text=text),)) for text in (exporting.said(made), how))
        parts = (Heading(text=TITLE), *paras)
        return Msg(key=key, summary=TITLE, parts=parts, files=tuple(kept))

    async def _keep(self, data: bytes) -> str:
        return await asyncio.to_thread(blobs.put, self.house.blobs, data)
