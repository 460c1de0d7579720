"""Playbooks as data: the ones we ship, and every fault of broken ones."""

from pathlib import Path

import pytest

from agents.playbooks.library import PlaybookError, load, load_folder
from connectors import registry
from engine.keeping.notebook import Notebook
from memory.db import Database
from tests.agents.conftest import NOW

GOOD = """
id: greet
title: Greet
process: mail
says: says hello
examples: [greet Ada, greet Bob, greet him, greet her, greet them]
commands: [greet]
patterns: ['greet (?P<who>.+)']
slots: {who: {type: person, required: true, ask: "Whom?"}}
steps:
  - {key: send, title: 'Greet ${who.name}', operation: email.send, why: asked,
     args: {to: '${who.email}', subject: Hi, text: Hi}}
outcome: {kind: mail, minutes_saved: 1}
"""
OPERATIONS = {"email.send": ("to", "subject", "text")}


def faults(text: str, name: str = "greet.yaml") -> str:
    with pytest.raises(PlaybookError) as error:
        load({name: text}, OPERATIONS)
    return "\n".join(error.value.faults)


def test_a_good_playbook_has_no_fault() -> None:
    [greet] = load({"greet.yaml": GOOD}, OPERATIONS)
    assert greet.slots[0].name == "who"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id: greet", "id: greet: x", "not YAML"),
        ("id: greet", "id: meet", "must be called meet.yaml"),
        ("process: mail", "process: mial", "process"),
        ("greet her, greet them", "", "examples"),
        ("says: says hello", "", "says: Field required"),
        ("title: Greet\n", "title: Greet\nslot: x\n", "slot: Extra inputs"),
        ("(?P<who>.+)", "(?P<whom>.+)", "did you mean “who”?"),
        ("(?P<who>.+)", "(?P<who.+)", "not a regular expression"),
        (', ask: "Whom?"', "", "write the question"),
        ("${who.email}", "${wo.email}", "which is no slot: did you mean “who”?"),
        ("email.send", "email.sent", "did you mean “email.send”?"),
        ("subject: Hi", "sbject: Hi", "takes no “sbject”: did you mean “subject”?"),
        ("why: asked,", "why: asked, after: [fly],", "which is no step"),
        ("type: person", "type: human", "type"),
    ],
)
def test_a_fault_is_named(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert fault in faults(GOOD.replace(old, new))


def test_all_faults_of_all_files_come_at_once() -> None:
    texts = {
        "greet.yaml": GOOD.replace("email.send", "email.sent").replace("(?P<who>", "(?P<whom>"),
        "other.yaml": "id: [",
        "third.yaml": GOOD.replace("id: greet", "id: third").replace("process: mail", "process: x"),
    }
    with pytest.raises(PlaybookError) as error:
        load(texts, OPERATIONS)
    files = [fault.partition(":")[0] for fault in error.value.faults]
    assert files == ["greet.yaml", "greet.yaml", "other.yaml", "third.yaml"]


def test_two_playbooks_cannot_claim_the_same_words() -> None:
    with pytest.raises(PlaybookError) as error:
        load({"greet.yaml": GOOD, "hello.yaml": GOOD.replace("id: greet", "id: hello")})
    assert "the command “/greet” belongs to greet too" in str(error.value)
    assert "the example “greet ada” belongs to greet too" in str(error.value)


def test_a_step_stands_below_what_it_comes_after() -> None:
    step = "  - {key: first, title: x, operation: email.send, why: y, args: {}, after: [later]}\n"
    later = "  - {key: later, title: x, operation: email.send, why: y, args: {}}\n"
    text = GOOD.replace("outcome:", f"{step}{later}outcome:")
    assert "must stand below “later”" in faults(text)


def test_a_playbook_acts_or_answers() -> None:
    assert "either steps or an answer" in faults(GOOD.replace("outcome:", "answer: x\noutcome:"))


async def test_ours_call_only_what_the_connectors_offer(tmp_path: Path) -> None:
    company = registry.Company("Example", "me@example.org")
    offered = dict(registry.embedded(tmp_path, lambda: NOW, company).operations)
    notebook = Notebook(Database(tmp_path / "x.db", lambda: NOW))
    offered |= {operation.name: operation for operation in notebook.operations()}
    known = {name: operation.args.model_fields.keys() for name, operation in offered.items()}
    playbooks = load_folder(operations=known)
    assert [playbook.id for playbook in playbooks] == [
        "about", "book-meeting", "note", "pay-bill", "publish-post", "record-payment", "refund",
        "remind", "send-invoice", "write-mail",
    ]  # fmt: skip


def test_ours_give_every_argument_an_operation_requires(tmp_path: Path) -> None:
    company = registry.Company("Example", "me@example.org")
    offered = registry.embedded(tmp_path, lambda: NOW, company).operations
    for playbook in load_folder():
        for step in playbook.steps:
            if step.operation in offered:
                fields = offered[step.operation].args.model_fields
                needed = {name for name, field in fields.items() if field.is_required()}
                assert needed <= step.args.keys(), (playbook.id, step.key)
