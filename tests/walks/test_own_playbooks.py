"""Walks of a playbook that was made of two plans: offered, kept, heard without a model, dropped."""

import pytest

from agents.plans.playbook_made import Finished, made
from memory.copying import verify
from memory.schema.rules import own_playbooks
from tests.agents.test_plan_checked import operation
from tests.chat import Chat
from tests.peers.models import fails
from tests.walks.model_office import Office
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
    assert "Tell ${who.name} (email.send)" in card
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
