"""What goes along with a question: no more than the context holds, half where money is short."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.models.wish import CONTEXT_CHARS, CONTEXT_SHARE, Part, Wish
from benchmarks import prompts
from engine.models.model_calls import Wanted
from engine.planning.ledger import Level
from tests.agents.desk import wish
from tests.conftest import FakeClock

LONG = 700


def asked(count: int, length: int = LONG) -> list[Part]:
    passages = [
        Part(f"source {n}", "x" * length, "personal", passage=f"psg_{n}", spare=True)
        for n in range(count)
    ]
    return [Part("the question", "y" * 20_000, "personal"), *passages]


@pytest.mark.parametrize(("level", "most"), [("normal", 6000), ("thrifty", 3000)])
def test_what_can_be_missed_fits_and_what_it_is_about_is_never_cut(level: Level, most: int) -> None:
    full = wish(parts=tuple(asked(20)))
    recalled = tuple((f"psg_{n}", 1.0) for n in range(20))
    full = type(full)(Wanted(step="try/1", agent="writer", basis="b", recalled=recalled),
                      "small", "Answer.", full.parts, full.gives)  # fmt: skip
    cut = full.within(level)
    spare = [part for part in cut.parts if part.spare]
    assert most - LONG < sum(len(part.text) for part in spare) <= most <= CONTEXT_CHARS
    assert cut.parts[0] == full.parts[0]
    assert list(cut.wanted.given) == [part.passage for part in spare]
    assert cut.wanted.given == full.wanted.given[: len(spare)]


def test_what_fits_whole_is_the_same_wish() -> None:
    small = wish(parts=tuple(asked(3)))
    assert small.within("thrifty") is small


def test_after_what_does_not_fit_nothing_goes_along() -> None:
    parts = (*asked(1, 2000), Part("long", "z" * 5000, "business", spare=True), *asked(2)[1:])
    assert len(wish(parts=parts).within("normal").parts) == 2


async def test_no_prompt_is_beyond_its_budget_however_much_there_is_to_recall(
    tmp_path: Path, clock: FakeClock
) -> None:
    """Passages are the one part that grows with memory; of everything else there is as much."""
    usual = await prompts.wishes(tmp_path / "one" / "sample", clock)
    flooded = await prompts.wishes(tmp_path / "two" / "sample", clock, many=50)
    assert set(usual) == set(flooded)
    recalling = {step for step, asked in flooded.items() if any(map(spare_chars, asked))}
    assert {step.partition("/")[0] for step in recalling} >= {
        "answer",
        "enrich",
        "plan",
        "research",
    }
    for step, asked in flooded.items():
        for level, share in CONTEXT_SHARE.items():
            for one in (one.within(level) for one in asked):
                assert spare_chars(one) <= one.context_chars * share, step
        assert most_needed(asked) == most_needed(usual[step]), step
    assert max(map(spare_chars, flooded["research/1"])) > flooded["research/1"][0].context_chars


def spare_chars(one: Wish[Any]) -> int:
    return sum(len(part.text) for part in one.parts if part.spare)


def most_needed(asked: Sequence[Wish[Any]]) -> Mapping[str, int]:
    """Return of each part that cannot be missed how long it is at most."""
    found: dict[str, int] = {}
    for part in (part for one in asked for part in one.parts if not part.spare):
        found[part.name] = max(found.get(part.name, 0), len(part.text))
    return found
