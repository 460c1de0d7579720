"""Walks of what the operator changes by hand: kept in pairs, asked once, then written so."""

import sqlalchemy as sa

from bot.app import App
from bot.memories import MEMORY
from engine import habits
from memory import artifacts, events, facts, passages, records, verify
from memory.schema.recalls import recalls
from memory.schema.records import artifacts as table
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import CARD, WISH, WROTE, Office
from tests.walks.test_outside import mail

ASKED = "Shall I write it so"


async def reply_edited(chat: Chat, amount: str, old: str, new: str) -> None:
    """Ask for a refund, and change these words in the drafted reply."""
    await chat.say(f"refund PAY-1042 {amount} EUR")
    key = chat.key("Send e-mail")
    form = chat.button(key, "Edit").form
    assert form is not None
    text = next(field.initial for field in form.fields if field.id == "text")
    assert old in text
    await chat.tap("Send e-mail", "Edit", text=text.replace(old, new))


async def pairs(app: App) -> list[list[tuple[str, str]]]:
    async with app.db.snapshot() as reader:
        found = await reader.rows(sa.select(table.c.id).filter_by(kind="draft"))
        kept = [await artifacts.versions(reader, row.id) for row in found]
    return [[(one.author, one.text or "") for one in versions] for versions in kept]


async def test_each_edit_of_a_draft_is_kept_as_a_pair(app: App, chat: Chat) -> None:
    await reply_edited(chat, "5", "Dear Ada,", "Hi Ada,")
    [[(first, drafted), (second, made)]] = await pairs(app)
    assert (first, second) == ("agent", "operator")
    assert drafted.startswith("Dear Ada,")
    assert made == drafted.replace("Dear Ada,", "Hi Ada,")
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
        assert ada is not None
        found = await habits.examples(reader, "email.send", "text", ada.id)
        assert found == [(drafted[:500], made[:500])]
        assert await habits.examples(reader, "email.send", "text", "rec_other") == []
    assert (await verify.verify(app.db)).faults == ()


async def test_what_is_changed_alike_twice_is_asked_and_then_written_so(
    app: App, chat: Chat
) -> None:
    await reply_edited(chat, "5", "Dear Ada,", "Hi Ada,")
    assert ASKED not in chat.last
    await chat.say("/review")
    assert "Nothing that I know contradicts itself." in chat.last  # a guess is no claim
    await reply_edited(chat, "6", "Dear Ada,", "Hi Ada,")
    card = chat.text("In 2 drafts you made the greeting")
    assert "“Hi {name},”" in card
    await chat.tap("In 2 drafts", "Write it so")
    assert "From now on the greeting is “Hi {name},”." in chat.text("From now on")
    await chat.say("refund PAY-1042 7 EUR")
    assert "Hi Ada," in chat.text("Send e-mail")


async def test_a_no_leaves_the_style_as_it_was(app: App, chat: Chat) -> None:
    for amount in ("5", "6"):
        await reply_edited(chat, amount, "Warm wishes", "Cheers")
    await chat.tap("In 2 drafts you made the closing", "No")
    await chat.say("refund PAY-1042 7 EUR")
    assert "Warm wishes" in chat.text("Send e-mail")
    async with app.db.snapshot() as reader:
        known = await facts.current(reader, None, f"{facts.STYLE}.closing")
    assert [one.value for one in known if one.status == "active"] == ["Warm wishes"]


async def test_what_was_answered_is_not_asked_again(app: App, chat: Chat) -> None:
    for amount in ("5", "6"):
        await reply_edited(chat, amount, "Warm wishes", "Cheers")
    await chat.tap("In 2 drafts you made the closing", "No")
    for amount in ("7", "8", "9"):
        await reply_edited(chat, amount, "Warm wishes", "Cheers")
    said = [chat.shown[key].summary for key in chat.order if key.startswith("style:")]
    assert said == [habits.DROPPED]


async def test_a_guess_is_not_written_before_the_yes(app: App, chat: Chat) -> None:
    await reply_edited(chat, "5", "Warm wishes", "Cheers")
    await chat.say("refund PAY-1042 7 EUR")
    assert "Warm wishes" in chat.text("Send e-mail")


async def test_which_passages_a_draft_used_is_counted_as_its_model_says(office: Office) -> None:
    chat = await office.open()
    for number, text in enumerate(("The file is for my lion.", "Is the file ready?"), 1):
        await chat.drop(mail(text, number).replace(b"eve@evil.example", b"bruno@example.com"))
    await chat.say(WISH)  # the script's draft names none
    await chat.say("/memory")
    told = chat.text(MEMORY)
    assert "2 passages went to models for 1 draft; they say that they used none." in told
    assert "by hand" not in told
    office.server.script(says({"text": f"{WROTE} Mind the lion.", "used": [2, 2, 0, -1, 9]}))
    await chat.say("write to Bruno that the file is ready now")
    await chat.say("/memory")
    used = "; they say that they used 1 of them (20%)."
    assert f"5 passages went to models for 2 drafts{used}" in chat.text(MEMORY)
    for text in ("Dear Bruno, it is there.", "Dear Bruno, it is there!"):  # once, however often
        await chat.tap(CARD, "Edit", text=text)
    await chat.say("/memory")
    assert used in chat.text(MEMORY)
    assert "You changed 1 draft of these by hand, with 1 passage" in chat.text(MEMORY)
    assert "Nothing was asked of memory" in chat.text(MEMORY)
    await chat.say("that's wrong")  # is about an answer, and a draft is none
    await chat.say("/memory")
    assert "You changed 1 draft" in chat.text(MEMORY)
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_a_draft_was_given_stays_what_it_was_given(office: Office) -> None:
    chat = await office.open()
    mine = mail("The file is for my lion.", 1).replace(b"eve@evil.example", b"bruno@example.com")
    await chat.drop(mine)
    office.server.script(says({"text": WROTE, "used": [1]}))
    await chat.say(WISH)
    [before] = [one for one in await office.rows(recalls) if one.purpose == "draft"]
    async with office.app.db.snapshot() as reader:
        bruno = await records.by_key(reader, "email", "bruno@example.com")
    assert bruno is not None
    async with office.app.db.transaction() as tx:  # as after a crash before it was counted
        await tx.conn.execute(sa.delete(recalls))
        await passages.remember(
            tx, kind="note", ref="fct_new", text="The file is ready: the file is ready.",
            trust="operator", record=bruno.id,
        )  # fmt: skip
        await tx.conn.execute(sa.text("UPDATE work SET state='ready', round=round+1"))
        await events.note(tx, "test.crashed", None)
    await office.app.close()
    await office.open()
    [after] = [one for one in await office.rows(recalls) if one.purpose == "draft"]
    assert (after.found, after.used) == (before.found, before.used)
    assert len(after.used) == 1
