"""Notices that nobody asked for: something is wrong with a surface, or a pause lost taps."""

import hashlib

from engine.acting import approvals
from engine.chat import outbox
from engine.chat.messages import say
from memory.db import Database


async def alarm(db: Database, text: str) -> None:
    """Tell the operator, wherever they can still be reached, what they must do."""
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    async with db.transaction() as tx:
        hour = tx.now.strftime("%Y%m%d%H")
        await outbox.post(tx, say(f"alarm:{key}:{hour}", f"⚠ {text}"))


async def after_a_gap(db: Database) -> None:
    """Say once what waits: taps made while nobody listened are gone, silence is no answer."""
    async with db.transaction() as tx:
        count = await approvals.open_count(tx)
        if count:
            text = f"I was away for a while. {count} things wait for you; /waiting shows them."
            await outbox.post(tx, say(f"gap:{tx.now:%Y%m%d%H%M%S}", text))
