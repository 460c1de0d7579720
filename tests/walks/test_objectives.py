"""Walks of objectives, projects and figures: said, looked at, changed, stopped, taken back."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from engine.chat import outbox
from engine.objectives import stopping
from engine.planning import goals as all_goals
from memory import events
from memory.beliefs import facts
from memory.beliefs.facts import Author
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from memory.schema.chat import questions
from memory.schema.work import alarms, approvals, effects, goals
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_rule_words import FINE, agreed

AIM = "objective: grow newsletter from 800 to 2,000 by 28 February"
SPRING = "project Spring campaign for the newsletter"


async def recorded(chat: Chat, said: str, title: str) -> None:
    await chat.say(said)
    await chat.tap(title, "Record it")


async def begun(chat: Chat) -> None:
    """Have an objective with one project."""
    await recorded(chat, AIM, "New objective")
    await recorded(chat, SPRING, "New project")


async def only(app: App, kind: str) -> Record:
    async with app.db.snapshot() as reader:
        [found] = await records.of_kind(reader, kind)
    return found


async def rows(app: App, query: sa.Select[Any]) -> list[Any]:
    async with app.db.snapshot() as reader:
        return [tuple(row) for row in await reader.rows(query)]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (AIM, {"name": "grow newsletter", "measure": "newsletter", "start": "800", "to": "2000"}),
        ("objective: 2,000 readers by June", {"measure": "readers", "to": "2000"}),
        ("objective: revenue to 20,000 EUR by June",
         {"measure": "revenue", "to": "20000", "unit": "EUR", "counted": "revenue"}),
        ("objective: reduce refunds to 2.5 % by June",
         {"to": "2.5", "unit": "%", "direction": "down"}),
        ("Ziel: steigere Newsletter auf 2,000 bis 28 February", {"name": "steigere Newsletter"}),
        ("objective: cut refunds from 9 to 3 by 4 May",
         {"start": "9", "to": "3", "direction": "down"}),
        ("objective: be known in Berlin by June", {"to": None, "measure": None}),
    ],
)  # fmt: skip
async def test_what_is_to_be_reached_is_read_with_its_number_and_its_day(
    app: App, chat: Chat, said: str, wanted: dict[str, Any]
) -> None:
    await recorded(chat, said, "New objective")
    state = (await only(app, "objective")).state
    assert {name: state[name] for name in wanted} == wanted
    assert state["due_on"]
    assert (await verify.verify(app.db)).faults == ()


async def test_the_tree_says_how_far_each_is_and_computes_it_plainly(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("what are my objectives?")
    assert "There is no objective yet." in chat.last
    await begun(chat)
    clock.advance(days=25)
    await chat.say("newsletter is at 1,240")
    assert "Noted: grow newsletter" in chat.last
    assert "[-" not in chat.last
    assert "behind" not in chat.last
    clock.advance(days=50)
    await chat.say("newsletter is at 1,300")
    await chat.say("/objectives")
    assert (
        "grow newsletter: 1,300 of 2,000 by 28 Feb 2027 · behind. The straight line from 800 "
        "(20 Nov 2026) to 2,000 (28 Feb 2027) is at 1,696 on 3 Feb 2027; 1,300 is 396 behind."
    ) in chat.last
    assert "25 days are left: it takes 192 a week, so far it was 46." in chat.last
    assert "↳ Spring campaign · nothing planned" in chat.last
    await chat.tap("Objectives", "grow newsletter")
    assert "Figures (2)" in chat.last
    assert "project Spring campaign" in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_a_figure_is_a_fact_that_is_dated_corrected_and_taken_back(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await recorded(chat, AIM, "New objective")
    clock.advance(days=30)
    await chat.say("newsletter was at 1,100 on 10 December")
    clock.advance(minutes=5)
    await chat.say("newsletter is at 1,240 readers")
    await chat.say("no, it's 1,250")
    assert "1250" in chat.text("Corrected")
    await chat.say("how are we doing on newsletter?")
    assert "1,250 of 2,000" in chat.last
    assert "Figure: 1100 since 10 Dec 2026" in chat.last
    assert "1240" not in chat.last
    await chat.say("newsletter is at 1.2k")
    assert "I cannot read “1.2 k” as one number." in chat.last
    await chat.tap("Corrected", "Take it back")
    await chat.say("/objectives newsletter")
    assert "1,240 of 2,000" in chat.last
    await chat.say("newsletter is at 5 on 1 May 2028")
    assert "still to come" in chat.last
    objective = await only(app, "objective")
    async with app.db.snapshot() as reader:
        held = await facts.as_of(
            reader, objective.id, "figure", world=reader.now - timedelta(days=5)
        )
    assert [one.value for one in held] == ["1100"]


async def test_an_objective_is_changed_by_words_after_a_look(app: App, chat: Chat) -> None:
    await recorded(chat, AIM, "New objective")
    await chat.say("move it to April")
    assert "Due on: [-28 Feb 2027-]{+30 Apr 2027+}" in chat.text("grow newsletter: a change")
    assert (await only(app, "objective")).version == 1
    await chat.tap("grow newsletter: a change", "Change it")
    stale = chat.tokens[chat.key("a change"), "Change it"]
    await chat.say("make it 1,800")
    await chat.tap("grow newsletter: a change", "Change it")
    state = (await only(app, "objective")).state
    assert (state["due_on"], state["to"]) == ("2027-04-30", "1800")
    assert (await chat.press(stale)).refused
    await chat.say("objective newsletter is reached")
    await chat.tap("grow newsletter: a change", "Change it")
    assert (await only(app, "objective")).state["status"] == "reached"
    await chat.say("what are my objectives?")
    assert "There is no objective yet" in chat.last


async def test_of_two_objectives_with_the_same_word_a_tap_says_which(app: App, chat: Chat) -> None:
    await recorded(chat, "objective: grow newsletter readers to 2,000 by June", "New objective")
    await recorded(chat, "objective: grow newsletter revenue to 900 by June", "New objective")
    await chat.say("newsletter is at 1,240")
    assert "Which one do you mean?" in chat.last
    await chat.tap("Which one", "grow newsletter readers")
    assert "Figure: {+1240+}" in chat.text("Noted: grow newsletter readers")
    await chat.say("newsletter revenue is at 100")
    assert "grow newsletter revenue: 100 of 900" in chat.last
    await chat.say(SPRING)
    assert "Several objectives may be meant" in chat.last
    await recorded(chat, "project Spring for newsletter revenue", "New project")
    project = await only(app, "project")
    async with app.db.snapshot() as reader:
        served = await records.get(reader, project.state["objective"])
    assert served is not None
    assert served.name == "grow newsletter revenue"


async def test_a_goal_stands_under_the_project_that_its_words_or_a_tap_name(
    app: App, chat: Chat
) -> None:
    await begun(chat)
    await chat.say("for project Spring campaign: write to Bruno that the file is ready")
    assert "bruno@example.com" in chat.text("Send e-mail")
    project = await only(app, "project")
    assert await rows(app, sa.select(goals.c.project)) == [(project.id,)]
    await chat.tap("Send e-mail · bruno", "✓ Send")
    await chat.say("/why")
    assert "For: project Spring campaign, for the objective grow newsletter" in chat.last
    await chat.say("write to Ada that the parcel is sent")
    await chat.say("/objectives Spring campaign")
    await chat.tap("Spring campaign: 1 of 1 steps", "+ Write an e-mail")
    assert "1 of 2 steps done by 28 Feb 2027" in chat.last
    await chat.say("/cost")
    for name in ("objective grow newsletter", "project Spring campaign"):
        assert f"• {name}: 1 done, 1 open, 0.00 EUR, about 6 minutes saved" in chat.last
    await chat.say("for project Autumn: write to Ada that it rains")
    assert "I have no project Autumn that goes on." in chat.last
    assert len(await rows(app, sa.select(goals.c.id))) == 2


async def test_a_stop_answers_no_open_question(app: App, chat: Chat) -> None:
    await begun(chat)
    await chat.say("write to Ada")
    assert chat.last.strip().endswith("?")
    await chat.say("stop project Spring campaign")
    assert chat.card("Stop Spring campaign?")
    await chat.say("that the parcel is sent")  # the question is open still
    assert "the parcel is sent" in chat.text("Send e-mail")


async def test_stopping_a_project_withdraws_what_the_card_showed_and_nothing_else(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await begun(chat)
    await chat.say("for project Spring campaign: write to Bruno that the file is ready")
    await chat.say("for project Spring campaign: remind me on Friday at 9 to call Bo")
    await chat.say("write to Ada that the parcel is sent")
    await chat.say("remind me on Thursday at 9 to call Ada")
    await chat.say("stop project Spring campaign")
    shown = chat.text("Stop Spring campaign?")
    assert "waits for you: Send e-mail · bruno@example.com" in shown
    assert "reminder: Fri 27 Nov, 09:00: call Bo" in shown
    assert "Ada" not in shown
    stale = chat.tokens[chat.key("Stop Spring campaign?"), "■ Stop it"]
    await chat.say("for project Spring campaign: write to Ada that spring is near")
    assert (await chat.press(stale)).refused  # one more waits by now
    assert "spring" in chat.text("Stop Spring campaign?") or "ada@" in chat.last
    said = await chat.tap("Stop Spring campaign?", "■ Stop it")
    assert said.text.startswith("Spring campaign is stopped. Withdrawn: 3.")
    by_state = await rows(
        app, sa.select(approvals.c.state, sa.func.count()).group_by(approvals.c.state)
    )
    assert sorted(by_state) == [("open", 1), ("withdrawn", 2)]
    reminders = sa.select(alarms.c.state).where(alarms.c.kind == "reminder")
    assert sorted(await rows(app, reminders.order_by(alarms.c.due_at))) == [("off",), ("set",)]
    assert (await only(app, "project")).state["status"] == "stopped"
    await chat.say("for project Spring campaign: write to Ada that spring is here")
    assert "does not go on any more" in chat.last
    back = chat.tokens[chat.key("Spring campaign is stopped"), "Take it back"]
    assert (await chat.press(back)).text.startswith("Spring campaign goes on.")
    assert (await chat.press(back)).refused
    waiting = sa.select(effects.c.id).where(effects.c.state == "waiting")
    assert len(await rows(app, waiting)) == 3
    assert await rows(app, reminders) == [("set",), ("set",)]
    assert (await only(app, "project")).state["status"] == "running"
    assert (await verify.verify(app.db)).faults == ()
    clock.advance(days=8)
    await app.alarms.ring_due()
    await chat.settle()
    assert any("⏰ call Bo" in one.summary for one in chat.shown.values())


async def test_a_question_that_is_open_when_its_project_is_stopped_begins_nothing_under_it(
    app: App, chat: Chat
) -> None:
    await begun(chat)
    await chat.say("for project Spring campaign: write to Ada")
    assert "What should the mail say?" in chat.last
    project = await only(app, "project")
    async with app.db.transaction() as tx:
        card = await stopping.card(tx, project, "stop:test")
        await outbox.post(tx, card, chat.who.conv)
    await chat.settle()
    await chat.tap("Stop Spring campaign?", "■ Stop it")
    await chat.say("that spring is near")
    assert "The project Spring campaign does not go on any more" in chat.last
    assert await rows(app, sa.select(goals.c.id)) == []
    assert await rows(app, sa.select(questions.c.state)) == [("answered",)]


async def test_what_a_stop_withdrew_is_asked_anew_even_where_a_rule_lets_it_run_by_now(
    app: App, chat: Chat
) -> None:
    await begun(chat)
    await chat.say("for project Spring campaign: refund PAY-1042 40 EUR")
    await chat.say("stop project Spring campaign")
    await chat.tap("Stop Spring campaign?", "■ Stop it")
    await agreed(chat, FINE)
    await chat.tap("Spring campaign is stopped", "Take it back")
    assert stopping.ANEW in chat.text("Refund 40.00 EUR")  # which that rule would have let run
    assert set(await rows(app, sa.select(effects.c.state))) == {("waiting",)}


async def test_a_stop_withdraws_an_undo_that_waits_and_keeps_what_was_changed_since(
    app: App, chat: Chat
) -> None:
    await begun(chat)
    await chat.say("for project Spring campaign: remind me on Friday at 9 to call Bo")
    await chat.say("stop")
    await chat.say("/undo")
    await chat.say("/resume")
    waits = sa.select(effects.c.state).where(effects.c.undoes.is_not(None))
    assert await rows(app, waits) == [("waiting",)]
    await chat.say("stop project Spring campaign")
    assert "waits for you: Take back" in chat.text("Stop Spring campaign?")
    await chat.tap("Stop Spring campaign?", "■ Stop it")
    assert await rows(app, waits) == [("withdrawn",)]
    project = await only(app, "project")
    async with app.db.transaction() as tx:
        cause = await events.note(tx, "test.told", None)
        await records.revise(tx, project.id, cause.id, status="done")
    await chat.tap("Spring campaign is stopped", "Take it back")
    assert (await only(app, "project")).state["status"] == "done"
    assert await rows(app, waits) == [("waiting",)]


async def test_a_project_that_is_still_to_begin_says_so(app: App, chat: Chat) -> None:
    await recorded(chat, "new project Fair from 1 January until 31 March", "New project")
    await chat.say("for project Fair: write to Ada that the fair is near")
    await chat.say("/objectives Fair")
    assert "It begins on 1 Jan 2027; the straight line goes from 0 to 1 (31 Mar 2027)." in chat.last
    assert "-1" not in chat.last.replace("\u2212", "-")
    assert "on course" in chat.last


async def test_of_many_plans_of_a_project_none_is_left_out_of_its_stop_and_its_sums(
    app: App, chat: Chat
) -> None:
    await begun(chat)
    project = await only(app, "project")
    slots = {"values": {}, "said": ["for project Spring campaign: look"], "mail": None}
    async with app.db.transaction() as tx:
        cause = await events.note(tx, "told", None)
        for number in range(201):
            await all_goals.open_goal(
                tx, tx.id("gol"), f"look {number}", asked_by=cause.id, conv=None, playbook=None,
                slots=slots,
            )  # fmt: skip
        found = await stopping.waiting(tx, project)
    assert len(found.goals) == 201


async def test_stopping_an_objective_stops_its_projects_and_gives_all_back(
    app: App, chat: Chat
) -> None:
    await begun(chat)
    await recorded(chat, "new project Shop", "New project: Shop")
    await chat.say("for project Spring campaign: write to Bruno that the file is ready")
    await chat.say("for project Shop: write to Ada that the shop is open")
    await chat.say("stop objective newsletter")
    assert "project: Spring campaign" in chat.last
    assert "Shop" not in chat.last
    await chat.tap("Stop grow newsletter?", "■ Stop it")
    mine = goals.c.text.contains("Bruno")
    states = sa.select(effects.c.state).join(goals, goals.c.id == effects.c.goal).order_by(mine)
    assert await rows(app, states) == [("waiting",), ("withdrawn",)]
    async with app.db.snapshot() as reader:
        found = {one.name: one.state["status"] for one in await records.of_kind(reader, "project")}
    assert found == {"Spring campaign": "stopped", "Shop": "running"}
    await chat.tap("grow newsletter is stopped", "Take it back")
    assert await rows(app, states) == [("waiting",), ("waiting",)]
    assert (await only(app, "objective")).state["status"] == "open"
    await chat.tap("Send e-mail · bruno", "✓ Send")
    assert ("done",) in await rows(app, states)


@pytest.mark.parametrize(
    "said",
    ["Ada is at 3", "move the meeting to July", "make it 1,800", "stop the newsletter", "stop"],
)
async def test_what_is_about_something_else_is_left_to_others(
    app: App, chat: Chat, said: str
) -> None:
    await chat.say(said)
    assert not any(key.startswith("aim:") for key in chat.shown)


async def test_what_is_counted_here_is_read_from_our_own_records(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await recorded(chat, "objective: revenue to 1,000 EUR by June", "New objective")
    clock.advance(days=3)
    async with app.db.transaction() as tx:
        for number, currency in (("9001", "EUR"), ("9002", "USD"), ("9003", "EUR")):
            invoice = {"name": number, "number": number, "total": "300", "currency": currency}
            made = await records.create(tx, "invoice", invoice, None)
            if number != "9003":
                await records.revise(tx, made.id, None, status="paid")
    clock.advance(days=3)
    await chat.say("/objectives revenue")
    assert "revenue: 300 of 1,000 EUR" in chat.last
    assert "counted from the invoices that were paid since then" in chat.last
    await chat.say("revenue is at 5,000")
    assert "so no figure needs to be said" in chat.last


@pytest.mark.parametrize(("author", "counts"), [("connector", True), ("client", False)])
async def test_a_figure_counts_from_a_system_of_record_and_not_from_somebodys_mail(
    app: App, chat: Chat, author: Author, counts: bool
) -> None:
    await recorded(chat, AIM, "New objective")
    objective = await only(app, "objective")
    async with app.db.transaction() as tx:
        source = await events.note(tx, "told", None)
        await facts.learn(
            tx, "figure", "1900", record=objective.id, author=author, source=source.id,
            cardinality="one",
        )  # fmt: skip
    await chat.say("/objectives newsletter")
    assert ("1,900 of 2,000" in chat.last) is counts
