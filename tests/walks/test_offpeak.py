"""Walks of off-peak: the hours are said in the chat, and what nobody waits for waits for them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.flow import offpeak
from engine.models import circuits, model_calls, together
from memory import profile
from memory.copying import verify
from memory.schema.models import costs, reasons
from tests.peers.models import fails, says
from tests.walks.model_office import CARD, WROTE, Office
from tests.walks.test_retention import night as go_by_night
from tests.walks.test_rule_words import agreed
from tests.walks.test_trials import MORE, try_out

WANTED = model_calls.Wanted(step="try/1", agent="writer", basis="")
CALL = model_calls.Call(
    tier="small", model="home/two", remote=False, data_class="public", redacted=False, ceiling=0
)
DRAFT = says({"text": WROTE})
FILES = ("file", "lamp", "chair")
ALIKE = (
    "Dear Bruno, it is ready and lies here for you. Come by whenever it suits you, or tell me "
    "where I may send it; it costs nothing more. On Mondays the shop opens at nine, on other days "
    "at ten, and at noon we are away for half an hour. Bring a bag. Yours, Studio Example"
)


SAID = ("off-peak is 22 to 6", "/offpeak 22-6", "Off-peak hours are from 22 to 6.")


@pytest.mark.parametrize("words", SAID)
async def test_the_hours_are_said_in_words_or_by_command_and_shown(
    office: Office, words: str
) -> None:
    chat = await office.open()
    await chat.say("/offpeak")
    assert "Off-peak is any time" in chat.last
    await chat.say(words)
    assert "Off-peak is 22 to 6 o'clock: what nobody waits for is done then" in chat.last
    await chat.say("/offpeak at night")
    assert "“at night” are no hours. Write /offpeak 22-6" in chat.last
    await chat.say("/offpeak off")
    assert "Off-peak is any time" in chat.last


async def wished(office: Office) -> Any:
    """Wish for three mails by day, with a model in shadow whose turn is at night."""
    chat = await office.open(**MORE)
    await try_out(chat, "prompt 5 with home/two", "in shadow")
    await chat.say("off-peak is 22 to 6")
    office.server.script(DRAFT)
    for what in FILES:
        await chat.say(f"write to Bruno that the {what} is ready")
    return chat


def night(office: Office) -> None:
    office.clock.advance(hours=14)


async def shadows(office: Office) -> list[Any]:
    rows = await office.rows(reasons)
    return [one for one in rows if one.step == "shadow.draft.text/5" and one.state == "answered"]


async def test_what_nobody_waits_for_waits_for_the_hours_and_is_asked_in_one_request(
    office: Office,
) -> None:
    chat = await wished(office)
    assert len(office.server.asked) == 3  # the drafts on the cards, and nothing else
    assert sum(CARD in msg.summary for msg in chat.shown.values()) == 3
    await chat.say("/offpeak")
    assert "3 of it waits." in chat.last
    texts = [ALIKE] * 3  # which is no loop
    joint = [{"id": number, "text": text} for number, text in enumerate(texts, 1)]
    office.server.script(says({"drafts": joint}, tokens=(300, 60)))
    night(office)
    await chat.settle()
    assert len(office.server.asked) == 1
    assert office.server.asked[0]["model"] == "two"
    prompt = office.server.asked[0]["messages"][1]["content"]
    assert [prompt.count(f'<data name="{n}draft"') for n in ("", "1: ", "3: ")] == [0, 1, 1]
    found = await shadows(office)
    assert {one.task for one in found} == {
        row.task for row in await office.rows(reasons) if row.task
    }
    assert [(one.tokens_in, one.tokens_out) for one in found] == [(100, 20)] * 3
    assert sum(Decimal(one.cost) for one in found) == Decimal("0.009")
    booked = [Decimal(row.amount) for row in await office.rows(costs)]
    assert sum(booked) == Decimal("0.018")  # three drafts and one request: nothing twice
    await chat.say("/offpeak")
    assert "waits." not in chat.last
    await chat.say("/agents")
    told = "prompt 5 with home/two: nothing decided yet; 0.0030 EUR each time"
    assert f"on trial, {told}" in chat.last  # its share of the one request, and not that besides
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_the_answer_leaves_out_is_asked_for_alone(office: Office) -> None:
    chat = await wished(office)
    one = {"drafts": [{"id": 2, "text": "Dear Bruno, the lamp lies here."}]}
    office.server.script(says(one), DRAFT)
    night(office)
    await chat.settle()
    assert len(office.server.asked) == 3
    assert len(await shadows(office)) == 3


async def test_a_request_that_fails_is_made_one_by_one(office: Office) -> None:
    chat = await wished(office)
    office.server.script(fails(400), DRAFT)
    night(office)
    await chat.settle()
    assert len(await shadows(office)) == 3


async def test_a_restart_by_day_waits_for_the_night_all_the_same(office: Office) -> None:
    chat = await wished(office)
    await office.app.close()
    office.server.script(DRAFT)
    chat = await office.open(**MORE)
    office.clock.now += timedelta(hours=2)
    await chat.settle()
    assert office.server.asked == []
    night(office)
    await chat.settle()
    assert len(await shadows(office)) == 3


async def test_hours_that_end_as_they_begin_would_be_never(office: Office) -> None:
    chat = await office.open()
    for words in ("/offpeak 6-6", "off-peak is 6 to 06"):
        await chat.say(words)
        assert "are no hours. Write /offpeak 22-6" in chat.last
    async with office.app.db.transaction() as tx:
        await profile.save(tx, None, offpeak="6-06")  # as an earlier version took it
    async with office.app.db.snapshot() as reader:
        assert await offpeak.is_on(reader)


async def test_what_was_answered_before_a_crash_is_not_paid_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await wished(office)
    texts = [{"id": number, "text": ALIKE} for number in (1, 2, 3)]
    office.server.script(says({"drafts": texts}))
    share, faults = together.share, [RuntimeError("the process died here")]

    async def once(*args: Any) -> None:
        if faults:
            raise faults.pop()
        await share(*args)

    monkeypatch.setattr(together, "share", once)
    night(office)
    await chat.settle()
    office.clock.advance(seconds=60)
    await chat.settle()
    assert len(office.server.asked) == 1
    assert len(await shadows(office)) == 3


async def test_what_was_asked_together_goes_with_the_words_it_was_asked_for(
    office: Office,
) -> None:
    chat = await wished(office)
    await agreed(chat, "keep messages for 90 days")
    office.server.script(says({"drafts": [{"id": n, "text": ALIKE} for n in (1, 2, 3)]}))
    night(office)
    await chat.settle()
    [whole] = [one for one in await office.rows(reasons) if one.step.endswith("+3")]
    assert "write to Bruno that the lamp" in str(whole.prompt)
    office.clock.advance(days=92)
    await office.app.alarms.ring_due()
    await chat.settle()
    await go_by_night(office.app, chat, office.clock)
    office.clock.advance(hours=20)
    await chat.settle()
    [whole] = [one for one in await office.rows(reasons) if one.step.endswith("+3")]
    assert "write to Bruno that the lamp" not in str(whole.prompt)
    async with office.app.db.snapshot() as reader:
        assert await model_calls.kept(reader, whole.answer) is None


async def test_the_hours_are_those_of_the_operators_place(office: Office) -> None:
    await office.open()
    async with office.app.db.transaction() as tx:
        await profile.save(tx, None, offpeak="22-6")
    for hour, on in ((20, False), (21, True), (4, True), (5, False)):  # UTC; in Berlin one later
        office.clock.now = office.clock.now.replace(hour=hour, minute=30)
        async with office.app.db.snapshot() as reader:
            assert await offpeak.is_on(reader) == on, hour


@pytest.mark.parametrize("held", ["stop", "resting"])
async def test_a_shadow_asks_nobody_under_stop_nor_a_provider_that_is_left_alone(
    office: Office, held: str
) -> None:
    chat = await wished(office)
    asked = len(office.server.asked)
    night(office)
    if held == "stop":
        await office.say("stop")
    else:
        async with office.app.db.transaction() as tx:
            for _ in range(circuits.FAILURES):
                await model_calls.note(tx, WANTED, CALL, model_calls.Came(state="busy"))
    await chat.settle()
    assert len(office.server.asked) == asked
    assert await shadows(office) == []


async def test_of_texts_asked_together_one_that_goes_round_is_asked_for_alone(
    office: Office,
) -> None:
    chat = await wished(office)
    texts = (ALIKE, "I wait for you here. " * 40, ALIKE)
    joint = [{"id": number, "text": text} for number, text in enumerate(texts, 1)]
    office.server.script(says({"drafts": joint}), DRAFT)
    night(office)
    await chat.settle()
    assert len(office.server.asked) == 2
