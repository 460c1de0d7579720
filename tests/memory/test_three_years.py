"""Years of a busy company, small enough for a test: memory stays bounded and finds as before."""

import argparse
from pathlib import Path

import pytest

from benchmarks.three_years import live


@pytest.mark.slow
async def test_after_years_the_hot_index_is_small_and_early_days_are_found_as_before(
    tmp_path: Path,
) -> None:
    wanted = argparse.Namespace(events=9_000, days=300, seed=3, verify=True)
    found = await live(tmp_path, wanted, None)
    assert found.month.found > 0.9
    assert found.last.found >= found.month.found - 0.02
    assert found.early.found >= found.month.found - 0.04
    assert found.hot < 700  # of about 1,400
    assert found.faults == 0
