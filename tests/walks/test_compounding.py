"""A walk of one story lived again and again: it asks less, and less of its drafts is changed."""

from pathlib import Path

import pytest

from benchmarks.compounding import lived


@pytest.mark.slow  # twenty seconds of a processor
async def test_the_same_story_asks_less_and_is_changed_less_each_time(tmp_path: Path) -> None:
    times = await lived(tmp_path / "learnt", 7, seed=1)
    [fresh] = await lived(tmp_path / "fresh", 1, seed=1)
    assert (fresh.questions, fresh.edits) == (times[0].questions, times[0].edits)
    assert fresh.edits == 2  # both drafts of the story, as long as nothing is remembered
    assert [one.edits for one in times[3:]] == [0, 0, 0, 0]
    assert times[0].changed > times[2].changed > times[3].changed == 0
    assert times[-1].questions < times[3].questions < times[0].questions + fresh.edits
