"""What holds among statements: whatever their order in the list, one value or a doubt."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from memory.beliefs import settling
from memory.beliefs.settling import OF_RECORD, RANK, Statement
from tests.memory.conftest import BOTH

pytestmark = BOTH

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 6)
few = settings(max_examples=40)


def day(number: int) -> datetime:
    return BEGINS + timedelta(days=number)


@st.composite
def many(draw: st.DrawFn) -> list[Statement]:
    found = []
    for number in range(draw(st.integers(0, 7))):
        author = draw(st.sampled_from(list(RANK)))
        start, lasts = draw(DAYS), draw(st.none() | st.integers(1, 4))
        order = (day(draw(DAYS)), number)
        found.append(
            Statement(
                id=f"s{number}",
                said=draw(st.sampled_from("xyz")),
                start=day(start),
                end=None if lasts is None else day(start + lasts),
                heard=order,
                order=order,
                rank=RANK[author],
                believed=draw(st.booleans()),
                of_record=("bank", draw(st.sampled_from("ab"))) if author in OF_RECORD else None,
                guarded=draw(st.booleans()),
            )
        )
    return found


@few
@given(many(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_the_list_says_nothing(said: list[Statement], on: int, rng: Random) -> None:
    shuffled = rng.sample(said, len(said))
    assert sorted(settling.at(said, day(on)), key=str) == sorted(
        settling.at(shuffled, day(on)), key=str
    )


@few
@given(many(), DAYS)
def test_one_value_holds_or_each_is_in_doubt(said: list[Statement], on: int) -> None:
    found = settling.at(said, day(on))
    sure = [held for held in found if held.standing in ("active", "disputed")]
    assert {held.standing for held in sure} <= {"active" if len(sure) == 1 else "disputed"}
    values = {one.id: one.said for one in said}
    assert len({values[held.id] for held in found}) == len(found)
    for held in found:
        assert {values[id] for id in held.support} == {values[held.id]}


@few
@given(many(), DAYS)
def test_what_is_only_proposed_changes_nothing_that_is_believed(
    said: list[Statement], on: int
) -> None:
    known = settling.confirmed(said)
    believed = [one for one in known if one.believed]
    sure = [held for held in settling.at(said, day(on)) if held.standing != "proposed"]
    alone = settling.at(believed, day(on))
    assert [(held.id, held.standing, held.end) for held in sure] == [
        (held.id, held.standing, held.end) for held in alone
    ]


@few
@given(many(), DAYS)
def test_repetition_alone_makes_nothing_believed(said: list[Statement], on: int) -> None:
    hearsay = [
        Statement(
            one.id, one.said, one.start, one.end, one.heard, one.order, one.rank, False,
            ("mail", "eve"), one.guarded,
        )
        for one in said
    ]  # fmt: skip
    assert all(held.standing == "proposed" for held in settling.at(hearsay * 2, day(on)))


@few
@given(many(), DAYS)
def test_each_tells_of_the_same_moment_what_holds_then(said: list[Statement], on: int) -> None:
    holds = {id: held.standing for held in settling.at(said, day(on)) for id in held.support}
    told = {held.id: held for held in settling.each(said, day(on))}
    assert told.keys() == {one.id for one in said}
    assert {id: told[id].standing for id in holds} == holds
    for one in said:
        held = told[one.id]
        if one.start <= day(on) and one.id not in holds:
            assert held.standing == "superseded"
            assert held.end is not None
        if held.by is not None:
            assert held.by in told
            assert held.end is not None


@few
@given(many())
def test_what_ended_is_never_heard_of_again(said: list[Statement]) -> None:
    ends: dict[str, datetime | None] = {held.id: held.end for held in settling.each(said, day(0))}
    for on in range(12):
        for held in settling.at(said, day(on)):
            for id in held.support:
                end = ends[id]
                assert end is None or day(on) < end
