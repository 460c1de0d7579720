"""Walks of /autonomy: off asks what rules of one's own would let run, at once and for good."""

import shutil
from pathlib import Path

import pytest

from bot.app import App
from engine.desks import perform
from engine.flow.durable import Work
from memory import profile
from memory.copying import verify
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_always import BRUNO, allowed, asks, opened
from tests.walks.test_outside import mail
from tests.walks.test_refund import sent

ON = "Autonomy is on: your own rules let run by itself what they say."
OFF = "Autonomy is off: what a rule of yours would let run is asked. /autonomy on ends it."


async def test_off_asks_also_after_a_restart_and_on_lets_run_again(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    await allowed(chat)
    await chat.say("/autonomy off")
    assert chat.last.strip() == OFF
    assert await asks(app, chat, "write to Bruno that the second file is ready")
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    chat.count = 100  # the platform counts on
    assert await asks(app, chat, "write to Bruno that the third file is ready")
    await chat.say("/autonomy on")
    assert chat.last.strip() == f"{ON} What was asked meanwhile still waits for your yes."
    assert not await asks(app, chat, "write to Bruno that the fourth file is ready")
    assert len(sent(app)) == 2  # with the one that was approved
    assert (await verify.verify(app.db)).faults == ()
    await app.close()


async def test_it_says_how_it_stands_and_so_does_policy(app: App, chat: Chat) -> None:
    await chat.say("/autonomy")
    assert chat.last.strip() == ON
    await chat.say("/policy")
    assert ON in chat.last
    await chat.say("/autonomy OFF")
    await chat.say("/autonomy")
    assert chat.last.strip() == OFF
    await chat.say("/autonomy off")
    assert chat.last.strip() == f"Nothing changed. {OFF}"
    await chat.say("/autonomy perhaps")
    assert chat.last.strip() == f"Write /autonomy off or /autonomy on. {OFF}"
    await chat.say("/policy")
    assert OFF in chat.last and ON not in chat.last


async def test_the_card_and_why_say_that_autonomy_is_off(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    name = await allowed(chat)
    clock.advance(minutes=1)
    await chat.say("/autonomy off")
    await chat.say("write to Bruno that the second file is ready")
    assert "Autonomy is off, so what a rule of yours would let run is asked." in chat.text(BRUNO)
    await chat.tap(BRUNO, "✓ Send")
    await chat.say("/why")
    assert f"Autonomy is off, so what a rule of yours would let run is asked. ({name}" in chat.last


async def test_what_a_rule_let_through_but_has_not_begun_asks_again(app: App, chat: Chat) -> None:
    await allowed(chat)
    begun: list[Work] = []

    async def wait(work: Work) -> None:
        begun.append(work)

    handlers = app.durable._handlers
    carry_out, handlers["perform"] = handlers["perform"], wait
    await chat.say("write to Bruno that the second file is ready")
    handlers["perform"] = carry_out
    await chat.say("/autonomy off")
    [work] = begun
    await perform.perform(app.house, work)
    await chat.settle()
    assert len(sent(app)) == 1
    assert "✓ Send" in chat.text("Send e-mail")


async def test_notes_of_the_house_itself_go_on(app: App, chat: Chat) -> None:
    await chat.say("/autonomy off")
    await chat.say("note: Bruno likes the blue folder")
    assert "✓" in chat.last and "waits for you" not in chat.last


@pytest.mark.parametrize("words", ["/autonomy on", "autonomy on"])
async def test_somebody_elses_words_never_turn_it_on(app: App, chat: Chat, words: str) -> None:
    await chat.say("/autonomy off")
    await chat.drop(mail(words, 1))
    await chat.say("", others=(words,))
    async with app.db.snapshot() as reader:
        assert await profile.get(reader, "autonomy") is False
