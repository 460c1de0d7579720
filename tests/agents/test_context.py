"""What goes along with a question: no more than the context holds, half where money is short."""

import pytest

from agents.models.wish import CONTEXT_CHARS, Part
from engine.models.model_calls import Wanted
from engine.planning.ledger import Level
from tests.agents.desk import wish

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
