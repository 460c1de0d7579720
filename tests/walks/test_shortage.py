"""Walks where money for models is short: who pays more gets more, and so does who waits."""

from typing import Any

import pytest

from agents.writing.drafting import Drafting
from engine.chat.messages import TextDiff
from memory.copying import verify
from memory.schema.work import refinements
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import CARD, DRAFT, TEMPLATE, WISH, WROTE, Office
from tests.walks.test_planning import ASK, mail, note, plan, states
from tests.walks.test_refund import sent
from tests.walks.test_rungs import RAISE, TITLE, said, spend

OWN = "that language models may cost for"  # the message of a wish's own budget


async def how(office: Office) -> list[str]:
    return [row.state for row in await office.rows(refinements)]


def better(chat: Chat) -> str:
    """Return the draft that took the place of another on its card; "": none did."""
    found = [part.new for part in chat.card(CARD).parts if isinstance(part, TextDiff) and part.old]
    return found[0] if found else ""


async def poor(office: Office, **more: Any) -> Chat:
    """Wish for a mail that its own budget cannot pay, and see the template asked."""
    chat = await office.open(**({"model_budget_goal": "0.05"} | more))
    office.server.script(DRAFT)
    await chat.say(WISH)
    assert office.server.asked == []
    assert TEMPLATE in chat.text(CARD)
    assert await how(office) == ["short"]
    return chat


async def test_who_raises_a_wishs_money_gets_the_better_draft_in_its_place(office: Office) -> None:
    chat = await poor(office)
    first = chat.key(CARD)
    await chat.tap(OWN, RAISE)
    assert len(office.server.asked) == 1
    assert better(chat) == WROTE
    assert first not in chat.order and chat.key(CARD) not in chat.posted  # the same message
    assert await how(office) == ["came"]
    assert "raised already" in (await chat.tap(OWN, RAISE)).text
    assert len(office.server.asked) == 1  # a second tap asks nothing anew
    office.clock.advance(seconds=5)
    await chat.tap(CARD, "✓ Send")
    assert WROTE in sent(office.app)[0]
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_waited_for_the_day_is_drafted_after_a_raise(
    office: Office,
) -> None:
    chat = await office.open()
    await spend(office, "2.00")
    for more in ("", ", and the bill"):
        await chat.say(WISH + more)
    assert await how(office) == ["short", "short"]
    office.server.script(DRAFT)
    await chat.tap(TITLE, RAISE)
    assert await how(office) == ["came", "came"]
    assert len(office.server.asked) == 2


async def test_the_day_after_it_is_drafted_by_itself(office: Office) -> None:
    chat = await office.open()
    await spend(office, "2.00")
    await chat.say(WISH)
    assert TEMPLATE in chat.text(CARD)
    office.server.script(DRAFT)
    await office.app.alarms.ring_due()
    await chat.settle()
    assert office.server.asked == []
    office.clock.advance(hours=16)  # past midnight, before the question expires
    await office.app.alarms.ring_due()
    await chat.settle()
    assert await how(office) == ["came"]
    assert better(chat) == WROTE


async def test_a_wishs_own_money_is_none_the_more_for_midnight(office: Office) -> None:
    chat = await poor(office)
    office.clock.advance(hours=16)
    await office.app.alarms.ring_due()
    await chat.settle()
    assert await how(office) == ["short"]
    assert len(said(chat, OWN)) == 1  # and it is not said anew each day
    assert office.server.asked == []


async def test_a_raise_too_small_says_so_and_asks_nobody(office: Office) -> None:
    chat = await poor(office, model_prices=("home/one=100:3000",), model_budget_day="10")
    await chat.tap(OWN, RAISE)
    assert office.server.asked == []
    assert await how(office) == ["short"]
    [_, again] = said(chat, OWN)
    assert "The 2.05 EUR" in again
    await chat.tap("2.05 EUR that language models", RAISE)
    assert len(office.server.asked) == 1
    assert await how(office) == ["came"]


async def test_a_card_that_was_edited_stays_as_it_is_after_a_raise(office: Office) -> None:
    chat = await poor(office)
    await chat.tap(CARD, "Edit", text="In my own words.")
    assert await how(office) == ["forgone"]
    await chat.tap(OWN, RAISE)
    assert office.server.asked == []
    assert "In my own words." in chat.text(CARD)


async def test_who_began_to_decide_keeps_the_card_that_they_look_at(office: Office) -> None:
    chat = await poor(office)
    await chat.open(CARD, "Edit")
    await chat.tap(OWN, RAISE)
    assert office.server.asked == []
    assert await how(office) == ["forgone"]
    await chat.tap(CARD, "✓ Send")
    assert TEMPLATE in sent(office.app)[0]
    await chat.say("/why")
    assert len(said(chat, "you began to decide before there was money for a better draft")) == 1


async def test_a_crash_between_the_raise_and_the_draft_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await poor(office)
    with monkeypatch.context() as patch:

        async def dies(*args: Any) -> Any:
            raise RuntimeError("the process ends here")

        patch.setattr(Drafting, "written", dies)
        await chat.tap(OWN, RAISE)
        assert office.server.asked == []
        assert await how(office) == ["awaited"]
        await office.app.close()
    office.clock.advance(minutes=1)
    chat = await office.open(model_budget_goal="0.05")
    await chat.settle()
    assert len(office.server.asked) == 1
    assert await how(office) == ["came"]
    assert better(chat) == WROTE


async def test_stop_holds_what_waits_for_money_until_it_ends(office: Office) -> None:
    chat = await poor(office)
    await chat.say("STOP")
    await chat.tap(OWN, RAISE)
    assert office.server.asked == []
    await chat.say("/resume")
    assert len(office.server.asked) == 1
    assert await how(office) == ["came"]


async def test_what_failed_for_another_reason_is_not_asked_again(office: Office) -> None:
    chat = await office.open(model_budget_goal="0.5")
    office.server.script(says("no JSON"))
    await chat.say(WISH)
    asked = len(office.server.asked)
    assert await how(office) == []
    office.clock.advance(hours=16)
    await office.app.alarms.ring_due()
    await chat.settle()
    assert len(office.server.asked) == asked


async def begin_without_money(office: Office, chat: Chat) -> None:
    """Start a plan whose card was drawn while there was money: it asks once more before."""
    await spend(office, "2.00")
    assert "nothing was begun" in (await chat.tap("The plan", "▶ Start")).text
    await chat.tap("The plan", "▶ Start")


async def test_a_step_that_nobody_was_paid_to_write_goes_on_after_a_raise(office: Office) -> None:
    chat = await office.open(model_prices=("home/one=10:100",))
    office.server.script(
        plan(note("calendar", {"write": "a calendar"}), note("brief", "Short.", "calendar")),
        says({"text": "1 December: First washes."}),
    )
    await chat.say(ASK)
    await begin_without_money(office, chat)
    assert await states(office) == {"calendar": "failed", "brief": "skipped"}
    assert len(office.server.asked) == 1
    await chat.tap(TITLE, RAISE)
    assert await states(office) == {"calendar": "done", "brief": "done"}
    assert len(office.server.asked) == 2


async def test_a_plan_that_was_stopped_is_not_gone_on_with_after_a_raise(office: Office) -> None:
    chat = await office.open()
    office.server.script(
        plan(note("calendar", {"write": "a calendar"}), mail("tell")),
        says({"text": "1 December: First washes."}),
    )
    await chat.say(ASK)
    await begin_without_money(office, chat)
    assert await states(office) == {"calendar": "failed", "tell": "waiting"}
    await chat.tap("The plan", "■ Stop this plan")
    await chat.tap(TITLE, RAISE)
    assert await states(office) == {"calendar": "failed", "tell": "skipped"}
    assert len(office.server.asked) == 1
