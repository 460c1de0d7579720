"""Walks of a new prompt or model on trial: on a share of the tasks, in shadow, taken, put back."""

from decimal import Decimal
from pathlib import Path

import pytest

from agents.models import prompts
from bot.commands.agents import TITLE
from bot.commands.tried import STALE
from bot.delivery import buttons_of
from engine.models import trials
from memory.copying import verify
from memory.schema.models import reasons
from tests.chat import Chat
from tests.peers.models import fails, says
from tests.walks.model_office import CARD, WROTE, Office, heard, one

MORE = {"model_small": ("home/one", "home/two")}
NONSENSE = says("this is no JSON")
OWN = "Write for the owner of a small company. Answer with the text."


def own_prompt(office: Office, name: str = "draft-100.txt", text: str = OWN) -> Path:
    folder = office.folder / "prompts"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


async def try_out(chat: Chat, what: str, how: str) -> None:
    """Put on trial what a line of /agents names."""
    await chat.say("/agents")
    [line] = [one for one in chat.last.splitlines() if one.strip(" •-").endswith(what)]
    number = line.strip(" •-").partition(".")[0]
    await chat.tap(TITLE, f"{number}: {how}")


def labels(chat: Chat) -> list[str]:
    return [button.label for button in buttons_of(chat.card(TITLE))]


async def steps(office: Office) -> list[tuple[str, str]]:
    rows = await office.rows(reasons)
    return [(row.step, row.model) for row in rows if row.state == "answered"]


async def test_agents_tells_what_each_did_and_cost(office: Office) -> None:
    chat = await office.open()
    await chat.say("/agents")
    assert "No agent did anything in the last 30 days." in chat.last
    await chat.say("write to Bruno that the file is ready")
    await chat.tap(CARD, "Edit", text="Dear Bruno, it is there.")
    await chat.tap(CARD, "Send")
    await chat.say("/agents")
    assert "writer: 1 done, 1 of 1 drafts changed by hand, 0.0030 EUR" in chat.last
    assert "Drafts are written with prompt 5." in chat.last


async def test_a_share_of_the_tasks_gets_the_new_prompt_and_the_others_the_old(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_prompt(office)
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: task in drawn)
    drawn: set[str] = set()
    chat = await office.open()
    await try_out(chat, "prompt 100", "on 20 of 100")
    await chat.say("write to Bruno that the file is ready")
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: True)
    await chat.say("write to Bruno that the lamp is ready")
    assert [step for step, _ in await steps(office)] == ["draft.text/5", "draft.text/100"]
    assert OWN in office.server.asked[-1]["messages"][0]["content"]
    await chat.tap(CARD, "Reject")
    await chat.say("/agents")
    assert "on trial, prompt 100: 1 decided: 0 changed by hand, 1 refused" in chat.last
    assert "Too few to tell: 0 and 1 of 15 decided." in chat.last
    assert (await verify.verify(office.app.db)).faults == ()


async def test_how_your_words_are_read_is_on_trial_like_a_draft(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_prompt(office, "hear-100.txt", "Say what the message is.")
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: True)
    chat = await office.open()
    await chat.say("/agents")
    assert "What you say in words that no rule knows is read with prompt 1." in chat.last
    await chat.tap(TITLE, "Reading 1: on 20 of 100")
    assert "Drafts are written with prompt 5." in chat.text(TITLE)
    office.server.script(heard(one("playbook", playbook="refund", slots={"customer": "Ada"})))
    await chat.say("Ada has been waiting for 40 EUR of hers for a week now")
    await chat.tap("Refund", "Reject")
    assert [step for step, _ in await steps(office)] == ["hear.words/100"]
    assert "Say what the message is." in office.server.asked[0]["messages"][0]["content"]
    await chat.say("/agents")
    assert "on trial, prompt 100: 1 decided: 0 changed by hand, 1 refused" in chat.last
    assert (await chat.tap(TITLE, "Read all with it")).text.endswith("read with prompt 100.")
    await chat.tap(TITLE, "Read with prompt 1 again")
    assert "no rule knows is read with prompt 1." in chat.text(TITLE)
    assert (await verify.verify(office.app.db)).faults == ()


async def test_one_tap_takes_what_is_on_trial_and_one_goes_back(office: Office) -> None:
    own_prompt(office)
    chat = await office.open()
    await try_out(chat, "prompt 100", "on 20 of 100")
    old = chat.key(TITLE)
    await chat.tap(TITLE, "Use it for all")
    assert "Drafts are written with prompt 100." in chat.text(TITLE)
    await chat.say("write to Bruno that the file is ready")
    again = await chat.press(chat.tokens[old, "Use it for all"])
    assert (again.refused, again.text) == (True, STALE)
    await chat.say("/agents")
    await chat.tap(TITLE, "Back to prompt 5")
    await chat.say("write to Bruno that the lamp is ready")
    assert [step for step, _ in await steps(office)] == ["draft.text/100", "draft.text/5"]


async def test_a_trial_begins_once_and_a_list_from_before_begins_none(office: Office) -> None:
    own_prompt(office)
    chat = await office.open()
    await chat.say("/agents")
    begin = chat.tokens[chat.key(TITLE), next(b for b in labels(chat) if "in shadow" in b)]
    assert not (await chat.press(begin)).refused
    assert (await chat.press(begin)).text == STALE  # the trial that runs goes on
    await chat.tap(TITLE, "Use it for all")
    assert (await chat.press(begin)).text == STALE  # what is in use is no trial
    back = chat.tokens[chat.key(TITLE), "Back to prompt 5"]
    await chat.press(back)
    assert "Drafts are written with prompt 5." in chat.text(TITLE)
    assert (await chat.press(back)).text == STALE
    assert "Drafts are written with prompt 5." in chat.text(TITLE)


async def test_a_tap_about_an_earlier_trial_decides_nothing_of_this_one(office: Office) -> None:
    own_prompt(office)
    own_prompt(office, "draft-101.txt")
    chat = await office.open()
    await try_out(chat, "prompt 100", "in shadow")
    take, end = (
        chat.tokens[chat.key(TITLE), label] for label in ("Use it for all", "End the trial")
    )
    await chat.tap(TITLE, "End the trial")
    await try_out(chat, "prompt 101", "in shadow")
    assert [(await chat.press(token)).text for token in (take, end)] == [STALE, STALE]
    await chat.say("/agents")
    assert "Drafts are written with prompt 5." in chat.last
    assert "On trial: prompt 101" in chat.last


async def test_a_trial_that_ends_leaves_what_was_in_use(office: Office) -> None:
    own_prompt(office)
    chat = await office.open()
    await try_out(chat, "prompt 100", "in shadow")
    await chat.tap(TITLE, "End the trial")
    await chat.say("write to Bruno that the file is ready")
    assert [step for step, _ in await steps(office)] == ["draft.text/5"]


async def test_in_shadow_both_are_asked_and_only_the_old_one_is_shown(office: Office) -> None:
    chat = await office.open(**MORE)
    await try_out(chat, "prompt 5 with home/two", "in shadow")
    office.server.script(says({"text": WROTE}), says({"text": "Dear Bruno, here it is."}))
    await chat.say("write to Bruno that the file is ready")
    assert WROTE in chat.text(CARD)
    assert "here it is" not in chat.text(CARD)
    assert await steps(office) == [
        ("draft.text/5", "home/one"),
        ("shadow.draft.text/5", "home/two"),
    ]
    await chat.tap(CARD, "Edit", text="Dear Bruno, here it is.")
    await chat.tap(CARD, "Send")
    await chat.say("/agents")
    assert "1 beside what you sent: 0% of the words differ" in chat.last
    assert "nearer to what you sent in 1 of 1" in chat.last
    assert "Too few to tell: 1 of 15 sent" in chat.last
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_shadow_that_fails_takes_nothing_from_the_draft(office: Office) -> None:
    chat = await office.open(**MORE)
    await try_out(chat, "prompt 5 with home/two", "in shadow")
    office.server.script(says({"text": WROTE}), fails(400))
    await chat.say("write to Bruno that the file is ready")
    assert WROTE in chat.text(CARD)
    assert await steps(office) == [("draft.text/5", "home/one")]
    await chat.say("/agents")
    assert "on trial, prompt 5 with home/two: nothing decided yet; no answer in 1 of 1" in chat.last


async def test_a_new_model_is_asked_first_and_the_others_after_it(office: Office) -> None:
    chat = await office.open(**MORE)
    await try_out(chat, "prompt 5 with home/two", "on 20 of 100")
    await chat.tap(TITLE, "Use it for all")
    await chat.say("write to Bruno that the file is ready")
    office.server.script(fails(400), says({"text": WROTE}))
    await chat.say("write to Bruno that the lamp is ready")
    assert await steps(office) == [("draft.text/5", "home/two"), ("draft.text/5", "home/one")]


async def test_what_is_on_trial_pays_for_what_it_does_not_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await office.open(**MORE)
    await try_out(chat, "prompt 5 with home/two", "on 20 of 100")
    old = set[str]()
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: False)
    await chat.say("write to Bruno that the file is ready")
    old |= {row.task for row in await office.rows(reasons)}
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: task not in old)
    for what in ("lamp", "roof", "door"):
        office.server.script(NONSENSE, NONSENSE, says({"text": WROTE}))
        await chat.say(f"write to Bruno that the {what} is ready")
    assert await steps(office) == [("draft.text/5", "home/one")] * 4
    await chat.tap(CARD, "Reject")
    await chat.say("/agents")
    assert "in use, prompt 5: nothing decided yet; 0.0030 EUR each time" in chat.last
    told = "on trial, prompt 5 with home/two: 1 decided: 0 changed by hand, 1 refused; "
    assert f"{told}no answer in 3 of 3, 0.0090 EUR each time" in chat.last
    assert "what is on trial gave no answer in 3 of 3, what is in use in 0 of 1." in chat.last
    assert labels(chat).index("End the trial") < labels(chat).index("Use it for all")
    assert "ok" not in {button.style for button in buttons_of(chat.card(TITLE))}


async def test_a_prompt_that_nobody_can_answer_is_told_and_so_is_the_template_that_stood_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_prompt(office)
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: True)
    chat = await office.open()
    await try_out(chat, "prompt 100", "on 20 of 100")
    office.server.script(NONSENSE)
    await chat.say("write to Bruno that the file is ready")
    await chat.tap(CARD, "Reject")
    await chat.say("/agents")
    told = "on trial, prompt 100: 1 decided: 0 changed by hand, 1 refused; no answer in 1 of 1"
    assert f"{told}, 0.0060 EUR each time" in chat.last


async def test_what_there_was_no_money_for_is_not_held_against_a_model(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.models.trials.Trial.draws", lambda self, task: True)
    chat = await office.open(**MORE, model_budget_day=Decimal("0.0001"))
    await try_out(chat, "prompt 5 with home/two", "on 20 of 100")
    await chat.say("write to Bruno that the file is ready")
    assert office.server.asked == []
    await chat.say("/agents")
    assert "no answer in" not in chat.last


async def test_what_a_task_began_with_it_ends_with(office: Office) -> None:
    own_prompt(office)  # which nobody took yet
    chat = await office.open()
    await chat.say("write to Bruno that the file is ready")
    [row] = [one for one in await office.rows(reasons) if one.state == "answered"]
    await try_out(chat, "prompt 100", "on 20 of 100")
    await chat.tap(TITLE, "Use it for all")
    async with office.app.db.snapshot() as reader:
        pin = await trials.pinned(reader, trials.DRAFT, 100)
        assert pin.now.prompt == 100
        assert (await trials.chosen(reader, pin, row.task)).prompt == 5


async def test_a_prompt_file_that_cannot_be_meant_is_said_at_the_start(office: Office) -> None:
    for name, said in (
        ("draft-5.txt", "a number of its own"),
        ("hello.txt", "PURPOSE-NUMBER"),
        ("draft-101.txt", "write 1 to 8000"),
    ):
        path = own_prompt(office, name, "" if "101" in name else OWN)
        with pytest.raises(prompts.PromptError, match=said):
            prompts.of("draft", path.parent)
        path.unlink()
    await office.open()


async def test_several_drafts_to_choose_from_are_no_version_of_the_prompt(office: Office) -> None:
    own_prompt(office, "draft-1.txt")  # the number that the step of such drafts has, too
    chat = await office.open()
    office.server.script(says({"texts": [WROTE, "Hi Bruno! It is there: come and see."]}))
    await chat.say("be creative: write to Bruno that the file is ready")
    assert [step for step, _ in await steps(office)] == ["draft.variants/1"]
    await chat.tap(CARD, "Take B")
    await chat.tap(CARD, "Send")
    await chat.say("/agents")
    assert "0 of 1 drafts changed by hand" in chat.last  # to choose is not to write
    assert "Drafts are written with prompt 5." in chat.last
