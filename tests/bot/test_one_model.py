"""One line sets a language model up: what it means, and what is said where it means nothing."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agents.models import listed
from bot import checkup, minds, one_model
from bot import settings as configured
from bot.one_model import OneModel
from bot.settings import Settings
from engine.rules.house import House

KEY = "sk-0123456789abcdef0123"


@pytest.mark.parametrize(
    ("line", "means"),
    [
        (f"mistral/small {KEY}", OneModel("mistral/small", "", KEY)),
        ("ollama/qwen3", OneModel("ollama/qwen3")),
        ("http://127.0.0.1:8080/v1 qwen3", OneModel("mine/qwen3", "mine=http://127.0.0.1:8080/v1")),
        (f"https://a.b/v1 m/big {KEY}", OneModel("mine/m/big", "mine=https://a.b/v1", KEY)),
    ],
)
def test_a_line_is_a_provider_or_an_address_with_a_model_and_a_key(
    line: str, means: OneModel
) -> None:
    assert one_model.read(line) == means


@pytest.mark.parametrize(
    "line", ["", KEY, f"mistral {KEY}", "http://127.0.0.1:8080/v1", f"mistral/small key {KEY}"]
)
def test_a_line_that_means_nothing_is_refused_without_telling_what_it_says(line: str) -> None:
    with pytest.raises(ValueError, match=r"^FIRSTMATE_MODEL is PROVIDER/MODEL KEY") as told:
        one_model.read(line)
    assert KEY not in str(told.value)


def tiers(settings: Settings) -> dict[str, Any]:
    house = House(None, {}, None, Path("nowhere"))  # only the place of own specialists is asked
    models = minds.of(settings)(house)
    found: dict[str, Any] = {}
    for tier, model in models.listed():
        found.setdefault(tier, []).append(model)
    return found


def test_the_one_model_stands_in_for_every_tier_after_those_that_are_named() -> None:
    line = SecretStr(f"http://127.0.0.1:8080/v1 qwen3 {KEY}")
    [only] = tiers(Settings(model=line))["small"]
    assert (only.name, only.server, only.key) == ("mine/qwen3", "http://127.0.0.1:8080/v1", KEY)
    assert (only.remote, only.price) == (False, listed.FREE)
    more = Settings(
        model=line, model_small=("home/a",), model_servers=("home=http://localhost/v1",)
    )
    assert [one.name for one in tiers(more)["small"]] == ["home/a", "mine/qwen3"]
    assert minds.named(more) == ("home/a", "mine/qwen3")


async def test_the_doctor_says_how_one_line_sets_a_model_up_and_then_names_it(
    tmp_path: Path,
) -> None:
    async def found(**more: Any) -> dict[str, str]:
        return {
            one.what: one.says for one in await checkup.examine(Settings(home=tmp_path, **more))
        }

    assert "One line sets one up: FIRSTMATE_MODEL=" in (await found())["Models"]
    line = SecretStr("http://127.0.0.1:8080/v1 qwen3")
    assert "firstmate doctor --models" in (await found(model=line))["Models of mine"]


def test_the_key_is_a_secret_and_the_name_of_the_model_is_none() -> None:
    settings = Settings(model=SecretStr(f"mistral/mistral-small-latest {KEY}"))
    assert configured.secrets(settings) == (KEY,)
    assert KEY not in str(configured.shown(settings))
