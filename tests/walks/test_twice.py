"""Walks of what the rules want asked twice, when its operator is on more than one surface."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App, open_app
from engine.acting.taps import STALE, Person
from engine.chat import conversations, tokens
from memory import events
from memory.canon import records
from memory.schema.work import approvals, decisions
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_refund import ledger

CARD = "Refund 800.00 EUR"
REALLY = "✓ Yes, really"
FIRST = (
    "That is your first yes; nothing is done yet. Now to confirm, type exactly 800.00 on the card, "
    "or tap ✓ Yes, really on Telegram."
)


@pytest.fixture
async def two(filled: Path, tmp_path: Path, clock: FakeClock) -> AsyncIterator[tuple[Chat, Chat]]:
    """The same operator on the web and on Telegram, asked for a refund over the limit."""
    shutil.copytree(filled, tmp_path / "sample")
    web, phone = Chat(), Chat()
    web.name, phone.name = "web", "telegram"
    app = await open_app(tmp_path / "sample", lambda db, folder: [web, phone], clock=clock)
    await app.start()
    await web.pair(app)
    await phone.pair(app)
    await asked(web)
    await phone.settle()
    yield web, phone
    await app.close()


async def asked(chat: Chat) -> None:
    await chat.say("Ada paid 900 EUR for order 1042")
    async with chat.app.db.snapshot() as reader:
        [paid] = await records.of_kind(reader, "payment", amount="900.00")
    await chat.say(f"refund {paid.name} 800 EUR")


def labels(chat: Chat) -> list[str]:
    return [button.label for row in chat.card(CARD).buttons for button in row]


def refunds(app: App) -> int:
    return ledger(app).count("(REF-")


async def test_the_second_yes_may_be_a_tap_on_another_surface(two: tuple[Chat, Chat]) -> None:
    web, phone = two
    assert REALLY not in labels(web) + labels(phone)
    first = await web.tap(CARD, "✓ Refund")
    await phone.settle()
    assert (first.text, first.refused) == (FIRST, True)
    assert refunds(web.app) == 0
    for chat in two:
        assert (
            "First yes on web, Fri 20 Nov, 10:00. To confirm, type 800.00, or tap ✓ Yes, really on "
            "another of your surfaces: Telegram."
        ) in chat.text(CARD)
    assert REALLY not in labels(web)
    assert labels(phone)[0] == REALLY
    token = phone.tokens[phone.key(CARD), REALLY]
    assert (await phone.press(token)).text == "Approved."
    await web.settle()
    line = "Approved by you (first yes on web, second on Telegram), Fri 20 Nov, 10:00"
    for chat in two:
        assert "refunded 800.00 EUR" in chat.text(CARD)
        assert line in chat.text(CARD)
    assert (await phone.press(token)).text == f"Already a{line[1:].partition(' · ')[0]}."
    assert refunds(web.app) == 1
    await web.tap(CARD, "Why?")
    assert "approve by you (first yes on web, second on Telegram)" in web.last


async def test_both_surfaces_are_kept_with_the_decision_and_its_event(
    two: tuple[Chat, Chat],
) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    card = web.key(CARD)
    await web.tap(CARD, "More")
    await web.press(web.tokens[card, "Why?"])
    assert "question open, first yes on web" in web.last
    await web.press(web.tokens[card, "Back"])
    await phone.settle()
    await phone.tap(CARD, REALLY)
    async with web.app.db.snapshot() as reader:
        [row] = await reader.rows(sa.select(decisions))
        [first] = await events.of_kind(reader, "approval.first_yes")
        [decided] = await events.of_kind(reader, "approval.decided")
    assert (row.first_on, row.channel) == ("web", "telegram")
    assert first.body["channel"] == "web"
    assert (decided.body["first_on"], decided.body["channel"]) == ("web", "telegram")


async def test_the_same_surface_never_gives_the_second_yes(two: tuple[Chat, Chat]) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    await phone.settle()
    button = phone.button(phone.key(CARD), REALLY)
    async with web.app.db.transaction() as tx:
        conv = await conversations.admit(tx, "web", "other", "operator")
        here = (await tokens.mint(tx, [button], web.who.conv, web.who.user))[button]
        there = (await tokens.mint(tx, [button], conv.id, conv.user))[button]
    refusal = "Your first yes came from web, too, so this one does not count. Tap it on Telegram."
    assert (await web.press(here)).text == refusal
    reply = await web.app.tap(Person(conv.user, "web", conv.id), "t", there, {})
    assert (reply.text, reply.refused) == (refusal, True)
    await web.say("/tap Yes, really")
    assert "No button here is called “Yes, really”." in web.last
    again = await web.tap(CARD, "✓ Refund")
    assert "Your first yes on web stands; nothing is done yet." in again.text
    assert refunds(web.app) == 0


async def test_a_plain_yes_elsewhere_is_told_where_the_second_one_is(
    two: tuple[Chat, Chat],
) -> None:
    web, phone = two
    early = phone.tokens[phone.key(CARD), "✓ Refund"]  # drawn before the first yes
    await web.tap(CARD, "✓ Refund")
    reply = await phone.press(early)
    assert reply.text == (
        "Your first yes on web stands; nothing is done yet. Now to confirm, type exactly 800.00 on "
        "the card, or tap ✓ Yes, really on Telegram."
    )
    assert refunds(web.app) == 0


async def test_a_strangers_tap_changes_nothing(two: tuple[Chat, Chat]) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    await phone.settle()
    token = phone.tokens[phone.key(CARD), REALLY]
    for who in (web.who, Person("stranger", "telegram", phone.who.conv)):
        assert (await web.app.tap(who, "stolen", token, {})).refused
    assert refunds(web.app) == 0


async def test_an_edit_between_the_two_yeses_voids_the_first(two: tuple[Chat, Chat]) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    await phone.settle()
    token = phone.tokens[phone.key(CARD), REALLY]
    await web.tap(CARD, "Edit", amount="700.00")
    await phone.settle()
    assert (await phone.press(token)).text == STALE
    for chat in two:
        assert "First yes" not in chat.text("Refund 700.00 EUR")
        buttons = chat.card("Refund 700.00 EUR").buttons
        assert REALLY not in [button.label for row in buttons for button in row]
    assert refunds(web.app) == 0


async def test_later_takes_the_first_yes_back(two: tuple[Chat, Chat]) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    await phone.settle()
    token = phone.tokens[phone.key(CARD), REALLY]
    await web.tap(CARD, "Later")
    await web.tap(CARD, "In 1 hour")
    reply = await phone.press(token)
    assert reply.text == "There is no first yes to this any more; nothing was done."
    assert REALLY not in labels(phone)
    assert refunds(web.app) == 0


async def test_a_first_yes_ends_with_its_question(two: tuple[Chat, Chat], clock: FakeClock) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    await phone.settle()
    clock.advance(days=7)
    reply = await phone.tap(CARD, REALLY)
    assert reply.text == "This expired before you answered, so it was not done."
    assert refunds(web.app) == 0


async def test_a_no_counts_after_the_first_yes_on_either_surface(
    two: tuple[Chat, Chat],
) -> None:
    web, phone = two
    await web.tap(CARD, "✓ Refund")
    await phone.settle()
    await phone.tap(CARD, "Reject")
    assert "Rejected by you on telegram, Fri 20 Nov, 10:00" in phone.text(CARD)
    assert refunds(web.app) == 0


async def test_the_amount_still_confirms_on_the_surface_of_the_first_yes(
    two: tuple[Chat, Chat],
) -> None:
    web, _ = two
    await web.tap(CARD, "✓ Refund")
    wrong = await web.tap(CARD, "✓ Refund", confirm="80")
    assert wrong.text == "Not done: to confirm, type exactly 800.00."
    assert (await web.tap(CARD, "✓ Refund", confirm="800.00")).text == "Approved."
    assert "Approved by you on web, Fri 20 Nov, 10:00" in web.text(CARD)
    assert refunds(web.app) == 1


async def test_both_yeses_may_be_written(two: tuple[Chat, Chat]) -> None:
    web, phone = two
    await web.tap(CARD, "More")
    [code] = re.findall(r"/ok (\w{4})", web.text(CARD))
    await web.say(f"/ok {code}")
    assert "That is your first yes" in web.last
    await phone.settle()
    await phone.say("/tap Yes, really")
    assert "Approved." in phone.last
    assert refunds(web.app) == 1


async def test_with_one_surface_a_bare_yes_is_no_first_one(app: App, chat: Chat) -> None:
    await asked(chat)
    form = chat.button(chat.key(CARD), "✓ Refund").form
    assert form is not None
    assert form.title == "Confirm once more"
    reply = await chat.tap(CARD, "✓ Refund")
    assert reply.text == "Not done: to confirm, type exactly 800.00."
    async with app.db.snapshot() as reader:
        assert await reader.value(sa.select(approvals.c.first_on).filter_by(state="open")) is None
