"""Pictures of a card on their way to a messenger: extras, so what is wrong with one is no fault."""

from collections.abc import Awaitable, Callable

from connectors.contract import PermanentError
from connectors.files.pictures import size
from engine.messages import Msg, pictured

PHOTO_PX_MAX = 2560  # Telegram makes larger photos smaller


async def still_kept(msg: Msg, stored: Callable[[str], Awaitable[bytes]]) -> Msg:
    """Return the message without the pictures that are gone, as after a person was forgotten."""
    gone = set()
    for file in pictured(msg):
        try:
            await stored(file.digest)
        except PermanentError:
            gone.add(file)
    return msg.model_copy(update={"files": tuple(f for f in msg.files if f not in gone)})


def is_picture(data: bytes) -> bool:
    """Say whether these are the bytes of one of our pictures."""
    return size(data) is not None


def is_photo(data: bytes) -> bool:
    """Say whether it stays readable as a photo; a longer one is better sent as a file."""
    measured = size(data)
    return measured is not None and max(measured) <= PHOTO_PX_MAX
