"""A simulated quarter: an objective, three projects, figures week by week, and the weekly look."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from agents.writing import strategist
from agents.writing.strategist import Worded
from bot.app import App, open_app
from memory.canon import records
from memory.copying import verify
from memory.events import Event
from memory.schema.work import alarms, approvals, decisions
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_objectives import recorded

MONDAY_0930 = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # in Berlin


async def week(app: App, chat: Chat, clock: FakeClock, number: int) -> None:
    """Let the clock stand at half past nine of the n-th Monday, and everything ring."""
    clock.now = MONDAY_0930
    clock.advance(days=7 * number)
    await app.alarms.ring_due()
    await chat.settle()


def looks(chat: Chat) -> list[str]:
    """Return the cards of the weekly look, oldest first."""
    return [key for key in chat.order if key.startswith("strategy:") and key.count(":") == 1]


async def planned(chat: Chat) -> None:
    """Three projects under one objective."""
    aim = "objective: grow newsletter from 800 to 2,000 by 28 February 2027"
    await recorded(chat, aim, "New objective")
    for said in (
        "project Spring campaign for the newsletter until 31 January 2027, 400 readers",
        "project Partners for the newsletter until 28 February 2027, 500 readers",
        "project Podcast for the newsletter",
    ):
        await recorded(chat, said, "New project")


async def reopened(app: App, folder: Path, clock: FakeClock) -> tuple[App, Chat]:
    """Close Firstmate and open its folder anew."""
    await app.close()
    chat = Chat()
    chat.count = 1000  # the platform counts on
    again = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await again.start()
    await chat.pair(again)
    return again, chat


async def test_a_quarter_names_the_project_that_is_behind_and_proposes_a_new_plan(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    chat = Chat()
    app = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    await planned(chat)
    await chat.say("for project Podcast: write to Bruno that the first episode is ready")
    await chat.tap("Send e-mail · bruno", "✓ Send")
    for name in ("Spring campaign", "Partners"):
        await chat.say(f"{name} is at 0")
    for number in range(1, 6):  # all goes as it should
        await chat.say(f"newsletter is at {800 + 90 * number}")
        await chat.say(f"Spring campaign is at {45 * number}")
        await chat.say(f"Partners is at {40 * number}")
        await week(app, chat, clock, number)
    assert looks(chat) == []  # nothing is behind, so nothing is said
    app, chat = await reopened(app, folder, clock)
    for number in range(6, 9):  # one stands still
        await chat.say(f"newsletter is at {800 + 90 * number}")
        await chat.say("Spring campaign is at 225")
        await chat.say(f"Partners is at {40 * number}")
        await week(app, chat, clock, number)
    [*_, newest] = looks(chat)
    assert len(looks(chat)) >= 1
    told = chat.text("Behind this week: Spring campaign")
    assert "Spring campaign: 225 of 400 readers by 31 Jan 2027 · behind." in told
    assert "The straight line from 0" in told
    assert "Re-plan “Spring campaign”: until" in told
    assert "Partners" not in told
    before = len(looks(chat))
    await week(app, chat, clock, 9)  # no figure came, so nothing is new
    assert len(looks(chat)) == before
    async with app.db.snapshot() as reader:
        [project] = await records.called(reader, "Spring campaign", "project")
    assert project.version == 1  # it only proposed
    await chat.press(chat.tokens[newest, chat.button(newest, "Until").label])
    async with app.db.snapshot() as reader:
        [project] = await records.called(reader, "Spring campaign", "project")
    assert project.state["ends_on"] > "2027-01-31"
    assert "✓ Re-plan" in chat.text("Behind this week: Spring campaign")
    assert (await verify.verify(app.db)).faults == ()
    await app.close()


async def test_stopping_one_project_of_a_quarter_leaves_the_others_as_they_are(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await planned(chat)
    await recorded(chat, "new project Shop", "New project")
    names = ("Spring campaign", "Partners", "Podcast", "Shop")
    for name in names:
        await chat.say(f"for project {name}: write to Bruno that {name} has begun")
        await chat.say(f"for project {name}: remind me on 30 November at 9 to look at {name}")
    await week(app, chat, clock, 0)
    await chat.say("stop project Partners")
    await chat.tap("Stop Partners?", "■ Stop it")
    async with app.db.snapshot() as reader:
        asked = await reader.rows(sa.select(approvals.c.state).order_by(approvals.c.state))
        set_ = sa.select(alarms.c.state).where(alarms.c.kind == "reminder")
        rings = sorted(row.state for row in await reader.rows(set_))
        assert await reader.value(sa.select(sa.func.count()).select_from(decisions)) == 0
    assert [row.state for row in asked] == ["open"] * 3 + ["withdrawn"]
    assert rings == ["off"] + ["set"] * 3
    clock.advance(days=8)
    await app.alarms.ring_due()
    await chat.settle()
    rung = {one.summary for one in chat.shown.values() if one.summary.startswith("⏰")}
    assert rung == {f"⏰ look at {name}" for name in names if name != "Partners"}


async def test_the_day_of_the_look_and_the_end_of_an_objective_are_the_companys(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("/settings zone Pacific/Auckland")
    async with app.db.snapshot() as reader:
        row = await reader.row(sa.select(alarms).filter_by(key="strategy"))
    assert row is not None
    assert row.due_at == datetime(2026, 11, 22, 20, 30, tzinfo=UTC)  # Monday, 9:30 there
    await recorded(chat, "objective: grow newsletter from 0 to 10 by 30 November", "New objective")
    clock.now = datetime(2026, 11, 30, 10, 59, tzinfo=UTC)  # a minute to midnight there
    await chat.say("newsletter is at 5")
    await chat.say("/objectives")
    assert "· behind" in chat.last
    clock.advance(minutes=2)
    await chat.say("/objectives")
    assert "its last day has passed" in chat.last


async def test_a_new_project_is_begun_from_the_look_and_the_rest_left_as_it_is(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await recorded(chat, "objective: grow newsletter from 0 to 900 by 31 December", "New objective")
    clock.advance(days=14)
    await chat.say("newsletter is at 20")
    await week(app, chat, clock, 2)
    told = chat.text("Behind this week: grow newsletter")
    assert "A new project for “grow newsletter”: no project works on it." in told
    assert (await chat.tap("Behind this week", "New project", name=" ")).refused
    old = chat.tokens[chat.key("Behind this week"), "1: New project"]
    await chat.tap("Behind this week", "New project", name="Fairs")
    assert (await chat.press(old, name="More")).refused
    await chat.tap("Behind this week", "Leave it")
    assert "Left as it is." in chat.text("Behind this week")
    async with app.db.snapshot() as reader:
        [fairs] = await records.of_kind(reader, "project")
        served = await records.get(reader, fairs.state["objective"])
    assert served is not None
    assert (fairs.name, served.name) == ("Fairs", "grow newsletter")


WORDED = "Nobody works on the newsletter: 20 of 900 is far too little."


async def worded_week(office: Office) -> Chat:
    """Live to a weekly look that a model words."""
    chat = await office.open(model_small=(), model_large=("home/one",))
    await recorded(chat, "objective: grow newsletter from 0 to 900 by 31 December", "New objective")
    office.clock.advance(days=14)
    await chat.say("newsletter is at 20")
    office.server.script(says({"text": WORDED, "chosen": [1]}))
    await week(office.app, chat, office.clock, 2)
    return chat


async def test_a_model_words_the_look_and_chooses_among_its_proposals(office: Office) -> None:
    chat = await worded_week(office)
    told = chat.text("Behind this week: grow newsletter")
    assert WORDED in told
    assert "Worded by the model home/one" in told
    assert "1. A new project for “grow newsletter”" in told
    assert "2. " not in told
    async with office.app.db.snapshot() as reader:
        assert await records.of_kind(reader, "project") == []


def test_words_with_a_number_or_an_address_that_was_not_seen_are_dropped() -> None:
    body = {"reasons": ["newsletter: 20 of 900 · behind."], "proposals": [{"says": "Re-plan."}]}
    at = datetime(2026, 11, 20, tzinfo=UTC)
    proposed = Event(
        id="evt_1", kind="strategy.proposed", source="engine", key="1", trust="system",
        body=body, at=at,
    )  # fmt: skip
    for text, chosen, counts in (
        ("Only 20 of 900.", [1], True),
        ("Only 21 of 900.", [1], False),
        ("Look at https://example.org.", [1], False),
        ("Look at evil.example/x.", [1], False),
        ("All of the 900 by August.", [1], False),
        ("Twenty of 900 is seventy too few.", [1], False),
        ("Only 20.", [2], False),
        ("Only 20.", [], False),
        ("", [1], False),
    ):
        said = strategist.checked(Worded(text=text, chosen=chosen), proposed)
        assert (said is not None) is counts
