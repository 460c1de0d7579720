"""Walks of a specialist's file that changes: on trial, waiting for a tap, taken, put back."""

from typing import Any

import pytest

from agents.specialists import roster
from bot.commands.agents import TITLE
from bot.commands.tried import STALE
from bot.delivery import buttons_of
from engine.planning import specs
from memory.copying import verify
from memory.schema.models import reasons
from memory.schema.specs import spec_drafts
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import CARD, WISH, Office

LETTERS = "does: writes letters\nmay: [email.*]\ntier: small\n"
CHANGED = "The file of “letters” changed"
OLD, NEW = "Begin with the weather.", "Begin with the news."
OTHER = "write to Bruno that the lamp is ready"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Every wish gets what is on trial while it holds True."""
    draws = [True]
    monkeypatch.setattr(specs.Trial, "draws", lambda self, goal: draws[0] and not self.shadow)
    return draws


def write(office: Office, text: str = LETTERS, prompt: str = OLD, code: str = "") -> None:
    folder = office.folder / roster.OWN
    folder.mkdir(exist_ok=True)
    (folder / "letters.yaml").write_text(text, "utf-8")
    (folder / "letters.md").write_text(prompt, "utf-8")
    if code:
        (folder / "letters.py").write_text(code, "utf-8")


async def again(office: Office, **file: str) -> Chat:
    """Change the file and start again."""
    await office.app.close()
    write(office, **file)
    return await office.open()


async def by(office: Office) -> list[tuple[str, int]]:
    """Return who carries out each step, by which version of their file."""
    async with office.app.db.snapshot() as reader:
        known = await specs.versions(reader)
    rows = await office.rows(tasks)
    return [(r.agent, known[r.agent][r.spec].number if r.agent in known else 0) for r in rows]


def labels(chat: Chat, title: str = TITLE) -> list[str]:
    return [button.label for button in buttons_of(chat.card(title))]


def prompt_of(office: Office, call: int = -1) -> str:
    return str(office.server.asked[call]["messages"])


async def test_a_changed_file_is_tried_on_a_share_and_one_tap_takes_it_or_goes_back(
    office: Office, drawn: list[bool]
) -> None:
    write(office)
    chat = await office.open()
    await chat.say(WISH)
    assert OLD in prompt_of(office)
    chat = await again(office, prompt=NEW)
    assert "Version 2 is on trial: 20 of 100 wishes go by it." in chat.text(CHANGED)
    assert "letters.md, how it writes, changed" in chat.text(CHANGED)
    drawn[0] = False
    await chat.say("write to Bruno that the roof is ready")
    assert OLD in prompt_of(office) and NEW not in prompt_of(office)
    drawn[0] = True
    await chat.say(OTHER)
    assert NEW in prompt_of(office)
    assert await by(office) == [("letters", 1), ("letters", 1), ("letters", 2)]
    await chat.tap(CARD, "Reject")
    await chat.say("/agents")
    assert "on trial, version 2: 1 decided: 0 changed by hand, 1 refused" in chat.last
    assert "Too few to tell: 0 and 1 of 15 decided." in chat.last
    await office.app.close()
    chat = await office.open()  # a restart changes nothing of it
    await chat.say("/agents")
    assert "Version 2 is on trial" in chat.last
    assert not (await chat.tap(TITLE, "Use letters 2 for all")).refused
    drawn[0] = False
    await chat.say("write to Bruno that the door is ready")
    assert NEW in prompt_of(office)
    assert (await chat.tap(TITLE, "Back to letters 1")).text.endswith(
        "goes by version 1 of its file."
    )
    await chat.say("write to Bruno that the wall is ready")
    assert OLD in prompt_of(office)
    assert [number for _, number in await by(office)] == [1, 1, 2, 2, 1]
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_version_pays_for_what_it_is_not_answered(
    office: Office, drawn: list[bool]
) -> None:
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    drawn[0] = False
    await chat.say(WISH)
    drawn[0] = True
    office.server.script(says("this is no JSON"))
    await chat.say(OTHER)
    await chat.say("/agents")
    assert "in use: nothing decided yet; 0.0030 EUR each time" in chat.last
    told = "on trial, version 2: nothing decided yet; no answer in 1 of 1, 0.0060 EUR each time"
    assert told in chat.last
    assert "what is on trial gave no answer in 1 of 1, what is in use in 0 of 1." in chat.last


async def test_a_version_that_may_more_does_nothing_before_a_tap(
    office: Office, drawn: list[bool]
) -> None:
    write(office, "does: writes letters\nmay: [cms.*]\ntier: small\n")
    await office.open()
    chat = await again(office, text=LETTERS + "calls_max: 20\n")
    told = chat.text(CHANGED)
    assert "Version 2 may do more than version 1, so it does nothing until you tap." in told
    assert "may email.*" in told and "asks models up to 20 times for one task" in told
    await office.app.close()
    chat = await office.open()
    await chat.say(WISH)
    assert await by(office) == [("writer", 0)]
    await chat.say("/agents")
    assert "Version 2 of its file waits for you:" in chat.last
    assert not (await chat.tap(TITLE, "letters 2: 20 of 100")).refused
    await chat.say(OTHER)
    assert await by(office) == [("writer", 0), ("letters", 2)]
    await chat.tap(CARD, "Send")  # its own contract holds it, though that in use does not
    assert {row.state for row in await office.rows(effects)} == {"waiting", "done"}


async def test_changed_code_and_a_new_field_do_nothing_before_a_tap(
    office: Office, drawn: list[bool]
) -> None:
    code = "def work(given):\n    return {{'text': given['text'] + '{}'}}"
    fields = "does: writes letters\nmay: [email.*]\ntakes: {text: text}\ngives: {text: text}\n"
    write(office, fields, prompt="", code=code.format(" One."))
    await office.open()
    chat = await again(office, text=fields, prompt="", code=code.format(" Two."))
    told = chat.text(CHANGED)
    assert "Version 2 may do more than version 1, so it does nothing until you tap." in told
    assert "runs code that you have not seen, letters.py" in told
    await chat.say(WISH)
    assert await by(office) == [("letters", 1)] and " One." in chat.text(CARD)
    chat = await again(office, text=f"{fields[:-2]}, to: text}}\n", prompt="")
    assert "may fill in to (text)" in chat.text(CHANGED)
    await chat.say(OTHER)
    assert [number for _, number in await by(office)] == [1, 1]
    await chat.tap(CHANGED, "letters 3: 20 of 100")
    await chat.say("write to Bruno that the roof is ready")
    assert [number for _, number in await by(office)] == [1, 1, 3]


async def test_the_contract_follows_the_version_that_a_step_goes_by(
    office: Office, drawn: list[bool]
) -> None:
    write(office, "does: writes letters\nmay: [email.*, cms.*]\ntier: small\ncalls_max: 9\n")
    await office.open()
    chat = await again(office, text=LETTERS + "calls_max: 1\n")
    office.server.script(says("no JSON at all"))
    await chat.say(WISH)
    assert len(office.server.asked) == 1
    [version] = {row.spec for row in await office.rows(tasks)}
    assert await office.rules_said() == [f"calls-contract-letters-{version[:8]}"]
    drawn[0] = False
    await chat.say(OTHER)
    assert len(office.server.asked) == 1 + 2  # the contract in use lets it try again
    [trial] = (await standings(office)).values()
    await chat.say("/agents")
    await chat.tap(TITLE, "End trial of letters 2")
    assert "contract-letters" in rules(office)
    assert f"calls-contract-letters-{version[:8]}" not in rules(office)
    assert trial.trial is not None and trial.trial.version == version


async def test_a_version_in_shadow_drafts_and_does_nothing(office: Office) -> None:
    wants = "[{'operation': 'payments.refund', 'args': {}}]"
    code = "def work(given):\n    return {'text': given['text'] + ' PS', 'wants': " + wants + "}"
    fields = "takes: {text: text}\ngives: {text: text}\n"
    write(office, LETTERS)
    await office.open()
    chat = await again(office, text=LETTERS + fields, prompt=NEW, code=code)
    await chat.tap(CHANGED, "letters 2: in shadow")
    office.server.script(says({"text": "Dear Bruno, it is there."}), says({"text": "Hello Bruno!"}))
    await chat.say(WISH)
    assert "Dear Bruno, it is there." in chat.text(CARD) and "Hello Bruno!" not in chat.text(CARD)
    assert OLD in prompt_of(office, 0) and NEW in prompt_of(office, 1)
    assert " PS" in prompt_of(office, 1) and " PS" not in prompt_of(office, 0)
    [draft] = await office.rows(spec_drafts)
    assert (draft.texts["text"], draft.why) == ("Hello Bruno!", "")
    assert [row.state for row in await office.rows(effects)] == ["waiting"]
    assert await by(office) == [("letters", 1)]
    await chat.tap(CARD, "Send")
    await chat.say("/agents")
    assert "on trial, version 2: 1 beside what you sent:" in chat.last
    assert "Too few to tell: 1 of 15 sent; nearer to what you sent in 0 of 1, farther in 1" in (
        chat.last
    )
    assert {row.agent for row in await office.rows(reasons)} == {"letters"}
    office.server.script(says({"text": "Dear Bruno, so is it."}), says("this is no JSON"))
    await chat.say(OTHER)
    await chat.say("/agents")
    assert "differ; no answer in 1 of 2, 0.0045 EUR each time" in chat.last
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_version_in_shadow_without_the_operation_says_that_it_would_do_nothing(
    office: Office,
) -> None:
    write(office)
    await office.open()
    chat = await again(office, text="does: writes letters\nmay: [cms.*]\ntier: small\n")
    assert "may do more" in chat.text(CHANGED)
    await chat.tap(CHANGED, "letters 2: in shadow")
    await chat.say(WISH)
    assert len(office.server.asked) == 1
    await chat.say("/agents")
    assert "It would have done nothing once; the last time: Its contract" in chat.last


async def test_the_file_of_before_ends_the_trial_and_old_buttons_do_nothing(
    office: Office, drawn: list[bool]
) -> None:
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    take = chat.tokens[chat.key(CHANGED), "Use letters 2 for all"]
    stop = chat.tokens[chat.key(CHANGED), "End trial of letters 2"]
    assert not (await chat.press(stop)).refused
    assert (await chat.press(stop)).text == STALE
    chat = await again(office, prompt="Begin with a joke.")
    assert "Version 3 is on trial" in chat.text(CHANGED)
    chat = await again(office, prompt=OLD)
    assert "It is version 1 again, which is in use. The trial is over." in chat.text(CHANGED)
    await chat.say(WISH)
    assert OLD in prompt_of(office)
    assert take is not None
    (office.folder / roster.OWN / "letters.yaml").unlink()
    await office.app.close()
    chat = await office.open()
    await chat.say("/agents")
    assert labels(chat) == [one for one in labels(chat) if "letters" not in one]


async def standings(office: Office) -> dict[str, specs.Standing]:
    async with office.app.db.snapshot() as reader:
        return await specs.standings(reader)


def rules(office: Office) -> list[Any]:
    return [entry.rule.id for entry in office.app.house.book.entries]
