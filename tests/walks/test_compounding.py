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
    [fresh] = await lived(tmp_path / "fresh", 1, seed=1)
    first = times[0]
    assert (fresh.questions, fresh.edits) == (first.questions, first.edits)
    assert (fresh.drafts, fresh.plans) == (first.drafts, first.plans)
    assert fresh.edits == 2  # both drafts of the story, as long as nothing is remembered
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
