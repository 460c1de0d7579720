"""Walks of answers that are shown while a model writes them: what holds, and to a clean end."""

import re
from typing import Any

import pytest

from agents.answers import in_words
from agents.answers.answering import STEP
from bot.lower import terminal
from engine.chat import outbox
from engine.chat.messages import Msg, Quote
from memory.copying import verify
from memory.schema.models import costs, reasons
from tests.peers.models import fails, says, streams
from tests.walks.model_office import Office

IBAN = "DE89 3704 0044 0532 0130 00"
TOLD = "Bruno told me that the hall has no lift and holds 80 people"
ASKED = "how many people does the hall hold, and is there a lift?"
HOLDS = {"text": "The hall holds 80 people.", "sources": [1]}
LIFT = {"text": "There is no lift.", "sources": [1]}
SAID = {"text": "Bruno said so.", "sources": [1]}
WHOLE = "The hall holds 80 people. [1] There is no lift. [1] Bruno said so. [1]"
PAID = says({"sentences": [HOLDS, LIFT, SAID]})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stood above the quotations, one after the other; "": nothing."""
    texts: list[str] = []
    post = outbox.post

    async def noted(tx: Any, msg: Msg, conv: str | None = None, **more: Any) -> None:
        quotes = [part for part in msg.parts if isinstance(part, Quote)]
        texts.append(next((one.text for one in quotes if "from the passages" in one.who), ""))
        await post(tx, msg, conv, **more)

    monkeypatch.setattr(in_words.outbox, "post", noted)
    return texts


async def paid(office: Office) -> list[Any]:
    """Return what the answers cost, without what else was asked of models."""
    asked = {one.task for one in await office.rows(reasons) if one.step == STEP.format(prompt=1)}
    return [one for one in await office.rows(costs) if one.task in asked]


async def test_an_answer_is_shown_sentence_by_sentence_in_the_message_that_is_there(
    office: Office, shown: list[str]
) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    shown.clear()
    office.server.script(streams(PAID))
    await chat.say(ASKED)
    assert shown == [
        "",
        "The hall holds 80 people. [1] …",
        "The hall holds 80 people. [1] There is no lift. [1] …",
        WHOLE,
    ]
    assert "home/one, from the passages below" in chat.last and WHOLE in chat.last
    assert chat.posted[-1] == chat.order[-1] and chat.posted.count(chat.order[-1]) == 1
    assert office.server.asked[0]["stream"] is True
    [cost] = await paid(office)
    assert (cost.state, cost.amount) == ("settled", "0.003")
    shown.clear()
    await chat.say(ASKED)  # kept, so nothing is written anew
    assert len(office.server.asked) == 1
    assert [text for text in shown if text] == [WHOLE]
    assert (await verify.verify(office.app.db)).faults == ()


LOOPS = says({"sentences": [HOLDS, {"text": "It is so. " * 200, "sources": [1]}]})
ENDS = {
    "cut off by the server": (streams(PAID, ms=40, cut_after=7), "unclear", 1),
    "cut off at its length": (
        says(PAID["content"][:130], finish="length"),
        "cut",
        2,
    ),
    "refused in the middle": (
        says(PAID["content"][:130], finish="content_filter"),
        "declined",
        1,
    ),
    "looping": (LOOPS, "loop", 2),
    "in another shape at last": (says({"sentences": [HOLDS, LIFT, {"text": "?"}]}), "invalid", 2),
    "naming what it was not given": (
        says({"sentences": [HOLDS, {"text": "It holds 90.", "sources": [1]}, SAID]}),
        "answered",
        1,
    ),
}


@pytest.mark.parametrize("how", ENDS)
async def test_what_ends_badly_is_taken_away_again_and_paid_for(
    office: Office, shown: list[str], how: str
) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    shown.clear()
    answer, state, times = ENDS[how]
    office.server.script(answer if "stream" in answer else streams(answer))
    await chat.say(ASKED)
    assert shown[1] == "The hall holds 80 people. [1] …"
    assert shown[-1] == ""
    assert "holds 80 people" in chat.last and "[1] …" not in chat.last
    assert "being written" not in chat.last
    calls = [one for one in await office.rows(reasons) if one.step == STEP.format(prompt=1)]
    calls = [one for one in calls if one.state != "gave_up"]
    assert [one.state for one in calls] == [state] * times
    unknown = how in ("cut off by the server", "looping")  # broken off before tokens were told
    assert [one.state for one in await paid(office)] == ["lost" if unknown else "settled"] * times
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_is_written_far_away_is_shown_with_the_numbers_put_back(
    office: Office, shown: list[str]
) -> None:
    chat = await office.open(model_small=("far/one",))
    await chat.say(f"{TOLD}, and its account is {IBAN}")
    shown.clear()
    office.server.script(fails(400))
    await chat.say("which account does the hall have?")
    [mark] = set(re.findall(r"\[IBAN-[\w-]+\]", office.server.read))
    assert IBAN not in office.server.read
    account = {"text": f"Its account is {mark}.", "sources": [1]}
    invented = {"text": "Or it is [IBAN-7-abcdef].", "sources": [1]}
    for last, whole in ((invented, False), (SAID, True)):
        shown.clear()
        sentences = [account, LIFT, last, SAID]
        office.server.script(streams(says({"sentences": sentences})))
        await chat.say("which account does the hall have?")
        assert shown[1] == f"Its account is {IBAN}. [1] …"
        assert "IBAN-" not in str(shown)
        assert shown[-1].startswith(f"Its account is {IBAN}. [1] There is") == whole


async def test_a_provider_that_cannot_stream_is_asked_as_before(
    office: Office, shown: list[str]
) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    shown.clear()
    office.server.script(fails(400, "stream is not supported"), PAID)
    await chat.say(ASKED)
    assert [text for text in shown if text] == [WHOLE]
    assert [body.get("stream") for body in office.server.asked] == [True, None]
    assert [one.state for one in await paid(office)] == ["settled"]


async def test_an_answer_that_a_crash_broke_off_is_given_whole_by_the_next_try(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    office.server.script(streams(PAID))
    writes, crashed = in_words.Above._written_so_far, list[str]()

    async def crashes(above: in_words.Above, text: str) -> None:
        await writes(above, text)
        if not crashed:
            crashed.append(text)
            raise RuntimeError("the process dies here")

    monkeypatch.setattr(in_words.Above, "_written_so_far", crashes)
    await chat.say(ASKED)
    assert crashed == ["The hall holds 80 people. [1]"]
    assert in_words.WRITES not in chat.last and "holds 80 people" in chat.last
    await office.app.close()
    office.clock.advance(minutes=5)
    chat = await office.open()
    assert WHOLE in [terminal.lower(msg) for msg in chat.shown.values()][-1]
    assert len(office.server.asked) == 2
    assert [one.state for one in await paid(office)] == ["lost", "settled"]
