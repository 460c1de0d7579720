"""Rich messages on Telegram, over real HTTP: only where they can be read, and never in the way."""

import json
from collections.abc import AsyncIterator

import pytest

from bot.surfaces import BusyError, GoneError
from engine.chat.messages import FieldDiff, FieldRow, File, Msg, say
from engine.desks import rich
from tests.bot.telegram_desk import ADA, Desk, opened, refund
from tests.bot.telegram_home import Home

NOT_THERE = "Not Found: method not found"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk where Ada is paired."""
    async with opened(Home(paired={ADA})) as opened_desk:
        yield opened_desk


def fields(new: str = "40.00", rows: int = 1, **changed: object) -> Msg:
    made = tuple(FieldRow(label=f"Amount {n}", old="45.00", new=new) for n in range(rows))
    return refund().model_copy(update={"parts": (FieldDiff(rows=made),), **changed})


async def test_a_change_is_a_table_where_these_can_be_read(desk: Desk) -> None:
    await desk.show(fields(), rich=True)
    (message,) = desk.telegram.messages
    assert message.rich is not None
    assert [block["type"] for block in message.rich.blocks] == ["heading", "table"]
    assert "Amount 0 | 45.00 → 40.00" in message.text
    assert (message.marked("strikethrough"), message.marked("marked")) == (["45.00"], ["40.00"])
    assert message.labels == ["Approve", "✎ Edit"]
    (sent,) = desk.telegram.called("sendRichMessage")
    assert json.loads(sent["rich_message"])["skip_entity_detection"] is True
    assert not message.previews


async def test_a_change_is_html_everywhere_else(desk: Desk) -> None:
    await desk.show(fields())
    (message,) = desk.telegram.messages
    assert message.rich is None
    assert message.marked("bold")[-1] == "40.00"


async def test_what_gains_nothing_stays_html_so_that_commands_can_be_tapped(desk: Desk) -> None:
    await desk.show(say("help", "/waiting shows what waits"), rich=True)
    assert desk.telegram.called("sendRichMessage") == []
    assert desk.telegram.messages[0].text == "/waiting shows what waits"


async def test_a_button_and_a_form_work_under_a_rich_message(desk: Desk) -> None:
    await desk.show(fields(), rich=True)
    query = desk.telegram.tap(desk.telegram.messages[0], "Approve")
    assert await desk.telegram.answered(query) == "Approved."
    desk.telegram.tap(desk.telegram.messages[0], "Edit")
    question = await desk.telegram.see("one line for each field")
    desk.telegram.reply(question, "Amount: 35")
    await desk.telegram.until(lambda: len(desk.home.taps) == 2)
    assert desk.home.taps[1][3] == {"amount": "35"}


async def test_a_rich_message_is_changed_in_place(desk: Desk) -> None:
    shown = await desk.show(fields(), rich=True)
    assert await desk.show(fields("41.00", buttons=()), shown, rich=True) == shown
    (message,) = desk.telegram.messages
    assert message.rich is not None
    assert ("45.00 → 41.00" in message.text, message.labels, message.edits) == (True, [], 1)
    assert await desk.show(fields("41.00", buttons=()), shown, rich=True) == shown
    assert message.edits == 1
    assert "parse_mode" not in desk.telegram.called("editMessageText")[0]


async def test_html_becomes_rich_in_place_and_html_again(desk: Desk) -> None:
    shown = await desk.show(fields())
    assert await desk.show(fields(), shown, rich=True) == shown
    assert desk.telegram.messages[0].rich is not None
    assert await desk.show(fields("41.00"), shown) == shown
    (message,) = desk.telegram.messages
    assert (message.rich, message.edits, message.previews) == (None, 2, False)


async def test_a_message_that_cannot_become_rich_is_gone_so_it_is_posted_anew(desk: Desk) -> None:
    shown = await desk.show(fields())
    desk.telegram.refuse("editMessageText", 400, "Bad Request: message can't be edited")
    with pytest.raises(GoneError):
        await desk.show(fields("41.00"), shown, rich=True)


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "Bad Request: RICH_MESSAGE_TABLE_INVALID"), (404, NOT_THERE)]
)
async def test_what_is_not_taken_as_rich_is_shown_as_html(
    desk: Desk, status: int, reason: str
) -> None:
    desk.telegram.refuse("sendRichMessage", status, reason)
    shown = await desk.show(fields(), rich=True)
    (message,) = desk.telegram.messages
    assert (message.rich, message.labels) == (None, ["Approve", "✎ Edit"])
    desk.telegram.refuse("editMessageText", 400, "Bad Request: message text is empty")
    assert await desk.show(fields("41.00"), shown, rich=True) == shown
    assert (message.rich, "45.00 → 41.00" in message.text) == (None, True)


async def test_a_file_sent_before_a_refusal_is_not_sent_again(desk: Desk) -> None:
    desk.files["d" * 64] = b"%PDF-1.7"
    file = File(name="invoice-7.pdf", mime="application/pdf", digest="d" * 64)
    desk.telegram.refuse("sendRichMessage", 400, "Bad Request: RICH_MESSAGE_INVALID")
    shown = await desk.show(fields(files=(file,)), rich=True)
    document, message = desk.telegram.messages
    assert document.file == ("invoice-7.pdf", b"%PDF-1.7")
    assert (message.rich, message.labels) == (None, ["Approve", "✎ Edit"])
    assert shown.startswith(f"{message.id},{document.id}:")


async def test_a_flood_is_no_refusal(desk: Desk) -> None:
    desk.telegram.say("hello")
    desk.telegram.flood("sendRichMessage", 17)
    with pytest.raises(BusyError) as busy:
        await desk.show(fields(), rich=True)
    assert busy.value.retry_after_s == 17
    assert desk.telegram.messages == []


async def test_a_long_html_text_in_pieces_becomes_one_rich_message(desk: Desk) -> None:
    shown = await desk.show(say("card:1", "\n\n".join("word " * 300 for _ in range(6))))
    assert len(desk.telegram.messages) == 3
    await desk.show(fields(), shown, rich=True)
    (message,) = desk.telegram.messages
    assert message.rich is not None


async def test_many_fields_fit_a_rich_message_and_need_no_file(desk: Desk) -> None:
    await desk.show(fields(rows=100), rich=True)
    (message,) = desk.telegram.messages
    assert message.text.count("45.00 → 40.00") == 100


async def test_the_test_card_is_rich_before_anybody_said_yes(desk: Desk) -> None:
    await desk.show(rich.test_card("rich:1"))
    (message,) = desk.telegram.messages
    assert message.rich is not None
    kinds = [block["type"] for block in message.rich.blocks]
    assert kinds == ["heading", "paragraph", "table", "blockquote", "details"]
    assert message.labels == ["I can read the table", "Not readable"]


async def test_a_test_card_that_is_not_taken_asks_nothing(desk: Desk) -> None:
    desk.telegram.refuse("sendRichMessage", 404, NOT_THERE)
    await desk.show(rich.test_card("rich:1"))
    (message,) = desk.telegram.messages
    assert message.text == (
        "Telegram did not take the test card (this server knows no rich messages). "
        "Cards come as before."
    )
    assert message.labels == []
