"""What a start with Slack spends no time on."""

import inspect

import pytest

from bot.slack.access import Access
from bot.slack.api import SlackApi
from bot.slack.surface import Slack
from memory.db import system_clock


async def none(_: str) -> bytes:
    return b""


def test_bolt_is_told_its_name_and_looks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(inspect, "stack", lambda: looked.append("through every module"))
    slack = Slack(Access("xoxb-1", "xapp-1"), system_clock, alarm=none, stored=none)
    app = slack._bolt(SlackApi("xoxb-1"))
    assert (app.name, looked) == ("firstmate", [])
