"""Walks in plain words: reminders, invoices, questions, and everything the bot must not guess."""

import sqlalchemy as sa

from bot.app import App
from engine.chat import outbox
from memory import events
from memory.schema.work import work
from memory.texts.reach import rowid
from tests.chat import Chat
from tests.walks.test_refund import sent


async def test_a_reminder_in_words_rings_at_the_operators_time(app: App, chat: Chat, clock) -> None:
    await chat.say("remind me on Friday at 9 about invoice 7")
    assert "reminder set for Fri 27 Nov, 09:00 (Europe/Berlin)" in chat.text("Reminder")
    clock.advance(days=6, hours=22, minutes=59)
    await app.alarms.ring_due()
    await chat.settle()
    assert not any("⏰" in m.summary for m in chat.shown.values())
    clock.advance(minutes=2)
    await app.alarms.ring_due()
    await app.alarms.ring_due()
    await chat.settle()
    assert [m.summary for m in chat.shown.values() if "⏰" in m.summary] == ["⏰ invoice 7"]


async def test_send_the_october_invoice_finds_it_and_asks(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    card = chat.text("Send e-mail")
    assert "INV-2026-007.pdf" in card
    assert "360.00 EUR" in card
    assert sent(app) == []
    await chat.tap("Send e-mail", "✓ Send")
    [mail] = sent(app)
    assert 'filename="INV-2026-007.pdf"' in mail


async def test_what_do_we_know_is_answered_from_the_records(app: App, chat: Chat) -> None:
    await chat.say("what do we know about Ada?")
    told = chat.text("What I know about Ada Example")
    assert "ada@example.org" in told
    assert "PAY-1042" in told


async def test_what_fits_nothing_is_asked_about_never_guessed(app: App, chat: Chat) -> None:
    await chat.say("the weather is nice today and my cat is orange")
    assert "I am not sure what you want, so I did nothing but keep what you wrote" in chat.last
    assert "How else would you say it" in chat.last
    await chat.say("what is my cat?")
    assert "my cat is orange" in chat.last


async def test_it_is_not_said_that_a_secret_was_kept(app: App, chat: Chat) -> None:
    await chat.say("the weather is nice today and the door code is sk-live-4Kd82mX0pQz7")
    assert "I am not sure what you want, so I did nothing.\n" in chat.last


async def test_a_missing_blank_is_asked_once_and_the_answer_goes_on(app: App, chat: Chat) -> None:
    await chat.say("remind me to water the plants")
    assert "When should I remind you?" in chat.last
    await chat.say("tomorrow at 8")
    assert "reminder set for Sat 21 Nov, 08:00" in chat.text("Reminder")


async def test_a_playbook_that_is_off_is_named_and_does_nothing(app: App, chat: Chat) -> None:
    await chat.say("/playbooks")
    await chat.tap("Playbooks", "off: Remind me")
    await chat.say("remind me tomorrow at 8 to call")
    assert "is switched off" in chat.last
    await chat.tap("is switched off", "Switch it on")
    await chat.say("remind me tomorrow at 8 to call")
    assert "reminder set" in chat.text("Reminder")


async def test_stop_holds_and_resume_is_per_item(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    await chat.say("STOP")
    assert chat.last.startswith("Stopped. Nothing starts, not after a restart either.")
    reply = await chat.tap("Send e-mail", "✓ Send")
    assert "held" in reply.text
    assert "(✓ Send) (✎ Edit) (✗ Reject)" in chat.text("Send e-mail")  # shown, but dead
    assert sent(app) == []
    await chat.say("/resume")
    assert sent(app) == []
    await chat.tap("Going on", "Go on")
    assert len(sent(app)) == 1


async def test_every_command_answers(app: App, chat: Chat) -> None:
    for command, answer in {
        "/help": "What I can do",
        "/waiting": "Nothing waits for you.",
        "/why": "Nothing was done yet.",
        "/undo": "There is nothing that can be taken back.",
        "/policy": "The rules I follow",
        "/cost": "0.00 EUR",
        "/settings": "Europe/Berlin",
        "/retry": "Nothing was set aside",
        "/forget": "Whom?",
        "/cancel": "There is no open question.",
        "/nonsense": "I know no command /nonsense",
    }.items():
        await chat.say(command)
        assert answer in chat.last, command


async def test_forget_erases_a_person_after_their_name_was_typed(app: App, chat: Chat) -> None:
    await chat.say("/forget Ada")
    wrong = await chat.tap("Ada Example:", "Erase", confirm="Bruno")
    assert "Not erased" in wrong.text
    (app.folder / "site").mkdir(exist_ok=True)
    (app.folder / "site" / "a-mention.md").write_text("ADA EXAMPLE was here")
    (app.folder.parent / "backups" / "firstmate-1").mkdir(parents=True)
    done = await chat.tap("Ada Example:", "Erase", confirm="Ada Example")
    assert done.text.startswith("Erased.")
    certificate = chat.text("Certificate of erasure")
    assert "Addresses and numbers that find a record: " in certificate
    assert "record_keys" not in certificate
    assert "site/a-mention.md" in certificate
    assert "searched for name" in certificate
    assert "firstmate.db" not in certificate
    assert "hold it still: 1 lie in the folder backups" in certificate
    assert "ada example" not in certificate.casefold()
    await chat.say("what do we know about Ada?")
    assert "ada@example.org" not in chat.last


async def test_an_empty_message_gets_one_clear_sentence(app: App, chat: Chat) -> None:
    await chat.say("   ")
    assert "That message was empty" in chat.last


async def test_a_later_card_comes_back_when_it_said(app: App, chat: Chat, clock) -> None:
    await chat.say("send Ada the October invoice")
    await chat.tap("Send e-mail", "Later")
    reply = await chat.tap("Send e-mail", "Tomorrow at 9")
    assert reply.text == "I ask again Sat 21 Nov, 09:00."
    chat.posted.clear()
    clock.advance(days=1)
    await app.alarms.ring_due()
    await chat.settle()
    assert chat.key("Send e-mail") in chat.posted
    await chat.tap("Send e-mail", "✓ Send")
    assert len(sent(app)) == 1


async def heard_again(app: App, chat: Chat) -> None:
    """Let what was said last be heard again, as after a crash before it was noted done."""
    heard = sa.select(work.c.id).filter_by(kind="understand")
    last = heard.order_by(rowid(work).desc()).limit(1)  # ids of one moment have no order
    async with app.db.transaction() as tx:
        again = {"state": "ready", "round": work.c.round + 1}
        await tx.conn.execute(sa.update(work).where(work.c.id.in_(last)).values(again))
        await events.note(tx, "test.crashed", None)
    await chat.settle()


async def test_an_answer_that_is_heard_again_answers_nothing_else(app: App, chat: Chat) -> None:
    await chat.say("publish a post")
    await chat.say("Spring courses")
    await heard_again(app, chat)
    assert "What is its text?" in chat.last
    await chat.say("They start in May.")
    assert "They start in May." in chat.text("Publish Spring courses")


async def test_a_question_stays_open_when_what_made_us_ask_is_heard_again(
    app: App, chat: Chat
) -> None:
    await chat.say("write an e-mail to Ada")
    await heard_again(app, chat)
    assert "What should the mail say?" in chat.last
    await chat.say("The lamp is ready.")
    assert "The lamp is ready." in chat.text("Send e-mail")


async def test_an_unanswered_card_expires_and_is_not_done(app: App, chat: Chat, clock) -> None:
    await chat.say("send Ada the October invoice")
    clock.advance(days=7, minutes=1)
    await app.alarms.ring_due()
    await chat.settle()
    assert "Expired: nobody answered in time" in chat.text("Send e-mail")
    assert sent(app) == []


async def test_what_is_shown_again_stands_at_the_bottom_also_after_a_reload(
    app: App, chat: Chat, clock
) -> None:
    await chat.say("send Ada the October invoice")
    card = chat.key("Send e-mail")
    clock.advance(minutes=1)
    await chat.say("/help")
    help_ = chat.order[-1]
    page = await on_the_page(app, chat)
    assert page.index(card) < page.index(help_)
    clock.advance(minutes=1)
    await chat.say("/waiting")
    page = await on_the_page(app, chat)
    assert page.index(help_) < page.index(card)


async def on_the_page(app: App, chat: Chat) -> list[str]:
    """Return the keys of the cards in the order a page that is opened now shows them."""
    async with app.db.snapshot() as reader:
        return [shown.key for shown in await outbox.latest(reader, chat.who.conv)]
