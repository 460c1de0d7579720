"""Somebody else's model server (aimock), as a child process: scripted answers, a journal."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.peers import child
from tests.peers.child import MODULES, NODE

DIST = MODULES / "@copilotkit" / "aimock" / "dist"
SCRIPT = Path(__file__).with_suffix(".mjs")
Json = dict[str, Any]


def says(answer: Json | str, *, tokens: tuple[int, int] = (100, 20), finish: str = "stop") -> Json:
    """Return an answer of the model: JSON, or a text that is none."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    return {"content": text, "usage": usage, "finishReason": finish}


def fails(status: int, said: str = "no", **more: Any) -> Json:
    """Return an error of the server."""
    return {"error": {"message": said, "type": "error"}, "status": status, **more}


def streams(answer: Json, *, chars: int = 20, ms: int = 0, cut_after: int | None = None) -> Json:
    """Return the answer in pieces of so many characters; `cut_after` so many it breaks off."""
    how = {"chunkSize": chars, "latency": ms}
    return answer | {
        "stream": how | ({} if cut_after is None else {"truncateAfterChunks": cut_after})
    }


def knows(
    by: Json,
    faults: Mapping[int, Json] = MappingProxyType({}),
    told: Mapping[str, Json] = MappingProxyType({}),
) -> Json:
    """Return a model for every purpose: its answers by a field of the wanted shape.

    `faults`: what it answers instead at the calls of these numbers, from 1; `told`: what where it
    is told these words.
    """
    at = {str(number): fault for number, fault in faults.items()}
    return {"by": by, "at": at, "told": dict(told)}


HANGS: Json = {"hang": True}


class ModelServer:
    """One server. `url` is its base URL; the script is answered in order, its end for ever."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        command = [str(NODE), str(SCRIPT), str(DIST)]
        self._child = subprocess.Popen(command, env={}, stdin=pipe, stdout=pipe, text=True)
        self.url = str(self._told()["url"])

    def script(self, *answers: Json) -> None:
        """Answer so from now on, and forget what was asked before."""
        self._say({"script": list(answers), "forget": True})

    @property
    def asked(self) -> list[Json]:
        """Return the bodies of all calls since the script."""
        return [one["body"] for one in self._say({})["asked"]]

    @property
    def headers(self) -> list[Json]:
        return [one["headers"] for one in self._say({})["asked"]]

    @property
    def read(self) -> str:
        """Return every word that was sent here."""
        return json.dumps([body["messages"] for body in self.asked], ensure_ascii=False)

    def stop(self) -> None:
        child.end(self._child)

    def _say(self, what: Json) -> Json:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(what) + "\n")
        self._child.stdin.flush()
        return self._told()

    def _told(self) -> Json:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        assert line, "aimock ended"
        told: Json = json.loads(line)
        return told


def present_or_skip() -> None:
    child.needed(NODE is not None and DIST.exists(), "aimock", "no model is asked")


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """A fresh server while the block lasts."""
    present_or_skip()
    server = await asyncio.to_thread(ModelServer)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)
