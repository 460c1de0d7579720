"""Walks of the answers beside a plain yes: no and why, later, otherwise, changed by hand."""

import re
import shutil
from pathlib import Path

from bot.app import App, open_app
from memory.beliefs import facts
from memory.beliefs.facts import Fact
from memory.canon import records
from tests.chat import Chat
from tests.walks.test_refund import ledger, planned, sent


async def lessons(app: App, kind: str) -> list[Fact]:
    async with app.db.snapshot() as reader:
        [ada] = [
            person
            for person in await records.of_kind(reader, "person")
            if person.name == "Ada Example"
        ]
        return await facts.current(reader, ada.id, f"lesson.{kind}")


async def test_a_no_may_be_explained_once_and_is_remembered(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Reject")
    assert "[Wrong facts] [Wrong words] [Not now]" in chat.text("Refund 120.00 EUR")
    token = chat.tokens[chat.key("Refund 120.00 EUR"), "Not now"]
    assert (await chat.tap("Refund 120.00 EUR", "Wrong facts")).text == "Noted."
    assert "· wrong facts" in chat.text("Refund 120.00 EUR")
    assert (await chat.press(token)).text == "The reason is noted already."
    [lesson] = await lessons(app, "rejected")
    assert lesson.value["reason"] == "wrong facts"


async def test_a_no_may_be_explained_in_words(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Reject")
    await chat.tap("Refund 120.00 EUR", "In words", reason="She keeps the book")
    assert "· She keeps the book" in chat.text("Refund 120.00 EUR")
    assert ledger(app).count("(REF-") == 0


async def test_what_was_changed_by_hand_stays_on_the_card_and_is_remembered(
    app: App, chat: Chat
) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    done = chat.text("Refund 40.00 EUR")
    assert "Changed by hand: Amount 120.00 → 40.00" in done
    [by, why] = re.findall(r"(Approved by you on chat, .+) · (/why \w{6})$", done, re.MULTILINE)[0]
    assert by == "Approved by you on chat, Fri 20 Nov, 10:00"
    await chat.say(why)
    assert "Refund 40.00 EUR" in chat.last
    [lesson] = await lessons(app, "edited")
    assert lesson.value["changed"] == [{"field": "amount", "before": "120.00", "after": "40.00"}]
    await chat.say("what do we know about Ada?")
    assert "changed" not in chat.text("What I know about Ada Example")


async def test_do_it_but_with_another_amount_becomes_a_new_plan(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "More")
    reply = await chat.tap("Refund 120.00 EUR", "Do it, but", note="only 30 EUR please")
    assert reply.text == "Put aside. I plan it the other way."
    old = chat.text("Refund 120.00 EUR")
    assert "Withdrawn" in old
    assert "You said instead: “only 30 EUR please”. New plan: Refund" in old
    await chat.tap("Refund 30.00 EUR", "✓ Refund")
    assert "refunded 30.00 EUR" in chat.text("Refund 30.00 EUR")
    assert ledger(app).count("(REF-") == 1


async def test_ask_her_first_becomes_another_wish_about_the_same(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "More")
    note = "write to Ada that I need the order number first"
    await chat.tap("Refund 120.00 EUR", "Do it, but", note=note)
    assert "Withdrawn" in chat.text("Refund 120.00 EUR")
    await chat.tap("Send e-mail · ada@example.org", "✓ Send")
    [mail] = sent(app)
    assert "I need the order number first" in mail
    assert ledger(app).count("(REF-") == 0


async def test_do_it_but_for_somebody_else_keeps_no_account(app: App, chat: Chat) -> None:
    await chat.say("pay Ada 120 EUR to DE02120300000000202051 for INV-7")
    await chat.tap("Pay 120.00 EUR", "More")
    await chat.tap("Pay 120.00 EUR", "Do it, but", note="pay Bruno")
    assert "To which account" in chat.last
    await chat.say("DE02500105170137075030")
    card = chat.text("Pay 120.00 EUR · Bruno Muster")
    assert "DE02500105170137075030" in card.replace(" ", "")
    assert "DE02120300000000202051" not in card.replace(" ", "")


async def test_an_unclear_note_puts_it_aside_and_asks(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "More")
    await chat.tap("Refund 120.00 EUR", "Do it, but", note="hmm, the moon is bright")
    assert "Withdrawn" in chat.text("Refund 120.00 EUR")
    assert "I am not sure what you want, so I did nothing" in chat.last
    assert ledger(app).count("(REF-") == 0


async def test_an_empty_note_changes_nothing(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "More")
    reply = await chat.tap("Refund 120.00 EUR", "Do it, but", note="  ")
    assert reply.refused
    assert "Withdrawn" not in chat.text("Refund 120.00 EUR")


async def test_later_on_monday_is_monday_at_nine_at_the_operators_place(
    app: App, chat: Chat, clock
) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Later")
    reply = await chat.tap("Refund 120.00 EUR", "Monday at 9")
    assert reply.text == "I ask again Mon 23 Nov, 09:00."
    clock.advance(days=2, hours=22, minutes=59)
    await app.alarms.ring_due()
    await chat.settle()
    assert "⏰ Later: I ask again" in chat.text("Refund 120.00 EUR")
    clock.advance(minutes=2)
    await app.alarms.ring_due()
    await chat.settle()
    assert "⏰ Later: I ask again" not in chat.text("Refund 120.00 EUR")


async def test_where_links_lead_is_said_beside_the_text(app: App, chat: Chat) -> None:
    await chat.say("write to Bruno that the file is at https://files.example.com/a?b=1")
    assert "Links in the text lead to: files.example.com." in chat.text("Send e-mail")


async def test_a_card_is_answered_in_words_by_its_code(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    await chat.tap("Send e-mail", "More")
    [code] = re.findall(r"/ok (\w{4})", chat.text("Send e-mail"))
    await chat.say("/ok ZZZZ")
    assert "No open card has the code ZZZZ" in chat.last
    assert sent(app) == []
    await chat.say(f"/ok {code.lower()}")
    assert "Approved." in chat.last
    assert len(sent(app)) == 1
    await chat.say(f"/no {code}")
    assert "No open card has the code" in chat.last


async def test_every_button_can_be_written(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.say("/tap Dance")
    assert "No button here is called “Dance”." in chat.last
    await chat.say("/tap")
    assert "Write what the button says" in chat.last
    mail = chat.key("Send e-mail")
    await chat.say("/tap edit\nSubject: Your refund\nTo: ada@example.org", reply_to=mail)
    assert "Your refund" in chat.text("Send e-mail")
    await chat.say("/tap reject", reply_to=chat.key("Send e-mail"))
    assert "✗ Rejected" in chat.text("Send e-mail")


async def test_a_written_button_that_several_cards_have_is_asked_for(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.say("/tap reject")
    assert "Which one?" in chat.last
    [refund] = re.findall(r"/tap (\w{4} Reject) · Refund", chat.last)
    [mail] = re.findall(r"/tap (\w{4} Reject) · Send e-mail", chat.last)
    assert "✗ Rejected" not in chat.text("Refund 120.00 EUR") + chat.text("Send e-mail")
    await chat.say(f"/tap {mail.lower()}")
    assert "✗ Rejected" in chat.text("Send e-mail")
    assert "✗ Rejected" not in chat.text("Refund 120.00 EUR")
    await chat.say(f"/tap {refund}")
    assert "✗ Rejected" in chat.text("Refund 120.00 EUR")


async def test_what_is_asked_twice_is_confirmed_in_words_too(app: App, chat: Chat) -> None:
    await chat.say("Ada paid 900 EUR for order 1042")
    async with app.db.snapshot() as reader:
        [paid] = await records.of_kind(reader, "payment", amount="900.00")
    await chat.say(f"refund {paid.name} 800 EUR")
    await chat.tap("Refund 800.00 EUR", "More")
    [code] = re.findall(r"/ok (\w{4})", chat.text("Refund 800.00 EUR"))
    await chat.say(f"/ok {code}")
    assert "Not done: to confirm, type exactly 800.00." in chat.last
    await chat.say(f"/ok {code} 80")
    assert "Not done" in chat.last
    await chat.say(f"/ok {code} 800,00 €")
    assert "Not done" in chat.last  # English writes 800.00
    await chat.say(f"/ok {code} 800")
    assert "refunded 800.00 EUR" in chat.text("Refund 800.00 EUR")


async def test_a_plan_can_be_stopped_where_it_stands(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "✓ Refund")
    reply = await chat.tap("Plan:", "Stop this plan")
    assert reply.text == "Stopped. What was not done stays undone."
    assert "Withdrawn" in chat.text("Send e-mail")
    assert sent(app) == []
    assert "refunded 120.00 EUR" in chat.text("Refund 120.00 EUR · Ada Example · done")
    assert chat.card("Plan:").buttons == ()


async def test_a_meeting_at_a_taken_time_offers_free_ones(app: App, chat: Chat) -> None:
    await chat.say("book a call with Ada on Monday at 14:00")
    await chat.tap("2026-11-23 14:00", "✓ Book")
    await chat.say("book a call with Bruno on Monday at 14:00")
    card = chat.text("Book Meeting with Bruno")
    assert "A: 2026-11-23 14:00 to 15:00, as asked; overlaps: Meeting with Ada" in card
    assert "B (recommended): 2026-11-23 15:00 to 16:00, free" in card
    assert "C: 2026-11-24 14:00 to 15:00, free" in card
    assert "[Take B] [Take C]" in card
    old = chat.tokens[chat.key("Book Meeting with Bruno"), "Take C"]
    reply = await chat.tap("Book Meeting with Bruno", "Take B")
    assert reply.text == "Changed. Here is the new card."
    assert "Start: [-2026-11-23 14:00-]" not in chat.text("Book Meeting with Bruno")
    assert "[Take B]" not in chat.text("2026-11-23 15:00")  # nothing overlaps any more
    assert (await chat.press(old)).text.startswith("This changed since you were asked")
    await chat.tap("2026-11-23 15:00", "✓ Book")
    assert "booked Meeting with Bruno" in chat.text("2026-11-23 15:00")
    assert "Changed by hand" in chat.text("2026-11-23 15:00")


async def test_a_loose_yes_decides_nothing(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    await chat.say("yes")
    assert sent(app) == []
    assert "/ok " in chat.last
    await chat.say("yes", reply_to=chat.key("Send e-mail"))
    assert "You approved: Send e-mail" in chat.last
    assert len(sent(app)) == 1
    await chat.say("yes", reply_to=chat.key("Send e-mail"))
    assert "does not wait any more" in chat.last


async def test_reminders_wait_for_the_end_of_the_quiet_hours(app: App, chat: Chat, clock) -> None:
    clock.advance(hours=12)  # 22:00 in Berlin
    await chat.say("send Ada the October invoice")
    card = chat.key("Send e-mail")
    chat.posted.clear()
    clock.advance(hours=24, minutes=1)
    await app.alarms.ring_due()
    await chat.settle()
    assert card not in chat.posted
    clock.advance(hours=10)
    await app.alarms.ring_due()
    await chat.settle()
    assert card in chat.posted


async def test_a_rule_says_how_long_a_card_waits(filled: Path, tmp_path: Path, clock) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    (tmp_path / "sample" / "rules").mkdir()
    (tmp_path / "sample" / "rules" / "mine.yaml").write_text(
        "rules:\n  - {id: soon, effect: share, then: ask, why: Soon or never., wait_hours: 2}\n",
        encoding="utf-8",
    )
    chat = Chat()
    app = await open_app(tmp_path / "sample", lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    await chat.say("send Ada the October invoice")
    assert "Fri 20 Nov, 12:00 → not done" in chat.text("Send e-mail")
    clock.advance(hours=2, minutes=1)
    await app.alarms.ring_due()
    await chat.settle()
    assert "Expired: nobody answered in time" in chat.text("Send e-mail")
    assert sent(app) == []
    await app.close()
