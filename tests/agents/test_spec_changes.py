"""What a new version of a specialist's file may more than the old one is never overlooked."""

from typing import Any

import pytest

from agents.specialists.spec import AgentSpec
from agents.specialists.spec_changes import differences, wider

OLD: dict[str, Any] = {
    "name": "letters", "does": "writes letters", "may": ["email.*"], "tier": "small",
    "calls_max": 4, "cost_max": "0.50",
}  # fmt: skip


def spec(**changed: Any) -> AgentSpec:
    return AgentSpec.model_validate(OLD | changed)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"may": ["email.*", "cms.publish"]}, "may cms.publish"),
        ({"may": ["*"]}, "may do everything"),
        ({"tier": "large"}, "asks models of the tier large"),
        ({"calls_max": 5}, "asks models up to 5 times for one task"),
        ({"cost_max": None}, "spends on models without a limit of its own a day"),
        ({"cost_max": "0.51"}, "spends on models up to 0.51 a day"),
    ],
)
def test_whatever_it_may_more_is_named(changed: dict[str, Any], says: str) -> None:
    assert wider(spec(), spec(**changed)) == (says,)
    assert says in differences(spec(), spec(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"may": ["email.send"]}, {"may": []}, {"tier": "local"}, {"calls_max": 1},
        {"cost_max": "0.10"}, {"prompt": "Be short."}, {"mode": "creative"},
        {"takes": {"text": "text"}}, {"gives": {"text": "text"}}, {"checks": {"words": 9}},
    ],
)  # fmt: skip
def test_what_stays_within_the_bounds_is_not_wider_but_is_another_version(
    changed: dict[str, Any],
) -> None:
    assert wider(spec(), spec(**changed)) == ()
    assert spec(**changed).version != spec().version
    assert differences(spec(), spec(**changed)) != ()


CODE = "def work(given):\n    return {}"
OWN: dict[str, Any] = {"code": CODE, "takes": {"text": "text"}, "gives": {"text": "text"}}
RUNS = "runs code that you have not seen, letters.py"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"code": f"{CODE}  # other"}, (RUNS,)),
        ({"gives": {"text": "text", "to": "text"}}, ("may fill in to (text)",)),
        ({"gives": {"text": "texts"}}, ("may fill in text (texts)",)),
        ({"takes": {"text": "text", "amount": "amount"}}, ("is given amount (amount)",)),
        ({"gives": {"text": {"type": "text", "means": "all of it"}}}, ()),
        ({"gives": {}}, ()),
        ({"takes": {}}, ()),
        ({"code": ""}, ()),
    ],
)
def test_what_its_code_may_more_is_named(changed: dict[str, Any], says: tuple[str, ...]) -> None:
    assert wider(spec(**OWN), spec(**OWN | changed)) == says
    assert spec(**OWN).version != spec(**OWN | changed).version
    assert differences(spec(**OWN), spec(**OWN | changed)) != ()


def test_new_code_is_named_with_all_that_it_is_given_and_may_fill_in() -> None:
    assert wider(spec(), spec(**OWN)) == (RUNS, "is given text (text)", "may fill in text (text)")
    assert differences(spec(**OWN), spec()) == (
        "no longer is given text (text)",
        "no longer may fill in text (text)",
        *("takes changed", "gives changed", "letters.py, its code, is gone"),
    )


def test_what_it_may_no_longer_is_named_after_what_it_may_more() -> None:
    new = spec(may=["cms.*"], calls_max=2, cost_max="0.10", prompt="Be short.")
    assert differences(spec(), new) == (
        *("may cms.*", "no longer may email.*"),
        "no longer asks models up to 4 times for one task",
        "no longer spends on models up to 0.50 a day",
        "letters.md, how it writes, changed",
    )


def test_one_operation_does_not_hold_all_of_its_connector() -> None:
    assert wider(spec(may=["email.send"]), spec()) == ("may email.*",)


def test_other_words_for_what_it_does_make_no_other_version() -> None:
    assert spec(does="writes all letters").version == spec().version
