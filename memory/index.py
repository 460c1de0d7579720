"""The vector index: which passages mean something near. The only door to chromadb.

It holds vectors under the ids of passages and nothing else. It is never the truth: whatever is
wrong with its folder, starting over loses nothing. Loaded at first use (a second, 60 MB). One
process owns the folder, because the searches of another would miss what this one adds.

A damaged folder can take the whole process down, inside Chroma and past any exception. So until
an index is trusted, each question first leaves a mark on disk; found by the next process, the
mark means that this folder must not be opened again.
"""

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as Rows

T = TypeVar("T")
COLLECTION = "passages"
WRITE_MAX = 500  # vectors in one call
SELF_SEARCHES = 10
SELF_SEARCH_DISTANCE_MAX = 0.01


class IndexBrokenError(Exception):
    """The index cannot answer: recall goes on by words, and the index has to start over."""


@dataclass(frozen=True, slots=True)
class Vector:
    """Where a passage lies among the meanings, and the record it is about ("": none)."""

    id: str
    record: str
    values: Sequence[float]


class Index:
    """Vectors in one folder. `trusted` is None until it was compared with the passages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aside = folder.with_name(f"{folder.name}.broken")
        self.mark = folder.with_name(f"{folder.name}.opening")
        self.trusted: bool | None = None
        self.comparing = asyncio.Lock()  # held by whoever finds out whether to trust it
        self._lock = threading.Lock()
        self._client: Any = None  # chromadb's Client; its stub does not know close()
        self._rows: Rows | None = None

    async def upsert(self, vectors: Sequence[Vector]) -> None:
        """Store the vectors; twice is the same as once. Raises IndexBrokenError."""
        for start in range(0, len(vectors), WRITE_MAX):
            part = vectors[start : start + WRITE_MAX]
            await asyncio.to_thread(self._ask, lambda rows, part=part: _upsert(rows, part))

    async def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids, also in what was moved aside. Raises IndexBrokenError."""
        await asyncio.to_thread(_remove, self.aside)
        await asyncio.to_thread(self._ask, lambda rows: rows.delete(ids=list(ids)))

    async def nearest(
        self, values: Sequence[float], k: int, *, record: str | None = None
    ) -> dict[str, float]:
        """Return up to k ids, nearest first, each with its cosine. Raises IndexBrokenError."""
        return await asyncio.to_thread(self._ask, lambda rows: _nearest(rows, values, k, record))

    async def agrees(self, count: int) -> bool:
        """Say whether it holds this many vectors and finds one of its own; see `trusted`."""
        try:
            self.trusted = await asyncio.to_thread(self._ask, lambda rows: _is_sound(rows, count))
        except IndexBrokenError:
            self.trusted = False
        return self.trusted

    async def start_over(self) -> None:
        """Begin with an empty folder; the old one is moved aside, over the one before it."""
        await asyncio.to_thread(self._start_over)

    async def close(self) -> None:
        """Release the folder."""
        await asyncio.to_thread(self._close)

    def _ask(self, question: Callable[["Rows"], T]) -> T:
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.errors import ChromaError

        with self._lock:
            if not self.trusted:
                self._leave_mark()
            try:
                return question(self._open())
            except (ChromaError, OSError) as error:
                self.trusted = False
                self._release()
                SharedSystemClient.clear_system_cache()  # it would hand out the broken one again
                raise IndexBrokenError(f"The index at {self.folder} is broken: {error}") from error
            finally:
                self.mark.unlink(missing_ok=True)

    def _leave_mark(self) -> None:
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.mark.touch(exist_ok=False)
        except FileExistsError:
            self.trusted = False
            raise IndexBrokenError(f"Opening {self.folder} ended the process last time.") from None

    def _open(self) -> "Rows":
        import chromadb
        from chromadb.config import Settings

        if self._rows is None:
            self._client = chromadb.PersistentClient(
                self.folder, Settings(anonymized_telemetry=False)
            )
            self._rows = self._client.get_or_create_collection(
                COLLECTION,
                embedding_function=None,  # said aloud: the default one would download a model
                configuration={"hnsw": {"space": "cosine"}},
            )
        return self._rows

    def _start_over(self) -> None:
        with self._lock:
            self._release()
            try:
                if self.folder.exists():
                    _remove(self.aside)
                    self.folder.rename(self.aside)
                self.mark.unlink(missing_ok=True)
            except OSError as error:
                raise IndexBrokenError(f"{self.folder} cannot be moved: {error}") from error
            self.trusted = True

    def _close(self) -> None:
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._rows = None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _upsert(rows: "Rows", vectors: Sequence[Vector]) -> None:
    rows.upsert(
        ids=[vector.id for vector in vectors],
        embeddings=[vector.values for vector in vectors],
        metadatas=[{"record": vector.record} for vector in vectors],
    )


def _nearest(rows: "Rows", values: Sequence[float], k: int, record: str | None) -> dict[str, float]:
    found = rows.query(
        query_embeddings=[values],
        n_results=k,
        where=None if record is None else {"record": record},
        include=["distances"],
    )
    distances = found["distances"] or [[]]
    return {id: 1 - distance for id, distance in zip(found["ids"][0], distances[0], strict=True)}


def _is_sound(rows: "Rows", count: int) -> bool:
    """Count, then search for the oldest vectors: an index can lose its graph and still count.

    Half of them found is enough: the search is approximate, and a lost graph finds few or none.
    """
    if rows.count() != count:
        return False
    if count == 0:
        return True
    oldest = rows.get(limit=SELF_SEARCHES, include=["embeddings"])["embeddings"]
    found = rows.query(query_embeddings=oldest, n_results=1, include=["distances"])["distances"]
    near = [one for one in found or [] if one and one[0] < SELF_SEARCH_DISTANCE_MAX]
    return 2 * len(near) >= len(found or [])
