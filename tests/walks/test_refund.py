"""The walk of one mail: dropped, read, suggested, planned, edited, approved, done, undone."""

from bot.app import App
from bot.commands.sample import MAIL
from tests.chat import Chat


def sent(app: App) -> list[str]:
    folder = app.folder / "mail" / "Sent"
    return [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()]


def ledger(app: App) -> str:
    return (app.folder / "ledger" / "firstmate.journal").read_text(encoding="utf-8")


async def planned(chat: Chat) -> None:
    await chat.drop(MAIL)
    await chat.tap("Mail from Ada", "Refund")


async def test_a_dropped_mail_is_read_and_nothing_outward_happens(app: App, chat: Chat) -> None:
    before = ledger(app)
    await chat.drop(MAIL)
    item = chat.text("Mail from Ada Example")
    assert "Ada Example <ada@example.org> · in your records" in item
    assert "Order 1042: 120.00 EUR" in item
    assert "Payment PAY-1042: 120.00 EUR, paid" in item
    assert "Refund a customer" in item
    assert (ledger(app), sent(app)) == (before, [])


async def test_a_suggestion_becomes_a_plan_and_cards(app: App, chat: Chat) -> None:
    await planned(chat)
    plan = chat.text("Plan:")
    assert "Refund 120.00 EUR to Ada Example" in plan
    refund = chat.text("Refund 120.00 EUR")
    assert "Refunded: [-0.00 EUR-]{+120.00 EUR+}" in refund
    assert "Money moves when you upload the transfer file" in refund
    for fact in ("Why:", "Evidence:", "Risk:", "Policy:", "Undo:", "Expires:"):
        assert fact in refund
    assert "[✓ Refund] [✎ Edit] [✗ Reject] [⏰ Later] [… More]" in refund
    reply = chat.text("Send e-mail · ada@example.org")
    assert "Dear Ada," in reply
    assert "Warm wishes" in reply  # the operator's own style
    assert sent(app) == []


async def test_a_step_that_needs_no_yes_waits_for_the_one_before_it(app: App, chat: Chat) -> None:
    await planned(chat)
    assert "⏸ Note it on Ada Example" in chat.text("Plan:")
    await chat.tap("Refund 120.00 EUR", "✓ Refund")
    assert "✓ Note it on Ada Example" in chat.text("Plan:")


async def test_an_edit_is_a_new_version_and_the_old_button_says_so(app: App, chat: Chat) -> None:
    await planned(chat)
    old = chat.key("Refund 120.00 EUR")
    token = chat.tokens[old, "✓ Refund"]
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    assert "Refunded: [-0.00 EUR-]{+40.00 EUR+}" in chat.text("Refund 40.00 EUR")
    assert "{+40.00 EUR+} of your payment" in chat.text("Send e-mail")  # the draft follows
    reply = await chat.press(token)
    assert reply.text.startswith("This changed since you were asked")
    assert reply.card == chat.key("Refund 40.00 EUR")
    assert "REF-" not in ledger(app)


async def test_approved_it_runs_once_and_says_so_from_the_receipt(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    key = chat.key("Refund 40.00 EUR")
    token = chat.tokens[key, "✓ Refund"]
    assert (await chat.tap("Refund 40.00 EUR", "✓ Refund")).text == "Approved."
    done = chat.text("Refund 40.00 EUR")
    assert "✓ refunded 40.00 EUR" in done
    assert "ledger entry" in done
    again = await chat.press(token)
    assert again.text.startswith("Already approved by you on chat")
    assert ledger(app).count("(REF-") == 1
    assert sent(app) == []
    await chat.tap("Send e-mail", "✓ Send")
    [mail] = sent(app)
    assert "Message-ID: <eff_" in mail
    assert "In-Reply-To: <" in mail or "Re: Please refund order 1042" in mail
    assert "3 of 3 done" in chat.card("Plan:").summary


async def test_a_reply_approved_first_waits_for_the_refund(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Send e-mail", "✓ Send")
    assert sent(app) == []
    await chat.tap("Refund 120.00 EUR", "✓ Refund")
    assert len(sent(app)) == 1


async def test_a_rejected_refund_takes_its_reply_with_it(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Reject")
    assert "Withdrawn" in chat.text("Send e-mail")
    assert "REF-" not in ledger(app)
    assert sent(app) == []


async def test_why_walks_back_to_the_mail(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "✓ Refund")
    await chat.tap("Refund 120.00 EUR", "Why")
    why = chat.text("Why: Refund 120.00 EUR")
    assert "A mail arrived: " in why or "You took" in why
    assert "amount = 120.00: from your records" in why
    assert "approve by you on chat" in why


async def test_undo_compensates_and_is_judged_itself(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "✓ Refund")
    await chat.tap("Refund 120.00 EUR", "Undo")
    assert "[✓ Take back]" in chat.text("Take back: Refund 120.00 EUR")
    await chat.tap("Take back: Refund", "✓ Take back")
    taken_back = [m.summary for m in chat.shown.values() if m.summary.startswith("Refund 120.00")]
    assert taken_back == ["Refund 120.00 EUR · Ada Example · undone"]
    assert ledger(app).count("taken back") == 1


async def test_the_same_mail_again_does_nothing_twice(app: App, chat: Chat) -> None:
    await chat.drop(MAIL)
    await chat.drop(MAIL, name="again.eml")
    assert "I have this mail already" in "".join(m.summary for m in chat.shown.values())
    items = [key for key in chat.order if key.startswith("item:")]
    assert len(items) == 1


async def test_an_undo_that_was_rejected_can_be_asked_for_again(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "✓ Refund")
    await chat.tap("Refund 120.00 EUR", "Undo")
    twice = await chat.tap("Refund 120.00 EUR · Ada Example · done", "Undo")
    assert "being taken back already" in twice.text
    await chat.tap("Take back: Refund", "Reject")
    assert "taken back" not in ledger(app)
    await chat.say("/undo")
    await chat.tap("Take back: Refund", "✓ Take back")
    assert ledger(app).count("taken back") == 1


async def test_a_refund_that_cannot_be_done_stops_its_reply(app: App, chat: Chat) -> None:
    await chat.drop(MAIL)
    await chat.say("refund order 1042 500 EUR")
    assert "Only 120.00 EUR of PAY-1042 are left to refund" in chat.text("cannot be done")
    assert not any(key.startswith("effect:") for key in chat.order)
    assert "✗" in chat.text("Plan:") or "was not done" in chat.text("Plan:")


async def test_nobody_is_thanked_for_a_message_they_did_not_write(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 8 EUR")
    card = chat.text("Send e-mail")
    assert "message" not in card
    assert "Your payment PAY-1042" in card
    assert "Re:" not in card
