"""What of a matrix the quick run plays today: a few, chosen by the date; the rest is slow."""

import os
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest


def seed() -> str:
    """Return what chooses today's samples: the date, unless CRASH_SEED says otherwise."""
    return os.environ.get("CRASH_SEED") or str(datetime.now(UTC).date())


def sampled(names: Iterable[str], count: int, *, always: tuple[str, ...] = ()) -> list[Any]:
    """Return the parameters: `always` and `count` others are quick, what is left is slow."""
    every = list(names)
    others = [name for name in every if name not in always]
    quick = {*always, *random.Random(f"{seed()} {every}").sample(others, count)}
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in every]
