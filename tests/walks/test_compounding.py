"""A walk of one story lived again and again: it asks less, costs less, and less is changed."""

from pathlib import Path
from statistics import median

import pytest

from benchmarks.compounding import TIMES, lived


@pytest.mark.slow  # half a minute of a processor
async def test_the_same_story_asks_and_costs_less_and_is_changed_less_each_time(
    tmp_path: Path,
) -> None:
    times = await lived(tmp_path / "learnt", TIMES, seed=1)
    off = await lived(tmp_path / "off", 4, seed=1, memory=False)
    first = times[0]
    assert (off[0].questions, off[0].edits) == (first.questions, first.edits)
    # with memory off nothing falls, however often: both drafts of the story are changed each time
    assert [one.edits for one in off] == [2] * 4
    assert {one.changed for one in off} == {first.changed}
    assert min(one.questions for one in off) == off[0].questions > times[-1].questions
    assert min(one.tokens for one in off) > 0.99 * off[0].tokens > 2 * times[-1].tokens
    assert [one.edits for one in times[3:]] == [0] * (TIMES - 3)
    assert first.changed > times[2].changed > times[3].changed == 0
    assert times[-1].questions <= times[3].questions < first.questions
    assert [one.plans for one in times[2:]] == [0] * (
        TIMES - 2
    )  # two plans alike became a playbook
    assert all(one.tokens < first.tokens / 2 for one in times[2:])
    assert all(one.drafts < 1.5 * first.drafts for one in times[3:])  # what became style is told
    # one time alone may meet a busy machine; the later ones together are no slower than the first
    assert median(one.seconds for one in times[1:]) <= first.seconds
