"""The librarian's figures: of what it proposes in the chat, who knows it accepts nearly all.

It proposes three things: that two records are one (/same), on which record a note belongs, and
which of two things said is right (/review). Precision: how much of what was proposed is right;
recall: how much of what is right was proposed. Both are printed (pytest -s).
"""

import random
import re
from collections import defaultdict
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from benchmarks.customers import mentions
from bot.app import App
from memory import events
from memory.beliefs import facts
from memory.canon import records
from memory.copying import verify
from memory.schema.work import effects, tasks
from tests.chat import Chat

SEED, MENTIONS, CASES = 4243, 400, 30
SAME_MIN = (0.9, 0.7)  # precision, recall
NOTES_MIN = (0.97, 0.95)
DOUBTS_MIN = (1.0, 1.0)
ROUNDS_MAX = 60
NOTES = (
    "note on {}: {}",
    "remember about {}: {}",
    "make a note on {} that {}",
    "add a note to {}: {}",
    "Notiz zu {}: {}",
)
PLAIN = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+ [A-ZÄÖÜ][a-zäöüß]+")  # as one writes of somebody
TEXTS = ("prefers mornings", "wants paper invoices", "has moved to Berlin", "speaks Spanish")


class Figure(NamedTuple):
    """`proposed`, how many of them are `right`, and how many there were to be found."""

    proposed: int
    right: int
    all: int

    def holds(self, what: str, least: tuple[float, float]) -> bool:
        precision, recall = self.right / self.proposed, self.right / self.all
        print(
            f"\n{what}: precision {precision:.1%} of {self.proposed}, recall {recall:.1%} of "
            f"{self.all} (at least {least[0]:.0%} and {least[1]:.0%})"
        )
        return precision >= least[0] and recall >= least[1]


async def told(app: App) -> dict[str, str]:
    """Record generated customers as different people wrote them; return who each is."""
    truth: dict[str, str] = {}
    async with app.db.transaction() as tx:
        cause = (await events.note(tx, "test.told", None)).id
        firms: dict[str, str] = {}
        for one in sorted(mentions(SEED, MENTIONS), key=lambda each: each.kind):
            state = {**one.state, "company": firms.get(one.state.get("company", ""))}
            state = {n: v for n, v in state.items() if v is not None and n != "iban"}  # invented
            try:
                record = await records.create(tx, one.kind, state, cause)
            except records.TakenError:
                continue  # the same address: that is proof, nobody need be asked
            truth[record.id] = one.truth
            if one.kind == "company":
                firms.setdefault(one.truth, record.id)
    return truth


async def test_of_those_asked_to_be_one_nearly_all_are_and_most_of_them_are_asked(
    app: App, chat: Chat
) -> None:
    truth = await told(app)
    twice = len(truth) - len({*truth.values()})
    asked: dict[str, bool] = {}
    for _ in range(ROUNDS_MAX):
        await chat.say("/same")
        new = [key for key in chat.order if key.startswith("same:rec") and key not in asked]
        if not new:
            break
        for key in new:
            one, other = key.removeprefix("same:").split(":")
            same = truth.get(one, one) == truth.get(other, other)
            token = chat.tokens[key, "They are the same" if same else "They are two"]
            if not (await chat.press(token)).refused:  # or else the tap before changed one of them
                asked[key] = same
    async with app.db.snapshot() as reader:
        now = {id: await records.get(reader, id) for id in truth}
    one_now = defaultdict(set)
    for id, record in now.items():
        assert record is not None
        one_now[record.id].add(truth[id])
    assert all(len(whom) == 1 for whom in one_now.values())  # no two people became one
    merged = len(truth) - len(one_now)
    assert merged == sum(asked.values())  # each tap counted
    assert len(asked) >= CASES
    assert Figure(len(asked), merged, twice).holds("are they one", SAME_MIN)
    assert (await verify.verify(app.db)).faults == ()


async def test_a_note_is_filed_with_whom_it_names_and_of_namesakes_it_is_asked(
    app: App, chat: Chat
) -> None:
    draw = random.Random(SEED)
    people: dict[str, list[str]] = {}
    async with app.db.transaction() as tx:
        cause = (await events.note(tx, "test.told", None)).id
        drawn = [one.state["name"] for one in mentions(SEED, MENTIONS) if one.kind == "person"]
        for number, name in enumerate(name for name in drawn if PLAIN.fullmatch(name)):
            state = {"name": name, "email": f"p{number}@people.example"}
            person = await records.create(tx, "person", state, cause)
            people.setdefault(name, []).append(person.id)
            if len(people) == CASES + 3:
                break
    said = {}
    for number, (name, ids) in enumerate(people.items()):
        text = f"{draw.choice(TEXTS)} {number}"
        said[text] = ids
        await chat.say(NOTES[number % len(NOTES)].format(name, text))
    wanted = {text: ids[0] for text, ids in said.items() if len(ids) == 1}
    filed = await _filed(app)
    right = sum(wanted.get(text) == record for text, record in filed)
    assert len(said) >= CASES and len(wanted) < len(said)
    assert Figure(len(filed), right, len(wanted)).holds("whose note", NOTES_MIN)


async def _filed(app: App) -> list[tuple[str, str]]:
    """Return each note that the librarian proposed: its words, and the record."""
    query = sa.select(effects.c.action).join(tasks, effects.c.task == tasks.c.id)
    async with app.db.snapshot() as reader:
        rows = await reader.rows(query.where(tasks.c.agent == "librarian"))
    args = [row.action["args"] for row in rows if row.action["operation"] == "records.note"]
    return [(one["text"], one["record"]) for one in args]


class Said(NamedTuple):
    author: Any
    value: str
    days_ago: int = 0


def _history(draw: random.Random) -> tuple[tuple[Said, ...], str]:
    """Return what was said of one price, and which is right; "": nothing contradicts itself."""
    old, new = (f"{n}.00" for n in draw.sample(range(20, 90), 2))
    return draw.choice(
        (
            ((Said("owner", old),), ""),
            ((Said("owner", old, 9), Said("owner", new)), ""),  # a later word ends the earlier
            ((Said("owner", old, 9), Said("client", old)), ""),
            ((Said("connector", old, 9), Said("owner", new)), ""),  # the operator's word counts
            ((Said("client", old, 9),), ""),
            ((Said("owner", old, 9), Said("client", new)), old),
            ((Said("owner", old, 9), Said("connector", new)), old),
            ((Said("connector", old, 9), Said("client", new)), old),
        )
    )


async def test_what_contradicts_itself_is_asked_and_nothing_else(app: App, chat: Chat) -> None:
    draw = random.Random(SEED)
    right: dict[str, str] = {}
    async with app.db.transaction() as tx:
        cause = (await events.note(tx, "test.told", None)).id
        for number in range(2 * CASES):
            state = {"name": f"Person {number}", "email": f"p{number}@people.example"}
            person = await records.create(tx, "person", state, cause)
            history, holds = _history(draw)
            for one in history:
                await facts.learn(
                    tx, "price", one.value, record=person.id, author=one.author, source=None,
                    cardinality="one", valid_from=tx.now - timedelta(days=one.days_ago),
                )  # fmt: skip
            if holds:
                right[state["name"]] = holds
    asked: dict[str, str] = {}
    for _ in range(ROUNDS_MAX):
        await chat.say("/review")
        if "Nothing that I know" in chat.last:
            break
        key = chat.key("Which is right?")
        lines = chat.text("Which is right?").splitlines()
        for number in range(1, 6):
            line = next((one for one in lines if f"{number}. Person" in one), "")
            if not line:
                continue
            name = line.partition(". ")[2].partition(":")[0]
            asked[name] = right.get(name, "")
            if not right.get(name):
                continue
            button = chat.button(key, f"{number}: {right[name]}")
            assert not (await chat.press(chat.tokens[key, button.label])).refused
    assert len(right) >= CASES / 2
    sound = sum(map(bool, asked.values()))
    assert Figure(len(asked), sound, len(right)).holds("what contradicts itself", DOUBTS_MIN)
