"""What goes to somebody else's models: of every purpose, no number and no address, ever; by rule
no name either.

A day asks for everything that models are asked for, with numbers planted in all that is said and
mailed. A purpose that is new and not in it makes the first test fail. What texts mean is asked of
somebody else's embedding model, too; where a rule keeps names in, it is asked for nothing.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from agents.models import probing
from bot import minds
from bot.commands.agents import TITLE
from bot.settings import Settings
from engine.models.model_calls import EMBEDDING, HEARD
from engine.why import spans
from memory.schema.models import reasons
from tests.chat import Chat
from tests.peers.embeddings import EmbeddingServer, embedding_server
from tests.peers.models import Json, knows, says
from tests.walks.model_office import TEMPLATE, Office
from tests.walks.purposes import purposes
from tests.walks.test_objectives import recorded
from tests.walks.test_planning import ASK, mail, note, plan
from tests.walks.test_quarter import week
from tests.walks.test_rule_words import agreed
from tests.walks.test_spec_trials import CHANGED, NEW, write
from tests.walks.test_trials import try_out

IBAN, CARD, TAX = "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "DE123456789"
ADDRESS, PHONE = "ada@example.org", "+49 30 1234567"
CANARIES = (IBAN, CARD, TAX, ADDRESS, PHONE, "bruno@example.com")
PLANTED = f"account {IBAN}, card {CARD}, tax {TAX}, {ADDRESS}, {PHONE}"
TOLD = f"Ada Example and Bruno Muster told me that the workshop in Basel is paid from {PLANTED}"
QUESTION = "which account is the workshop in Basel paid from?"
ALL = 100_000
LED_BY_NONE = re.compile(r"^(?:probe|embed/|shadow\..*\+\d+$)")
NAMES = ("Ada", "Bruno", "Muster")
WAIT_S = 60.0  # a limit against hanging
FAR: dict[str, Any] = {
    "model_small": ("far/one", "far/two"),
    "model_large": ("far/one",),
    "model_judge": ("far/one",),
    "model_judges": True,
    "model_prices": ("far/one=10:100", "far/two=10:100"),
    "model_budget_day": "9000",
    "model_budget_goal": "9000",
}
WRONG = f"Hello Bruno, it is ready; you pay 940.00 EUR to Quirina from {IBAN}. Yours, me"
ANSWERS = {"text": says({"text": WRONG})}
MAIL = (
    "From: Ada Example <ada@example.org>\nTo: sam@studio-example.example\nSubject: Workshop\n"
    "Message-ID: <planted-1@example.org>\nContent-Type: text/plain; charset=utf-8\n\n"
    f"Could you see to it that it comes back to {PLANTED}\nAda Example, Head of Training\nLund Ltd"
).encode()


class Recorded:
    """All that the servers of an office were ever sent, whatever they were to answer.

    `far`: the settings by which everything is asked of somebody else, the meaning of texts as well.
    """

    def __init__(self, office: Office, embeddings: EmbeddingServer) -> None:
        self.office, self.embeddings = office, embeddings
        self.bodies: list[Json] = []
        home, means = office.server.url, embeddings.url
        far = (f"far={elsewhere(home)}", f"means={elsewhere(means)}")
        self.far = FAR | {
            "embedding": "means/small",
            "model_servers": (f"home={home}", *far),
            "model_prices": (*FAR["model_prices"], "means/small=1:0"),
        }

    def script(self, *answers: Json) -> None:
        self.bodies += self.office.server.asked
        self.office.server.script(*answers)

    def plain(self, planted: Iterable[str]) -> set[str]:
        """Return what of this was sent, however its spaces were written."""
        self.script(knows(ANSWERS))
        bodies = [*self.bodies, *self.embeddings.asked]
        sent = re.sub(r"\s", "", json.dumps(bodies, ensure_ascii=False))
        return {one for one in planted if re.sub(r"\s", "", one) in sent}


def elsewhere(url: str) -> str:
    return url.replace("127.0.0.1", "127.1")


async def the_day(office: Office, sent: Recorded, chat: Chat) -> None:
    """Ask for all that models do, in the chat."""
    for words in (
        f"note on Ada: her lamps are paid from {PLANTED}",
        TOLD,
        QUESTION,
        f"/research the workshop in Basel and {IBAN}",
        f"Ada has been waiting for her money at {IBAN} for a week now",
        f"/policy add before lunch I want nothing to go to {IBAN}",
        f"write to Bruno that my account is {IBAN}",
        f"be creative: write to Bruno that my card is {CARD}",
    ):
        await chat.say(words)
    await chat.drop(MAIL)
    await chat.say("/enrich Ada")
    sent.script(
        plan(note("first", {"write": "what Ada said"}), mail("tell", "nowhere", text=IBAN)),
        plan(
            note("first", f"Ada is paid from {PLANTED}"),
            mail("tell", "first", text={"write": "it"}),
        ),
        says({"text": WRONG}),
    )
    await chat.say(f"{ASK}, from {IBAN}")
    for start in [token for (_, label), token in chat.tokens.items() if label == "▶ Start"]:
        await chat.press(start)
    sent.script(knows(ANSWERS))
    aim = "objective: grow newsletter from 0 to 900 by 31 December"
    await recorded(chat, aim, "New objective")
    await recorded(
        chat, f"project Ada {IBAN} for the newsletter until 31 January 2027", "New project"
    )
    office.clock.advance(days=14)
    await chat.say("newsletter is at 20")
    await week(office.app, chat, office.clock, 2)


async def by_night(office: Office, sent: Recorded, chat: Chat) -> None:
    """Have drafts made in shadow, by another model and by another file of a specialist."""
    await try_out(chat, "prompt 5 with far/two", "in shadow")
    await chat.say("off-peak is 22 to 6")
    for number in (CARD, PHONE):
        await chat.say(f"write to Bruno that he reaches me by {number}")
    office.clock.advance(hours=14)
    await chat.settle()
    await office.app.close()
    write(office)
    await office.open(**sent.far)
    await office.app.close()
    write(office, prompt=NEW)
    chat = await office.open(**sent.far)
    await chat.tap(CHANGED, "End trial of letters 2")
    await chat.tap(TITLE, "letters 2: in shadow")
    await chat.say(f"write to Bruno that {TEMPLATE} for {IBAN}")
    office.clock.advance(hours=14)
    await chat.settle()


async def probed(office: Office) -> None:
    far = elsewhere(office.server.url)
    models = minds.of(Settings(**FAR | {"model_servers": (f"far={far}",)}))(office.app.house)
    assert [one async for one in probing.probe(office.app.house, models)]


async def meant(office: Office, state: str) -> None:
    """Wait until texts were sent for their meaning, or not: that goes on behind all else."""
    begun = time.monotonic()
    found: set[str] = set()
    while state not in found:
        assert time.monotonic() < begun + WAIT_S, found
        await asyncio.sleep(0.1)
        found = {one.state for one in await office.rows(reasons) if one.step == EMBEDDING}


@pytest.fixture
async def embeddings() -> AsyncIterator[EmbeddingServer]:
    async with embedding_server() as server:
        yield server


@pytest.mark.timeout(600)
async def test_of_no_purpose_does_a_number_or_an_address_leave_plain(
    office: Office, embeddings: EmbeddingServer
) -> None:
    sent = Recorded(office, embeddings)
    sent.script(knows(ANSWERS))
    chat = await office.open(**sent.far)
    await the_day(office, sent, chat)
    await by_night(office, sent, chat)
    await probed(office)
    await meant(office, "answered")
    assert any("[IBAN]" in text for text in embeddings.read)
    assert sent.plain(CANARIES) == set()
    assert "[IBAN-" in json.dumps(sent.bodies)
    steps = {one.step for one in await office.rows(reasons) if one.state in HEARD}
    every = purposes() | {EMBEDDING: re.compile(EMBEDDING)}
    missing = [name for name, said in every.items() if not any(map(said.search, steps))]
    assert missing == []
    assert "shadow.draft.text/5+2" in steps  # those that are asked for together
    assert await untraced(office) == set()


async def untraced(office: Office) -> set[str]:
    """Return what was asked for in calls that are in no exported trace below what led to them.

    A probe, what asks for several at once, and the meaning of texts are all that nothing led to.
    """
    async with office.app.db.snapshot() as reader:
        sent = await spans.of(reader, await spans.due(reader, 0, ALL))
    roots = {one.trace: one for one in sent if not one.parent}
    alone = {one.id for one in roots.values() if one.name == "model"}
    told = {str(one.about["firstmate.reason"]): one for one in sent if one.name == "model"}
    lost = set()
    for row in await office.rows(reasons):
        span = told.get(row.id)
        rooted = span is not None and span.trace in roots
        own = span is not None and span.id in alone
        if not rooted or (own and not LED_BY_NONE.search(row.step)):
            lost.add(row.step)
    return lost


@pytest.mark.timeout(600)
async def test_by_rule_no_name_leaves_either_and_the_rest_is_still_answered(
    office: Office, embeddings: EmbeddingServer
) -> None:
    sent = Recorded(office, embeddings)
    sent.script(knows(ANSWERS))
    chat = await office.open(**FAR)
    await agreed(chat, "never send customer data to a remote model")
    await office.app.close()
    chat = await office.open(**sent.far)
    await chat.say("Ada Example and Bruno Muster agreed that the workshop in Bern needs a ramp")
    await chat.say("the workshop in Bern needs a stage")
    await chat.say("what does the workshop in Bern need?")
    await the_day(office, sent, chat)
    assert sent.plain((*CANARIES, *NAMES)) == set()
    assert "needs a stage" in json.dumps(sent.bodies)
    await meant(office, "refused")
    assert embeddings.asked == []
