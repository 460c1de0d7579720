"""A better draft changes the card where it stands on every surface, unless its form is open."""

import asyncio
from typing import Any

import pytest

from agents import runner
from agents.models import listed
from agents.models.door import Answer, Models, NoAnswer
from agents.models.wish import T, Wish
from agents.writing.drafted import Drafted
from bot import minds
from engine.rules.house import House
from memory.schema.work import refinements
from tests.sampled import sampled
from tests.surfaces.on_slack import OnSlack
from tests.surfaces.on_telegram import OnTelegram
from tests.surfaces.on_web import OnWeb
from tests.surfaces.script import MAIL, WISH
from tests.surfaces.stage import Operator, Stage
from tests.surfaces.test_script import _chromium_or_skip, folder, playing

COMES = "A better draft is being written."
WROTE = "Dear Ada, the course begins on Monday; come a little early. Yours, Studio Example"
HAND = "Dear Ada, see you on Monday. Sam"
MODEL = listed.read({"small": ("home/one",)}, servers=("home=http://127.0.0.1:9/v1",))["small"][0]
SURFACES = {"telegram": OnTelegram, "slack": OnSlack, "web": OnWeb}
__all__ = ["folder"]


class Slow(Models):
    """A model that answers with a draft once it may."""

    def __init__(self, house: House, may_answer: asyncio.Event) -> None:
        super().__init__(house, {"small": (MODEL,)}, minds.none(house).limits)
        self._may_answer = may_answer

    async def ask(self, wish: Wish[T]) -> Answer[T] | NoAnswer:
        if not issubclass(wish.gives, Drafted):
            return NoAnswer("It only drafts.")
        await self._may_answer.wait()
        return Answer(wish.gives(text=WROTE), MODEL.name)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DRAFT_S", 0.05)


def operator_of(name: str) -> Any:
    if name == "web":
        _chromium_or_skip()
    return SURFACES[name]()


async def states(stage: Stage) -> list[str]:
    async with stage.app.db.snapshot() as reader:
        return [row.state for row in await reader.rows(refinements.select())]


async def opened(operator: Operator, part: str) -> Any:
    """Open the form of the card, and fill it in without sending it."""
    if isinstance(operator, OnWeb):
        page = operator._page
        async with page.expect_response("**/opened"):
            await page.locator("details.form summary", has_text="Edit").last.click()
        await page.locator("details.form[open] textarea").last.fill(HAND)
        return None
    return await operator.hold(part, "Edit", Text=HAND)


@pytest.mark.parametrize("name", sampled(SURFACES, 1))
async def test_the_better_draft_changes_the_card_where_it_stands(name: str, folder: Any) -> None:
    may_answer, operator = asyncio.Event(), operator_of(name)
    async with playing(folder, operator, models=lambda house: Slow(house, may_answer)) as stage:
        await operator.say(WISH)
        await operator.see(MAIL, COMES)
        old = await operator.hold(MAIL, "✓ Send")
        mark = operator.mark()
        may_answer.set()
        await operator.see(MAIL, "come a little early")
        await stage.settle()
        assert COMES not in await operator.see(MAIL)
        assert [text for text in operator.since(mark) if MAIL in text and COMES in text] == []
        stage.clock.advance(seconds=5)
        assert "changed" in await stage.press(operator, old)
        assert stage.mails == []
        stage.clock.advance(seconds=5)
        await stage.tap(operator, MAIL, "✓ Send")
        [mail] = stage.mails
        assert "come a little early" in mail
        assert await states(stage) == ["came"]


@pytest.mark.parametrize("name", sampled(SURFACES, 1))
async def test_who_opened_the_form_keeps_the_card_and_what_they_typed(
    name: str,
    folder: Any,
) -> None:
    may_answer, operator = asyncio.Event(), operator_of(name)
    async with playing(folder, operator, models=lambda house: Slow(house, may_answer)) as stage:
        await operator.say(WISH)
        await operator.see(MAIL, COMES)
        held = await opened(operator, MAIL)
        may_answer.set()
        await stage.settle()
        assert await states(stage) == ["left"]
        if held is None:
            page = operator._page
            assert await page.locator("details.form[open] textarea").last.input_value() == HAND
            await page.locator("details.form[open] button").last.click()
        else:
            await operator.send(held)
        await stage.settle()
        await operator.see(MAIL, "see you on Monday")
        await stage.tap(operator, MAIL, "✓ Send")
        [mail] = stage.mails
        assert "see you on Monday. Sam" in mail
        assert "come a little early" not in mail
