"""A model's plan is checked as a whole: what passes can be carried out, what does not says why."""

from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agents.plans.plan_checked import TEXTS_MAX, Known, faults, ordered, preliminary
from agents.plans.plan_wish import Proposed, ProposedStep
from connectors.contract import Operation, Preview, Receipt

KEYS = ("a", "b", "c", "d")


class Text(BaseModel):
    to: str = ""
    text: str = ""
    count: int = 0


async def _run(args: Any, key: str) -> Receipt:
    raise AssertionError("nothing is run here")


async def _preview(args: Any) -> Preview:
    raise AssertionError("nothing is looked at here")


def operation(name: str, effect: Any) -> Operation:
    roles: Any = {"to": "destination", "text": "text", "count": "value"}
    return Operation(name, name, "Do", Text, effect, roles, _run, _preview)


KNOWN = Known(
    operations={
        "mail.send": operation("mail.send", "share"),
        "notes.keep": operation("notes.keep", "internal"),
        "tool.new": operation("tool.new", None),
    },
    scope={"ada": {"email": "ada@example.org", "value": "rec_1"}},
    done={"before": {"text": "Done.", "result": {"id": "1"}}},
)


def step(key: str, *after: str, operation: str = "mail.send", **args: Any) -> ProposedStep:
    told = {"title": key, "why": "It is wanted.", "risk": "It may be late."}
    return ProposedStep(key=key, operation=operation, args=args, after=list(after), **told)


def plan(*steps: ProposedStep) -> Proposed:
    return Proposed(understood=True, steps=list(steps))


@given(st.dictionaries(st.sampled_from(KEYS), st.sets(st.sampled_from(KEYS)), min_size=1))
def test_a_circle_is_a_fault_and_anything_else_can_be_ordered(graph: dict[str, set[str]]) -> None:
    inside = {key: [one for one in after if one in graph] for key, after in graph.items()}
    made = plan(*(step(key, *after) for key, after in inside.items()))
    try:
        TopologicalSorter(inside).prepare()
    except CycleError:
        assert any("wait for each other" in fault for fault in faults(made, KNOWN))
        return
    assert faults(made, KNOWN) == []
    placed = [one.key for one in ordered(made)]
    assert sorted(placed) == sorted(inside)
    for one in ordered(made):
        assert all(placed.index(other) < placed.index(one.key) for other in one.after)


WRONG = {
    "two with one key": (plan(step("a"), step("a")), "Two steps are called “a”."),
    "done already": (plan(step("before")), "“before” is done already"),
    "no steps": (plan(), "It has no steps."),
    "unclassified": (plan(step("a", operation="tool.new")), "there is no operation “tool.new”"),
    "no such argument": (plan(step("a", txt="x")), "takes no “txt”: did you mean “text”?"),
    "itself": (plan(step("a", text="${steps.a.to}")), "needs “a” first"),
    "no such output": (plan(step("a", "before", text="${steps.before.result.said}")), "nowhere"),
    "no such field": (plan(step("a", to="${ada.iban}")), "${ada.iban} leads nowhere."),
    "half a reference": (plan(step("a", to="${Ada!}")), "a reference that cannot be read"),
    "written address": (plan(step("a", to={"write": "hers"})), "cannot be written by a model"),
    "empty text": (plan(step("a", text={"write": " "})), "say in a sentence"),
    "wrong type": (plan(step("a", count="many")), "“count”: Input should be a valid integer"),
    "too much to write": (
        plan(*(step(f"k{n}", text={"write": "x"}) for n in range(TEXTS_MAX + 1))),
        f"It wants {TEXTS_MAX + 1} texts written",
    ),
    "told from outside": (
        plan(
            step("a"),
            step("b", "a").model_copy(update={"title": "Heard: ${steps.a.result.answer}"}),
        ),
        "`title` cannot say what a step brings",
    ),
    "written from outside": (
        plan(step("a"), step("b", "a", text={"write": "Tell ${steps.a.result.answer}"})),
        "stands in `after`, not in the sentence",
    ),
    "kept from outside": (
        plan(
            step("a"),
            step("b", "a", operation="notes.keep", text="${steps.a.result.answer}"),
        ),
        "would keep what others wrote",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_in_a_sentence(wrong: str) -> None:
    made, said = WRONG[wrong]
    assert said in " ".join(faults(made, KNOWN))


def test_what_is_known_is_filled_in_and_what_is_open_is_named() -> None:
    made = plan(
        step("a", to="${ada.email}", text={"write": "a greeting"}),
        step("b", "a", to="${steps.a.to}", text="As said: ${steps.a.text}"),
        step("c", "before", text="${steps.before.result.id}"),
    )
    assert faults(made, KNOWN) == []
    ready = preliminary(ordered(made), KNOWN)
    assert ready["a"] == ({"to": "ada@example.org", "text": "(to be written)"}, ("text",))
    assert ready["b"][0]["to"] == "ada@example.org"
    assert set(ready["b"][1]) == {"steps.a.to", "steps.a.text"}  # what a hangs on is not settled
    assert ready["c"] == ({"text": "1"}, ())
