"""The vector index: which passages mean something near. The only door to chromadb.

It holds vectors under the ids of passages and nothing else, those of each encoder in a collection
of their own. It is never the truth: whatever is wrong with it, starting over loses nothing. Loaded
at first use (a second, 60 MB). One process owns the folder, because the searches of another would
miss what this one adds; a server of Chroma's (`chroma run`) may stand in for the folder. One that
does not answer may still hold what it should: it is asked again, and compared before it is used.

A damaged folder can take the whole process down, inside Chroma and past any exception. So until
an index is trusted, each question first leaves a mark on disk; found by the next process, the
mark means that this folder must not be opened again.
"""

import asyncio
import hashlib
import http.client
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as Rows

T = TypeVar("T")
PREFIX = "passages"
DATABASE = "chroma.sqlite3"
NAME_CHARS = 12  # of a hash within a collection's name
WRITE_MAX = 500  # vectors in one call
ANSWER_S_MAX = 5.0  # of a server
AWAY_S = 10.0  # a server that did not answer is not asked again before
SELF_SEARCHES = 40
SELF_SEARCH_PLACES = 8  # from all over: a file that was cut has lost only its end
SELF_SEARCH_SHARE_MIN = 0.9  # the search is approximate
SELF_SEARCH_DISTANCE_MAX = 0.01


class IndexBrokenError(Exception):
    """The index cannot answer: recall goes on by words, and the index has to start over."""


class IndexAwayError(IndexBrokenError):
    """The server does not answer now. Whether its index is sound will be seen when it does."""


@dataclass(frozen=True, slots=True)
class Vector:
    """Where a passage lies among the meanings, and the record it is about ("": none)."""

    id: str
    record: str
    values: Sequence[float]


class Index:
    """Vectors in one folder, or on a server ("HOST:PORT").

    `trusted` is None until it was compared with the passages. `encoder` is the one of which every
    passage should have a vector here ("": that of whoever asks); others may be answering besides.
    `away` says why a server cannot be asked now.
    """

    def __init__(self, folder: Path, server: str = "") -> None:
        self.folder = folder
        self.server = server
        self.aside = folder.with_name(f"{folder.name}.broken")
        self.mark = folder.with_name(f"{folder.name}.opening")
        self.trusted: bool | None = None
        self.encoder = ""
        self.away = ""
        self._away_until = 0.0  # by the monotonic clock
        self.changes = 0  # writes so far: what was found before may be found no more
        self.comparing = asyncio.Lock()  # held by whoever finds out whether to trust it
        # A server may serve several data folders.
        self._prefix = f"{PREFIX}-{_hashed(str(folder.resolve()))}" if server else PREFIX
        self._lock = threading.Lock()
        self._client: Any = None  # chromadb's Client; its stub does not know close()
        self._rows: dict[str, Rows] = {}

    async def upsert(self, vectors: Sequence[Vector], *, encoder: str = "") -> None:
        """Store the vectors; twice is the same as once. Raises IndexBrokenError."""
        for start in range(0, len(vectors), WRITE_MAX):
            part = vectors[start : start + WRITE_MAX]
            await self._ask(partial(self._upsert, encoder, part))
            self.changes += 1

    async def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids, of every encoder. IndexBrokenError."""
        await self._ask(partial(self._delete, ids))
        self.changes += 1

    async def nearest(
        self, values: Sequence[float], k: int, *, encoder: str = "", record: str | None = None
    ) -> dict[str, float]:
        """Return up to k ids, nearest first, each with its cosine. Raises IndexBrokenError."""
        return await self._ask(partial(self._nearest, encoder, values, k, record))

    def nearest_here(
        self, values: Sequence[float], k: int, *, encoder: str = ""
    ) -> dict[str, float]:
        """Do the same in this thread, for whoever is in one of their own. Blocks."""
        return self._answer(partial(self._nearest, encoder, values, k, None))

    async def agrees(self, count: int, *, encoder: str = "") -> bool:
        """Say whether it holds this many vectors and finds one of its own; see `trusted`."""
        try:
            self.trusted = await self._ask(partial(self._is_sound, encoder, count))
        except IndexAwayError:
            self.trusted = None
        except IndexBrokenError:
            self.trusted = False
        return bool(self.trusted)

    async def keep_only(self, encoder: str) -> None:
        """Drop what the other encoders made. Raises IndexBrokenError."""
        await self._ask(partial(self._drop, self._name(encoder)))
        self.changes += 1

    async def start_over(self) -> None:
        """Begin empty: what is broken may hold what was forgotten. Raises IndexBrokenError."""
        if self.server:
            await self._ask(partial(self._drop, ""))
            self.trusted = True
        else:
            await asyncio.to_thread(self._empty)
        self.changes += 1

    async def close(self) -> None:
        """Release the folder."""
        await asyncio.to_thread(self._close)

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: Callable[[], T]) -> T:
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.errors import ChromaError

        with self._lock:
            if self.away and time.monotonic() < self._away_until:
                raise IndexAwayError(self.away)
            if not self.trusted and not self.server:
                self._leave_mark()
            try:
                answer = question()
            except (ChromaError, OSError, _http_error()) as error:
                self._release()
                SharedSystemClient.clear_system_cache()  # it would hand out the broken one again
                raise self._fault(error, isinstance(error, ChromaError)) from error
            finally:
                self.mark.unlink(missing_ok=True)
            self.away = ""
            return answer

    def _fault(self, error: Exception, answered: bool) -> IndexBrokenError:
        if self.server and not answered:
            self.trusted = None
            self.away = f"The vector index at {self.server} does not answer"
            self._away_until = time.monotonic() + AWAY_S
            return IndexAwayError(self.away)
        self.trusted = False
        where = self.server or self.folder
        return IndexBrokenError(f"The index at {where} is broken: {error}")

    def _leave_mark(self) -> None:
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.mark.touch(exist_ok=False)
        except FileExistsError:
            self.trusted = False
            raise IndexBrokenError(f"Opening {self.folder} ended the process last time.") from None
        except OSError as error:
            self.trusted = False
            raise IndexBrokenError(f"{self.folder} cannot be opened: {error}") from error

    def _open(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        if self._client is None:
            quiet = Settings(anonymized_telemetry=False)
            if self.server:
                self._client = self._connected(quiet)
            else:
                self._client = chromadb.PersistentClient(self.folder, quiet)
        return self._client

    def _connected(self, quiet: Any) -> Any:
        import chromadb

        host, _, port = self.server.rpartition(":")
        _greet(host.strip("[]"), int(port))
        client: Any = _reached(partial(chromadb.HttpClient, host, int(port), settings=quiet))
        client._server._session.timeout = ANSWER_S_MAX  # Chroma would wait for ever
        client._server._session.event_hooks = {"response": [_answered]}
        return client

    def _collection(self, encoder: str) -> "Rows":
        name = self._name(encoder)
        if name not in self._rows:
            self._rows[name] = self._open().get_or_create_collection(
                name,
                embedding_function=None,  # said aloud: the default one would download a model
                configuration={"hnsw": {"space": "cosine"}},
            )
        return self._rows[name]

    def _found(self, encoder: str) -> "Rows | None":
        """Return the collection only if there is one: a question makes none."""
        from chromadb.errors import NotFoundError

        name = self._name(encoder)
        if name not in self._rows:
            try:
                self._rows[name] = self._open().get_collection(name, embedding_function=None)
            except NotFoundError:
                return None
        return self._rows[name]

    def _name(self, encoder: str) -> str:
        return f"{self._prefix}-{_hashed(encoder)}" if encoder else self._prefix

    def _mine(self) -> list["Rows"]:
        return [rows for rows in self._open().list_collections() if self._is_mine(rows.name)]

    def _is_mine(self, name: str) -> bool:
        return name == self._prefix or name.startswith(f"{self._prefix}-")

    def _upsert(self, encoder: str, vectors: Sequence[Vector]) -> None:
        self._collection(encoder).upsert(
            ids=[vector.id for vector in vectors],
            embeddings=[vector.values for vector in vectors],
            metadatas=[{"record": vector.record} for vector in vectors],
        )

    def _delete(self, ids: Sequence[str]) -> None:
        for rows in self._mine():
            rows.delete(ids=list(ids))

    def _nearest(
        self, encoder: str, values: Sequence[float], k: int, record: str | None
    ) -> dict[str, float]:
        from chromadb.errors import InvalidArgumentError, InvalidDimensionException

        rows = self._found(encoder)
        if rows is None:
            return {}
        try:
            found = rows.query(
                query_embeddings=[values],
                n_results=k,
                where=None if record is None else {"record": record},
                include=["distances"],
            )
        except (InvalidArgumentError, InvalidDimensionException):
            return {}  # a model that changed its length; its vectors are about to be made anew
        distances = found["distances"] or [[]]
        return {id: 1 - far for id, far in zip(found["ids"][0], distances[0], strict=True)}

    def _is_sound(self, encoder: str, count: int) -> bool:
        """Count, then search for some of its own: an index can lose its graph and still count."""
        rows = self._found(encoder)
        if not self.server and not (self.folder / DATABASE).exists():
            return False  # what is open still answers, until it must write
        if rows is None or rows.count() != count:
            return rows is None and count == 0
        if count == 0:
            return True
        some = _from_all_over(rows, count)
        found = rows.query(query_embeddings=some, n_results=1, include=["distances"])["distances"]
        near = [one for one in found or [] if one and one[0] < SELF_SEARCH_DISTANCE_MAX]
        return len(near) >= SELF_SEARCH_SHARE_MIN * len(some)

    def _drop(self, but: str) -> None:
        for name in [rows.name for rows in self._mine()]:
            if name != but:
                self._open().delete_collection(name)
                self._rows.pop(name, None)

    def _empty(self) -> None:
        """A folder is renamed first, so that half of one is never opened."""
        with self._lock:
            self._release()
            try:
                _remove(self.aside)
                if self.folder.exists():
                    self.folder.rename(self.aside)
                    _remove(self.aside)
                self.mark.unlink(missing_ok=True)
            except OSError as error:
                raise IndexBrokenError(f"{self.folder} cannot be removed: {error}") from error
            self.trusted = True

    def _close(self) -> None:
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._client is not None:
            if self.server:  # its two connections, which Chroma leaves open
                for part in (self._client, self._client._admin_client):
                    part._server._session.close()
            self._client.close()
        self._client = None
        self._rows = {}


def _from_all_over(rows: "Rows", count: int) -> list[Any]:
    each = SELF_SEARCHES // SELF_SEARCH_PLACES
    found: list[Any] = []
    for place in range(min(SELF_SEARCH_PLACES, count)):
        part = rows.get(
            limit=each, offset=place * count // SELF_SEARCH_PLACES, include=["embeddings"]
        )
        found += list(part["embeddings"] if part["embeddings"] is not None else [])
    return found


def _greet(host: str, port: int) -> None:
    """See whether a server answers at all, in time, which Chroma's own client cannot be told."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_S_MAX)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        connection.getresponse().read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"{host}:{port} is no server of Chroma's: {error!r}") from error
    finally:
        connection.close()


def _reached(connect: Callable[[], T]) -> T:
    """Connect to a server; where there is none, Chroma says so with a ValueError."""
    try:
        return connect()
    except ValueError as error:
        raise ConnectionError(str(error)) from error


def _answered(response: Any) -> None:
    """Take what is refused in other words than JSON for no answer of Chroma's.

    Its client would raise a bare Exception.
    """
    if "json" not in response.headers.get("content-type", ""):
        response.raise_for_status()


def _http_error() -> type[Exception]:
    """Return what a connection to a server fails with; Chroma lets it through as it is."""
    from chromadb.api import fastapi

    error: type[Exception] = vars(fastapi)["httpx"].HTTPError
    return error


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:NAME_CHARS]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
