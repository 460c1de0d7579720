"""Chroma's own server (`chroma run`), as a child process that a test may kill and start again."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings

START_S = 60


class ChromaServer:
    """One server over one folder, at one port as often as it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, folder: Path | None = None) -> None:
        self.folder = folder or self.folder
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
        command += ["--path", str(self.folder), "--port", str(self.port)]
        nothing = subprocess.DEVNULL
        self._child = subprocess.Popen(
            command, stdout=nothing, stderr=nothing, env={}, cwd=self.folder.parent
        )
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._child.poll() is None, "chroma run ended"
            assert time.monotonic() < until, "chroma run does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return everything it holds, by the name of the collection."""
        client: Any = chromadb.HttpClient(
            "127.0.0.1", self.port, settings=Settings(anonymized_telemetry=False)
        )
        found: dict[str, dict[str, Any]] = {}
        for rows in client.list_collections():
            held = rows.get(include=["embeddings", "metadatas", "documents", "uris"])
            found[rows.name] = {**held, "collection": str(rows.id)}
        for part in (client, client._admin_client):
            part._server._session.close()
        client.close()
        return found

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    """A server that runs while the block lasts, unless it is killed before."""
    server = ChromaServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
