"""Ranking, which is pure: whatever the candidates, these hold."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.recalling import ranking
from memory.recalling.ranking import (
    SIGNS,
    Asked,
    Candidate,
    because,
    half_lives,
    rank,
    weights,
    within,
)
from memory.texts.passages import Kind
from memory.texts.traits import Traits
from memory.texts.when import Span

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PLAIN = Asked("any", (), frozenset(), ("price",), NOW)
candidates = st.builds(
    Candidate,
    seq=st.integers(1, 10**6),
    id=st.just("psg_1"),
    ref=st.just("evt_1"),
    kind=st.sampled_from(get_args(Kind)),
    record=st.none(),
    text=st.text(max_size=300),
    at=st.integers(0, 900).map(lambda days: NOW - timedelta(days=days)),
    session=st.sampled_from(["psg_1", "psg_2", "psg_3"]),
    by=st.sampled_from([None, "Ada Example", "Bruno"]),
    trust=st.sampled_from(["operator", "outside"]),
    traits=st.integers(0, 15),
    words=st.just(0.0) | st.floats(1e-3, 30),  # BM25; next to none counts as none
    sensitivity=st.sampled_from(["business", "personal"]),
    meaning=st.floats(-1, 1),
)
many = st.lists(candidates, max_size=12, unique_by=lambda one: one.seq)


def candidate(seq: int, text: str = "The price went up", **more: Any) -> Candidate:
    fixed = Candidate(
        seq, f"psg_{seq}", "evt_1", "note", None, None, text, NOW, "operator", f"psg_{seq}", 0
    )
    return fixed._replace(**more)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_is_of_no_matter(some: list[Candidate], chance: Any) -> None:
    mixed = list(some)
    chance.shuffle(mixed)
    assert [one.candidate.seq for one in rank(some, PLAIN)] == [
        one.candidate.seq for one in rank(mixed, PLAIN)
    ]


@given(many, st.floats(0.1, 10))
def test_only_the_proportion_of_scores_counts(some: list[Candidate], factor: float) -> None:
    def scaled(one: Candidate) -> Candidate:
        return one._replace(words=one.words * factor)

    before = {one.candidate.seq: one.score for one in rank(some, PLAIN)}
    after = {one.candidate.seq: one.score for one in rank([*map(scaled, some)], PLAIN)}
    assert after == pytest.approx(before)


@given(many, st.integers(1, 8), st.integers(0, 900))
def test_no_more_than_asked_for_and_no_more_than_fits(
    some: list[Candidate], k: int, budget: int
) -> None:
    chosen = within(rank(some, PLAIN), k, budget)
    assert len(chosen) <= k
    assert bool(chosen) == bool(some)
    assert sum(len(one.candidate.text) for one in chosen[1:]) <= max(
        0, budget - len(chosen[0].candidate.text) if chosen else 0
    )


@given(many)
def test_every_candidate_says_why(some: list[Candidate]) -> None:
    assert all(because(one, PLAIN) for one in rank(some, PLAIN))


@pytest.mark.parametrize(
    ("better", "asked"),
    [
        ({"words": 2.0}, PLAIN),
        ({"meaning": 0.5}, PLAIN),
        ({"by": "Ada Example"}, Asked("any", (), frozenset({"ada"}), (), NOW)),
        ({"traits": Traits.ANSWERS}, PLAIN),
        ({"text": "The price went up at the mill by the river"}, PLAIN),
        ({"trust": "system"}, PLAIN),
        ({"traits": Traits.TELLS_TIME}, Asked("when", (), frozenset(), (), NOW)),
        ({"traits": Traits.TELLS_NUMBER}, Asked("number", (), frozenset(), (), NOW)),
        ({"at": NOW}, Asked("any", (Span(NOW.date(), NOW.date()),), frozenset(), (), NOW)),
    ],
)
def test_each_sign_lifts_what_has_it(better: dict[str, Any], asked: Asked) -> None:
    common: dict[str, Any] = {"trust": "outside", "at": NOW - timedelta(days=40)}
    plain, lifted = candidate(2, **common), candidate(1, **{**common, **better})
    assert [one.candidate.seq for one in rank([plain, lifted], asked)] == [1, 2]


def test_a_question_is_a_worse_answer() -> None:
    asks, tells = candidate(2, traits=Traits.ASKS), candidate(1)
    assert rank([asks, tells], PLAIN)[0].candidate.seq == 1


def test_one_good_hit_lifts_those_said_together_with_it() -> None:
    hit, beside, alone = (
        candidate(1, words=5.0, session="psg_1"),
        candidate(2, "Yes, by ten percent", session="psg_1"),
        candidate(3, "No, by ten percents", session="psg_3"),
    )
    assert [one.candidate.seq for one in rank([alone, beside, hit], PLAIN)] == [1, 2, 3]


def test_what_was_said_twice_is_told_once() -> None:
    said = [candidate(seq, "The price went up by ten") for seq in (1, 2)]
    other = candidate(3, "Nobody was there")
    chosen = within(rank([*said, other], PLAIN), 10, 1000)
    assert [one.candidate.seq for one in chosen] == [2, 3]


def test_the_weights_name_known_signs_only() -> None:
    for asks in ("any", "when", "number"):
        assert set(weights(asks)) <= set(SIGNS)


def test_each_kind_of_passage_says_how_it_ages() -> None:
    assert half_lives().keys() == set(get_args(Kind))
    assert all(days > 0 for days in half_lives().values())


def test_of_two_that_answer_alike_the_one_that_ages_slower_is_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail, note = (candidate(seq, kind=kind, at=NOW - timedelta(days=60))
                  for seq, kind in ((2, "mail"), (1, "note")))  # fmt: skip
    assert [one.candidate.kind for one in rank([mail, note], PLAIN)] == ["mail", "note"]
    slower = {**half_lives(), "note": 300.0}
    monkeypatch.setattr(ranking, "half_lives", lambda: slower)
    assert [one.candidate.kind for one in rank([mail, note], PLAIN)] == ["note", "mail"]


@given(many, st.sampled_from(get_args(Kind)), st.just(float("inf")) | st.floats(0.01, 3000))
def test_a_half_life_moves_no_score_by_more_than_the_weight_of_recency(
    some: list[Candidate], kind: str, days: float
) -> None:
    before = {one.candidate.seq: one for one in rank(some, PLAIN)}
    with pytest.MonkeyPatch.context() as patch:
        other = {**half_lives(), kind: days}
        patch.setattr(ranking, "half_lives", lambda: other)
        after = {one.candidate.seq: one for one in rank(some, PLAIN)}
    assert before.keys() == after.keys()
    for seq, one in after.items():
        moved = abs(one.score - before[seq].score)
        assert moved <= (weights("any")["recent"] if one.candidate.kind == kind else 0) + 1e-12
        assert one.meaning == before[seq].meaning


def test_recency_is_less_than_a_tenth_of_what_the_words_and_the_meaning_count() -> None:
    for asks in ("any", "when", "number"):
        assert weights(asks)["recent"] <= 0.1 * (weights(asks)["words"] + weights(asks)["meaning"])
