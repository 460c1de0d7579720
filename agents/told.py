"""What the operator tells: a fact about somebody, or that something is there to be recorded."""

from typing import Literal

from agents import context, knowing, recording
from memory.db import Reader


async def command(reader: Reader, said: str, *, is_wish: bool) -> Literal["", "facts", "record"]:
    """Return the command that takes what was told; "": it tells nothing.

    `is_wish`: a pattern of a playbook fits, so it is no record to be made.
    """
    if await knowing.heard(reader, said) is not None:
        return "facts"
    if is_wish:
        return ""
    try:
        heard = await recording.heard(reader, said, await context.about(reader))
    except recording.UnreadError:
        return "record"  # it says what is wrong with them
    return "" if heard is None else "record"
