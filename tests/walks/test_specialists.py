"""Walks with specialists: a contract holds whatever a plan, a model or a file of yours says."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from agents.specialists import roster
from agents.specialists.spec import SpecError
from bot.app import App, open_app
from engine.flow import schedule
from memory.schema.models import reasons
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.models import says
from tests.walks.model_office import CARD, TEMPLATE, WISH, Office
from tests.walks.test_refund import ledger

LETTERS = "does: writes letters\nmay: [email.*]\ntier: small\n"


def own(folder: Path, name: str, text: str, code: str | None = None) -> None:
    (folder / roster.OWN).mkdir(exist_ok=True)
    (folder / roster.OWN / f"{name}.yaml").write_text(text, "utf-8")
    if code is not None:
        (folder / roster.OWN / f"{name}.py").write_text(code, "utf-8")


@pytest.fixture
def folder(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample company's folder, to be opened with files that a test puts there."""
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    return shutil.copytree(filled, tmp_path / "sample")


async def begun(folder: Path, clock: FakeClock) -> tuple[App, Chat]:
    chat = Chat()
    opened = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await opened.start()
    await chat.pair(opened)
    return opened, chat


async def test_your_own_specialist_asks_models_as_often_as_its_contract_says(
    office: Office,
) -> None:
    own(office.folder, "letters", LETTERS + "calls_max: 1")
    chat = await office.open()
    office.server.script(says("no JSON at all"))  # worth a second try, were there one
    await chat.say(WISH)
    assert len(office.server.asked) == 1
    assert TEMPLATE in chat.text(CARD)
    assert await office.rules_said() == ["calls-contract-letters"]
    assert {row.agent for row in await office.rows(tasks)} == {"letters"}


async def test_your_own_specialist_is_told_how_it_writes(office: Office) -> None:
    own(office.folder, "letters", LETTERS)
    (office.folder / roster.OWN / "letters.md").write_text("Begin with the weather.", "utf-8")
    chat = await office.open()
    await chat.say(WISH)
    assert "Begin with the weather." in office.server.read
    assert "Begin with the weather." not in chat.text(CARD)


async def test_your_own_specialist_spends_no_more_than_its_contract_says(office: Office) -> None:
    own(office.folder, "letters", LETTERS + "cost_max: 0.0001")
    chat = await office.open()
    await chat.say(WISH)
    assert office.server.asked == []
    assert TEMPLATE in chat.text(CARD)
    assert await office.rules_said() == ["models-frozen"]
    assert {row.agent for row in await office.rows(reasons)} == {"letters"}


async def test_a_faulty_file_is_said_at_the_start(folder: Path, clock: FakeClock) -> None:
    own(folder, "letters", "does: writes\nmya: [email.send]")
    with pytest.raises(SpecError, match=r"letters\.yaml: there is no key `mya` \(nearest: 'may'\)"):
        await open_app(folder, lambda db, folder: [], clock=clock)


async def test_contracts_are_listed_among_the_rules(chat: Chat) -> None:
    await chat.say("/policy")
    assert "What each agent may not do, by its contract" in chat.last
    assert "contract-writer" in chat.last


CODE = """
def work(given):
    wants = [{"operation": "payments.refund", "args": REFUND}]
    return {"text": given["text"] + "\\n\\nPS: We are closed on Monday.", "wants": wants}
"""
TAKES = "takes: {text: text}\ngives: {text: text}\n"
REFUND = {"payment": "PAY-1042", "amount": "40.00", "currency": "EUR"}


async def test_code_of_your_own_changes_the_words_and_gets_nothing_else(
    folder: Path, clock: FakeClock
) -> None:
    own(folder, "letters", LETTERS + TAKES, CODE.replace("REFUND", repr(REFUND)))
    opened, chat = await begun(folder, clock)
    before = ledger(opened)
    await chat.say(WISH)
    assert "PS: We are closed on Monday." in chat.text(CARD)
    assert [row.state for row in await _all(opened, effects)] == ["waiting"]
    assert ledger(opened) == before
    await chat.say("/why")
    assert "Wanted besides, not in the plan (1)" in chat.last
    await opened.close()


async def test_code_that_breaks_off_fails_its_step_with_a_sentence(
    folder: Path, clock: FakeClock
) -> None:
    own(folder, "letters", LETTERS + TAKES, "def work(given):\n    return given['nothing']")
    opened, chat = await begun(folder, clock)
    await chat.say(WISH)
    assert "“letters” broke off: line 2: KeyError: 'nothing'. Nothing was done." in chat.last
    assert await _all(opened, effects) == []
    await opened.close()


async def _all(app: App, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    async with app.db.snapshot() as reader:
        return await reader.rows(sa.select(table))
