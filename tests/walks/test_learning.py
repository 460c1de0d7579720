"""Walks of what may be remembered: as before without a rule; refused or asked where one says so."""

import sqlalchemy as sa

from bot.app import App
from memory.beliefs import facts
from memory.canon import records
from memory.copying import verify
from memory.schema.recall import passages
from tests.chat import Chat
from tests.walks.test_outside import mail
from tests.walks.test_rule_words import agreed


async def recalled(app: App) -> str:
    async with app.db.snapshot() as reader:
        return " ".join(row.text for row in await reader.rows(sa.select(passages.c.text)))


async def eve(app: App) -> records.Record | None:
    async with app.db.snapshot() as reader:
        return await records.by_key(reader, "email", "eve@evil.example")


async def test_health_data_is_read_and_never_remembered(app: App, chat: Chat) -> None:
    await agreed(chat, "never remember health data")
    await chat.drop(mail("my diagnosis is a zebra", 1))
    assert "zebra" in chat.text("Mail from Eve")
    assert await eve(app) is None
    await chat.drop(mail("my parcel is a lion", 2))
    assert (await recalled(app)).split("lion")[0].count("zebra") == 0
    assert "lion" in await recalled(app)
    assert await eve(app) is not None
    assert (await verify.verify(app.db)).faults == ()


async def test_asked_first_a_mail_is_remembered_from_the_yes_on(app: App, chat: Chat) -> None:
    await agreed(chat, "ask me before you remember anything from mails")
    await chat.drop(mail("the zebra is striped", 1))
    assert "You said: ask me before you remember anything from mails." in chat.text("Shall I")
    assert ("zebra" in await recalled(app), await eve(app)) == (False, None)
    assert (await chat.tap("Shall I remember", "Remember it")).text == "Remembered."
    assert "zebra" in await recalled(app)
    assert await eve(app) is not None
    assert (await verify.verify(app.db)).faults == ()


async def test_a_file_may_be_kept_and_not_remembered(app: App, chat: Chat) -> None:
    await agreed(chat, "never remember files")
    await chat.drop(b"the zebra is striped", "zebra.txt")
    assert "zebra" in chat.text("zebra.txt")
    assert "zebra" not in await recalled(app)


async def test_no_remark_is_kept_where_a_rule_says_so(app: App, chat: Chat) -> None:
    await agreed(chat, "never remember remarks")
    await chat.say("refund PAY-1042 40 EUR")
    await chat.tap("Refund 40.00 EUR", "✎ Edit", amount="30")
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
        assert ada is not None
        assert await facts.current(reader, ada.id, "lesson.edited") == []


async def test_stop_does_not_keep_what_arrives_from_being_remembered(app: App, chat: Chat) -> None:
    await chat.say("/stop")
    await chat.drop(mail("the zebra is striped", 1))
    assert "zebra" in await recalled(app)
    assert [key for key in chat.order if key.startswith("learn:")] == []
