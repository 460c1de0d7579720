"""Which of the operator's edits a model is shown before it drafts."""

from typing import Literal

from agents.writing.examples import PAIRS_MAX, TOKENS_MAX, nearest, remembered
from engine.voice.habits import Pair
from memory.recalling.recall import Recalled
from memory.vectors.embed import find_encoder
from tests.conftest import BEGINS

ROOM = Pair("The room for the workshop is booked.", "Room booked.", True)
MONEY = Pair("We have paid the money back to your account.", "Money is back.", True)
BILL = Pair("We paid you back.", "Paid.", False)


async def test_the_nearest_pairs_come_first_by_meaning_and_by_words() -> None:
    for encoder in (find_encoder(), None):
        draft = "The refund: the money is on its way back to your bank account."
        assert (await nearest(draft, [ROOM, MONEY], encoder))[0] == MONEY
        assert (await nearest("The workshop has another room.", [MONEY, ROOM], encoder))[0] == ROOM


async def test_the_same_kind_of_mail_goes_before_another_kind() -> None:
    assert (await nearest("We paid you back.", [BILL, ROOM], None)) == [ROOM, BILL]


async def test_no_more_is_shown_than_fits() -> None:
    long = Pair("long " * TOKENS_MAX, "longer " * TOKENS_MAX, True)
    assert await nearest("long", [long, ROOM], None) == [ROOM]
    assert await nearest("room", [long], None) == []
    words = ("one two", "three four", "five six", "seven eight", "nine ten", "ten eleven")
    many = [Pair(f"{text} is so.", f"{text}!", True) for text in words]
    assert len(await nearest("room", many, None)) == PAIRS_MAX
    assert await nearest("room", [ROOM, *many], None, tokens=13) == [ROOM]


async def test_what_says_nearly_the_same_is_shown_once() -> None:
    twins = [
        Pair(f"We refunded {amount} EUR to your bank today.", f"{amount} EUR are back.", True)
        for amount in (10, 20, 30)
    ]
    assert await nearest("We refunded 40 EUR.", [*twins, ROOM], None) == [twins[0], ROOM]


def test_of_runs_of_one_story_the_nearest_is_remembered_and_every_fact() -> None:
    runs = [found("episode", f"Refund a customer. You asked: refund {n} EUR. Done.") for n in "123"]
    facts = [found("fact", f"Bruno wants the lamps in {color}") for color in ("blue", "green")]
    assert remembered([runs[0], facts[0], runs[1], facts[1], runs[2]], 3) == [runs[0], *facts]
    assert remembered([*facts, *runs], 1) == [facts[0]]


def found(kind: Literal["episode", "fact"], text: str) -> Recalled:
    return Recalled(
        id=text, ref="", kind=kind, text=text, score=1.0, at=BEGINS, trust="system",
        sensitivity="personal", record=None, by=None, because="",
    )  # fmt: skip
