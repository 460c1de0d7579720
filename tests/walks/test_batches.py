"""Walks of many similar questions: lists, toggles, one yes for what the list showed."""

import re

import sqlalchemy as sa

from bot.app import App
from bot.lower import limits, telegram_html
from connectors.email.local import WAITS
from engine.acting import taps
from engine.chat import outbox
from engine.lists import batch_desk, batches
from memory.schema.work import batches as batches_table
from tests.chat import Chat
from tests.walks.test_refund import ledger, sent

LONG = "The parcel waits. " * 111  # 1,998 characters


async def write(chat: Chat, count: int, words: str = "") -> None:
    for number in range(count):
        await chat.say(f"write to Bruno that parcel number {number:02} is ready {words}".strip())


async def listed(chat: Chat) -> list[str]:
    """Ask what waits; return the keys of the messages that came of it."""
    before = list(chat.order)
    await chat.say("/waiting")
    return [key for key in chat.order if key not in before]


def parcels(app: App) -> list[str]:
    """The numbers of the parcels mails went out about, in order, one for each mail."""
    return sorted(re.findall(r"^Subject: parcel number (\d\d)", "\n".join(sent(app)), re.M))


async def refunds(chat: Chat, *amounts: int) -> None:
    """Ask for a refund of each amount, of a payment of its own."""
    for place, amount in enumerate(amounts):
        await chat.say(f"Bruno paid {700 + place} EUR for order 1041")
        receipt = chat.text(f"Record payment {700 + place}.00 EUR")
        [name] = set(re.findall(r"PAY-2026-11-20-[\w-]*\w", receipt))
        await chat.say(f"refund {name} {amount} EUR")


async def test_thirty_questions_take_three_messages_and_five_taps_at_most(
    app: App, chat: Chat
) -> None:
    await write(chat, 30)
    new = await listed(chat)
    assert [chat.shown[key].summary for key in new] == ["Send · 10 of 30 wait for you"] * 3
    for key in new:
        assert (await chat.press(chat.tokens[key, "✓ Send 10"])).text == "10 approved."
    assert parcels(app) == [f"{number:02}" for number in range(30)]
    await chat.say("/waiting")
    assert "Nothing waits for you." in chat.last


async def test_more_than_three_lists_come_when_the_operator_asks_again(
    app: App, chat: Chat
) -> None:
    await write(chat, 34)
    *lists, answer = await listed(chat)
    assert [chat.shown[key].summary for key in lists] == ["Send · 10 of 30 wait for you"] * 3
    said = "34 wait for your yes or no. 30 of them are in lists. 4 more come after these."
    assert chat.shown[answer].summary == said
    for key in lists:
        await chat.press(chat.tokens[key, "✓ Send 10"])
    assert [chat.shown[key].summary for key in await listed(chat)] == ["Send · 4 wait for you"]


async def test_every_kind_gets_its_list_before_one_gets_a_second(app: App, chat: Chat) -> None:
    await write(chat, 22)
    await refunds(chat, 10, 20, 40)
    new = await listed(chat)
    assert [chat.shown[key].summary for key in new][:-1] == [
        "Send · 10 of 20 wait for you",
        "Send · 10 of 20 wait for you",
        "Refund · 3 wait for you",
    ]
    said = "28 wait for your yes or no. 23 of them are in lists. 5 more come after these."
    assert chat.shown[new[-1]].summary.startswith(said)  # each refund comes with a reply


async def test_a_list_shows_everything_each_mail_would_send(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [_] = await listed(chat)
    card = chat.text("Send · 3 wait for you")
    for number in ("00", "01", "02"):
        assert f"Subject: {{+parcel number {number} is ready+}}" in card
        assert f"| parcel number {number} is ready" in card
    assert card.count("To: {+bruno@example.com+}") == 3
    assert card.count(WAITS) == 1
    assert "3 items · 1 recipient" in card
    assert "[☑ 1] [☑ 2] [☑ 3] [✓ Send 3] [✗ Reject 3] [One by one]" in card


async def test_fewer_than_three_stay_single_cards(app: App, chat: Chat) -> None:
    await write(chat, 2)
    [answer] = await listed(chat)
    assert chat.shown[answer].summary == "2 wait for your yes or no."
    await write(chat, 1, "again")
    await chat.say("refund order 1042 40 EUR")
    new = await listed(chat)
    assert [chat.shown[key].summary for key in new] == [
        "Send · 4 wait for you",  # the refund comes with a reply
        "5 wait for your yes or no. 4 of them are in lists.",
    ]
    assert "Refund 40.00 EUR" in chat.shown[chat.order[-2]].summary  # brought to the bottom


async def test_what_is_left_out_is_not_sent_and_still_waits(app: App, chat: Chat) -> None:
    await write(chat, 4)
    await listed(chat)
    assert (await chat.tap("Send · 4", "☑ 2")).text == "2 is left out."
    assert "☐ 2 · Send e-mail · bruno@example.com · parcel number 01" in chat.text("Send · 4")
    await chat.tap("Send · 4", "✓ Send 3")
    assert parcels(app) == ["00", "02", "03"]
    card = chat.text("Send · 3 approved, 1 still waits")
    assert "✓ 3 · Send e-mail · bruno@example.com · parcel number 02 is ready: approved" in card
    assert "- 2 · Send e-mail · bruno@example.com · parcel number 01 is ready" in card
    await chat.tap("Send · 3 approved", "One by one")
    await chat.press(chat.tokens[chat.order[-1], "✓ Send"])
    assert parcels(app) == ["00", "01", "02", "03"]


async def test_totals_follow_every_toggle(app: App, chat: Chat) -> None:
    await refunds(chat, 10, 20, 40)
    await listed(chat)
    assert "3 items · 70.00 EUR · 1 recipient" in chat.text("Refund · 3 wait")
    await chat.tap("Refund · 3 wait", "☑ 2")
    assert "2 items · 50.00 EUR · 1 recipient" in chat.text("Refund · 3 wait")
    await chat.tap("Refund · 3 wait", "☑ 3")
    assert "1 item · 10.00 EUR · 1 recipient" in chat.text("Refund · 3 wait")
    await chat.tap("Refund · 3 wait", "☐ 2")
    await chat.tap("Refund · 3 wait", "✓ Refund 2")
    assert ledger(app).count("(REF-") == 2
    assert "refund of" in ledger(app)
    assert "1 still waits" in chat.text("Refund · 2 approved")


async def test_with_nothing_picked_there_is_no_yes(app: App, chat: Chat) -> None:
    await write(chat, 3)
    await listed(chat)
    for number in (1, 2, 3):
        await chat.tap("Send · 3", f"☑ {number}")
    assert "Nothing is picked." in chat.text("Send · 3")
    assert "[☐ 1] [☐ 2] [☐ 3] [One by one]" in chat.text("Send · 3")


async def test_what_the_rules_ask_twice_is_apart_and_no_list_decides_it(
    app: App, chat: Chat
) -> None:
    await refunds(chat, 10, 600, 20)
    await listed(chat)
    card = chat.text("Refund · 3 wait")
    apart = card.partition("Left out: say yes one by one")[2]
    assert "2 · Refund 600.00 EUR · Bruno Muster" in apart
    assert "More than 500 at once needs your yes twice." in apart
    assert "[☑ 1] [☑ 3] [✓ Refund 2] [✗ Reject 2] [One by one]" in card
    await chat.tap("Refund · 3 wait", "✓ Refund 2")
    assert ledger(app).count("(REF-") == 2
    assert "Refund 600.00 EUR · Bruno Muster · waits for you" in chat.card("Refund 600").summary


async def test_a_changed_item_is_not_decided_and_is_named(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [key] = await listed(chat)
    await chat.tap("Send e-mail", "Edit", subject="Ready at last")
    reply = await chat.press(chat.tokens[key, "✓ Send 3"])
    assert (reply.text, reply.refused) == ("2 approved. Not done: 3; the list says why.", True)
    assert parcels(app) == ["00", "01"]
    assert f"parcel number 02 is ready: {taps.STALE}" in chat.text("Send · 2 approved")
    assert "Ready at last" in chat.last  # its new card, at the bottom


async def test_what_was_decided_elsewhere_is_named_and_counted_out(app: App, chat: Chat) -> None:
    await write(chat, 4)
    [key] = await listed(chat)
    stale = chat.tokens[key, "✓ Send 4"]
    await chat.tap("Send e-mail", "✗ Reject")
    reply = await chat.tap("Send · 4", "☑ 4")
    assert reply.refused
    assert reply.text.startswith("Already rejected by you on chat, ")
    card = chat.text("Send · 3")
    assert "3 items · 1 recipient" in card
    assert "No longer open" in card
    await chat.press(stale)
    assert parcels(app) == ["00", "01", "02"]
    assert "parcel number 03 is ready: Already rejected by you on chat" in chat.text(
        "Send · 3 approved"
    )


async def test_a_yes_counts_only_for_the_list_it_was_shown_with(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [key] = await listed(chat)
    stale = chat.tokens[key, "✓ Send 3"]
    await chat.tap("Send · 3", "☑ 1")
    reply = await chat.press(stale)
    assert (reply.text, reply.refused) == (batch_desk.MOVED, True)
    assert sent(app) == []
    await chat.tap("Send · 3", "✓ Send 2")
    assert parcels(app) == ["01", "02"]


async def test_a_second_tap_decides_nothing_again(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [key] = await listed(chat)
    yes, no, toggle = (chat.tokens[key, label] for label in ("✓ Send 3", "✗ Reject 3", "☑ 1"))
    await chat.press(yes)
    before = chat.text("Send · 3 approved")
    for token in (yes, no, toggle):
        reply = await chat.press(token)
        assert (reply.text, reply.refused) == (batch_desk.DECIDED, True)
    assert chat.text("Send · 3 approved") == before
    assert parcels(app) == ["00", "01", "02"]


async def test_a_toggle_that_arrives_twice_stays_as_it_was_wanted(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [key] = await listed(chat)
    out = chat.tokens[key, "☑ 1"]
    for _ in range(2):
        assert (await chat.press(out)).text == "1 is left out."
    assert "[☐ 1] [☑ 2] [☑ 3] [✓ Send 2]" in chat.text("Send · 3")


async def test_a_no_to_a_list_sends_nothing(app: App, chat: Chat) -> None:
    await write(chat, 3)
    await listed(chat)
    reply = await chat.tap("Send · 3", "✗ Reject 3")
    assert reply.text == "3 rejected, nothing was done."
    assert "✗ 1 · " in chat.text("Send · 3 rejected")
    assert sent(app) == []
    await chat.say("/waiting")
    assert "Nothing waits for you." in chat.last


async def test_stop_holds_what_a_list_approved(app: App, chat: Chat) -> None:
    await write(chat, 3)
    await listed(chat)
    await chat.say("STOP")
    reply = await chat.tap("Send · 3", "✓ Send 3")
    assert reply.text == "3 approved, and held: STOP is on. Say /resume to go on."
    assert reply.refused
    assert sent(app) == []
    await chat.say("/resume")
    assert sent(app) == []
    await chat.tap("Going on", "Go on")
    assert len(sent(app)) == 1


async def test_an_expired_item_is_not_done_and_says_so(app: App, chat: Chat, clock) -> None:
    await write(chat, 1)
    clock.advance(days=6, hours=23)
    await write(chat, 2, "too")
    [key] = await listed(chat)
    clock.advance(hours=2)
    reply = await chat.press(chat.tokens[key, "✓ Send 3"])
    assert reply.text == "2 approved. Not done: 1; the list says why."
    assert len(sent(app)) == 2
    assert "This expired before you answered" in chat.text("Send · 2 approved")
    assert "Expired: nobody answered in time" in "".join(
        chat.text(m.summary) for m in chat.shown.values() if "expired" in m.summary
    )


async def test_what_was_put_off_starts_left_out_and_can_be_taken_in(app: App, chat: Chat) -> None:
    await write(chat, 3)
    await chat.tap("Send e-mail", "Later")
    await chat.tap("Send e-mail", "Tomorrow at 9")
    await listed(chat)
    apart = chat.text("Send · 3").partition("Left out: say yes one by one")[2]
    assert "☐ 3 · " in apart
    assert "You put it off until Sat 21 Nov, 09:00." in apart
    await chat.tap("Send · 3", "☐ 3")
    await chat.tap("Send · 3", "✓ Send 3")
    assert parcels(app) == ["00", "01", "02"]


async def test_asking_again_makes_a_newer_list_and_voids_the_older(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [old] = await listed(chat)
    stale = chat.tokens[old, "✓ Send 3"]
    await write(chat, 1, "now")
    [new] = await listed(chat)
    assert chat.shown[old].summary == "Send · replaced"
    assert chat.shown[old].buttons == ()
    reply = await chat.press(stale)
    assert (reply.text, reply.refused) == (batch_desk.REPLACED, True)
    assert sent(app) == []
    await chat.press(chat.tokens[new, "✓ Send 4"])
    assert len(sent(app)) == 4


async def test_lists_in_which_nothing_changed_come_back_as_they_are(app: App, chat: Chat) -> None:
    await write(chat, 13)
    old = await listed(chat)
    await chat.tap("Send · 10", "☑ 2")
    await chat.say("remind me tomorrow at 9 about the parcels")
    chat.posted.clear()
    assert await listed(chat) == []  # no new message
    assert list(dict.fromkeys(chat.posted)) == old  # the test delivers beside the app's own loop
    assert "☐ 2 · " in chat.text("Send · 10")


async def test_a_command_carried_out_twice_makes_its_lists_once(app: App, chat: Chat) -> None:
    await write(chat, 3)
    made = []
    for _ in range(2):
        async with app.db.transaction() as tx:
            listed_now = await batches.gather(tx, app.house, chat.who.conv, "evt_1")
            count = sa.select(sa.func.count()).select_from(batches_table)
            made.append((sorted(listed_now.listed), await tx.value(count)))
    assert made[0] == made[1]
    assert (len(made[0][0]), made[0][1]) == (3, 1)


async def test_one_by_one_brings_the_single_cards_back(app: App, chat: Chat) -> None:
    await write(chat, 3)
    [key] = await listed(chat)
    assert (await chat.tap("Send · 3", "One by one")).text == "Here they are, one by one."
    assert all(shown.startswith("effect:") for shown in chat.order[-3:])
    await chat.press(chat.tokens[key, "✓ Send 3"])
    assert parcels(app) == ["00", "01", "02"]


async def test_why_names_the_yes_that_came_through_a_list(app: App, chat: Chat) -> None:
    await write(chat, 3)
    await listed(chat)
    await chat.tap("Send · 3", "✓ Send 3")
    await chat.say("/why")
    assert "approve by you on chat" in chat.last


async def test_ten_long_mails_do_not_fit_telegram_and_the_list_says_so(
    app: App, chat: Chat
) -> None:
    await write(chat, 10, LONG)
    [key] = await listed(chat)
    card = chat.text("Send · 10")
    assert card.count(" characters") == 10
    async with app.db.snapshot() as reader:
        kept = await outbox.get(reader, key)
    assert kept is not None
    [payload] = telegram_html.lower(kept.msg, lambda button: "a1.token")
    assert limits.check_telegram(payload) == []
    assert payload.cut > 0
    assert "📄 the full text" in payload.text
    labels = [button.text for row in payload.reply_markup for button in row]
    assert "Open full text first" in labels
    assert "✓ Send 10" not in labels
    [delivered] = telegram_html.lower(kept.msg, lambda button: "a1.token", delivered=True)
    assert "✓ Send 10" in [button.text for row in delivered.reply_markup for button in row]


async def test_ten_short_mails_fit_telegram_whole(app: App, chat: Chat) -> None:
    await write(chat, 10)
    [key] = await listed(chat)
    [payload] = telegram_html.lower(chat.shown[key], lambda button: "a1.token")
    assert (limits.check_telegram(payload), payload.cut, payload.files) == ([], 0, ())
