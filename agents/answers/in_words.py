"""In words: a model's paragraph above the quotations, sentence by sentence while it is written.

Only sentences that hold are shown, in the message that holds the quotations already. Whatever ends
the writing too soon takes them away again; after a crash the whole question is answered anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.answers import answering
from agents.answers.sought import Sought
from agents.models.door import Models
from engine.chat import outbox
from engine.chat.messages import Msg, Quote
from engine.keeping import recalls
from memory.db import Database, Tx
from memory.recall import Recalled

WRITES = "being written, from the passages below"


@dataclass(slots=True)
class Above:
    """One answer as it was posted. `event`: what asked for it."""

    db: Database
    event: str
    msg: Msg
    conv: str
    _shown: Msg = field(init=False)

    def __post_init__(self) -> None:
        self._shown = self.msg

    async def write(self, models: Models, sought: Sought, told: Sequence[Recalled]) -> None:
        """Put the paragraph above the quotations, if a model writes one that can be checked."""
        written = None
        try:
            written = await answering.paragraph(
                models, sought.said, sought.of, told, writing=self._written_so_far
            )
        finally:  # also where it failed, and is tried again or set aside
            if written is None:
                async with self.db.transaction() as tx:
                    await self._show(tx, self.msg)
        if written is None:
            return
        async with self.db.transaction() as tx:
            who = f"{written.model}, from the passages below"
            if await self._show(tx, self._with(written.text, who)):
                await recalls.cited(tx, self.event, [told[at - 1].id for at in written.sources])

    async def _written_so_far(self, text: str) -> None:
        async with self.db.transaction() as tx:
            await self._show(tx, self._with(f"{text} …", WRITES))

    def _with(self, text: str, who: str) -> Msg:
        first, *others = self.msg.parts
        return self.msg.model_copy(update={"parts": (first, Quote(text=text, who=who), *others)})

    async def _show(self, tx: Tx, msg: Msg) -> bool:
        """Show it so; False: something in it was forgotten meanwhile, and stays so."""
        shown = await outbox.get(tx, self.msg.key)
        if shown is None or shown.msg != self._shown:
            return False
        await outbox.post(tx, msg, self.conv)
        self._shown = msg
        return True
