"""In words: a model's paragraph above the quotations, sentence by sentence while it is written.

Only sentences that hold are shown, in the message that holds the quotations already. Whatever ends
the writing too soon takes them away again; after a crash the whole question is answered anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.answers import answering
from agents.answers.answering import Written
from agents.answers.sought import Sought
from agents.models.door import Models
from engine.chat import outbox
from engine.chat.messages import Msg, Quote
from engine.keeping import recalls
from engine.models.became import FROM_BELOW
from memory import events
from memory.db import Database, Tx
from memory.recalling.recall import Recalled
from memory.redaction import REDACTS

WRITES = f"being written, {FROM_BELOW}"
WROTE = f"{{}}, {FROM_BELOW}"


@dataclass(frozen=True, slots=True)
class Above:
    """One answer as it was posted. `event`: what asked for it. `forgot`: the newest forgetting."""

    db: Database
    event: str
    msg: Msg
    conv: str
    forgot: str | None

    async def write(self, models: Models, sought: Sought, told: Sequence[Recalled]) -> None:
        """Put the paragraph above the quotations, if a model writes one that can be checked."""
        written = None
        try:
            written = await answering.paragraph(
                models, sought.said, sought.of, told, self.event, self._written_so_far
            )
        finally:  # also where it failed, and is tried again or set aside
            async with self.db.transaction() as tx:
                await self._end(tx, written, told)

    async def _end(self, tx: Tx, written: Written | None, told: Sequence[Recalled]) -> None:
        """Show the whole, or nothing of it."""
        if written is not None:
            who = WROTE.format(written.model)
            if await self._show(tx, self._with(written.text, who)):
                await recalls.cited(tx, self.event, [told[at - 1].id for at in written.sources])
                return
        await self._take_away(tx)

    async def _take_away(self, tx: Tx) -> None:
        """Leave what else stands there as it is: some of it may be forgotten by now."""
        shown = await outbox.get(tx, self.msg.key)
        if shown is None:
            return
        parts = tuple(p for p in shown.msg.parts if not (isinstance(p, Quote) and p.who == WRITES))
        if len(parts) < len(shown.msg.parts):
            await outbox.post(tx, shown.msg.model_copy(update={"parts": parts}), self.conv)

    async def _written_so_far(self, text: str) -> None:
        async with self.db.transaction() as tx:
            await self._show(tx, self._with(f"{text} …", WRITES))

    def _with(self, text: str, who: str) -> Msg:
        first, *others = self.msg.parts
        return self.msg.model_copy(update={"parts": (first, Quote(text=text, who=who), *others)})

    async def _show(self, tx: Tx, msg: Msg) -> bool:
        """Show it so; False: something was forgotten meanwhile, and stays so."""
        if await events.newest(tx, *REDACTS) != self.forgot:
            return False
        await outbox.post(tx, msg, self.conv)
        return True
