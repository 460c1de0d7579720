"""Walks of what the operator says is there: looked at on a card, recorded by a tap, changed."""

import asyncio
import re
import time
from typing import Any

import pytest

from agents.hearing import recording
from agents.reading import named
from agents.reading.words import Context
from bot.app import App
from memory.beliefs import facts
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from memory.recalling.scope import Within
from tests.chat import Chat
from tests.memory.conftest import NOW

LOOKED = "New {kind}"


async def only(app: App, kind: str) -> Record:
    async with app.db.snapshot() as reader:
        [found] = await records.of_kind(reader, kind)
    return found


async def recorded(app: App, chat: Chat, said: str, kind: str) -> dict[str, Any]:
    """Say it, look at the card, and tap."""
    await chat.say(said)
    async with app.db.snapshot() as reader:
        assert await records.of_kind(reader, kind) == []  # only looked at
    await chat.tap(f"New {kind}", "Record it")
    return (await only(app, kind)).state


SAID: list[tuple[str, str, dict[str, Any]]] = [
    ("new project Spring", "project", {"name": "Spring", "status": "running"}),
    ("neues Projekt Frühling", "project", {"name": "Frühling"}),
    (
        "new project Spring for Ada, budget 5,000 EUR, until 30 June 2027",
        "project",
        {"name": "Spring", "budget": "5000.00", "currency": "EUR", "ends_on": "2027-06-30"},
    ),
    ("objective: 2,000 readers by June", "objective", {"name": "2,000 readers"}),
    ("new task: call the printer by 30 June 2027", "task", {"due_on": "2027-06-30"}),
    (
        "new deal with Ada: workshop, 3,000 EUR",
        "deal",
        {"name": "workshop", "amount": "3000.00", "stage": "lead"},
    ),
    ("new post about the spring sale for the blog", "content", {"channel": "blog"}),
    ("a meeting with Ada on Tuesday at 10", "meeting", {"name": "Meeting with Ada Example"}),
    ("Ada agreed to get the newsletter", "consent", {"purpose": "the newsletter"}),
    ("our customer Ada agreed to receive offers", "consent", {"purpose": "offers"}),
]


@pytest.mark.parametrize(("said", "kind", "wanted"), SAID)
async def test_what_is_said_to_be_there_is_recorded_after_a_look(
    app: App, chat: Chat, said: str, kind: str, wanted: dict[str, Any]
) -> None:
    state = await recorded(app, chat, said, kind)
    assert {name: state[name] for name in wanted} == wanted
    await chat.say(f"/records {kind}")
    assert state["name"] in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_an_objective_of_a_month_is_due_on_its_last_day(app: App, chat: Chat) -> None:
    state = await recorded(app, chat, "objective: 2,000 readers by June", "objective")
    assert state["due_on"].endswith("-06-30")


async def test_whom_it_is_for_is_related_and_told_from_both_sides(app: App, chat: Chat) -> None:
    await recorded(app, chat, "new project Spring for Ada", "project")
    await recorded(app, chat, "a meeting with Ada on Tuesday at 10", "meeting")
    assert (await only(app, "meeting")).state["starts_at"][11:16] == "10:00"
    await chat.say("/who Ada")
    told = chat.text("What I know about Ada Example")
    assert "Spring" in told
    assert "Meets at Meeting with Ada Example" in told
    await recorded(app, chat, "new task for project Spring: order the paper", "task")
    await chat.say("/who project spring")
    assert "order the paper" in chat.text("What I know about Spring")


async def test_days_and_moments_are_shown_as_they_are_read(app: App, chat: Chat) -> None:
    await chat.say("new project Spring until 30 June 2027")
    assert "Ends on: 30 Jun 2027" in chat.text("New project: Spring")
    await chat.tap("New project", "Record it")
    await chat.say("project Spring: until 30 July 2027")
    await chat.tap("Spring: a change", "Change it")
    for command, shown in (
        ("/who Spring", "Ends on: 30 Jul 2027"),
        ("/history Spring", "Ends on: 30 Jun 2027 → 30 Jul 2027"),
    ):
        await chat.say(command)
        assert shown in chat.last
        assert re.search(r"\d{4}-\d\d-\d\d", chat.last) is None


async def test_what_is_there_is_changed_and_the_difference_is_shown(app: App, chat: Chat) -> None:
    await recorded(app, chat, "new project Spring", "project")
    await chat.say("project Spring is paused")
    assert "Status: [-running-]{+paused+}" in chat.text("Spring: a change")
    await chat.tap("Spring: a change", "Change it")
    await chat.say("project Spring: until 30 June 2027, budget 900 EUR")
    await chat.tap("Spring: a change", "Change it")
    state = (await only(app, "project")).state
    assert (state["status"], state["ends_on"], state["budget"]) == (
        "paused",
        "2027-06-30",
        "900.00",
    )
    await chat.say("project Spring is reached")
    assert "A project is never “reached”." in chat.last
    await chat.say("new project spring")
    assert "Spring is recorded like this already." in chat.last


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("new project Spring", "project"),
        ("a meeting with Ada on Tuesday at 10", "meeting"),
        ("Ada agreed to get the newsletter", "consent"),
    ],
)
async def test_a_tap_that_comes_twice_or_late_records_nothing_more(
    app: App, chat: Chat, said: str, kind: str
) -> None:
    await chat.say(said)
    token = chat.tokens[chat.key(f"New {kind}"), "Record it"]
    both = await asyncio.gather(*(app.tap(chat.who, f"at once {n}", token, {}) for n in range(2)))
    assert sorted(reply.refused for reply in both) == [False, True]
    reply = await chat.press(token)
    assert reply.refused
    assert (await only(app, kind)).version == 1


async def test_a_meeting_with_the_same_people_at_another_hour_is_another(
    app: App, chat: Chat
) -> None:
    await recorded(app, chat, "a meeting with Ada on Tuesday at 10", "meeting")
    await chat.say("a meeting with Ada on Tuesday at 10")
    assert "Meeting with Ada Example is recorded like this already." in chat.last
    await chat.say("a meeting with Ada on Tuesday at 11")
    await chat.tap("New meeting", "Record it")
    async with app.db.snapshot() as reader:
        assert len(await records.of_kind(reader, "meeting")) == 2


async def test_what_was_recorded_by_mistake_is_taken_back(app: App, chat: Chat) -> None:
    await recorded(app, chat, "new project Spring", "project")
    reply = await chat.tap("Spring is recorded", "Take it back")
    assert reply.text == "Spring is taken back."
    await chat.say("/who Spring")
    assert "I know nothing and nobody called “Spring”." in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_a_consent_stays_as_proof_when_it_is_withdrawn(app: App, chat: Chat) -> None:
    await recorded(app, chat, "Ada agreed to get the newsletter", "consent")
    await chat.say("Ada withdrew her consent to the newsletter")
    await chat.tap("a change", "Change it")
    assert (await only(app, "consent")).state["withdrawn_on"] is not None


async def test_what_cannot_be_read_is_said_and_asked_for(app: App, chat: Chat) -> None:
    await chat.say("a meeting with Ada")
    assert "When is it?" in chat.last
    await chat.say("/record")
    assert "Say what is there" in chat.last
    await chat.say("new project Spring from 30 June 2027 until 1 May 2027")
    assert "before" in chat.last
    await chat.say("objective: 2,000 readers by June 0000")
    assert "New objective: 2,000 readers" in chat.last


@pytest.mark.parametrize("command", ["/record", "/Record", "/record@firstmate_bot"])
async def test_the_command_is_heard_as_groups_and_telephones_write_it(
    app: App, chat: Chat, command: str
) -> None:
    await recorded(app, chat, f"{command} new project Spring", "project")


@pytest.mark.parametrize(
    "said",
    [
        "book a meeting with Ada on Tuesday at 10",
        "note on Ada: new project in spring",
        "what is the new project about?",
        "remind me on Friday about the task: call Bo",
        "Ada agreed to the price",
        "Ada has not agreed to get the newsletter",
        "Ada never consented to tracking",
        "I am not sure whether Ada agreed to get the newsletter",
        "has Ada agreed to get the newsletter?",
        "Ada agreed to get the newsletter?",
        "Ada agreed to get back to us on Friday",
    ],
)
async def test_what_is_meant_otherwise_is_left_to_others(app: App, chat: Chat, said: str) -> None:
    await chat.say(said)
    assert not any(key.startswith("record:") for key in chat.shown)


async def test_notes_and_decisions_of_a_project_are_kept_with_it_and_recalled(
    app: App, chat: Chat
) -> None:
    await recorded(app, chat, "new project Spring for Ada", "project")
    await chat.say("note for project Spring: no discounts above 10 %")
    await chat.say("decision for project Spring: we print on recycled paper")
    await chat.say("Vorgabe für Projekt Spring: nothing leaves before May")
    await chat.say("/who project Spring")
    told = chat.text("What I know about Spring")
    for line in (
        "Note: no discounts above 10 % (you,",
        "Decision: we print on recycled paper (you,",
        "Constraint: nothing leaves before May (you,",
    ):
        assert line in told
    project = await only(app, "project")
    [best, *_] = await app.remembering.recall(
        "what paper did we decide on?", Within(record=project.id)
    )
    assert best.text == "Decision: we print on recycled paper"
    assert (best.trust, best.record) == ("operator", project.id)
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
    assert ada is not None
    found = await app.remembering.recall("which paper?", Within(record=ada.id))
    assert "recycled" not in " ".join(one.text for one in found if one.kind == "note")


async def test_what_is_noted_no_longer_is_not_recalled(app: App, chat: Chat) -> None:
    await recorded(app, chat, "new project Spring", "project")
    await chat.say("note for project Spring: no discounts above 10 %")
    project = await only(app, "project")
    await chat.say("/undo")
    async with app.db.snapshot() as reader:
        assert await facts.current(reader, project.id) == []
    found = await app.remembering.recall("discounts?", Within(record=project.id))
    assert not [one for one in found if "10 %" in one.text]


async def test_a_sentence_full_of_blanks_is_read_at_once(app: App) -> None:
    context = Context(now=NOW, zone="Europe/Berlin")
    async with app.db.snapshot() as reader:
        for said in ("project" + " " * 590 + "x", " " * 600, "a is " * 119, "with " * 119):
            start = time.process_time()
            await recording.heard(reader, said, context)
            assert time.process_time() - start < 2


async def test_thousands_of_names_do_not_hold_up_a_sentence(app: App) -> None:
    async with app.db.transaction() as tx:
        for number in range(1000):
            await records.create(tx, "task", {"name": f"call number {number} again"}, None)
    spent = {"read": 9.0, "find": 9.0}
    async with app.db.snapshot() as reader:
        for name in ["read", "find"] * 3:
            began = time.process_time()
            if name == "read":
                await records.of_kind(reader, "task")
            else:
                await named.find(reader, "what did we agree about the workshop?")
            spent[name] = min(spent[name], time.process_time() - began)
        [found] = await named.find(reader, "is TASK call number 7 again done?")
    assert found.readings[0].value == "call number 7 again"
    assert spent["find"] < 5 * spent["read"]
