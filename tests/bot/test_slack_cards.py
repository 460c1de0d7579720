"""Cards on Slack, over real HTTP, where Slack takes less than it says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.slack.api import SlackApi
from bot.slack.cards import Cards
from engine.chat.messages import Msg, say
from engine.chat.outbox import Card, Due
from tests.bot.lower.samples import HUGE
from tests.bot.telegram_desk import START, token
from tests.peers import slack_rules
from tests.peers.slack import BOT_TOKEN, DM, Shown, Workspace, slack


@dataclass
class Desk:
    slack: Workspace
    cards: Cards

    async def show(self, msg: Msg, message: str | None = None) -> str:
        card = Card(key=msg.key, conv=None, version=1, priority=0, msg=msg, at=START)
        return await self.cards.show(
            Due(card=card, conv=f"slack:{DM}", message=message, attempts=0), token
        )

    @property
    def texts(self) -> list[Shown]:
        return [one for one in self.slack.answers() if not one.files]

    @property
    def files(self) -> list[Shown]:
        return [one for one in self.slack.answers() if one.files]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async def unused(digest: str) -> bytes:
        raise AssertionError(digest)

    async with slack(echoes=False) as workspace:
        api = SlackApi(BOT_TOKEN, f"{workspace.url}/api/")
        yield Desk(workspace, Cards(api, unused, frozenset()))


def length(shown: Shown) -> int:
    return sum(map(len, slack_rules.texts(shown.blocks)))


@pytest.mark.parametrize("chars_max", [8000, 5000, 2600, 1300])
async def test_a_card_that_slack_finds_too_long_is_shown_smaller_with_its_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, chars_max: int
) -> None:
    monkeypatch.setattr(slack_rules, "BLOCKS_TEXT_MAX", chars_max)
    ids = await desk.show(HUGE)
    [shown] = desk.texts
    [file] = desk.files
    assert length(shown) <= chars_max
    assert "cut: " in shown.words
    assert shown.labels == [button.label for row in HUGE.buttons for button in row]
    assert file.ts < shown.ts
    assert ids.split(",")[0] == shown.ts


async def test_a_card_that_is_refused_once_is_lowered_once(desk: Desk) -> None:
    desk.slack.refuse_next("chat.postMessage", "msg_blocks_too_long")
    await desk.show(HUGE)
    first, second = (fields["blocks"] for fields in desk.slack.called("chat.postMessage"))
    assert 0 < size(second) <= size(first) / 2 + 200
    assert len(desk.files) == 1


async def test_a_card_that_grew_is_changed_in_its_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await desk.show(say(HUGE.key, "Short."))
    monkeypatch.setattr(slack_rules, "BLOCKS_TEXT_MAX", 3000)
    assert (await desk.show(HUGE, ids)).split(",")[0] == ids
    [shown] = desk.texts
    assert shown.edits == 1
    assert "cut: " in shown.words


async def test_the_pieces_of_a_text_are_posted_once_and_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_rules, "BLOCKS_TEXT_MAX", 6000)
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 100 for n in range(40))
    ids = await desk.show(say("text:1", text))
    assert ids.split(",") == [shown.ts for shown in desk.texts]
    read = "".join(shown.words for shown in desk.texts)
    places = [read.index(f"Paragraph {n}. ") for n in range(40)]
    assert places == sorted(places)
    assert [read.count(f"Paragraph {n}. ") for n in range(1, 40)] == [1] * 39


async def test_a_card_with_no_room_at_all_says_where_to_read_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_rules, "BLOCKS_TEXT_MAX", 10)
    await desk.show(HUGE)
    [shown] = desk.texts
    assert shown.text == (
        "This could not be shown on Slack (it is too long). Open it in the local web chat."
    )
    assert shown.labels == []
    tried = [size(fields["blocks"]) for fields in desk.slack.called("chat.postMessage")[:-1]]
    assert tried == sorted(set(tried), reverse=True)


def size(blocks: list[dict]) -> int:
    return sum(map(len, slack_rules.texts(blocks)))
