"""How sure the examples make the front agent: calibrated, and silent below the line."""

from dataclasses import replace

import pytest

from agents.playbooks.library import load_folder
from agents.playbooks.routing import Router
from agents.playbooks.sureness import Evidence, weights
from benchmarks.front import decided, off_by
from memory.vectors.embed import find_encoder
from tests.agents.sentences import HELD_OUT

ALL = {playbook.id for playbook in load_folder()}
CLEAR = Evidence(score=0.95, margin=0.6, agreement=1.0, words=0.5)
UNCLEAR = Evidence(score=0.5, margin=0.0, agreement=0.2, words=0.0)


@pytest.mark.parametrize("has_meaning", [True, False])
def test_more_evidence_makes_it_surer_and_the_line_lies_between(has_meaning: bool) -> None:
    by = weights(has_meaning=has_meaning)
    assert by.sure(UNCLEAR) < 0.5 < by.least < by.sure(CLEAR) < 1
    for less in (
        replace(CLEAR, score=0.5), replace(CLEAR, margin=0.0), replace(CLEAR, agreement=0.2),
        replace(CLEAR, words=-0.5),
    ):  # fmt: skip
        assert by.sure(less) < by.sure(CLEAR)


@pytest.mark.parametrize("has_meaning", [True, False])
def test_it_is_as_often_right_as_it_says_on_sentences_nothing_was_fitted_to(
    has_meaning: bool,
) -> None:
    router = Router(load_folder(), find_encoder() if has_meaning else None)
    seen = list(decided(router, HELD_OUT))
    assert len(seen) >= 15
    assert off_by(seen, weights(has_meaning=has_meaning)) < 0.2
    always = replace(weights(has_meaning=has_meaning), bias=50.0)  # says that it is ever sure
    assert off_by(seen, always) > 0.2


async def test_what_is_not_sure_enough_is_no_wish_but_names_what_it_may_be() -> None:
    router = Router(load_folder())
    route = await router.route("the man with the broken lamp asked for his money", ALL)
    assert route.playbook is None
    assert route.runner_up is not None
    assert 0 < route.score < weights(has_meaning=False).least
