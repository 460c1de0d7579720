"""Tools of others: how a server is started, what a tool of it is, and by what it is known again.

Whatever a server says of its own tools (descriptions, titles, hints) is somebody else's text: it is
shown, and nothing follows from it.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from connectors.contract import DataClass

CALL_S, CALL_S_MAX = 30.0, 600.0
TOOLS_MAX = 200
TOOL_CHARS_MAX = 40_000  # of a description and a schema together
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class Server(BaseModel, frozen=True, extra="forbid"):
    """One server, as `mcp.yaml` says: a command, and all that it is given of this machine.

    `secrets` are variables whose value stands in a file; `folders` are those it may write into;
    `class` is how private what its tools answer is, at least: it decides which models may read it;
    `classes` say it of single tools by their names, as of one that only reads what is public.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    command: str = Field(min_length=1)
    args: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, Path] = Field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    timeout_s: float = Field(CALL_S, gt=0, le=CALL_S_MAX)  # of one call
    data_class: DataClass = Field("personal", alias="class")
    classes: dict[str, DataClass] = Field(default_factory=dict)

    def class_of(self, tool: str) -> DataClass:
        """Return how private what this tool of it answers is, at least."""
        return self.classes.get(tool, self.data_class)


class Tool(BaseModel, frozen=True):
    """A tool as its server describes it; `takes` is the JSON schema of its arguments."""

    server: str
    name: str
    description: str
    takes: dict[str, Any]

    @property
    def operation(self) -> str:
        return f"{self.server}.{self.name}"

    @property
    def digest(self) -> str:
        """Return the hash of its description and schema: another one is another tool."""
        said = json.dumps([self.description, self.takes], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class Listing(BaseModel, frozen=True):
    """What a server offers, and in a sentence each what of it is not taken."""

    tools: tuple[Tool, ...] = ()
    left: tuple[str, ...] = ()

    def tool(self, name: str) -> Tool | None:
        return next((tool for tool in self.tools if tool.name == name), None)


def listing(offered: Iterable[Tool]) -> Listing:
    """Return the tools that can be taken: of a plain name that is the only one, not endless."""
    every = list(offered)
    tools, left = [], []
    for tool in every[:TOOLS_MAX]:
        if not _NAME.fullmatch(tool.name):
            left.append(f"“{tool.name[:80]}” is no plain name of a tool.")
        elif sum(other.name.casefold() == tool.name.casefold() for other in every) > 1:
            left.append(f"Several tools are called “{tool.name}”.")
        elif len(tool.description) + len(json.dumps(tool.takes)) > TOOL_CHARS_MAX:
            left.append(f"“{tool.name}” describes itself in more than {TOOL_CHARS_MAX} characters.")
        else:
            tools.append(tool)
    if len(every) > TOOLS_MAX:
        left.append(f"It offers {len(every)} tools; the first {TOOLS_MAX} are taken.")
    return Listing(tools=tuple(tools), left=tuple(dict.fromkeys(left)))
