"""A server that somebody else wrote, as a child of the test: where it lies, and how it ends."""

import os
import subprocess
from pathlib import Path

import pytest

DEPS = Path(__file__).parents[2] / ".deps"
MODULES = DEPS / "peers" / "node_modules"
PACKAGES = DEPS / "python"
NODE = next(MODULES.glob("node-*/bin/node"), None)  # npm 9 makes no link called “node”
STOP_S = 20


def needed(is_there: bool, name: str, without: str) -> None:
    """Skip the test where `make deps` could not install it; CI must not skip it."""
    if is_there:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{name} is missing: CI must not skip it")
    pytest.skip(f"NO {name.upper()}: make deps, or {without}")


def end(child: subprocess.Popen[str]) -> None:
    """End a child whose end is the end of its input."""
    assert child.stdin is not None and child.stdout is not None
    child.stdin.close()
    try:
        child.wait(STOP_S)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
