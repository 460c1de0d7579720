"""Contract: what an operation does to the world and what each of its arguments means. Data only."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import BaseModel, Field

from policies.amounts import number_in

Role = Literal[
    "destination", "reference", "amount", "secret", "value", "title", "text", "when", "flag"
]
SECRET_PREFIX = "secret:"
SECRET = re.compile(rf"{SECRET_PREFIX}[a-z0-9][a-z0-9-]{{0,39}}")  # the name of one, not itself
_NAME = re.compile(r"[A-Za-z][A-Za-z_-]{0,40}\d{0,2}")  # an account is none
GOES_OUT = frozenset(
    {
        "egress_read",
        "share",
        "money",
        "booking",
        "membership",
        "profile",
        "credential",
        "destructive",
    }
)


class Contract(BaseModel, frozen=True, extra="forbid"):
    """What the gate may rely on. A tool nobody has classified has no effect class: it never runs.

    `records` are the fields of a result that a system of record typed ("id", "lines.amount";
    "" for a result that is one value); everything else in a result is somebody's free text.
    """

    effect: str | None = None
    roles: Mapping[str, Role] = Field(default_factory=dict)  # by argument
    records: tuple[str, ...] = ()
    private: bool | None = None  # it shows private data; None: when it reads
    outside: bool = True  # the free text it returns may be somebody else's

    @property
    def shows_private(self) -> bool:
        return self.effect == "read" if self.private is None else self.private

    def of_role(self, role: Role, args: Mapping[str, Any]) -> list[Any]:
        """Return every value that was given in this role; empty ones say nothing."""
        given = (value for name, value in args.items() if self.role(name) == role)
        flat = [one for value in given for one in (value if isinstance(value, list) else [value])]
        return [value for value in flat if value not in (None, "")]

    def role(self, name: str) -> Role:
        """Return the role of an argument; one that was not declared is judged as a destination."""
        return self.roles.get(name, "destination")

    def is_record(self, path: str) -> bool:
        """Say whether this place of a result ("lines.0.amount") is a typed field."""
        named = ".".join(part for part in path.split(".") if not part.isdigit())
        return named in self.records


def amount(contract: Contract, args: Mapping[str, Any]) -> Decimal:
    """Return the money it moves; without limit where an amount is none, or less than nothing."""
    return sum((_most(str(value)) for value in contract.of_role("amount", args)), Decimal(0))


def _most(value: str) -> Decimal:
    """Return the larger of the readings of "9.000", for a driver may read it either way."""
    try:
        readings = [Decimal(value)]
    except InvalidOperation:
        readings = []
    if (written := number_in(value)) is not None:
        readings.append(written)
    sound = bool(readings) and all(one.is_finite() and one >= 0 for one in readings)
    return max(readings) if sound else Decimal("Infinity")


def coin(currency: Any) -> str:
    """Return a currency as it is counted: "eur " and "EUR" are the same money."""
    return unicodedata.normalize("NFKC", str(currency or "")).strip().upper()


def scalars(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar with its path ("lines.0.amount"); None and "" say nothing.

    A key that is no plain name, as in {"a@b.com": ""}, is a value itself.
    """
    if isinstance(value, Mapping):
        strange = (str(key) for key in value if path and not _NAME.fullmatch(str(key)))
        yield from ((f"{path}.{key}!", key) for key in strange)
        children: Iterator[tuple[Any, Any]] = iter(value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        children = iter(enumerate(value))
    else:
        if value is not None and value != "":
            yield path, value
        return
    for key, child in children:
        yield from scalars(child, f"{path}.{key}" if path else str(key))
