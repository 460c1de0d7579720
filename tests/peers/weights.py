"""A language model with weights of its own (135 million, llama.cpp): slow and mostly wrong."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers import child
from tests.peers.child import PACKAGES

SCRIPT = Path(__file__).with_name("weights_server.py")


class Weights:
    """One server. `url` is its base URL; whatever the name of the model, it is this one."""

    def __init__(self) -> None:
        command = [sys.executable, str(SCRIPT), str(PACKAGES)]
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self._child = subprocess.Popen(
            command, env={}, stdin=pipe, stdout=pipe, stderr=null, text=True
        )
        assert self._child.stdout is not None
        self.url = self._child.stdout.readline().strip() + "/v1"
        assert self.url.startswith("http://127.0.0.1:"), "the model's server ended"

    def stop(self) -> None:
        child.end(self._child)


def present_or_skip() -> None:
    child.needed((PACKAGES / ".ready").exists(), "weights", "no real model is asked")


@asynccontextmanager
async def weights() -> AsyncIterator[Weights]:
    """A fresh server while the block lasts."""
    present_or_skip()
    server = await asyncio.to_thread(Weights)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)
