"""The command line with rule files that cannot hold: one sentence a fault, never a traceback."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import cli

WRONG = "rules:\n  - {id: x, then: maybe, why: y}\n"
SAYS = "a.yaml:2 (x): `then` is one of allow, notify, ask, ask_twice, deny, not 'maybe'."


async def said(home: Path, *arguments: str) -> tuple[int | None, str]:
    """Run `firstmate` with these arguments; return its exit code and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=Path(__file__).parents[2],
        env=os.environ | {"FIRSTMATE_HOME": str(home), "FIRSTMATE_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, printed.decode()


@pytest.mark.parametrize("command", [["run"], ["policy", "check"]])
async def test_a_malformed_rule_file_is_said_and_nothing_starts(
    tmp_path: Path, command: list[str]
) -> None:
    rules = tmp_path / "company" / "rules"
    rules.mkdir(parents=True)
    (rules / "a.yaml").write_text(WRONG, encoding="utf-8")
    code, printed = await said(tmp_path, *command)
    assert code == 1
    assert SAYS in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("person:\n  shoes: {type: number\n", "fields.yaml cannot be read: line 3: "),
        ("person: [shoes]\n", "fields.yaml has faults: person: it must name its fields"),
        ("pet:\n  name: {type: text}\n", "fields.yaml has faults: pet: I know no such kind"),
    ],
)
async def test_a_malformed_file_of_own_fields_is_one_sentence_and_nothing_starts(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "fields.yaml").write_text(text, encoding="utf-8")
    code, printed = await said(tmp_path, "run")
    assert (code, len(printed.splitlines())) == (1, 1)
    assert printed.startswith(says)
    assert not (tmp_path / "company" / "firstmate.db").exists()


def test_a_copy_is_made_and_taken_in_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(home: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("FIRSTMATE_HOME", str(tmp_path / home))
        done = CliRunner().invoke(cli, arguments)
        return done.exit_code, done.output

    copy = str(tmp_path / "copy")
    assert run("one", "export", copy)[0] == 0
    assert run("one", "books", str(tmp_path / "books"))[0] == 0
    assert run("one", "books", str(tmp_path / "books"))[0] == 1  # nothing is written over
    assert (tmp_path / "books" / "books.beancount").is_file()
    code, printed = run("two", "import", copy)
    assert (code, printed.startswith("Imported: 0 events, verified up to 0000")) == (0, True)
    assert run("two", "verify", "--copy", copy)[1].startswith("0 events, unbroken")
    code, printed = run("three", "restore", copy)
    assert (code, "Say: firstmate import" in printed) == (1, True)
    code, printed = run("two", "import", copy)
    assert (code, "nothing is overwritten" in printed) == (1, True)
    code, printed = run("two", "rollback", "--to", "nothing-like-it", str(tmp_path / "four"))
    assert (code, "No event ends with “nothing-like-it”" in printed) == (1, True)
    assert not (tmp_path / "four" / "company").exists()
