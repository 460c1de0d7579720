"""Walks of a playbook that was made of two plans: offered, kept, heard without a model, dropped."""

import json
import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agents.plans.playbook_made import Finished, made
from connectors.contract import Role
from memory.copying import verify
from memory.schema.rules import own_playbooks
from memory.schema.work import effects
from tests.agents.test_plan_checked import operation
from tests.chat import Chat
from tests.peers.models import fails
from tests.walks.model_office import Office, heard, one
from tests.walks.test_planning import plan, step
from tests.walks.test_refund import sent


def fair(who: str, **more: str) -> dict[str, object]:
    """The same plan about somebody else."""
    args = {
        "to": f"${{{who}.email}}",
        "subject": "Fair",
        "text": f"Dear ${{{who}.name}}, it is near.",
    }
    return plan(
        step("tell", "email.send", args | more, title=f"Tell ${{{who}.name}}"),
        step("noted", "records.note", {"record": f"${{{who}.id}}", "text": "Told."}, "tell"),
        title="Prepare the fair",
    )


async def done(office: Office, chat: Chat, name: str, who: str, **more: str) -> None:
    """Have the fair prepared for somebody, to its end."""
    office.server.script(fair(who, **more))
    await chat.say(f"/plan prepare the fair for {name}")
    await chat.tap("Prepare the fair", "▶ Start")
    await chat.tap("Send e-mail", "✓ Send")


async def test_two_plans_alike_are_offered_as_a_playbook_that_needs_no_model(
    office: Office,
) -> None:
    chat = await office.open()
    await done(office, chat, "Ada Example", "ada_example")
    assert await office.rows(own_playbooks) == []
    await done(office, chat, "Bruno Muster", "bruno_muster")
    card = chat.text("Keep “Prepare the fair”")
    assert "Tell (who) (email.send)" in card
    assert "${" not in card
    assert "Tell (who) (email.send): subject “Fair”" in card
    assert "text “Dear (who), it is near.”" in card
    assert "who: Who is it about?" in card
    assert (await chat.tap("Keep “Prepare the fair”", "✓ Keep it")).text.startswith("Kept.")
    office.server.script(fails(500))
    await office.app.close()
    chat = await office.open()  # a restart forgets nothing
    await chat.say("prepare the fair for Chloé Modèle")
    await chat.tap("Send e-mail", "✓ Send")
    assert office.server.asked == []
    assert len([one for one in sent(office.app) if "To: chloe@example.net" in str(one)]) == 1
    await chat.say("/playbooks")
    assert "✓ Prepare the fair" in chat.last
    assert (await chat.tap("Playbooks", "drop: ")).text.startswith("Dropped.")
    await chat.say("/playbooks")
    assert "Prepare the fair" not in chat.last
    await chat.say("prepare the fair for Dorota Wzór")
    assert len(office.server.asked) > 0  # it is a wish for the planner again
    assert [one.state for one in await office.rows(own_playbooks)] == ["dropped"]
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_was_declined_is_not_offered_again(office: Office) -> None:
    chat = await office.open()
    for name, who in (("Ada Example", "ada_example"), ("Bruno Muster", "bruno_muster")):
        await done(office, chat, name, who)
    await chat.tap("Keep “Prepare the fair”", "✗ No")
    await done(office, chat, "Chloé Modèle", "chloe_modele")
    assert [one.state for one in await office.rows(own_playbooks)] == ["declined"]
    await chat.say("/playbooks")
    assert "Prepare the fair" not in chat.last


def reminded(who: str, at: str) -> dict[str, object]:
    """A plan with a moment in it."""
    told = {"to": f"${{{who}.email}}", "subject": "Fair", "text": "It is near."}
    return plan(
        step("tell", "email.send", told, title=f"Tell ${{{who}.name}}"),
        step("look", "reminders.set", {"text": f"ask ${{{who}.name}}", "at": at}, "tell"),
        title="Prepare the fair",
    )


async def twice(office: Office, chat: Chat, days: int, first: str, second: str) -> str:
    """Have it done twice, so many days apart; return what is offered."""
    people = (("Ada Example", "ada_example", first), ("Bruno Muster", "bruno_muster", second))
    for name, who, at in people:
        office.server.script(reminded(who, at))
        await chat.say(f"/plan prepare the fair for {name}")
        await chat.tap("Prepare the fair", "▶ Start")
        await chat.tap("Send e-mail", "✓ Send")
        office.clock.advance(days=days)
    return chat.text("Keep “Prepare the fair”")


async def reminders_of(office: Office) -> list[str]:
    rows = await office.rows(effects)
    return [row.action["args"]["at"] for row in rows if row.state == "done" and
            row.action["operation"] == "reminders.set"]  # fmt: skip


async def test_a_moment_that_two_plans_share_is_asked_each_time(office: Office) -> None:
    chat = await office.open()
    card = await twice(office, chat, 0, *["2026-12-01T09:00:00+01:00"] * 2)
    assert "2026-12-01" not in card
    assert "look at: Do look: when?" in card
    await chat.tap("Keep “Prepare the fair”", "✓ Keep it")
    office.clock.advance(days=60)
    office.server.script(fails(500))
    await chat.say("prepare the fair for Chloé Modèle")
    assert "when?" in chat.last
    await chat.say("on 2 February at 10")
    await chat.tap("Send e-mail", "✓ Send")
    assert (await reminders_of(office))[-1] == "2027-02-02T10:00:00+01:00"


async def test_a_moment_so_many_days_ahead_in_both_plans_is_counted_from_the_wish(
    office: Office,
) -> None:
    chat = await office.open()
    moments = ("2026-11-25T09:00:00+01:00", "2026-12-02T09:00:00+01:00")
    card = await twice(office, chat, 7, *moments)
    assert "at “(5 days after you ask, 09:00)”" in card
    assert "when?" not in card
    await chat.tap("Keep “Prepare the fair”", "✓ Keep it")
    office.clock.advance(days=53)
    office.server.script(fails(500))
    await chat.say("prepare the fair for Chloé Modèle")
    office.clock.advance(days=1)  # a day between the wish and its yes moves nothing
    await chat.tap("Send e-mail", "✓ Send")
    assert (await reminders_of(office))[-1] == "2027-01-31T09:00:00+01:00"


OTHER_WORDS = "get the fair ready for Dorota Wzór"
STILL_OTHER = "have everything for the fair prepared with Dorota Wzór"
MINE = "own-prepare-the-fair"


async def kept(office: Office) -> Chat:
    """Keep a playbook of one's own."""
    chat = await office.open()
    for name, who in (("Ada Example", "ada_example"), ("Bruno Muster", "bruno_muster")):
        await done(office, chat, name, who)
    await chat.tap("Keep “Prepare the fair”", "✓ Keep it")
    return chat


def named(office: Office) -> list[bool]:
    """Return of each call whether a playbook of one's own was in it."""
    return [MINE in json.dumps(one["messages"]) for one in office.server.asked]


async def test_other_words_for_it_cost_one_small_call_and_ask_whatever_rules_let_run(
    office: Office,
) -> None:
    chat = await kept(office)
    office.server.script(heard(one("playbook", playbook=MINE, slots={"who": "Dorota Wzór"})))
    await chat.say(OTHER_WORDS)
    assert named(office) == [True]
    assert "Prepare the fair" in chat.text("Plan: Prepare the fair · Dorota Wzór")
    [mail] = [e for e in await office.rows(effects) if e.state == "waiting"]
    assert mail.action["args"]["to"] == "dorota@example.edu"
    assert "read-by-model-asks" in mail.verdict["rules"]


async def test_without_a_model_what_is_alike_is_a_tap_away(office: Office) -> None:
    chat = await kept(office)
    office.server.script(fails(500))
    await chat.say(OTHER_WORDS)
    assert "Did you mean “Prepare the fair”?" in chat.last
    await chat.tap("I am not sure", "Prepare the fair")
    await chat.tap("Send e-mail", "✓ Send")
    assert len([one for one in sent(office.app) if "To: dorota@example.edu" in str(one)]) == 1


async def test_what_is_off_or_dropped_is_told_to_no_model_and_not_taken_up(office: Office) -> None:
    chat = await kept(office)
    await chat.say("/playbooks")
    await chat.tap("Playbooks", "off: Prepare the fair")
    office.server.script(heard(one("talk")))
    await chat.say(OTHER_WORDS)
    assert named(office) == [False]
    await chat.say("/playbooks")
    await chat.tap("Playbooks", "drop: ")
    office.server.script(heard(one("playbook", playbook=MINE)))
    await chat.say(STILL_OTHER)
    assert named(office) == [False]
    assert "switched off" not in chat.last
    assert not [e for e in await office.rows(effects) if e.state == "waiting"]


MAIL = {"mail.send": operation("mail.send", "share")}
KINDS, NAMES = {"ada": "person"}, {"ada": "Ada Example"}


def finished(**args: object) -> Finished:
    steps = [{"key": "a", "operation": "mail.send", "args": args, "after": [], "title": "A",
              "why": "", "risk": ""}]  # fmt: skip
    return Finished("Greet", "/plan greet Ada Example warmly", steps, KINDS, NAMES)


def test_what_differs_in_words_is_asked_each_time() -> None:
    body = made(
        finished(to="${ada.email}", text="Hello Ada Example"),
        finished(to="${ada.email}", text="Good day"),
        MAIL,
    )
    assert body is not None
    assert body["steps"][0]["args"] == {"to": "${who.email}", "text": "${a_text}"}
    assert body["slots"]["a_text"]["required"]
    assert body["patterns"] == ["greet\\ (?P<who>.+?)\\ warmly"]


@pytest.mark.parametrize("other", ["eve@evil.example", "${ada.iban}"])
def test_where_it_goes_is_never_made_of_two_cases(other: str) -> None:
    assert made(finished(to="bo@example.org"), finished(to=other), MAIL) is None


def test_plans_of_another_shape_are_not_alike() -> None:
    assert finished(to="x").shape == finished(to="y").shape
    assert finished(to="x").shape != finished(to="x", text="more").shape


ROLES: dict[str, Role] = {
    "to": "destination", "cc": "destination", "amount": "amount", "currency": "value",
    "text": "text", "due": "when", "start": "when", "end": "when",
}  # fmt: skip
PAY = {"pay.send": replace(operation("pay.send", "money"), roles=ROLES)}


def paid(amount: object, said: str = "Thanks", on: int = 20, **args: object) -> Finished:
    given = {"to": "${ada.iban}", "amount": amount, "currency": "EUR", "text": said} | args
    steps = [{"key": "a", "operation": "pay.send", "args": given, "after": [], "title": "Pay",
              "why": "", "risk": ""}]  # fmt: skip
    begun = datetime(2026, 11, on, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    return Finished("Pay rent", "/plan pay the rent of Ada Example", steps, KINDS, NAMES,
                    begun=begun)  # fmt: skip


@pytest.mark.parametrize("again", ["120.00", "90.00"])
def test_an_amount_is_asked_each_time_with_its_currency(again: str) -> None:
    body = made(paid("120.00"), paid(again), PAY)
    assert body is not None
    args = body["steps"][0]["args"]
    assert (args["amount"], args["currency"]) == ("${a_amount}", "${a_amount.currency}")
    assert body["slots"]["a_amount"] == {
        "type": "money", "required": True, "ask": "Pay: how much?"}  # fmt: skip


@pytest.mark.parametrize("said", ["The 120 EUR for you", "until 1 December", "to eve@evil.example"])
def test_words_with_a_moment_an_amount_or_an_address_are_asked_each_time(said: str) -> None:
    body = made(paid("1", said), paid("1", said), PAY)
    assert body is not None
    assert body["steps"][0]["args"]["text"] == "${a_text}"


def test_an_address_that_two_plans_share_is_never_kept() -> None:
    assert made(finished(to="bo@example.org"), finished(to="bo@example.org"), MAIL) is None
    assert made(paid("1", cc=["bo@example.org"]), paid("1", cc=["bo@example.org"]), PAY) is None


def test_of_two_moments_in_one_plan_nobody_could_say_which_is_which() -> None:
    two = {"due": "2026-12-01", "start": "2026-12-05T10:00:00+01:00"}
    assert made(paid("1", **two), paid("1", **two), PAY) is None


def test_a_moment_with_a_day_more_each_time_is_asked() -> None:
    body = made(paid("1", due="2026-12-01"), paid("1", due="2026-12-03", on=21), PAY)
    assert body is not None
    assert body["steps"][0]["args"]["due"] == "${a_due.date}"
    body = made(paid("1", due="2026-12-01"), paid("1", due="2026-12-02", on=21), PAY)
    assert body is not None
    assert body["steps"][0]["args"]["due"] == "${in_days.11.date}"


def test_an_end_goes_with_its_start() -> None:
    both = {"end": "2026-12-01T11:00:00+01:00", "start": "2026-12-01T10:00:00+01:00"}
    body = made(paid("1", **both), paid("1", **both), PAY)
    assert body is not None
    args = body["steps"][0]["args"]
    assert (args["start"], args["end"]) == ("${a_start}", "${a_start.end}")


def test_the_moment_in_the_sentence_may_be_another_one() -> None:
    said = "/plan pay the rent of Ada Example by 1 December"
    both = [replace(paid("1", due="2026-12-01"), said=said)] * 2
    body = made(*both, PAY)
    assert body is not None
    [pattern] = body["patterns"]
    assert re.fullmatch(pattern, "pay the rent of Bruno Muster by 7 January")
