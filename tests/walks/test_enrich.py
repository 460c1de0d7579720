"""Walks with the enricher: what is kept says where somebody works; a tap keeps it, nothing else."""

import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from agents.specialists.enricher import Enricher
from bot.app import App
from engine.flow import schedule
from memory import events
from memory.beliefs import facts
from memory.canon import records
from memory.copying import verify
from memory.forgetting import erasure
from memory.recalling import recall
from memory.schema.chat import cards
from memory.schema.models import reasons
from memory.schema.records import facts as facts_table
from memory.schema.work import effects
from policies.judge import judge
from policies.rules import Action
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers import tools
from tests.peers.models import fails, says
from tests.walks.model_office import Office
from tests.walks.test_tools import Office as ToolOffice
from tests.walks.test_tools import classify

CARD = "what could be added"
ROLE = "Role: Head of Training"
SIGNED = "Hello,\nthe lamps are fine. We are 12 people.\nAda Example, Head of Training\nLund Ltd"


def mail(text: str = SIGNED, number: int = 1) -> bytes:
    return (
        f"From: Ada Example <ada@example.org>\nTo: sam@studio-example.example\n"
        f"Subject: Lamps\nMessage-ID: <enrich-{number}@example.org>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


async def told(app: App) -> list[Any]:
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
        assert ada is not None
        return [ada, *await facts.history(reader, ada.id)]


async def test_what_a_signature_says_is_proposed_with_its_source_and_kept_by_a_tap(
    app: App, chat: Chat
) -> None:
    await chat.drop(mail())
    before = await told(app)
    await chat.say("/enrich Ada")
    card = chat.text(CARD)
    assert "Role [" in card and "{+Head of Training+}" in card
    assert "{+Lund Ltd+}" in card and "{+12 people+}" in card
    assert "Sources (" in card
    assert await told(app) == before
    await chat.tap(CARD, "Take all")
    ada, *said = await told(app)
    async with app.db.snapshot() as reader:
        company = await records.get(reader, ada.state["company"])
    assert company is not None and company.name == "Lund Ltd"
    known = {one.attribute: (one.value, one.status) for one in said}
    assert known["role"] == ("Head of Training", "active")
    assert known["size"] == ("12 people", "active")
    await chat.say("/facts Ada")
    assert "Role: Head of Training" in chat.last
    await chat.say("/enrich Ada")
    assert "nothing new" in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_one_value_may_be_taken_and_a_disputed_one_is_never_among_all(
    app: App, chat: Chat
) -> None:
    await chat.drop(mail())
    await chat.drop(mail("By now we are 40 people.", 2))
    await chat.say("/enrich Ada")
    assert "Several are said of: size. At most one of each is right." in chat.text(CARD)
    await chat.tap(CARD, "Take all")
    _, *said = await told(app)
    assert "size" not in {one.attribute for one in said}
    await chat.tap(CARD, "Size: 40 people")
    _, *said = await told(app)
    assert [one.value for one in said if one.attribute == "size"] == ["40 people"]


async def test_of_whom_nothing_is_said_nothing_is_guessed(chat: Chat) -> None:
    await chat.say("/enrich Bruno")
    assert "nothing new" in chat.last
    await chat.say("/enrich Zebulon")
    assert "I know nothing and nobody called “Zebulon”." in chat.last
    await chat.say("/enrich PAY-1042")
    assert "is no person or company" in chat.last


async def test_who_was_forgotten_meanwhile_gets_nothing(app: App, chat: Chat) -> None:
    await chat.drop(mail())
    await chat.say("/enrich Ada")
    token = chat.tokens[chat.key(CARD), "Take all"]
    await chat.say("/forget Ada")
    await chat.tap("the record, notes, mails", "Erase for good", confirm="Ada Example")
    assert (await chat.press(token)).refused
    async with app.db.snapshot() as reader:
        kept = str(await reader.rows(facts_table.select()))
    assert "Head of Training" not in kept
    assert (await verify.verify(app.db)).faults == ()


@pytest.mark.parametrize("operation", ["email.send", "payments.refund", "records.note"])
async def test_the_enricher_may_do_nothing_whatever_it_says(app: App, operation: str) -> None:
    declared = app.house.operation(operation)
    action = Action(
        operation=operation, effect=str(declared.effect), args={}, agent="enricher", reason="r"
    )
    verdict = judge(action, {}, app.house.book)
    assert (verdict.outcome, "contract-enricher" in verdict.rules) == ("deny", True)


def reads(*found: tuple[str, str, int]) -> dict[str, Any]:
    listed = [{"attribute": a, "value": value, "source": n} for a, value, n in found]
    return says({"findings": listed})


async def test_a_model_adds_only_what_stands_in_the_source_it_names(office: Office) -> None:
    chat = await office.open()
    await chat.say("note on Ada: she teaches glass blowing at a place of her own")
    before = len(await office.rows(effects))
    office.server.script(reads(("sector", "glass blowing", 1), ("size", "300 people", 1)))
    await chat.say("/enrich Ada")
    card = chat.text(CARD)
    assert "{+glass blowing+}" in card and "300 people" not in card
    assert "home/one read the sources" in card
    assert "1 of what it said does not stand in its source" in card
    assert len(await office.rows(effects)) == before
    [asked] = [row for row in await office.rows(reasons) if row.step == "enrich/1"]
    assert (asked.agent, asked.state) == ("enricher", "answered")


async def test_with_its_budget_spent_or_a_model_that_fails_the_rules_go_on(
    office: Office,
) -> None:
    chat = await office.open(model_budget_agents=("enricher=0", "intake=0"))
    await chat.drop(mail())
    await chat.say("/enrich Ada")
    assert office.server.asked == []
    assert "By rules alone:" in chat.text(CARD)
    assert "{+Head of Training+}" in chat.text(CARD)
    assert "models-frozen" in await office.rules_said()
    await office.app.close()
    chat = await office.open()
    office.server.script(fails(400))
    await chat.say("/enrich Ada")
    assert "By rules alone:" in chat.text(CARD)
    assert 1 <= len([r for r in await office.rows(reasons) if r.step == "enrich/1"]) <= 6


async def test_what_changed_or_is_gone_since_the_card_is_not_taken(app: App, chat: Chat) -> None:
    await chat.drop(mail())
    await chat.say("/enrich Ada")
    role, size = (chat.tokens[chat.key(CARD), one] for one in (ROLE, "Size: 12 people"))
    ada, *_ = await told(app)
    async with app.db.transaction() as tx:
        said = await events.note(tx, "test.said", None)
        await facts.learn(
            tx, "role", "CEO", record=ada.id, author="owner", source=said.id, cardinality="one"
        )
    assert "was changed since this was shown" in (await chat.press(role)).text
    async with app.db.transaction() as tx:
        [received] = await events.of_kind(tx, "email.received")
        await recall.forget(tx, [received.id])
    assert "is not kept any more" in (await chat.press(size)).text
    known = {one.attribute: one.value for one in (await told(app))[1:] if one.status == "active"}
    assert known == {"role": "CEO"}


async def test_of_two_companies_of_one_name_none_is_taken(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        for _ in range(2):
            await records.create(tx, "company", {"name": "Lund Ltd"}, None)
    await chat.drop(mail())
    await chat.say("/enrich Ada")
    assert "Several companies are called “Lund Ltd”" in (await chat.tap(CARD, "Take all")).text
    ada, *said = await told(app)
    assert (ada.state.get("company"), [one for one in said if one.status == "active"]) == (None, [])


async def test_what_is_forgotten_while_a_model_reads_is_on_no_card(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await office.open()
    await chat.say("note on Ada: Bruno Muster says that she is Head of Training")
    found, people = Enricher.found, ["Bruno Muster"]

    async def meanwhile(self: Enricher, *args: Any) -> Any:
        while people:
            async with office.app.db.transaction() as tx:
                [one] = await records.called(tx, people.pop(), "person")
                await erasure.erase(tx, one.id, None)
        return await found(self, *args)

    monkeypatch.setattr(Enricher, "found", meanwhile)
    office.server.script(reads(("role", "Head of Training", 1)))
    await chat.say("/enrich Ada")
    assert "nothing new in 0 passages" in chat.last
    async with office.app.db.snapshot() as reader:
        assert "Bruno Muster" not in str(await reader.rows(cards.select()))


async def test_nobody_is_said_to_be_what_we_are(office: Office) -> None:
    chat = await office.open()
    await chat.say("note on Ada: tell her that I am the Founder, and she knows Studio Example")
    office.server.script(reads(("company", "Studio Example", 1)))
    await chat.say("/enrich Ada")
    assert "nothing new" in chat.last


FINDS = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("name", "company", "employees")},
    "required": ["name"],
}  # our own server answers with what it was asked


@pytest.fixture
def base() -> Iterator[Path]:
    with tools.open_to_all() as folder:
        yield folder


async def test_what_a_tool_that_only_reads_answered_is_proposed_with_its_source(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, base: Path
) -> None:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    async with AsyncExitStack() as stack:
        office = ToolOffice(shutil.copytree(filled, tmp_path / "sample"), clock, stack)
        chat = await office.open(tools.Hostile(base).offer("find", takes=FINDS).server())
        await chat.say("/enrich Ada")
        assert "/do evil.find" not in chat.last  # nobody said yet that it only reads
        await classify(chat, "evil.find", "egress_read", name="value", company="value")
        await chat.say("/enrich Ada")
        assert "Write /do evil.find name=“Ada Example” and /enrich Ada Example again" in chat.last
        await chat.say("/do evil.find name=“Ada Example” company=“Lund Ltd” employees=12")
        assert "✓ evil.find answered" in chat.text("Use evil.find")
        before = await known_of(office.app)
        await chat.say("/enrich Ada")
        card = chat.text(CARD)
        assert "{+Lund Ltd+}" in card and "{+12+}" in card and "answer of evil.find" in card
        assert await known_of(office.app) == before
        await chat.say("/enrich Bruno")
        assert "nothing new" in chat.last  # it was not asked for Bruno
        await chat.tap(CARD, "Take all")
        assert ("size", "12", "active") in await known_of(office.app)
        await chat.say("/tools evil.find")
        await chat.tap("evil.find", "Forget the class")
        await chat.say("/enrich Ada")
        assert "nothing new in 0 passages" in chat.last and "/do evil.find" not in chat.last
        assert (await verify.verify(office.app.db)).faults == ()


async def known_of(app: App) -> list[tuple[str, Any, str]]:
    """Return what is believed of Ada."""
    async with app.db.snapshot() as reader:
        [ada] = await records.called(reader, "Ada Example", "person")
        history = await facts.history(reader, ada.id)
    return [(one.attribute, one.value, one.status) for one in history]
