"""Which parts of what a model is to read are somebody's, by what they say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import agents
import bot
import connectors
import engine
import memory
from agents.models.wish import Part
from connectors.contract import DataClass
from memory.canon import fields, records
from memory.forgetting import erasure
from tests.agents.desk import Desk, wish

HALL = "The hall in the north has no lift."


async def classes(desk: Desk, *texts: str) -> list[DataClass]:
    parts = tuple(Part(f"source {n}", text, "business") for n, text in enumerate(texts))
    async with desk.app.db.snapshot() as reader:
        marked = await desk.people.marked(reader, wish(parts=parts))
    return [part.data_class for part in marked.parts]


@pytest.mark.parametrize(
    ("text", "of"),
    [
        (HALL, "business"),
        ("Ada Example and Bruno Muster pay for the hall.", "personal"),
        ("The hall was paid by Ada.", "personal"),
        ("A newsletter for 900 readers.", "business"),
    ],
)
async def test_what_names_anybody_in_the_records_is_personal_whoever_made_it(
    desk: Desk, text: str, of: DataClass
) -> None:
    assert await classes(desk, HALL, text) == ["business", of]


async def test_what_was_said_before_somebody_was_known_is_personal_once_they_are(
    desk: Desk,
) -> None:
    said = "Quirina Vogel wants the hall."
    assert await classes(desk, said) == ["business"]
    async with desk.app.db.transaction() as tx:
        await records.create(tx, "person", {"name": "Quirina Vogel"}, None)
    assert await classes(desk, said) == ["personal"]


async def test_who_is_renamed_is_found_by_the_new_name_alone(desk: Desk) -> None:
    async with desk.app.db.transaction() as tx:
        made = await records.create(tx, "person", {"name": "Quirina Vogel"}, None)
    assert await classes(desk, "quirina vogel wants the hall", HALL) == ["personal", "business"]
    async with desk.app.db.transaction() as tx:
        await records.revise(tx, made.id, None, name="Quirina Sommer")
    assert await classes(desk, "Sommer wants it", "Vogel wants it") == ["personal", "business"]
    async with desk.app.db.transaction() as tx:
        await records.withdraw(tx, made.id, None)
    assert await classes(desk, "Sommer wants it") == ["personal"]  # a second version stays


async def test_who_is_erased_is_sought_no_more(desk: Desk) -> None:
    async with desk.app.db.transaction() as tx:
        made = await records.create(tx, "person", {"name": "Quirina Vogel"}, None)
    assert await classes(desk, "Vogel wants it") == ["personal"]
    async with desk.app.db.transaction() as tx:
        await erasure.erase(tx, made.id, None)
    assert await classes(desk, "Vogel wants it") == ["business"]


def test_what_the_log_says_of_records_is_what_makes_them_read_anew() -> None:
    noted = re.compile(r"""note\(\s*tx,\s*"(record\.\w+)\"""")
    constant = re.compile(r"""^[A-Z_, ]+ = .*"record\.\w+".*$""", re.MULTILINE)
    found = set()
    for folder in (agents, bot, connectors, engine, memory):
        [root] = folder.__path__
        for path in Path(root).rglob("*.py"):
            text = path.read_text("utf-8")
            found |= set(noted.findall(text))
            for line in constant.findall(text):
                found |= set(re.findall(r'"(record\.\w+)"', line))
    assert {"record.confirmed", "record.merged", "record.erased"} <= found
    assert found - set(records.CHANGES) == set()


@pytest.mark.parametrize(("written", "of"), [("personal", "personal"), ("business", "business")])
async def test_a_part_that_repeats_a_field_of_your_own_is_as_private_as_the_field(
    desk: Desk, written: str, of: DataClass
) -> None:
    own = f"project:\n  code_word: {{type: text, class: {written}}}\n"
    (desk.app.house.blobs / fields.FILE).write_text(own, "utf-8")
    state = {"name": "Spring fair", "own": {"code_word": "Blue  Heron"}}
    async with desk.app.db.transaction() as tx:
        await records.create(tx, "project", state, None)
    assert await classes(desk, "they say blue heron at the door") == [of]
    assert await classes(desk, "they say blue herons at the door") == ["business"]


async def test_with_a_file_of_fields_that_has_faults_everything_is_personal(desk: Desk) -> None:
    (desk.app.house.blobs / fields.FILE).write_text("project: 1\n", "utf-8")
    assert await classes(desk, HALL) == ["personal"]


@pytest.mark.parametrize(
    ("text", "of"), [("its account is DE89 3704 0044 0532 0130 00", "personal"), (HALL, "business")]
)
def test_a_number_makes_a_wish_personal_and_is_left_out_of_the_lean_one(
    text: str, of: DataClass
) -> None:
    parts = (Part("the question", HALL, "business"), Part("1", text, "business", passage="psg_1"))
    made = wish(parts=parts)
    assert made.data_class(()) == of
    lean = made.leaner()
    assert (lean is None) == (of == "business")
    assert lean is None or [part.passage for part in lean.parts] == [""]
    assert replace(made, task=text).data_class(()) == of
