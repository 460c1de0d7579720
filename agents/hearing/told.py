"""What the operator tells: a fact, how far an objective is, that something is there, hours."""

from typing import Literal

from agents.answers import knowing
from agents.hearing import aiming, contacting, recording
from agents.reading import context
from agents.reading.words import Context
from engine.flow import offpeak
from memory.db import Reader
from memory.events import Event


async def command(
    reader: Reader, said: str, *, is_wish: bool, event: Event | None = None
) -> Literal["", "facts", "objectives", "offpeak", "record"]:
    """Return the command that takes what was told; "": it tells nothing.

    `is_wish`: a pattern of a playbook fits, so it is no record to be made. `event`: the message,
    which says what “it” may be.
    """
    if offpeak.said(said) is not None:
        return "offpeak"
    if await knowing.heard(reader, said) is not None:
        return "facts"
    body = {} if event is None else event.body
    if await aiming.heard(reader, said, str(body.get("conv", "")), body.get("reply_to")):
        return "objectives"
    if is_wish:
        return ""
    try:
        heard = await recorded(reader, said, await context.about(reader))
    except recording.UnreadError:
        return "record"  # it says what is wrong with them
    return "" if heard is None else "record"


async def recorded(reader: Reader, said: str, now: Context) -> recording.Heard | None:
    """Return the record that is said to be there, or what is new of one. UnreadError."""
    return await contacting.heard(reader, said) or await recording.heard(reader, said, now)
