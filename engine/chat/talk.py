"""Talk: what is said in a conversation becomes passages, so that a free question finds it.

Not what is only a button, a command or one word, and not what quotes memory: that would be an echo.
"""

import sqlalchemy as sa

from engine.chat.messages import Msg, Para
from memory.db import Reader, Tx
from memory.events import Event
from memory.recalling import recall
from memory.schema.recall import passages
from memory.texts.passages import Sensitivity

YOU, FIRSTMATE = "you", "Firstmate"
TOLD = ("question", "reminder")  # of what Firstmate says; the rest tells what is kept elsewhere
WORDS_MIN = 2
CHARS_MAX = 20_000


def is_talk(said: str) -> bool:
    """Say whether these are words to find again: no command, no mere yes or no."""
    return not said.startswith("/") and len(said.split()) >= WORDS_MIN


async def known(reader: Reader, event: str) -> bool:
    """Say whether this message is kept at hand already."""
    return await reader.value(sa.select(passages.c.id).filter_by(ref=event).limit(1)) is not None


async def heard(
    tx: Tx, event: Event, record: str | None, sensitivity: Sensitivity | None = None
) -> None:
    """Keep what the operator said; the same event again changes nothing."""
    await recall.remember(
        tx,
        kind="message",
        ref=event.id,
        text=str(event.body["words"])[:CHARS_MAX],
        trust="operator",
        record=record,
        conv=event.body.get("conv"),
        by=YOU,
        at=event.at,
        sensitivity=sensitivity,
    )


async def told(tx: Tx, msg: Msg, conv: str | None) -> None:
    """Keep what Firstmate said of its own, where it is neither a card nor told from memory."""
    if msg.key.partition(":")[0] not in TOLD:
        return
    spans = (part.spans for part in msg.parts if isinstance(part, Para))
    text = "\n".join("".join(span.text for span in some) for some in spans)
    if is_talk(text):
        await recall.remember(
            tx, kind="message", ref=msg.key, text=text, trust="system", conv=conv, by=FIRSTMATE
        )
