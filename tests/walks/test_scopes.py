"""Walks of where memory may look: a project's, a goal's, a customer's, and what a model reads."""

import pytest

from bot.app import App
from engine.keeping import archiving
from memory.canon import records
from memory.canon.records import Record
from memory.recalling.recall import Recalled
from memory.recalling.scope import Within, about
from memory.schema.models import reasons
from memory.texts import passages
from memory.texts.passages import Sensitivity
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.models import says
from tests.walks.model_office import CARD, Office
from tests.walks.test_outside import mail
from tests.walks.test_refund import planned
from tests.walks.test_rule_words import agreed

PEOPLE = {"Ada": b"ada@example.org", "Bruno": b"bruno@example.com"}
ASKED = "what did we decide for project Spring about the price?"
FOUND = "What I find about this"
HALL: dict[Sensitivity, str] = {
    "business": "The hall has 80 chairs.",
    "personal": "The hall was paid by aunt Elsa with 90 chairs.",
    "secret": "The hall with 70 chairs opens by code 4711.",
}


async def wrote(chat: Chat, who: str, text: str, number: int) -> None:
    await chat.drop(mail(text, number).replace(b"eve@evil.example", PEOPLE[who]))


async def record(app: App, name: str, kind: str = "person") -> Record:
    async with app.db.snapshot() as reader:
        [found] = [one for one in await records.of_kind(reader, kind) if name in one.name]
    return found


async def project(app: App, name: str, customer: str) -> Record:
    person = await record(app, customer)
    async with app.db.transaction() as tx:
        state = {"name": name, "customer": person.id}
        return await records.create(tx, "project", state, None)


async def found(app: App, asked: str, id: str) -> list[Recalled]:
    async with app.db.snapshot() as reader:
        within = await about(reader, id)
    return await app.remembering.search(asked, within)


async def test_a_question_about_a_project_is_answered_from_what_belongs_to_it(
    app: App, chat: Chat
) -> None:
    await project(app, "Spring", "Ada")
    await project(app, "Barn", "Ada")
    await wrote(chat, "Ada", "For the spring project the price may be 900 EUR.", 1)
    await wrote(chat, "Ada", "For Barn a price of 400 EUR is the most.", 2)
    await wrote(chat, "Bruno", "For project Spring my price would be 700 EUR.", 3)
    await chat.say("in project Spring the price stays below 1000")
    await chat.say("decision for project Spring: the price is 880 EUR with paper")
    await chat.say(ASKED)
    told = chat.text(FOUND)
    assert "Decision: the price is 880 EUR with paper" in told
    assert "the price may be 900 EUR" in told
    assert "in project Spring the price stays below 1000" in told
    assert "400 EUR" not in told  # another project of the same customer
    assert "700 EUR" not in told  # another customer, whatever he names
    await chat.say("what did Ada say for project Spring about the price?")
    told = chat.text(FOUND)
    assert "the price may be 900 EUR" in told
    assert "Decision: the price is 880 EUR" in told


async def test_of_a_customer_with_one_project_what_names_none_is_told_after_it(
    app: App, chat: Chat
) -> None:
    await project(app, "Spring", "Ada")
    await wrote(chat, "Ada", "Would a price of 900 EUR do?", 1)
    await chat.say("decision for project Spring: the price is 880 EUR")
    await chat.say(ASKED)
    told = chat.text(FOUND)
    assert told.index("the price is 880 EUR") < told.index("900 EUR")


async def test_what_a_customer_wrote_of_a_project_long_ago_still_belongs_to_it(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    spring = await project(app, "Spring", "Ada")
    await wrote(chat, "Ada", "For project Spring the paper is to be grey.", 1)
    await wrote(chat, "Ada", "In spring the paper of the barn was grey.", 2)
    hot = [one.text for one in await found(app, "grey paper", spring.id)]
    clock.advance(days=400)
    assert await archiving.pack_due(app.db, None) >= 2
    packed = [one.text for one in await found(app, "grey paper", spring.id)]
    assert hot == packed
    assert len(hot) == 1
    assert "to be grey" in hot[0]


async def test_a_question_about_this_job_looks_at_the_open_goal_first(app: App, chat: Chat) -> None:
    await wrote(chat, "Ada", "The other course I own already, too.", 1)
    await planned(chat)
    told = [0, 0]
    for place, asked in enumerate(("by her", "by her in this request")):
        await chat.say(f"which course do I own already {asked}?")
        text = chat.text(FOUND)
        told[place] = text.index("The other course") - text.index("Watercolour for beginners")
    assert told[0] < 0 < told[1]


async def test_a_draft_to_one_customer_is_never_given_what_is_anothers(office: Office) -> None:
    chat = await office.open(model_budget_agents=("intake=0",))
    ada = await record(office.app, "Ada")
    await wrote(chat, "Ada", "The file for Bruno is ready on Monday, says Ada's zebra.", 1)
    await wrote(chat, "Bruno", "Is the file ready? My giraffe waits.", 2)
    await chat.say("the file of Ada and Bruno is ready, said the lion")
    async with office.app.db.transaction() as tx:
        bruno = await records.by_key(tx, "email", "bruno@example.com")
        assert bruno is not None
        await passages.remember(
            tx, kind="note", ref="fct_pin", text="The file is ready behind door okapi.",
            trust="operator", record=bruno.id, sensitivity="secret",
        )  # fmt: skip
    await chat.say("write to Bruno that the file is ready")
    assert chat.text(CARD)
    assert "giraffe" in office.server.read
    for theirs in ("zebra", "lion", "okapi"):
        assert theirs not in office.server.read
    [reason, *_] = [one for one in await office.rows(reasons) if one.step.startswith("draft.")]
    inside = await office.app.remembering.search("file ready", Within(record=bruno.id))
    assert {id for id, _ in reason.recalled} <= {one.id for one in inside}
    assert ada.id not in {one.record for one in inside}


async def test_a_model_reads_nothing_secret_and_a_strange_one_nothing_of_anybody_by_rule(
    office: Office,
) -> None:
    chat = await office.open(model_small=("far/one",))
    async with office.app.db.transaction() as tx:
        for of, text in HALL.items():
            await passages.remember(
                tx, kind="note", ref=f"fct_{of}", text=text, trust="operator", sensitivity=of
            )
    office.server.script(says({"sentences": [{"text": "It has 80 chairs.", "sources": [1]}]}))
    await chat.say("how many chairs does the hall have?")
    assert "Elsa" in office.server.read
    assert "4711" not in office.server.read
    assert "4711" in chat.last  # it is the operator's own
    await agreed(chat, "never send customer data to a remote model")
    office.server.script(says({"sentences": [{"text": "It has 80 chairs.", "sources": [1]}]}))
    await chat.say("how many chairs did the hall have?")
    assert "80 chairs" in office.server.read
    assert "Elsa" not in office.server.read
    assert "4711" not in office.server.read


@pytest.mark.parametrize("source", [1, 2])
async def test_a_source_the_model_was_not_given_drops_what_it_wrote(
    office: Office, source: int
) -> None:
    chat = await office.open()
    async with office.app.db.transaction() as tx:
        of: Sensitivity
        for of in ("business", "secret"):
            await passages.remember(
                tx, kind="note", ref=f"fct_{of}", text=HALL[of], trust="operator", sensitivity=of
            )
    office.server.script(says({"sentences": [{"text": "It has chairs.", "sources": [source]}]}))
    await chat.say("does the hall have chairs?")
    told = chat.text(FOUND)
    given = 1 if told.index("80 chairs") < told.index("70 chairs") else 2
    assert ("It has chairs." in told) == (source == given)
