"""What `quality.yaml` says of a driver holds: its proofs exist, and no rule is left open."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot import checkup
from bot.settings import Settings
from connectors import quality
from connectors.quality import RULES, Answer, Quality
from tests.connectors.contracts.houses import DRIVERS

ROOT = Path(__file__).parent.parent.parent
DONE = {rule: Answer(done="docs/connectors.md") for rule in RULES}


def each() -> list[tuple[str, str, Quality]]:
    """Return every driver that the suites run, with what its file says."""
    found = []
    for kind, drivers in DRIVERS.items():
        for connect in drivers:
            driver = connect.__module__.rpartition(".")[2]
            said = quality.of(kind, driver)
            assert said is not None, f"{kind}/{quality.FILE} does not name {driver}"
            found.append((kind, driver, said))
    return found


@pytest.mark.parametrize(("kind", "driver", "said"), each())
def test_every_rule_has_its_proof_or_its_reason(kind: str, driver: str, said: Quality) -> None:
    assert list(said.rules) == list(RULES)
    for rule, answer in said.rules.items():
        path, _, name = answer.done.partition("::")
        assert not path or (ROOT / path).is_file(), (rule, path)
        found = rf"^(async )?def {name}\("
        assert not name or re.search(found, (ROOT / path).read_text("utf-8"), re.M), (rule, name)


@pytest.mark.parametrize(
    ("missing", "level"),
    [("once", "none"), ("undo", "bronze"), ("scopes", "silver"), ("drift", "gold"),
     ("", "platinum")],
)  # fmt: skip
def test_a_level_is_reached_with_all_of_its_rules_and_of_those_below(
    missing: str, level: str
) -> None:
    rules = {rule: answer for rule, answer in DONE.items() if rule != missing}
    assert Quality(rules=rules).level == level
    if missing:
        told = rules | {missing: Answer(missing="Nobody wrote it.")}
        assert Quality(rules=told).level == level
        assert Quality(rules=rules | {missing: Answer(exempt="No server.")}).level == "platinum"


def test_a_rule_that_is_none_or_is_answered_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="no rule tested"):
        Quality(rules={"tested": Answer(done="x")})
    for said in ({}, {"done": "x", "missing": "y"}):
        with pytest.raises(ValidationError, match="one of done, exempt and missing"):
            Answer(**said)


async def test_doctor_says_of_each_driver_how_far_it_was_proven(tmp_path: Path) -> None:
    found = {one.what: one.says for one in await checkup.examine(Settings(home=tmp_path))}
    for kind, driver, said in each():
        if driver == "local":
            assert f"Its quality: {said.level}" in found[f"{kind} (local)"]


def test_who_has_no_file_has_no_quality() -> None:
    assert quality.of("files", "local") is None
    assert quality.of("email", "pigeon") is None
