"""What is said of a specialist's file fits on its card, however long its name and its history."""

from datetime import UTC, datetime

import pytest

from agents.specialists.spec import AgentSpec
from agents.specialists.spec_told import buttons, holds
from engine.chat.messages import LABEL_CHARS_MAX
from engine.planning.specs import Standing, Trial, Version

NAME = "newsletters-of-all-the-regions"
ON_TRIAL = Trial(id="trl_1", version="b", share=20, since=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize("number", [2, 10, 100, 1000])
@pytest.mark.parametrize("name", ["ab", NAME])
@pytest.mark.parametrize("trial", [ON_TRIAL, None])
def test_a_button_names_the_version_whole_whatever_its_number(
    name: str, number: int, trial: Trial | None
) -> None:
    known = {"a": Version(1, {}), "b": Version(number, {}), "c": Version(number + 1, {})}
    rows = buttons(name, Standing(now="a", file="b", before="c", trial=trial), known)
    labels = [button.label for row in rows for button in row]
    assert len(labels) in (3, 4)
    assert all(len(one) <= LABEL_CHARS_MAX for one in labels)
    words = [label.replace(":", "").split() for label in labels]
    assert [str(number) in one for one in words] == [True] * (len(words) - 1) + [False]
    assert str(number + 1) in words[-1]


def test_beside_a_version_that_is_lost_nothing_can_be_tried() -> None:
    known = {"b": Version(2, {})}
    [[take]] = buttons("letters", Standing(now="a", file="b"), known, lost=True)
    assert (take.action, take.item) == ("spec.take", "b")


def test_all_that_a_new_file_may_is_named() -> None:
    spec = AgentSpec(name="ab", does="x y z", may=("email.send", "cms.*"), tier="large")
    assert holds(spec) == (
        *("may email.send", "may cms.*", "asks models of the tier large"),
        "asks models up to 12 times for one task",
        "spends on models without a limit of its own a day",
    )
    assert holds(AgentSpec(name="ab", does="x y z")) == ()


def test_a_new_file_says_how_its_texts_are_written() -> None:
    checks = {"words": 12, "never": ["asap"], "language": "de", "judge": True}
    told = {"name": "letters", "does": "writes", "tier": "small", "mode": "creative"}
    assert holds(AgentSpec.model_validate(told | {"checks": checks}))[-5:] == (
        "creative: several drafts to choose from",
        "of each text: It has at most 12 words.",
        "of each text: It never says “asap”.",
        "of each text: It is in German.",
        "a judge model reads each text",
    )
