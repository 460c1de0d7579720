"""Walks of a prompt on trial that is no draft's: of plans, of answers, of mails that are read."""

import pytest

from agents.models import prompts
from bot.commands.agents import TITLE
from bot.commands.purposes import OTHERS
from engine.models import model_calls, trials
from memory.copying import verify
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_intake_reader import CARD as MAIL
from tests.walks.test_intake_reader import REFUND
from tests.walks.test_intake_reader import mail as mailed
from tests.walks.test_planning import ASK, mail, plan
from tests.walks.test_trials import own_prompt, steps

HALL = "Bruno told me that the hall has no lift and holds 80 people"
TOLD = says({"sentences": [{"text": "It holds 80 people.", "sources": [1]}]})
NONSENSE = says("this is no JSON")
FALSE = says({"sentences": [{"text": "It holds 90 people.", "sources": [1]}]})
MORE = {"model_small": ("home/one", "home/two")}


@pytest.fixture
def all_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: True)


async def asked_with(office: Office, purpose: str) -> list[str]:
    """Return the steps of what was answered for a purpose."""
    return [step for step, _ in await steps(office) if trials.purpose_of(step) == purpose]


def test_every_purpose_can_be_tried_under_a_name_that_fits_on_a_button() -> None:
    assert set(OTHERS) | {"draft", "hear"} == set(prompts.purposes())
    for words in OTHERS.values():
        assert max(map(len, (words.promote, words.end, words.back.format("prompt 9")))) <= 24
        assert len(words.begin.format(4, 20)) <= 24


async def test_plans_are_on_trial_taken_by_a_tap_and_put_back(
    office: Office, all_drawn: None
) -> None:
    own_prompt(office, "plan-100.txt", "Plan it with one step alone.")
    chat = await office.open()
    await chat.say("/agents")
    assert "plan 1, research 1, rule 1" in chat.last
    await chat.say("/agents plan")
    assert "Plans are made with prompt 1." in chat.last
    await chat.tap(TITLE, "1: on 20 of 100")
    office.server.script(plan(mail()), plan(mail(subject="Autumn")), plan(mail()))
    await chat.say(ASK)
    await chat.tap("The plan", "Edit in words", note="call it Autumn")
    await chat.tap("The plan", "▶ Start")
    await chat.say(ASK)
    await chat.tap("The plan", "✕ Drop")
    assert await asked_with(office, "plan") == ["plan/100"] * 3
    system = office.server.asked[0]["messages"][0]["content"]
    assert system.startswith("Plan it with one step alone.\n\nOperations:\n")
    await chat.say("/agents")
    assert "on trial, prompt 100: 2 decided: 1 changed by hand, 1 refused; " in chat.last
    assert "EUR each time" in chat.last
    assert (await chat.tap(TITLE, "Plans: use it for all")).text.endswith("made with prompt 100.")
    await chat.tap(TITLE, "Plans: prompt 1 again")
    assert "Plans are made with prompt 1." in chat.text(TITLE)
    assert (await verify.verify(office.app.db)).faults == ()


async def test_an_answer_that_does_not_hold_or_was_none_counts_as_refused(
    office: Office, all_drawn: None
) -> None:
    own_prompt(office, "answer-100.txt", "Answer from the sources.")
    chat = await office.open()
    await chat.say(HALL)
    await chat.say("/agents answer")
    await chat.tap(TITLE, "1: on 20 of 100")
    for place, told in (("town", TOLD), ("city", FALSE), ("new", TOLD)):
        office.server.script(told)
        await chat.say(f"how many people does the {place} hall hold?")
    await chat.tap("What I find about this", "Not what I asked")
    assert await asked_with(office, "answer") == ["answer/100"] * 3
    await chat.say("/agents answer")
    assert "on trial, prompt 100: 3 decided: 0 changed by hand, 2 refused; " in chat.last


async def test_a_mail_that_was_read_counts_by_what_became_of_its_suggestion(
    office: Office, all_drawn: None
) -> None:
    own_prompt(office, "intake-100.txt", "Copy out what the mail says.")
    chat = await office.open()
    await chat.say("/agents intake")
    await chat.tap(TITLE, "1: on 20 of 100")
    office.server.script(REFUND, REFUND, REFUND)
    await chat.drop(mailed())
    await chat.tap(MAIL, "Refund")
    await chat.tap("Refund", "Edit", amount="70")
    await chat.drop(mailed(number=2))
    await chat.tap(MAIL, "Not now")
    await chat.drop(mailed(number=3))
    assert await asked_with(office, "intake") == ["intake.read/100"] * 3
    await chat.say("/agents intake")
    assert "on trial, prompt 100: 2 decided: 1 changed by hand, 1 refused; " in chat.last


async def test_another_model_plans_first_where_it_is_tried(office: Office, all_drawn: None) -> None:
    chat = await office.open(**MORE)
    await chat.say("/agents plan")
    await chat.tap(TITLE, "1: on 20 of 100")
    office.server.script(plan(mail()))
    await chat.say(ASK)
    assert await steps(office) == [("plan/1", "home/two")]
    await chat.say("/agents plan")
    assert "on trial, prompt 1 with home/two: nothing decided yet; 0.00" in chat.last


async def test_a_plan_that_another_model_had_to_make_counts_for_whom_the_draw_asked(
    office: Office, all_drawn: None
) -> None:
    chat = await office.open(**MORE)
    await chat.say("/agents plan")
    await chat.tap(TITLE, "1: on 20 of 100")
    office.server.script(NONSENSE, NONSENSE, plan(mail()))
    await chat.say(ASK)
    await chat.tap("The plan", "✕ Drop")
    assert await steps(office) == [("plan/1", "home/one")]
    await chat.say("/agents plan")
    assert "in use, prompt 1: nothing asked yet" in chat.last
    told = "on trial, prompt 1 with home/two: 1 decided: 0 changed by hand, 1 refused; no answer in"
    assert f"{told} 1 of 1, 0.0090 EUR each time" in chat.last
    assert "gave no answer in 1 of 1, what is in use in 0 of 0." in chat.last


async def test_an_update_that_brings_a_newer_prompt_changes_nothing_that_is_in_use(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await office.open()
    office.server.script(plan(mail()))
    await chat.say(ASK)
    await office.app.close()
    built_in = prompts.of
    newer = {2: "Plan it better."}
    monkeypatch.setattr(
        "agents.models.prompts.of",
        lambda name, own=None: {**built_in(name, own), **(newer if name == "plan" else {})},
    )
    chat = await office.open()
    office.server.script(plan(mail()))
    await chat.say(ASK)
    assert await asked_with(office, "plan") == ["plan/1", "plan/1"]
    await chat.say("/agents plan")
    assert "1. prompt 2" in chat.last


async def test_what_no_card_shows_is_compared_by_cost_and_time_alone(
    office: Office, all_drawn: None
) -> None:
    own_prompt(office, "rule-100.txt", "Put it into the fields.")
    chat = await office.open()
    await chat.say("/agents rule")
    await chat.tap(TITLE, "1: on 20 of 100")
    office.server.script(says({"understood": False}))
    await chat.say("/policy add before lunch I do not want refunds of a hundred or more")
    assert await asked_with(office, "rule") == ["rule/100"]
    await chat.say("/agents rule")
    assert "on trial, prompt 100: nothing decided yet; " in chat.last
    assert "compare what it costs and how long it takes" in chat.last


async def test_what_was_last_asked_with_is_in_use_for_each_purpose_by_itself(
    office: Office,
) -> None:
    used = {
        "plan.repair/3": "plan",
        "draft.text/5": "draft",
        "draft.judge/7": "judge",
        "draft.variants/2": "variants",
        "intake.read/4": "intake",
        "hear.words/6": "hear",
    }
    assert {step: trials.purpose_of(step) for step in used} == used
    await office.open()
    async with office.app.db.transaction() as tx:
        for step in used:
            wanted = model_calls.Wanted(step=step, agent="front", basis="")
            await model_calls.note(tx, wanted, None, model_calls.Came(state="answered"))
        found = {
            name: (await trials.pinned(tx, name, 77)).now.prompt for name in prompts.purposes()
        }
    expected = {purpose: trials.number_of(step) for step, purpose in used.items()}
    assert found == dict.fromkeys(prompts.purposes(), 77) | expected
