"""Walks of reading a kept answer again: of a mail, of somebody, of a rule's words, of a week."""

from collections.abc import Awaitable, Callable

import pytest

from bot.commands import rechecking
from memory.schema.models import reasons
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_enrich import reads as finds
from tests.walks.test_erasing import forget
from tests.walks.test_explaining import differing, replayed
from tests.walks.test_intake_reader import REFUND, mail
from tests.walks.test_model_rules import PROPOSED
from tests.walks.test_quarter import worded_week

Asks = Callable[[Office], Awaitable[None]]


async def test_a_read_mail_and_a_look_have_a_button_that_asks_why(office: Office) -> None:
    await a_mail(office)
    chat = office.chat
    for card, step in (("Mail from Ada", "intake.read/1"), ("what could be added", "enrich/1")):
        await chat.tap(card, "Why?")
        assert f"{step}: home/one (small) answered" in chat.last
        assert "Checked: " in chat.last
        if step == "intake.read/1":
            await chat.say("note on Ada: she teaches glass blowing at a place of her own")
            office.server.script(finds(("sector", "glass blowing", 1)))
            await chat.say("/enrich Ada")


async def a_mail(office: Office) -> None:
    chat = await office.open()
    office.server.script(REFUND)
    await chat.drop(mail())


async def a_look(office: Office) -> None:
    chat = await office.open()
    await chat.say("note on Ada: she teaches glass blowing at a place of her own")
    office.server.script(finds(("sector", "glass blowing", 1), ("size", "300 people", 1)))
    await chat.say("/enrich Ada")


async def a_rule(office: Office) -> None:
    chat = await office.open()
    office.server.script(says(PROPOSED))
    await chat.say("/policy add before lunch I want nothing large to be given back")


async def a_week(office: Office) -> None:
    await worded_week(office)


@pytest.mark.parametrize(
    ("asks", "step", "checked", "changes"),
    [
        (
            a_mail,
            "intake.read/1",
            "5 of 5 fields stand in the mail",
            [('"80 EUR"', '"order 1042"', rechecking.OTHER_FIELDS)],
        ),
        (
            a_look,
            "enrich/1",
            "1 of 2 findings stand in the sources they name",
            [
                ("glass blowing", "glass", rechecking.OTHER_FINDINGS),
                ("glass blowing", "mirrors", rechecking.OTHER_FINDINGS),
                ("300 people", "place of her own", rechecking.OTHER_FINDINGS),
            ],
        ),
        (
            a_rule,
            "rule/1",
            rechecking.A_RULE,
            [
                (">= 100.0", ">= 99.0", rechecking.OTHER_RULE),
                ("hour < 12", "hour < 11", rechecking.OTHER_RULE),  # fails on its own case
            ],
        ),
        (
            a_week,
            "strategy/1",
            rechecking.WORDED,
            [
                ("Nobody works", "No one works", rechecking.OTHER_WORDS),
                ("20 of 900", "21 of 900", rechecking.OTHER_WORDS),
            ],
        ),
    ],
)
async def test_what_came_of_an_answer_comes_of_it_again_and_a_change_is_named(
    office: Office, asks: Asks, step: str, checked: str, changes: list[tuple[str, str, str]]
) -> None:
    await asks(office)
    [call] = [row for row in await office.rows(reasons) if row.step == step]
    told = await replayed(office, call.id)
    what = f"{step}, home/one: answered, its answer"
    assert f"= {what}" in told
    assert "≠" not in told
    assert "·" not in told
    for old, new, other in changes:
        sql = "UPDATE answers SET value=replace(value, :old, :new) WHERE key=:key AND value LIKE :l"
        given = {"key": call.answer, "old": old, "new": new, "l": f"%{old}%"}
        assert await differing(office, call.id, (sql, given)) == [f"≠ {what}: {other}"]
    await office.chat.say(f"/why {call.id}")
    assert f"Checked: {checked}" in office.chat.last


async def test_what_was_read_of_somebody_forgotten_since_is_gone_and_no_difference(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(REFUND)
    await chat.drop(mail())
    await chat.say("note on Ada Example: she teaches glass blowing at a place of her own")
    office.server.script(finds(("sector", "glass blowing", 1)))
    await chat.say("/enrich Ada Example")
    calls = [row for row in await office.rows(reasons) if row.step in ("intake.read/1", "enrich/1")]
    assert len(calls) == 2
    await forget(chat)
    for call in calls:
        told = await replayed(office, call.id)
        assert "≠" not in told
        assert "cannot be compared any more." in told
