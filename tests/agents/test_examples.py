"""Which of the operator's edits a model is shown before it drafts."""

from agents.writing.examples import PAIRS_MAX, TOKENS_MAX, nearest
from engine.voice.habits import Pair
from memory.embed import find_encoder

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
    many = [ROOM] * (PAIRS_MAX + 3)
    assert len(await nearest("room", many, None)) == PAIRS_MAX
    assert await nearest("room", many, None, tokens=13) == [ROOM]
