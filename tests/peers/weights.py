"""A language model with weights of its own (135 million, llama.cpp): slow and mostly wrong."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[2] / ".deps" / "python"
SCRIPT = Path(__file__).with_name("weights_server.py")
STOP_S = 20


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
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.close()
        try:
            self._child.wait(STOP_S)
        finally:
            self._child.kill()
            self._child.wait()
            self._child.stdout.close()


def present_or_skip() -> None:
    """Skip the test where `make deps` could not install it; CI must not skip it."""
    if not (PACKAGES / ".ready").exists():
        if os.environ.get("CI"):
            pytest.fail("the model's weights are missing: CI must not skip the real model")
        pytest.skip("NO WEIGHTS: make deps, or no real model is asked")


@asynccontextmanager
async def weights() -> AsyncIterator[Weights]:
    """A fresh server while the block lasts."""
    present_or_skip()
    server = await asyncio.to_thread(Weights)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)
