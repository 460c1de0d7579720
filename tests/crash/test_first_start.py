"""The first start over a messenger: paired by the code of the host, into the sample and back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.messengers import Correspondent, OnSlack, OnTelegram


@pytest.fixture(params=[OnTelegram, OnSlack])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Correspondent]:
    correspondent = Correspondent(tmp_path.resolve(), request.param())
    yield correspondent
    correspondent.kill()
    correspondent.messenger.close()


def test_a_new_operator_pairs_tries_the_sample_and_comes_back(new: Correspondent) -> None:
    new.start()
    new.messenger.say(_code(new.home, new.messenger.conv[0]))
    new.press("Welcome aboard", "sample company")
    new.look("The sample company", "Read a customer's mail")
    new.messenger.say("what do we know about Ada?")
    new.look("Ada Example · person", holding="ada@example.org")
    new.messenger.say("/sample off")
    new.look("Welcome aboard", "Start with mine")
    assert (new.home / "sample").exists()
    assert (new.home / "company").exists()
    new.stop()


def _code(home: Path, surface: str) -> str:
    """Return the code as the command on the host prints it."""
    command = [sys.executable, "-m", "bot", "pair", surface, "--json"]
    told = subprocess.run(
        command,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"FIRSTMATE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(told.stdout)["code"])
