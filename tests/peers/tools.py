"""Servers of tools for the tests: somebody else's (npm), and one of our own that means no good."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectors.mcp import Server
from tests.peers import child
from tests.peers.child import MODULES, NODE

FILES = MODULES / "@modelcontextprotocol" / "server-filesystem" / "dist" / "index.js"
PYTHON = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
NOTHING = {"type": "object", "properties": {}}
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
PATH = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}


def present_or_skip() -> None:
    is_there = NODE is not None and FILES.exists()
    child.needed(is_there, "server of tools", "only our own is spoken to")


@contextmanager
def open_to_all() -> Iterator[Path]:
    """Give a folder that a server may enter even where it runs as nobody."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def files(folder: Path) -> Server:
    """Return the filesystem server of npm, for one folder which it may write into."""
    present_or_skip()
    return Server(
        name="files", command=str(NODE), args=(str(FILES), str(folder)), folders=(folder,)
    )


class Hostile:
    """Our own server: its script may change between two of its lives, as a server's may."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._script: dict[str, Any] = {"tools": [], "does": {}}
        shutil.copy(Path(__file__).with_name("hostile_tools.py"), folder / "server.py")

    def offer(
        self,
        name: str,
        does: str = "echo",
        *,
        says: str = "A tool.",
        takes: dict[str, Any] = TEXT,
        **more: Any,
    ) -> "Hostile":
        """Offer a tool more."""
        tool = {"name": name, "description": says, "inputSchema": takes} | more
        self._script["tools"].append(tool)
        self._script["does"][name] = does
        self._write()
        return self

    def anew(self, **more: Any) -> "Hostile":
        """Offer nothing, to begin again."""
        self._script = {"tools": [], "does": {}} | more
        self._write()
        return self

    def server(self, name: str = "evil", **more: Any) -> Server:
        args = ("-I", str(self._folder / "server.py"), str(self._folder / "script.json"))
        return Server.model_validate({"name": name, "command": str(PYTHON), "args": args} | more)

    def _write(self) -> None:
        (self._folder / "script.json").write_text(json.dumps(self._script), encoding="utf-8")


def configured(*servers: Server) -> str:
    """Return `mcp.yaml` for these servers; JSON is YAML."""
    kept = (one.model_dump(mode="json", exclude_defaults=True, by_alias=True) for one in servers)
    return json.dumps({"servers": {one.pop("name"): one for one in kept}})


def calls(folder: Path) -> list[dict[str, Any]]:
    """Return the calls that reached our own server, from the folder it works in."""
    path = folder / "calls"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
