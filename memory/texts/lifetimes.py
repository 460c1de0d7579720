"""Lifetimes: how long what has an end of its own is kept after it. What they are is data."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

POLICY = Path(__file__).parents[1] / "data" / "lifecycle.toml"


@cache
def read() -> Mapping[str, Any]:
    """Return all that the file says of the life of what is remembered."""
    return tomllib.loads(POLICY.read_text("utf-8"))


def of(name: str) -> timedelta:
    """Return the lifetime of this name. KeyError: the file has none."""
    return timedelta(days=read()["ttl"][name])
