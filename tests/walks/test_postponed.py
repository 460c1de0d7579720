"""Walks of a plan that nobody was paid to make: it is asked about, and waits for money."""

from memory.copying import verify
from memory.schema.chat import cards
from memory.schema.models import reasons
from memory.schema.work import postponed
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_planning import ASK, mail, note, plan, step
from tests.walks.test_rungs import RAISE, spend

SHORT = "needs a language model"
LATER = "Do it tomorrow"
OTHER = "/plan a second thing for Bruno Muster"
BEGINS = "I now plan what waited"
FAULTY = {"understood": True, "title": "Dear", "steps": [step("it", "moon.fly", {})]}
TOO_DEAR = {"understood": True, "title": "Dear", "steps": [note("dear", "It was dear.")]}


async def how(office: Office) -> list[str]:
    return [row.state for row in await office.rows(postponed)]


async def poor(office: Office, *wishes: str) -> Chat:
    """Wish for plans on a day that has no money left."""
    chat = await office.open(model_budget_day="0.60")
    await spend(office, "0.60")
    office.server.script(plan(note("calendar", "Spring."), mail()))
    for wish in wishes or (ASK,):
        await chat.say(wish)
        office.clock.advance(seconds=1)
    assert office.server.asked == []
    return chat


async def midnight(office: Office, hours: float = 14) -> None:
    """Let it become 00:00 at the operator's place, and what is due ring."""
    office.clock.advance(hours=hours)
    await office.app.alarms.ring_due()
    await office.chat.settle()


async def test_a_plan_without_money_is_asked_about_and_waits_for_an_answer(office: Office) -> None:
    chat = await poor(office)
    text = chat.text(SHORT)
    assert "“something that no playbook does for Ada Example and Bruno Muster”" in text
    assert all(label in text for label in (LATER, RAISE, "Drop it"))
    await chat.say("/cost")
    assert "waits for money: “something that no playbook" in chat.last
    await midnight(office)
    assert (await how(office), office.server.asked) == (["asked"], [])


async def test_what_is_put_off_is_planned_after_midnight_once(office: Office) -> None:
    chat = await poor(office)
    assert (await chat.tap(SHORT, LATER)).text == "It waits for tomorrow."
    await chat.say("/cost")
    assert "(after midnight)" in chat.last
    await midnight(office, 13.9)
    assert office.server.asked == []
    await midnight(office, 0.2)
    assert len(office.server.asked) == 1
    assert "Do calendar" in chat.text("The plan")
    assert await how(office) == ["taken"]
    await midnight(office, 24)
    assert len(office.server.asked) == 1
    await chat.say("/cost")
    assert "waits for money" not in chat.last
    assert (await verify.verify(office.app.db)).faults == ()


async def test_it_is_said_when_it_begins_and_asked_again_when_that_day_is_too_short(
    office: Office,
) -> None:
    chat = await poor(office, ASK, OTHER)
    await chat.tap("Bruno Muster” needs", LATER)
    await chat.tap("Ada Example", LATER)  # whatever was put off first: in the order of asking
    office.server.script(says(TOO_DEAR, tokens=(0, 5000)))
    await midnight(office)
    [read] = [str(one["messages"]) for one in office.server.asked]
    assert "something that no playbook" in read and "a second thing" not in read
    assert await how(office) == ["taken", "asked"]
    assert LATER in chat.text("a second thing")


async def test_a_raise_has_the_plan_made_at_once_and_a_second_tap_nothing(office: Office) -> None:
    chat = await poor(office)
    key = chat.key(SHORT)
    again = chat.tokens[key, RAISE]
    await chat.tap(SHORT, RAISE)
    assert len(office.server.asked) == 1
    assert "Do calendar" in chat.text("The plan")
    assert (await chat.press(again)).refused
    assert len(office.server.asked) == 1


async def test_what_is_dropped_is_never_planned(office: Office) -> None:
    chat = await poor(office)
    await chat.tap(SHORT, LATER)
    assert (await chat.tap("waits. I plan it", "Drop it")).text == "Dropped. Nothing was done."
    await midnight(office)
    assert (await how(office), office.server.asked) == (["dropped"], [])


async def test_stop_holds_what_is_put_off_until_it_ends(office: Office) -> None:
    chat = await poor(office)
    await chat.tap(SHORT, LATER)
    await chat.say("STOP")
    await midnight(office)
    assert (await how(office), office.server.asked) == (["tomorrow"], [])
    await chat.say("/resume")
    assert (await how(office), len(office.server.asked)) == (["taken"], 1)


async def test_a_restart_on_the_way_loses_nothing(office: Office) -> None:
    chat = await poor(office)
    await chat.tap(SHORT, LATER)
    await office.app.close()
    office.clock.advance(hours=15)
    chat = await office.open(model_budget_day="0.60")
    await midnight(office, 0)
    assert len(office.server.asked) == 1
    assert "Do calendar" in chat.text("The plan")


async def test_it_waits_for_the_off_peak_hours_where_there_are_some(office: Office) -> None:
    chat = await poor(office)
    await chat.say("/offpeak 4-6")
    await chat.tap(SHORT, LATER)
    await midnight(office)
    assert office.server.asked == []
    await midnight(office, 4.5)
    assert len(office.server.asked) == 1


async def test_a_change_of_a_plan_waits_alike_and_not_once_that_is_stopped(office: Office) -> None:
    chat = await office.open(model_budget_day="0.60")
    office.server.script(plan(note("calendar", "Spring."), mail()))
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    await spend(office, "0.59")
    await chat.tap("The plan", "Edit in words", note="shorter")
    assert "A change of a plan needs a language model" in chat.text("A change of a plan")
    await chat.tap("A change of a plan", LATER)
    await chat.tap("The plan", "■ Stop this plan")
    await midnight(office)
    assert (await how(office), len(office.server.asked)) == (["dropped"], 1)


async def test_who_is_erased_is_in_no_words_that_wait(office: Office) -> None:
    chat = await poor(office)
    await chat.tap(SHORT, LATER)
    await chat.say("/forget Ada Example")
    await chat.tap("Ada Example:", "Erase", confirm="Ada Example")
    waits = [str(row.msg) for row in await office.rows(cards) if row.key.startswith("plan:")]
    assert len(waits) == 1 and "Ada" not in waits[0]
    await chat.say("/cost")
    assert "waits for money" in chat.last and "Ada" not in chat.last


async def test_a_plan_that_nobody_was_paid_to_mend_is_asked_about_too(office: Office) -> None:
    chat = await office.open(model_budget_day="3")
    office.server.script(says(FAULTY, tokens=(0, 4500)), plan(mail()))
    await chat.say(ASK)
    assert [row.step for row in await office.rows(reasons) if row.state == "short"] == [
        "plan.repair/1"
    ]
    assert RAISE in chat.text(SHORT) and "Drop it" in chat.text(SHORT)
    await chat.tap(SHORT, RAISE)
    assert "▶ Start" in chat.text("The plan")
    assert await how(office) == ["taken"]
    assert (await verify.verify(office.app.db)).faults == ()
