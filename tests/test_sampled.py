"""Every part of a matrix is played on some day, and none is lost to both runs."""

import pytest

from tests.sampled import sampled

NAMES = ["a", "b", "c", "d", "e"]


def quick(names: list[object]) -> set[str]:
    return {name for name in names if isinstance(name, str)}


def test_each_day_plays_some_and_all_are_played_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    played = set()
    for day in range(40):
        monkeypatch.setenv("CRASH_SEED", str(day))
        today = sampled(NAMES, 2, always=("a",))
        assert len(today) == len(NAMES)
        assert "a" in quick(today)
        assert len(quick(today)) == 3
        played |= quick(today)
    assert played == set(NAMES)
