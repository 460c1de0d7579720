"""Pictures of a card on their way to a messenger: extras, so what is wrong with one is no fault."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeVar

from connectors.contract import PermanentError
from connectors.files.pictures import size
from engine.chat.messages import Msg, pictured

PHOTO_PX_MAX = 2560  # Telegram makes larger photos smaller
NAME_CHARS = 16
PICTURE = "p"  # ends the name of a picture; a hexadecimal number never does
Id = TypeVar("Id")


async def still_kept(msg: Msg, stored: Callable[[str], Awaitable[bytes]]) -> Msg:
    """Return the message without the pictures that are gone, as after a person was forgotten."""
    gone = set()
    for file in pictured(msg):
        try:
            await stored(file.digest)
        except PermanentError:
            gone.add(file)
    return msg.model_copy(update={"files": tuple(f for f in msg.files if f not in gone)})


def name_of(name: str, data: bytes) -> str:
    """Return under what a file that was sent is remembered, and whether it was a picture."""
    digest = hashlib.sha256(name.encode() + b"\0" + data).hexdigest()[:NAME_CHARS]
    return digest + PICTURE if is_picture(data) else digest


def outdated(sent: Mapping[str, Id], shown: Collection[str]) -> list[Id]:
    """Return the pictures that were sent and that the card no longer shows."""
    return [id for name, id in sent.items() if name.endswith(PICTURE) and name not in shown]


def is_picture(data: bytes) -> bool:
    """Say whether these are the bytes of one of our pictures."""
    return size(data) is not None


def is_photo(data: bytes) -> bool:
    """Say whether it stays readable as a photo; a longer one is better sent as a file."""
    measured = size(data)
    return measured is not None and max(measured) <= PHOTO_PX_MAX
