"""Dialects: everything in which one database differs from another, in one place.

The rest of the house speaks SQLAlchemy, or SQL that every dialect reads with what is named here.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

T = TypeVar("T")
BEFORE_WEIGHT = 0.7  # a word of the passage before, against 1 for the passage's own
MANY = 5_000  # passages; with fewer, every word is asked for alike
RARE_ENOUGH = 1_000  # passages found by the rarest words; the others then only add to their score
WORTH = 3  # what the rarest words find is scored twice and joined
RAREST = 1e-6  # as FTS5 says of a word that most texts have
Hit = tuple[int, float]  # the number of a passage, its BM25


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Raw(Protocol):
    """A connection as the functions know it that run in the database's thread.

    Parameters are marked by `?`. Rows come as the database has them.
    """

    @property
    def dialect(self) -> "Dialect": ...
    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows: ...


class Words(Protocol):
    """Full text: of the hot passages with what was said before each, and of the archived ones.

    A term is a phrase in quotation marks (memory/recalling/terms.py). `make…` and `drop…` are the
    statements for their tables, `packed` those of the archive.
    """

    @property
    def make(self) -> Sequence[str]: ...
    @property
    def make_packed(self) -> Sequence[str]: ...
    @property
    def drop(self) -> Sequence[str]: ...
    @property
    def drop_packed(self) -> Sequence[str]: ...

    def best(
        self, raw: Raw, terms: Sequence[str], mine: Sequence[int] | None, limit: int
    ) -> list[Hit]:
        """Return the hot passages with the best BM25; `mine`: only among these."""

    def best_packed(
        self, raw: Raw, counts: Mapping[str, int], within: str, given: Sequence[str], limit: int
    ) -> list[Hit]:
        """Return the archived passages with the best BM25; `within`: a condition on `archived`.

        `counts` are the terms, and how many archived passages hold each.
        """

    def holding(self, raw: Raw, terms: Sequence[str], *, packed: bool) -> dict[str, int]:
        """Return how many hot passages hold each term, or how many archived ones."""

    def pack(self, raw: Raw, said: Sequence[tuple[int, str]]) -> None:
        """Add the words of archived passages, which are not kept as texts."""

    def unpack(self, raw: Raw, said: Sequence[tuple[int, str]]) -> None:
        """Take them away; said again, because they are not kept."""

    def tidy(self, raw: Raw, *, packed: bool = False) -> None:
        """Let no word be left of what was taken away or changed, hot or `packed`."""


class Dialect(Protocol):
    """One kind of database."""

    @property
    def words(self) -> Words: ...

    @property
    def patience(self) -> Mapping[str, int]:
        """How others tell the driver to wait for a writer, as arguments of its `connect`."""

    @property
    def begins(self) -> str:
        """Those of a JSON list of lower-case texts with which the name of a speaker begins."""

    @property
    def listed(self) -> Mapping[type, str]:
        """Return the values of a JSON list, as a query with one parameter, by their type."""

    @property
    def count_changes(self) -> Sequence[str]:
        """Statements that let changes of `{table}` be counted, for memory/recalling/answers.py."""

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows what to do on a conflict."""

    def moment(self, stored: Any) -> datetime:
        """Return a moment in UTC from how it is stored."""

    def stored(self, moment: datetime) -> Any:
        """Return how a moment is stored. ValueError: it has no zone."""

    def plain(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """Return a column as SQLite holds it: JSON and moments as text, yes and no as numbers."""

    def at_once(self, conn: AsyncConnection, work: Callable[[Raw], T]) -> Awaitable[T]:
        """Let `work` ask all it wants, without a trip to the event loop in between."""

    def is_full(self, error: BaseException) -> bool:
        """Say whether this error of the database says that there is no room left."""

    def count_on(self, raw: Raw) -> None:
        """Number passages to come after all that are archived."""

    def texts(self, raw: Raw) -> dict[str, list[str]]:
        """Return the columns of text of every table here that has some, but for those in keys."""

    def made(self, conn: sa.Connection, tables: Iterable[sa.Table]) -> None:
        """Complete tables that were just created."""


def of(conn: AsyncConnection | sa.Connection) -> Dialect:
    """Return the dialect of a connection."""
    from memory.dialects import postgres, sqlite

    return postgres.POSTGRES if conn.dialect.name == "postgresql" else sqlite.SQLITE


def rarest(counts: Mapping[str, int]) -> list[str]:
    """Return the rarest terms that together find enough; all, where that saves too little."""
    chosen: list[str] = []
    rows = 0
    for term in sorted(counts, key=counts.__getitem__):
        if rows >= RARE_ENOUGH:
            break
        chosen.append(term)
        rows += counts[term]
    return chosen if rows * WORTH < sum(counts.values()) else list(counts)


class place_of(GenericFunction[int]):  # noqa: N801  # a function of SQL is written small
    """Where a text holds another, from 1; 0: it does not. `LIKE` would take `%` for more."""

    type = sa.Integer()
    inherit_cache = True


@compiles(place_of, "postgresql")
def _strpos(element: place_of, compiler: Any, **how: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **how)})"


@compiles(place_of)
def _place_of(element: place_of, compiler: Any, **how: Any) -> str:
    return f"instr({compiler.process(element.clauses, **how)})"
