"""Every prompt begins with what the next one for the same purpose begins with, too."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from agents.models import prompts as versions
from agents.models.wish import Part, Wish
from benchmarks import prompts
from engine.models import trials
from engine.models.model_calls import Wanted
from tests.conftest import FakeClock

AGENTS = Path(__file__).parents[2] / "agents"
ASKS = re.compile(r"^from agents\.models\.wish import .*\bWish\b", re.MULTILINE)
FOR_OTHERS = "step=step.format("  # a wish that is made for a module which names its own step
STEP = re.compile(r'(?:^STEP = |\bstep=)"([^"]+)"', re.MULTILINE)
OF_ANOTHER = "{step}"  # asks several at once of a purpose that has a step of its own
OWN_RULE = "No shouting."

Wishes = Mapping[str, Sequence[Wish[Any]]]


class Said(BaseModel):
    text: str


def purposes() -> set[str]:
    """Return the step of every module that asks models for something."""
    sources = [path.read_text(encoding="utf-8") for path in AGENTS.rglob("*.py")]
    own = [text for text in sources if ASKS.search(text) and "Wish(" in text]
    asking = [text for text in sources if "sourced.wish(" in text or text in own]
    found = [STEP.findall(text) for text in asking if FOR_OTHERS not in text]
    assert all(len(steps) == 1 for steps in found)
    return {_newest(steps[0]) for steps in found if not steps[0].startswith(OF_ANOTHER)}


def _newest(step: str) -> str:
    """Return the name of a step with the newest of its purpose's prompts in it."""
    newest = max(versions.of(trials.purpose_of(step)), default=0)
    return step.format(field="text", prompt=newest)


@pytest.fixture
async def asked(tmp_path: Path, clock: FakeClock) -> tuple[Wishes, Wishes]:
    """Return what is asked on one day, and in another house on another day."""
    first = await prompts.wishes(tmp_path / "one" / "sample", clock)
    clock.now += timedelta(days=40, hours=7)
    return first, await prompts.wishes(tmp_path / "two" / "sample", clock)


async def test_two_calls_for_one_purpose_begin_alike_whatever_they_are_about(
    asked: tuple[Wishes, Wishes],
) -> None:
    first, second = asked
    assert set(first) == set(second) == purposes()
    for step, wishes in first.items():
        found = [one.messages for one in (*wishes, *second[step])]
        assert len(found) == 4
        assert len({messages[0]["content"] for messages in found}) == 1, step
        shared = prompts.share(found)
        assert shared.alike > len(found[0][0]["content"])
        assert shared.alike / shared.whole > 0.75, step
    drafts = [one.messages[1]["content"] for one in first["draft.text/5"]]
    assert len(set(drafts)) == 2
    assert all(OWN_RULE in text.partition('<data name="draft"')[0] for text in drafts)


def test_what_lasts_stands_before_what_changes_behind_a_mark_that_lasts() -> None:
    rules = Part("rules", "No shouting.", "business", lasts=True)

    def body(text: str) -> str:
        parts = (Part("mail", text, "business", outside=True), rules)
        wanted = Wanted(step="try/1", agent="writer", basis="b")
        return Wish(wanted, "small", "Answer.", parts, Said).messages[1]["content"]

    one, other = body("Hello."), body("Good evening.")
    assert one.index("No shouting.") < one.index("Hello.")
    assert one.partition('<data name="mail"')[0] == other.partition('<data name="mail"')[0]


def test_what_somebody_else_wrote_never_lasts_for_its_mark_could_be_guessed() -> None:
    parts = tuple(Part(name, "x", "business", outside=True, lasts=True) for name in ("a", "b"))
    wanted = Wanted(step="try/1", agent="writer", basis="b")
    given = Wish(wanted, "small", "Answer.", (Part("note", "y", "business"), *parts), Said)
    body = given.messages[1]["content"]
    assert body.index('name="note"') < body.index('name="a"') < body.index('name="b"')
    assert len(set(re.findall(r"</data (\w+)>", body))) == 1
