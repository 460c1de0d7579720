"""Walks of any bank's file: one month in several forms is recorded once, a new table is asked."""

from bot.app import App
from memory import profile
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from tests import bank
from tests.chat import Chat


async def lines(app: App) -> list[Record]:
    async with app.db.snapshot() as reader:
        return await records.of_kind(reader, "payment", limit=999, status="on the statement")


async def looked(chat: Chat, data: bytes, name: str) -> str:
    await chat.drop(data, name)
    await chat.tap(f"Read {name}", "Import as records…")
    return chat.last


async def test_a_month_that_came_in_one_form_is_known_in_every_other(app: App, chat: Chat) -> None:
    moves = bank.month(50, 12)
    card = await looked(chat, bank.camt(moves), "november.xml")
    assert f"{len(moves)} would be new" in card
    await chat.tap("Import “november.xml”", f"Import {len(moves)}")
    assert len(await lines(app)) == len(moves)
    assert "There is nothing in it to add" in await looked(chat, bank.mt940(moves), "n.sta")
    card = await looked(chat, bank.csv(moves), "n.csv")
    assert "What the columns of “n.csv” mean" in card
    await chat.tap("What the columns", "That is right")
    card = chat.text("Import “n.csv”")
    assert "it was imported from another of the bank's files" in card
    assert "There is nothing in it to add" in card
    later = [*moves, bank.Move(moves[-1].day, moves[-1].amount, "Ada", moves[-1].text, "new")]
    assert "1 would be new" in await looked(chat, bank.csv(later), "later.csv")
    await chat.tap("Import “later.csv”", "Import 1")
    assert "There is nothing in it to add" in await looked(chat, bank.csv(later), "again.csv")
    assert len(await lines(app)) == len(later)
    assert (await verify.verify(app.db)).faults == ()


async def test_a_line_of_another_form_with_other_words_is_asked_about(app: App, chat: Chat) -> None:
    [move] = bank.month(51, 1)[:1]
    await looked(chat, bank.camt([move]), "a.xml")
    await chat.tap("Import “a.xml”", "Import 1")
    other = bank.Move(move.day, move.amount, move.name, "cut off", "other")
    card = await looked(chat, bank.mt940([other]), "a.sta")
    assert "1 may be payments that you booked" in card
    await chat.tap("Import “a.sta”", "Line 1: that one")
    assert len(await lines(app)) == 1
    assert "There is nothing in it to add" in await looked(chat, bank.mt940([other]), "b.sta")


TABLE = """Date,Who,What,Amount
03/04/2026,Ada Example,INV-1,"1,234"
04/04/2026,Paper,,"-2,500"
"""


async def test_what_the_lines_of_a_table_leave_open_is_asked_and_remembered(
    app: App, chat: Chat
) -> None:
    await chat.say("/settings iban DE89370400440532013000")
    card = await looked(chat, TABLE.encode(), "t.csv")
    assert "“03/04/2026” could be either; all lines leave it open" in card
    await chat.tap("What the columns", "Day first")
    assert "“1,234” could be either" in chat.text("What the columns")
    await chat.tap("What the columns", ". before the cents")
    card = chat.text("What the columns")
    assert "2026-04-03 · 1234.00" in card
    assert "Not used: Who, What." in card
    values = {"name": "Who", "text": "What", "amount": "Amount", "booked": "Date"}
    await chat.tap("What the columns", "Columns…", **values)
    assert "2026-04-03 · 1234.00 · Ada Example · INV-1" in chat.text("What the columns")
    refused = await chat.tap("What the columns", "Columns…", name="No such column")
    assert refused.refused
    await chat.tap("What the columns", "That is right")
    assert "line 1: 2026-04-03 · 1234.00 EUR · account …3000 · Ada Example" in chat.last
    await chat.tap("Import “t.csv”", "Import 2")
    assert sorted(one.state["amount"] for one in await lines(app)) == ["-2500.00", "1234.00"]
    card = await looked(chat, TABLE.replace("1,234", "7,890").encode(), "u.csv")
    assert "7890.00 EUR" in card


async def test_a_table_of_no_known_account_says_what_to_do(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        await profile.save(tx, None, iban="")
    await looked(chat, TABLE.replace("03/04", "13/04").encode(), "t.csv")
    await chat.tap("What the columns", ". before the cents")
    reply = await chat.tap("What the columns", "That is right")
    assert "Set yours once with /settings iban" in reply.text


async def test_a_list_of_customers_is_no_table_of_a_bank(app: App, chat: Chat) -> None:
    await chat.drop(b"Name,E-mail,Date,Amount\nZoe,zoe@example.org,2026-01-01,5.00\n", "c.csv")
    await chat.tap("Read c.csv", "Import as records…")
    assert "1 would be new" in chat.text("Import “c.csv”")
