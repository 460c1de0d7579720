"""Docs that can lie are tested: every command, setting, operation, rule and table is there."""

import re
from pathlib import Path

import pytest

from bot.cli import cli, policy
from bot.commands.basic import HELP
from bot.settings import PREFIX, Settings
from tests.write_docs import DOCS, filled

ROOT = DOCS.parent
PAGES = sorted(DOCS.rglob("*.md"))
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_generated_parts_say_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert filled(text) == text, "run python -m tests.write_docs"


@pytest.mark.parametrize("name", [*HELP, "sample", "setup", "start"])
def test_every_chat_command_is_documented(name: str) -> None:
    assert f"`/{name}`" in COMMANDS


def test_every_command_of_the_command_line_is_documented() -> None:
    names = [c.name or c.callback.__name__ for c in cli.registered_commands if c.callback]
    names += [f"policy {command.name}" for command in policy.registered_commands]
    assert [name for name in names if f"`firstmate {name}`" not in COMMANDS] == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in COMMANDS


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(rf"`{PREFIX}(\w+)`", COMMANDS))
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("*.md")], ids=lambda page: page.name)
def test_no_link_between_pages_is_dead(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
