"""Walks of rules that are said in the chat: words, card with the past, yes, and what then holds."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App, open_app
from engine.rules import own_rules
from memory import events
from memory.copying import verify
from memory.schema.work import effect_versions
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_outside import mail
from tests.walks.test_refund import ledger, sent

RULE = "A new rule?"
TWICE = "ask me twice from 100 on"
FINE = "refunds up to 50 for known customers are fine"


async def agreed(chat: Chat, words: str) -> None:
    """Say a rule and say yes to it."""
    await chat.say(words)
    reply = await chat.tap("rule?", "Yes, from now on")
    assert reply.text == "It holds from now on."


async def rules(app: App) -> list[own_rules.OwnRule]:
    async with app.db.snapshot() as reader:
        return await own_rules.every(reader)


def waits(chat: Chat, title: str) -> bool:
    return "✓" in " ".join(b.label for row in chat.card(title).buttons for b in row)


async def test_the_card_shows_the_rule_in_words_as_a_difference_and_tried_out(
    app: App, chat: Chat
) -> None:
    await chat.say(TWICE)
    card = chat.text(RULE)
    for line in (
        "Money that leaves of 100.00 or more, whatever the currency: I ask you twice.",
        "id: said-ask-twice-money-amount",
        "why: 'You said: ask me twice from 100 on.'",
        "then: ask_twice",
        "- amount >= 100.00",
        "recipient_known, amount 100.0, currency EUR: I ask twice (said-ask-twice-money-amount)",
        "recipient_known, amount 99.99, currency EUR: I ask (money-asks)",
        "In the last 30 days: 0 decisions change, asks 0 → 0; "
        "0 would have run although you said no.",
        "[Yes, from now on] [No]",
    ):
        assert line in card
    assert await rules(app) == []
    assert (await chat.tap(RULE, "No")).text == "No rule was made; all stays as it was."
    assert await rules(app) == []


@pytest.mark.parametrize("words", [FINE, "ask me for every invoice", "never mail before 8"])
async def test_a_rule_is_heard_as_a_rule_and_not_as_a_wish_that_sounds_like_it(
    app: App, chat: Chat, words: str
) -> None:
    await chat.say(words)
    assert f"You said: {words}." in chat.text(RULE)


async def test_from_100_on_a_refund_is_asked_twice_and_below_once(app: App, chat: Chat) -> None:
    await agreed(chat, TWICE)
    await chat.say("refund PAY-1042 120 EUR")
    first = await chat.tap("Refund 120.00 EUR", "✓ Refund", confirm="")
    assert first.refused
    assert "(REF-" not in ledger(app)
    await chat.tap("Refund 120.00 EUR", "Reject")
    await chat.say("refund PAY-1042 80 EUR")
    assert (await chat.tap("Refund 80.00 EUR", "✓ Refund")).text == "Approved."
    assert ledger(app).count("(REF-") == 1


async def test_never_mail_before_8_refuses_at_7_and_asks_at_8(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await agreed(chat, "never mail before 8")
    clock.advance(hours=21)  # 7 o'clock in Berlin
    await chat.say("write to Bruno that the file is ready")
    assert not waits(chat, "Send e-mail")
    assert "You said: never mail before 8. (said-deny-mail-before" in chat.text("Send e-mail")
    clock.advance(hours=1)
    await chat.say("write to Bruno that the course starts on Monday")
    assert waits(chat, "Send e-mail")
    assert sent(app) == []


async def test_a_small_refund_to_a_known_customer_runs_and_is_told(app: App, chat: Chat) -> None:
    await agreed(chat, FINE)
    await chat.say("refund PAY-1042 40 EUR")
    done = chat.text("Refund 40.00 EUR")
    assert "✓ refunded 40.00 EUR" in done
    assert "By itself: You said: refunds up to 50 for known customers are fine." in done
    await chat.say("refund PAY-1042 60 EUR")
    assert waits(chat, "Refund 60.00 EUR")
    assert ledger(app).count("(REF-") == 1
    assert (await verify.verify(app.db)).faults == ()


async def test_the_card_names_what_would_have_run_although_it_was_refused(
    app: App, chat: Chat
) -> None:
    await chat.say("refund PAY-1042 40 EUR")
    await chat.tap("Refund 40.00 EUR", "Reject")
    await chat.say("refund PAY-1042 60 EUR")
    await chat.say(FINE)
    assert (
        "In the last 30 days: 1 decision changes, asks 4 → 3; "
        "1 would have run although you said no:\n\n"
        "- Refund 40.00 EUR · Ada Example, Fri 20 Nov, 10:00"
    ) in chat.text(RULE)


async def test_a_decision_whose_facts_were_not_kept_is_counted_apart(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 40 EUR")
    await chat.tap("Refund 40.00 EUR", "Reject")
    async with app.db.transaction() as tx:
        rows = await tx.rows(sa.select(effect_versions.c.effect, effect_versions.c.preview))
        for row in rows:
            kept = {**row.preview, "facts": {**row.preview["facts"], "situation": {"hour": 3}}}
            of_row = effect_versions.c.effect == row.effect
            await tx.conn.execute(sa.update(effect_versions).where(of_row).values(preview=kept))
        await events.note(tx, "test.forgot", None)
    await chat.say(FINE)
    card = chat.text(RULE)
    assert "0 decisions change, asks 0 → 0; 0 would have run although you said no." in card
    assert f"Not replayable: {len(rows)} decisions, whose facts were not kept." in card


async def test_what_is_older_than_thirty_days_is_not_looked_at(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("refund PAY-1042 40 EUR")
    await chat.tap("Refund 40.00 EUR", "Reject")
    clock.advance(days=30, hours=1)
    await chat.say(FINE)
    assert "0 decisions change, asks 0 → 0; 0 would have run" in chat.text(RULE)


async def test_the_same_rule_with_another_number_is_shown_as_a_change(app: App, chat: Chat) -> None:
    await agreed(chat, TWICE)
    old = chat.tokens[chat.key("It holds"), "Yes, from now on"]
    await chat.say("ask me twice from 200 on")
    assert "amount >= [-100.00-] {+200.00+}" in chat.text("Change a rule?")
    await chat.tap("Change a rule?", "Yes, from now on")
    assert [(one.version, one.body["when"]) for one in await rules(app)] == [
        (2, ["amount >= 200.00"])
    ]
    stale = await chat.press(old)
    assert (stale.text[:30], stale.refused) == ("This rule changed since you lo", True)
    await chat.say("ask me twice from 200 on")
    assert chat.last.startswith("This rule holds already: Money that leaves of 200.00 or more")


async def test_a_rule_that_cannot_be_says_why(app: App, chat: Chat) -> None:
    for words, why in (
        ("refunds are fine", "Money may run by itself only below an amount: add a condition"),
        ("deleting is fine", "Nothing destructive may run by itself"),
        (
            "refunds up to 50 to strangers are fine",
            "It would let nothing run: Who would get it is not in your records, "
            "or not with this account. "
            "(money-to-stranger)",
        ),
        ("mails to known customers are fine", "In words I can be given leave for money"),
        ("dance from 100 on", "I did not understand every word of that as a rule"),
    ):
        await chat.say(f"/policy add {words}")
        assert why in chat.last
    assert await rules(app) == []


async def test_a_stricter_rule_is_said_before_the_yes(app: App, chat: Chat) -> None:
    await chat.say("/policy add ask me for refunds over 600")
    assert "amount 600.01, currency EUR: I ask twice (money-over-500)" in chat.text(RULE)


async def test_it_is_listed_and_removed_like_any_other(app: App, chat: Chat) -> None:
    await agreed(chat, "nie Mails vor 8 Uhr")
    await chat.say("/policy")
    assert "An e-mail before 8 o'clock: never" in chat.last
    assert "(said-deny-mail-before, version 1)" in chat.last
    await chat.say("/policy remove mail-before")
    assert chat.last.startswith("Removed, so it decides nothing: An e-mail before 8 o'clock")
    assert [one.state for one in await rules(app)] == ["removed"]
    await agreed(chat, "never mail before 8")
    assert [(one.version, one.state) for one in await rules(app)] == [(3, "active")]


async def test_a_restart_keeps_the_rule(filled: Path, tmp_path: Path, clock: FakeClock) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    await agreed(chat, FINE)
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    chat.count = 100  # the platform counts on
    await chat.say("refund PAY-1042 40 EUR")
    assert "✓ refunded 40.00 EUR" in chat.text("Refund 40.00 EUR")
    await app.close()


async def opened(folder: Path, clock: FakeClock) -> tuple[App, Chat]:
    chat = Chat()
    app = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    return app, chat


@pytest.mark.parametrize("words", [TWICE, FINE, "never mail before 8", "/tap Yes, from now on"])
async def test_somebody_elses_words_change_nothing(app: App, chat: Chat, words: str) -> None:
    await chat.drop(mail(words, 1))
    await chat.say("", others=(words,))
    await chat.say("what is this", others=(words,))
    await chat.say(f"> {words}")
    assert await rules(app) == []
    assert [key for key in chat.order if key.startswith("rule:")] == []


async def test_a_wish_with_a_word_that_no_rule_has_stays_a_wish(app: App, chat: Chat) -> None:
    await chat.say("ask Bruno for his invoice")
    assert [key for key in chat.order if key.startswith("rule:")] == []
    await chat.tap("Send e-mail", "Reject")
    await chat.say("/policy add ask Bruno for his invoice")
    assert [key for key in chat.order if key.startswith("rule:")] == []


async def test_a_second_tap_on_yes_makes_no_second_version(app: App, chat: Chat) -> None:
    await chat.say(TWICE)
    yes = chat.tokens[chat.key(RULE), "Yes, from now on"]
    await chat.press(yes)
    again = await chat.press(yes)
    assert again.text.startswith("This rule holds already:")
    assert again.refused
    await chat.say("/policy remove said-ask-twice-money-amount")
    assert (await chat.press(yes)).text.startswith("This rule changed since you looked")
    assert [one.version for one in await rules(app)] == [2]
