"""Message JSON in, payload out: what each surface gets for each kind of message is on file."""

import pytest

from bot.lower.limits import check_telegram, check_terminal, check_web
from bot.lower.rich_limits import check_rich
from bot.lower.slack_blocks import lower as slack_lower
from bot.lower.slack_limits import check_slack
from bot.lower.telegram_html import lower as telegram_lower
from bot.lower.telegram_rich import lower as rich_lower
from engine.chat.messages import Msg
from tests.bot.lower.regenerate import GOLDEN, SURFACES, token
from tests.bot.lower.samples import HOSTS, SAMPLES


def stored(name: str) -> Msg:
    return Msg.model_validate_json((GOLDEN / f"{name}.msg.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_survives_its_json(name: str) -> None:
    assert stored(name) == SAMPLES[name]


@pytest.mark.parametrize("ending", SURFACES)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_surface_gets_what_is_on_file(name: str, ending: str) -> None:
    expected = (GOLDEN / f"{name}.{ending}").read_text(encoding="utf-8")
    assert SURFACES[ending](stored(name)) == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_keeps_every_limit(name: str) -> None:
    msg = SAMPLES[name]
    for payload in telegram_lower(msg, token, hosts=HOSTS):
        assert check_telegram(payload) == []
    for rich in rich_lower(msg, token, hosts=HOSTS):
        assert check_rich(rich, HOSTS) == []
    for posted in slack_lower(msg, token, hosts=HOSTS):
        assert check_slack(posted, HOSTS) == []
    assert check_web(SURFACES["web.html"](msg)) == []
    assert check_terminal(SURFACES["terminal.txt"](msg)) == []


def test_no_golden_file_is_left_over() -> None:
    endings = ("msg.json", *SURFACES)
    known = {f"{name}.{ending}" for name in SAMPLES for ending in endings}
    assert {path.name for path in GOLDEN.iterdir()} == known
