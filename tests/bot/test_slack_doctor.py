"""What `firstmate doctor` says of Slack: each token, each permission, each step that is left."""

from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from bot import checkup
from bot.settings import Settings
from bot.slack import access as slack_access
from tests.peers.slack import APP_TOKEN, BOT_TOKEN, Workspace, slack

NEEDED = sorted(slack_access.SCOPES)


def settings(home: Path, workspace: Workspace, **given: str) -> Settings:
    secrets = {name: SecretStr(value) for name, value in given.items()}
    return Settings(home=home, slack_api=f"{workspace.url}/api/", **secrets)


async def told(settings: Settings) -> list[tuple[str, bool, str]]:
    findings = await checkup.examine(settings)
    return [(f.what, f.ok, f.says) for f in findings if f.what.startswith("Slack")]


async def test_without_a_token_the_steps_are_told(tmp_path: Path) -> None:
    async with slack() as workspace:
        [(_, ok, says)] = await told(settings(tmp_path, workspace))
    assert ok
    assert "deploy/slack-manifest.yaml" in says


async def test_right_tokens_and_permissions_are_fine(tmp_path: Path) -> None:
    async with slack(scopes=NEEDED) as workspace:
        here = settings(tmp_path, workspace, slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN)
        [(_, ok, says)] = await told(here)
    assert ok
    assert "Socket Mode; `firstmate pair slack`" in says


async def test_each_missing_permission_is_named(tmp_path: Path) -> None:
    async with slack(scopes=[s for s in NEEDED if s not in ("im:history", "files:write")]) as w:
        here = settings(tmp_path, w, slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN)
        [_, (what, ok, says)] = await told(here)
    assert (what, ok) == ("Slack permissions", False)
    assert says.startswith("missing: files:write, im:history.")


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        ({"slack_bot_token": "xoxb-wrong", "slack_app_token": APP_TOKEN}, slack_access.BAD_TOKEN),
        ({"slack_bot_token": BOT_TOKEN, "slack_app_token": "xapp-no"}, slack_access.BAD_APP_TOKEN),
        ({"slack_bot_token": BOT_TOKEN}, slack_access.NO_WAY_IN),
    ],
)
async def test_a_wrong_token_gets_the_sentence_that_helps(
    tmp_path: Path, tokens: dict[str, str], says: str
) -> None:
    async with slack(scopes=NEEDED) as workspace:
        assert await told(settings(tmp_path, workspace, **tokens)) == [("Slack", False, says)]


async def test_http_mode_needs_no_app_level_token(tmp_path: Path) -> None:
    async with slack(scopes=NEEDED) as workspace:
        here = settings(tmp_path, workspace, slack_bot_token=BOT_TOKEN, slack_signing_secret="shh")
        [(_, ok, says)] = await told(here)
    assert ok
    assert "HTTP on port 8351" in says


async def test_slack_out_of_reach_is_said(tmp_path: Path) -> None:
    here = Settings(
        home=tmp_path, slack_api="http://127.0.0.1:9/api/", slack_bot_token=SecretStr(BOT_TOKEN)
    )
    assert await told(here) == [("Slack", False, slack_access.UNREACHED)]


def test_the_manifest_asks_for_exactly_the_needed_permissions() -> None:
    root = Path(__file__).parents[2]
    manifest = yaml.safe_load((root / "deploy/slack-manifest.yaml").read_text(encoding="utf-8"))
    assert sorted(manifest["oauth_config"]["scopes"]["bot"]) == NEEDED
