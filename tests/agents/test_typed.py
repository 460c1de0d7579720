"""The object in what a model wrote: after its thinking, in a fence, between words, or none."""

import json

import pytest

from agents.models import forms
from agents.models.typed import typed, unthought
from tests.agents.desk import Said, wish

HI = '{"text": "Hi {Ada}"}'
THOUGHT = '<think>\nThe user wants {something}. Maybe {"text": "No"}?\n</think>\n\n'


def read(text: str) -> Said | None:
    return typed(forms.plain(wish()), unthought(text))


@pytest.mark.parametrize(
    "text",
    [
        HI,
        f"  {HI}\n",
        f"```json\n{HI}\n```",
        f"```\n{HI}\n```",
        f"Here is the JSON: ```json\n{HI}```",
        f"Here is the JSON:\n\n{HI}\n\nTell me {{if}} you want more, or {{\"text\": 1}}.",
        THOUGHT + HI,
        THOUGHT.removeprefix("<think>") + f"Sure!\n{HI}",
        f"<think></think>{THOUGHT}{HI}",
        f'{{}} is nothing, so: {HI}',
        f"It is {{the}} one: {HI}{HI}",
    ],
    ids=range(11),
)  # fmt: skip
def test_an_object_is_found_in_what_was_written_around_it(text: str) -> None:
    assert read(text) == Said(text="Hi {Ada}")


@pytest.mark.parametrize(
    "text",
    [
        "I would rather chat.",
        '{"steps": [{"text": "only a step"}',  # broken: a piece of it is not it
        f'So: {{"steps": [{HI}, {{"text": "two"}}',
        f"These: [{HI}, {HI}]",
        f"<think>Maybe {HI}",
        '{"text": NaN}',
        "{" * 900,
        "{} " * 30,
    ],
    ids=range(8),
)
def test_what_holds_no_whole_object_is_no_answer(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)


def test_what_an_answer_says_of_thinking_stays_in_it() -> None:
    said = json.dumps({"text": "She wrote </think> there."})
    assert read(said) == Said(text="She wrote </think> there.")
