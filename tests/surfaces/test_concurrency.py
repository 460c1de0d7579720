"""Many taps at once, from the persons of three surfaces: one decision a card, and never crossed."""

import asyncio
import random
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import App, open_app
from engine.acting import effects, gate
from engine.planning import goals
from memory import events
from memory.db import insert
from memory.schema.work import plans, tasks
from policies.rules import Action
from tests.chat import Chat
from tests.walks.test_refund import sent

SURFACES = ("web", "telegram", "slack")
LABELS = ("✓ Send", "✗ Reject", "⏰ Later", "… More")
DECIDED = {"Approved.": True, "Rejected. Nothing was done.": False}
AT_ONCE = 20
ALREADY = re.compile(r"Already (approved|rejected) by you on (web|telegram|slack), ")


@dataclass
class Office:
    """One Firstmate, and the same operator on three surfaces, each with buttons of its own."""

    app: App
    chats: list[Chat]

    async def settle(self) -> None:
        for chat in self.chats:
            await chat.settle()

    async def ask(self, count: int) -> list[str]:
        """Have so many different mails wait for a yes; return the keys of their cards."""
        for number in range(count):
            await _ask(self.app, number)
        await self.settle()
        return [key for key in self.chats[0].order if key.startswith("effect:")]


@pytest.fixture
async def office(filled: Path, tmp_path: Path, clock) -> AsyncIterator[Office]:
    shutil.copytree(filled, tmp_path / "sample")
    chats = [Chat() for _ in SURFACES]
    for chat, name in zip(chats, SURFACES, strict=True):
        chat.name = name
    app = await open_app(tmp_path / "sample", lambda db, folder: list(chats), clock=clock)
    await app.start()
    for chat in chats:
        await chat.pair(app)
    yield Office(app, chats)
    await app.close()


async def test_fifty_taps_on_one_card_are_one_decision(office: Office) -> None:
    [key] = await office.ask(1)
    taps = []
    for number in range(50):
        chat = office.chats[number % 3]
        token = chat.tokens[key, "✓ Send"]
        taps.append(office.app.tap(chat.who, f"tap {number}", token, {}))
    replies = await asyncio.gather(*taps)
    await office.settle()
    assert [reply.refused for reply in replies].count(False) == 1
    [won] = [number for number, reply in enumerate(replies) if reply.text == "Approved."]
    places = [ALREADY.match(reply.text) for reply in replies if reply.refused]
    told = [(place[1], place[2]) for place in places if place]
    assert told == [("approved", SURFACES[won % 3])] * 49
    assert len(sent(office.app)) == 1


async def test_a_hundred_taps_over_twenty_cards_never_cross(office: Office) -> None:
    await _taps_never_cross(office, cards=20, taps=100)


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_a_thousand_taps_over_two_hundred_cards_never_cross(office: Office) -> None:
    await _taps_never_cross(office, cards=200, taps=1000)


async def _taps_never_cross(office: Office, *, cards: int, taps: int) -> None:
    """For every card: the mail exists if its first decisive tap was a yes, and only then."""
    keys = await office.ask(cards)
    assert len(keys) == cards
    subjects = {key: _subject(office, key) for key in keys}
    chance = random.Random(20261121)
    plan = [
        (chance.choice(keys), chance.choice(LABELS), chance.choice(office.chats))
        for _ in range(taps)
    ]
    answer: dict[str, bool] = {}
    for start in range(0, taps, AT_ONCE):
        batch = plan[start : start + AT_ONCE]
        replies = await asyncio.gather(
            *(
                office.app.tap(chat.who, f"tap {start + n}", chat.tokens[key, label], {})
                for n, (key, label, chat) in enumerate(batch)
            )
        )
        for (key, label, _), reply in zip(batch, replies, strict=True):
            if reply.text in DECIDED:
                assert key not in answer, f"{key} was decided twice"
                assert DECIDED[reply.text] is (label == "✓ Send")
                answer[key] = DECIDED[reply.text]
        tried = {key for key, label, _ in plan[: start + AT_ONCE] if label in LABELS[:2]}
        assert set(answer) == tried  # the first tap that decides is the one that decided
    await office.settle()
    mails = [re.search(r"^Subject: (.*)$", mail, re.MULTILINE)[1] for mail in sent(office.app)]
    assert sorted(mails) == sorted(subjects[key] for key, yes in answer.items() if yes)


def _subject(office: Office, key: str) -> str:
    """Return the subject that a card shows, the same on every surface."""
    shown = {str(chat.shown[key].model_dump()) for chat in office.chats}
    assert len(shown) == 1
    found = set(re.findall(r"Offer number \d+", shown.pop()))
    assert len(found) == 1
    return str(found.pop())


async def _ask(app: App, number: int) -> None:
    args = {"to": "ada@example.org", "subject": f"Offer number {number}", "text": f"No. {number}"}
    action = Action(
        operation="email.send",
        effect="share",
        args=args,
        origins=dict.fromkeys(args, "operator"),
        agent="writer",
        reason="You asked for it.",
    )
    async with app.db.transaction() as tx:
        asked = await events.note(tx, "test.asked", None, number=number)
        goal, plan, task = (tx.id(prefix) for prefix in ("gol", "pln", "tsk"))
        slots = {"values": {}, "mail": None, "said": []}
        about = {"asked_by": asked.id, "conv": None, "playbook": None, "slots": slots}
        await goals.open_goal(tx, goal, action.reason, **about)
        made = {"goal": goal, "at": tx.now}
        row = {"id": plan, "version": 1, "because": "", "cause": asked.id}
        await insert(tx, plans, row | made)
        step = {"id": task, "plan": plan, "key": "mail", "position": 1, "title": "Send it"}
        step |= {"operation": "email.send", "agent": "test", "args": {}, "after": []}
        await insert(tx, tasks, step | made | {"state": "pending"})
    proposal = await gate.weigh(app.house, action, goal, task=None)
    async with app.db.transaction() as tx:
        await effects.propose(tx, task, goal, proposal, asked.id)
