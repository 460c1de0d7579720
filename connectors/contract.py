"""What a connector promises, and what an error asks the engine to do next.

ConnectorError
├── TransientError   it did not happen; the same call may work later (retry_after_s)
├── PermanentError   it did not happen and never will as asked
├── AuthError        it did not happen; the operator must sign in or widen a scope
└── UnknownError     it may have happened; look with `find`, never repeat blindly
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

EffectClass = Literal[
    "read",  # tells nobody anything
    "egress_read",  # reads, but the request itself tells an outsider something
    "internal",  # changes only what Firstmate keeps
    "share",  # shows something to somebody outside
    "money",
    "booking",
    "membership",
    "profile",
    "credential",
    "destructive",
]
Role = Literal[
    "destination", "reference", "amount", "secret", "value", "title", "text", "when", "flag"
]
DataClass = Literal["public", "business", "personal", "secret"]
UnknownOutcome = Literal["key", "client_id", "query", "ask"]
TIMEOUT_S = 30.0
ANSWER = "answer"  # in a receipt's data: what an outside tool said, somebody else's words


class ConnectorError(Exception):
    """A driver's refusal, in words the operator understands."""


class TransientError(ConnectorError):
    """It did not happen; the same call may work after `retry_after_s` seconds."""

    def __init__(self, message: str, retry_after_s: float = 5.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PermanentError(ConnectorError):
    """It did not happen and never will as asked."""


class AuthError(ConnectorError):
    """It did not happen; the operator must sign in again or widen a scope."""


class UnknownError(ConnectorError):
    """It may have happened. Look with `find`; if that is impossible, only a person may decide."""


class Reported(BaseModel, frozen=True, extra="forbid"):
    """What the system of record now says of one thing; receipts carry them in `data["records"]`.

    `scheme` and `value` name the canonical record (memory/canon/kinds.py); `set` are the fields
    that changed. `new` are the other fields of something that may not be in the records yet.
    """

    scheme: Literal["payment", "invoice", "order"]
    value: str
    set: dict[str, str]
    new: dict[str, str] = Field(default_factory=dict)


class Receipt(BaseModel, frozen=True):
    """Proof that it happened, written by the driver; the only source of the word "done"."""

    id: str  # the outside world's name for it: a Message-ID, a ledger entry, a file
    said: str  # one clause in the past tense: "refunded 40.00 EUR · ledger entry …"
    at: datetime
    data: dict[str, Any] = Field(default_factory=dict)  # JSON values
    undo_until: datetime | None = None  # None: no limit, if the operation can be undone at all


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a difference: a field, what it was, what it will be (None: absent)."""

    label: str
    before: str | None
    after: str | None
    source: str = ""  # where the new value comes from, in a few words
    derived: bool = False  # follows from the other lines


@dataclass(frozen=True, slots=True)
class Option:
    """Another way to do the same, in a few words, and the arguments it sets (JSON values)."""

    says: str
    args: Mapping[str, Any]
    recommended: bool = False
    drafted: bool = False  # another draft of a text; taking it is no edit
    marks: tuple[
        Mapping[str, str], ...
    ] = ()  # what the checks found in it (engine/drawing/marks.py)


@dataclass(frozen=True, slots=True)
class Preview:
    """What running these arguments would change; computed from the world as it is now."""

    title: str  # verb · object · to whom: "Refund 40.00 EUR · Ada Example"
    changes: tuple[Change, ...] = ()
    text: str | None = None  # the whole text that would leave, when there is one
    notes: tuple[str, ...] = ()  # plain sentences the card must say
    facts: Mapping[str, Any] = field(default_factory=dict)  # more facts for the rules
    options: tuple[Option, ...] = ()  # A, B, C: the first is what these arguments already say
    papers: tuple[str, ...] = ()  # names of the PDFs it would send or make; see Operation.papers


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that would be sent or made."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Undo:
    """How an operation is taken back: within a window, by compensation, or not at all."""

    kind: Literal["none", "window", "compensation"]
    says: str  # on the card, before approval: "can be taken back for 10 minutes"
    run: Callable[[Receipt, str], Awaitable[Receipt]] | None = None  # (receipt, its own key)
    find: Callable[[str], Awaitable[Receipt | None]] | None = None  # did this undo happen already?
    # What somebody changed by hand in what was done, and taking it back would lose.
    since: Callable[[Receipt], Awaitable[tuple[Change, ...]]] | None = None


NO_UNDO = Undo("none", "cannot be undone")


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a connector can do, and what the engine may rely on when it goes wrong.

    `run(args, key)` happens once per key; `find(key)` says whether it already did, UnknownError
    where nobody can tell. `ruled_out(key)` hears that a person looked then, and it did not.
    """

    name: str  # connector.verb
    does: str  # in the operator's words: "Refund a payment"
    verb: str  # the button: "Refund"
    args: type[BaseModel]
    effect: EffectClass | None  # None: nobody has said yet what it does, so it never runs
    roles: Mapping[str, Role]  # one for every field of `args`
    run: Callable[[Any, str], Awaitable[Receipt]]
    preview: Callable[[Any], Awaitable[Preview]]
    find: Callable[[str], Awaitable[Receipt | None]] | None = None
    undo: Undo = NO_UNDO
    unknown_outcome: UnknownOutcome = "ask"
    timeout_s: float = TIMEOUT_S
    version: int = 1
    papers: Callable[[Any], Awaitable[tuple[Paper, ...]]] | None = None  # changes nothing
    data_class: DataClass = "personal"  # of what it answers, at least
    long: tuple[str, ...] = ()  # arguments that are long texts by their purpose: a post
    ruled_out: Callable[[str], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What `doctor` says of a connector."""

    ok: bool
    says: str


@dataclass(frozen=True, slots=True)
class Connector:
    """A named set of operations behind one sign-in."""

    name: str
    driver: str  # "local", "imap", "stripe" …
    operations: tuple[Operation, ...]
    check: Callable[[], Awaitable[Health]]
