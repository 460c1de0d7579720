"""Walks of a plan of a model's that waits for its start and is corrected in passing."""

import pytest

from memory.copying import verify
from memory.schema.work import effects, goals, plans
from tests.peers.models import fails
from tests.walks.model_office import Office, heard, one
from tests.walks.test_planning import mail, plan, states
from tests.walks.test_refund import sent

WISH = "/plan greet Ada Example about the hall on Friday"
BRUNO = plan(mail(to="${bruno_muster.email}"))


async def because(office: Office) -> list[str]:
    return [one.because for one in await office.rows(plans) if one.version > 1]


async def test_a_sure_correction_of_an_offered_plan_makes_it_anew(office: Office) -> None:
    chat = await office.open()
    office.server.script(plan(mail()), BRUNO, plan(mail(to="${bruno_muster.email}", subject="Mo")))
    await chat.say(WISH)
    await chat.say("no, I meant Bruno Muster")
    await chat.say("no, on Monday")
    assert await because(office) == [
        "You said: “no, I meant Bruno Muster”.",
        "You said: “no, on Monday”.",
    ]
    assert len(await office.rows(goals)) == 1
    assert await office.rows(effects) == []  # nothing runs before the start
    await chat.tap("Plan: The plan", "Start, yes to 1")
    assert await states(office) == {"tell": "done"}
    [gone] = sent(office.app)
    assert "bruno@" in gone
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_a_model_takes_for_a_correction_makes_it_anew_too(office: Office) -> None:
    chat = await office.open()
    took = heard(one("correction", new="Bruno Muster"))
    office.server.script(plan(mail()), took, BRUNO, plan(mail()))
    await chat.say(WISH)
    await chat.say("it was Bruno Muster all along")
    assert await because(office) == ["You said: “it was Bruno Muster all along”."]
    await chat.say("no, on Monday")
    assert len(await because(office)) == 2


async def test_what_no_model_can_make_anew_stays_and_says_how_to_change_it(office: Office) -> None:
    chat = await office.open()
    office.server.script(plan(mail()), fails(500))
    await chat.say(WISH)
    await chat.say("no, on Monday")
    assert "The plan stays as it was" in chat.last
    assert "Edit in words" in chat.last
    assert len(await office.rows(plans)) == 1
    assert (await chat.tap("Plan: The plan", "▶ Start")).text == "Started."


async def test_with_no_model_set_up_any_more_it_says_so(office: Office) -> None:
    chat = await office.open()
    office.server.script(plan(mail()))
    await chat.say(WISH)
    await office.app.close()
    chat = await office.open(model_small=())
    await chat.say("no, on Monday")
    assert "The plan stays as it was" in chat.last
    assert "Edit in words" in chat.last


@pytest.mark.parametrize("said", ["no thanks", "no, forget it", "no, stop", "sorry, on Monday"])
async def test_what_calls_nothing_else_for_does_not_make_it_anew(office: Office, said: str) -> None:
    chat = await office.open()
    office.server.script(plan(mail()), heard(one("unsure")))
    await chat.say(WISH)
    await chat.say(said)
    assert await because(office) == []


async def test_once_it_was_started_nothing_but_its_own_words_corrects_it(office: Office) -> None:
    chat = await office.open()
    office.server.script(plan(mail()), heard(one("unsure")))
    await chat.say(WISH)
    await chat.tap("Plan: The plan", "▶ Start")
    await chat.say("no, on Monday")
    assert await because(office) == []


async def test_of_several_plans_of_one_message_it_asks_which(office: Office) -> None:
    chat = await office.open()
    first, second = plan(mail(), title="The hall"), plan(mail("other"), title="The fair")
    both = heard(
        one("plan", words="organise the hall for Ada Example"),
        one("plan", words="organise the fair for Ada Example"),
    )
    office.server.script(both, first, second, plan(mail()))
    await chat.say("organise the hall for Ada Example and organise the fair for Ada Example")
    assert len(await office.rows(goals)) == 2
    await chat.say("no, on Monday")
    assert await because(office) == []
    assert "several of your plans" in chat.last
    assert "• The hall" in chat.last
    assert "• The fair" in chat.last
    assert "Edit in words" in chat.last
