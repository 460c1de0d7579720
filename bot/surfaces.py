"""What a surface and the house promise each other. Every surface can do the same."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from engine.acting.taps import Person, Reply
from engine.chat.messages import Button, Msg
from engine.chat.outbox import Due
from memory.db import Database

Token = Callable[[Button], str]


class GoneError(Exception):
    """The message to be changed is no longer there: it is posted anew."""


class BusyError(Exception):
    """The platform asks to wait this many seconds."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as it came in; name and type are only what its sender says."""

    name: str
    mime: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing a person sent, split into their own words and everybody else's.

    `key` is the platform's own name for it, so a redelivery is recognised. Several forwards or an
    album that belong together come as one.
    """

    who: Person
    key: str
    words: str = ""  # typed by the operator, nothing else
    others: tuple[str, ...] = ()  # forwarded, quoted or captioned text: somebody else's words
    files: tuple[Attached, ...] = field(default=())
    reply_to: str | None = None  # the platform id of the message it answers
    in_session: bool = False  # that is only the thread they all stand in, and no answer to it
    sent: tuple[str, ...] = ()  # the platform ids of its own messages, which it may be answered by
    raw: dict[str, object] | None = None


class House(Protocol):
    """What every surface may ask of the house (bot/app.py)."""

    @property
    def db(self) -> Database:
        """The open data folder's database."""

    async def hear(self, heard: Heard) -> bool:
        """Store it and start the work; return after the commit. False: heard before."""

    async def tap(self, who: Person, key: str, token: str, values: dict[str, str]) -> Reply:
        """Carry out a button; the answer comes from the database."""

    async def opened(self, who: Person, token: str) -> None:
        """Note that the form of this button was opened: what it is about stays as it is."""

    def taking_in(self) -> AbstractContextManager[None]:
        """While it is entered no new work starts: what waits outside is stored first."""

    async def person(self, surface: str, chat: str, user: str) -> Person | None:
        """Return who this is, if this person was paired in this chat."""

    async def pair(self, surface: str, chat: str, user: str, code: str) -> Person | None:
        """Pair by the one-time code shown on the host."""

    async def picture(self, who: Person, card: str, digest: str) -> bytes | None:
        """Return a picture that this person's card shows; None for anything else."""

    async def board(self) -> Msg:
        """Return what waits, what it cost and the rules, on one page."""

    async def cursor(self, name: str) -> str | None:
        """Return how far a source was read."""

    async def save_cursor(self, name: str, value: str) -> None:
        """Remember how far a source was read."""


class Surface(Protocol):
    """A place where people are: Telegram, Slack, the local web chat."""

    name: str

    async def start(self, house: House) -> None:
        """Begin to listen."""

    async def show(self, item: Due, token: Token) -> str:
        """Post the card, or change the message that shows it; return the platform's message id.

        GoneError: post it anew. BusyError: try again later.
        """

    async def close(self) -> None:
        """Stop listening; nothing heard is lost."""
