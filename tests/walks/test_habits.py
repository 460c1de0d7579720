"""Walks of what the operator changes by hand: kept in pairs, asked once, then written so."""

import sqlalchemy as sa

from bot.app import App
from bot.commands.memories import MEMORY
from bot.commands.style import TITLE
from bot.delivery import buttons_of
from engine.voice import habits, style_desk
from engine.voice.style import Trait
from memory import artifacts, events
from memory.beliefs import facts
from memory.canon import records
from memory.copying import verify
from memory.schema.recalls import recalls
from memory.schema.records import artifacts as table
from memory.texts import passages
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import CARD, WISH, WROTE, Office
from tests.walks.test_outside import mail

ASKED = "Shall I write so from now on?"


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
        assert found == [(drafted, made, True)]
        assert await habits.examples(reader, "email.send", "text", "rec_other") == []
    assert (await verify.verify(app.db)).faults == ()


async def thrice(chat: Chat, old: str, new: str) -> None:
    for amount in ("5", "6", "7"):
        await reply_edited(chat, amount, old, new)


async def test_what_is_changed_alike_thrice_is_asked_and_then_written_so(
    app: App, chat: Chat
) -> None:
    for amount in ("5", "6"):
        await reply_edited(chat, amount, "Dear Ada,", "Hi Ada,")
    assert all(ASKED not in shown.summary for shown in chat.shown.values())
    await chat.say("/review")
    assert "Nothing that I know contradicts itself." in chat.last  # a guess is no claim
    await reply_edited(chat, "7", "Dear Ada,", "Hi Ada,")
    card = chat.text(ASKED)
    assert "1. Your greeting is “Hi {name},” (in 3 drafts, all to Ada Example)" in card
    await chat.tap(ASKED, "1: write it so")
    assert "your greeting is “Hi {name},”." in chat.text("From now on")
    await chat.say("refund PAY-1042 8 EUR")
    assert "Hi Ada," in chat.text("Send e-mail")
    await chat.say("write to Chloé that the file is ready")
    assert "Hi Chloé," in chat.text("Send e-mail")


async def test_what_is_for_one_person_is_written_to_nobody_else(app: App, chat: Chat) -> None:
    await thrice(chat, "Dear Ada,", "Hi Ada,")
    await chat.tap(ASKED, "1: only to Ada")
    assert "From now on, to Ada Example: your greeting is “Hi {name},”." in chat.text("From now")
    await chat.say("refund PAY-1042 8 EUR")
    assert "Hi Ada," in chat.text("Send e-mail")
    await chat.say("write to Chloé that the file is ready")
    assert "Dear Chloé," in chat.text("Send e-mail")
    await chat.say("/style")
    assert "Your greeting is “Hi {name},”, to Ada Example" in chat.last


async def test_all_that_is_changed_alike_stands_on_one_card(app: App, chat: Chat) -> None:
    for amount in ("5", "6", "7"):
        await chat.say(f"refund PAY-1042 {amount} EUR")
        key = chat.key("Send e-mail")
        form = chat.button(key, "Edit").form
        assert form is not None
        text = next(field.initial for field in form.fields if field.id == "text")
        text = text.replace("\n\nIf anything is still open, just answer this mail.", "")
        text = text.replace("Your bank usually shows", "Your bank mostly shows")
        text = text.replace("Warm wishes", "Best")
        await chat.tap("Send e-mail", "Edit", text=text)
    card = chat.text(ASKED)
    assert [key for key in chat.order if key.startswith("style:")] == [f"style:{chat.who.conv}"]
    for what in (
        "Your closing is “Best”",
        "You strike “If anything is still open, just answer this mail.”",
        "You write “mostly” instead of “usually”",
    ):
        assert what in card
    for _ in range(4):
        await chat.tap(ASKED, "1: write it so")
    await chat.say("refund PAY-1042 8 EUR")
    written = chat.text("Send e-mail")
    assert "Your bank mostly shows" in written
    assert "Best\n" in written
    assert "If anything is still open" not in written
    assert (await verify.verify(app.db)).faults == ()


async def test_words_for_words_are_changed_and_never_struck(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        await style_desk.learn(tx, Trait("instead", "usually → mostly"), None, "evt_test")
        await style_desk.learn(tx, Trait("length", "short"), None, "evt_test")
    await chat.say("/style")
    [line] = [one for one in chat.last.splitlines() if "“mostly”" in one]
    number = line.strip(" •-").partition(".")[0]
    await chat.tap(TITLE, f"Change {number}", value="as a rule")
    await chat.say("refund PAY-1042 8 EUR")
    assert "Your bank as a rule shows" in chat.text("Send e-mail")
    await chat.say("/style")
    [line] = [one for one in chat.last.splitlines() if "much shorter" in one]
    number = line.strip(" •-").partition(".")[0]
    labels = [b.label for b in buttons_of(chat.card(TITLE))]
    assert f"Forget {number}" in labels
    assert f"Change {number}" not in labels


async def test_a_no_leaves_the_style_as_it_was(app: App, chat: Chat) -> None:
    await thrice(chat, "Warm wishes", "Cheers")
    await chat.tap(ASKED, "1: no")
    await chat.say("refund PAY-1042 8 EUR")
    assert "Warm wishes" in chat.text("Send e-mail")
    async with app.db.snapshot() as reader:
        known = await facts.current(reader, None, f"{facts.STYLE}.closing")
    assert [one.value for one in known if one.status == "active"] == ["Warm wishes"]


async def test_what_was_answered_is_not_asked_again(app: App, chat: Chat) -> None:
    await thrice(chat, "Warm wishes", "Cheers")
    await chat.tap(ASKED, "1: no")
    await thrice(chat, "Warm wishes", "Cheers")
    said = [chat.shown[key].summary for key in chat.order if key.startswith("style:")]
    assert said == [style_desk.DROPPED]


async def test_a_guess_is_not_written_before_the_yes(app: App, chat: Chat) -> None:
    await thrice(chat, "Warm wishes", "Cheers")
    await chat.say("refund PAY-1042 8 EUR")
    assert "Warm wishes" in chat.text("Send e-mail")


async def test_the_same_draft_edited_often_is_one_draft(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    for closing in ("Cheers", "Warm wishes", "Cheers", "Warm wishes", "Cheers"):
        key = chat.key("Send e-mail")
        form = chat.button(key, "Edit").form
        assert form is not None
        text = next(field.initial for field in form.fields if field.id == "text")
        other = "Warm wishes" if closing == "Cheers" else "Cheers"
        await chat.tap("Send e-mail", "Edit", text=text.replace(other, closing))
    await chat.say("/style")
    assert "your closing is “Cheers” (1 draft)" in chat.last


async def test_the_words_of_others_never_become_style(app: App, chat: Chat) -> None:
    theirs = "We look forward to the lions of spring."
    for number in (1, 2, 3):
        letter = mail(f"I want my money back for PAY-1042. {theirs}", number)
        await chat.drop(letter.replace(b"eve@evil.example", b"ada@example.org"))
        await chat.tap("Mail from", "Refund")
        key = chat.key("Send e-mail")
        form = chat.button(key, "Edit").form
        assert form is not None
        text = next(field.initial for field in form.fields if field.id == "text")
        text = text.replace("\n\nWarm wishes", f"\n\n{theirs}\n\nBest wishes")
        await chat.tap("Send e-mail", "Edit", text=text)
    await chat.say("/style")
    assert "your closing is “Best wishes” (3 drafts)" in chat.last
    assert "lions" not in chat.last


async def test_style_tells_what_it_knows_from_which_edits_and_forgets_it(
    app: App, chat: Chat
) -> None:
    await thrice(chat, "Warm wishes", "Cheers")
    await chat.tap(ASKED, "1: write it so")
    await chat.say("/style")
    told = chat.last
    assert "Your closing is “Cheers” (your word, 20 Nov 2026; seen in 3 drafts:" in told
    assert "Your greeting is “Dear {name},” (your word" in told
    assert "from 5 on I tell how much of them you change" in told
    number = next(line.split(".")[0] for line in told.splitlines() if "“Cheers”" in line)[-1]
    await chat.tap(TITLE, f"Change {number}", value="See you")
    await chat.say("refund PAY-1042 8 EUR")
    assert "See you" in chat.text("Send e-mail")
    await chat.say("/style")
    number = next(line.split(".")[0] for line in chat.last.splitlines() if "“See you”" in line)[-1]
    await chat.tap(TITLE, f"Forget {number}")
    await chat.say("refund PAY-1042 9 EUR")
    assert "See you" not in chat.text("Send e-mail")
    await chat.say("/style closing Best")
    await chat.say("refund PAY-1042 10 EUR")
    assert "Best\n" in chat.text("Send e-mail")
    assert (await verify.verify(app.db)).faults == ()


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
