"""Walks of what is kept only for a while: a sentence, a card that counts, a night, an evening."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from bot.app import App
from connectors import blobs
from engine.alarms import evening
from engine.chat import outbox
from engine.chat.messages import say
from engine.flow import daily
from engine.rules import retention
from memory import events
from memory.beliefs import facts
from memory.canon import records
from memory.copying import verify
from memory.forgetting import expiry, kept
from memory.schema.models import reasons
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_outside import mail
from tests.walks.test_refund import planned
from tests.walks.test_rule_words import RULE, agreed, opened, rules

WORDS = "I already own it"  # in the mail of the sample
MAILS = "keep mails for 90 days"
TABLES = ("events", "cards", "suggestions", "goals", "questions", "artifacts", "artifact_versions",
          "facts", "passages", "passages_fts", "reasons", "answers")  # fmt: skip


async def night(app: App, chat: Chat, clock: FakeClock) -> None:
    """Let the next three o'clock in Berlin come."""
    clock.now = daily.next_ring(clock.now, "Europe/Berlin", retention.RINGS_AT)
    await app.alarms.ring_due()
    await chat.settle()


async def everything(app: App) -> str:
    """Return all that the log, the state and recall say, as one text."""
    found = []
    async with app.db.snapshot() as reader:
        for table in TABLES:
            rows = await reader.conn.exec_driver_sql(f"SELECT * FROM {table}")
            found += [json.dumps([str(one) for one in row]) for row in rows.all()]
    return "\n".join(found)


async def faults(app: App) -> tuple[str, ...]:
    return (await verify.verify(app.db)).faults


async def test_mails_go_after_their_days_and_the_log_still_proves_itself(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(mail("the zebra is striped", 1))
    await agreed(chat, MAILS)
    clock.advance(days=88)
    await night(app, chat, clock)
    assert "zebra" in await everything(app)
    clock.advance(days=2)
    await chat.drop(mail("the lion is not", 2))
    await night(app, chat, clock)
    told = await everything(app)
    assert "zebra" not in told
    assert "lion" in told
    assert await faults(app) == ()


async def test_the_card_says_before_the_yes_what_would_go_and_retention_says_it_any_time(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(mail("one", 1))
    await chat.drop(mail("two", 2))
    await chat.say("/retention")
    assert "Nothing is old enough for them yet, so by your rules nothing" in chat.last
    clock.advance(days=100)
    await chat.say(MAILS)
    card = chat.text(RULE)
    for line in (
        "Mails go 90 days after they came; I forget them in the night and tell you.",
        "Tonight 2 mails would go, the oldest from 20 Nov 2026.",
        "kind mail, about , age_days 90: it goes (said-forget-mail)",
        "kind mail, about , age_days 89: it stays (memory-kept)",
        "It cannot be undone.",
    ):
        assert line in card
    assert "In the last 30 days" not in card
    await chat.tap(RULE, "Yes, from now on")
    await chat.say("/retention")
    assert "Tonight 2 mails would go" in chat.last
    assert "You said: keep mails for 90 days." in chat.last


async def test_an_answer_that_quotes_goes_with_what_it_quotes(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await agreed(chat, "keep messages for 90 days")
    await chat.say("Bruno told me that the zebra is striped")
    await chat.say("and he has a lion too")
    clock.advance(days=30)
    await chat.say("what did Bruno tell us about animals?")
    await chat.say("what do we know about Bruno?")
    await chat.say("did Bruno mention anything?")
    await chat.tap("What I find about this", "message, 20 Nov 2026")
    assert "zebra" in chat.text("In its place")
    clock.advance(days=61)
    await night(app, chat, clock)
    told = await everything(app)
    assert "zebra" not in told
    assert "lion" not in told
    assert "did Bruno mention anything?" in told
    assert await faults(app) == ()


async def test_what_was_shown_beside_something_younger_goes_as_well(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await agreed(chat, "keep messages for 90 days")
    clock.advance(hours=16, minutes=30)  # half past two in Berlin
    await chat.say("Bruno told me that the zebra is striped")
    clock.advance(hours=1)
    await chat.say("Bruno has a lion too")
    clock.advance(days=30)
    await chat.say("which lion was mentioned?")
    await chat.tap("What I find about this", "message, 21 Nov 2026")
    assert "zebra" in chat.text("In its place")
    clock.advance(days=59)
    await night(app, chat, clock)  # at three
    told = await everything(app)
    assert "zebra" not in told
    assert "Bruno has a lion too" in told


async def test_what_a_model_read_of_it_and_made_of_it_goes_too(
    office: Office, clock: FakeClock
) -> None:
    chat = await office.open()
    await agreed(chat, "keep messages for 90 days")
    await chat.say("Bruno told me that the zebra is striped")
    clock.advance(days=30)
    office.server.script(says({"sentences": [{"text": "The zebra is striped.", "sources": [1]}]}))
    await chat.say("did Bruno mention anything?")
    assert "The zebra is striped. [1]" in chat.last
    [asked] = [row for row in await office.rows(reasons) if row.step == "answer/1"]
    await chat.tap("What I find about this", "Why?")
    assert "zebra" in chat.last
    await chat.say(f"/why {asked.id}")
    assert "The zebra is striped." in chat.last
    clock.advance(days=61)
    await night(office.app, chat, clock)
    assert "zebra" not in await everything(office.app)
    await chat.say("/cost")
    # A reading and a plan of the first words were asked for, in vain, each once more.
    assert "0.0150 EUR in all." in chat.last
    assert await faults(office.app) == ()


async def test_findings_and_points_go_with_the_words_they_are_from(
    office: Office, clock: FakeClock
) -> None:
    chat = await office.open()
    await agreed(chat, "keep messages for 90 days")
    await chat.say("Bruno told me that his budget for the zebra is 900 EUR")
    clock.advance(days=30)
    office.server.script(says({"findings": [{"text": "A zebra for 900 EUR.", "sources": [1]}]}))
    await chat.say("/research Bruno's budget")
    await chat.say("/qualify Bruno")
    assert "zebra" in chat.text("Findings:") and "zebra" in chat.text("Bruno Muster: ")
    clock.advance(days=61)
    await night(office.app, chat, clock)
    told = await everything(office.app)
    assert "zebra" not in told
    assert "/research Bruno's budget" in told
    assert await faults(office.app) == ()


@pytest.mark.parametrize("asks", ["does anybody have a zebra, or", "/research a zebra and"])
async def test_a_question_goes_from_what_a_model_was_asked_though_its_sources_stay(
    office: Office, clock: FakeClock, asks: str
) -> None:
    chat = await office.open()
    await chat.drop(mail("We have a zebra and a lion at home.", 1))
    said = [{"text": "A lion.", "sources": [1]}]
    office.server.script(says({"sentences": said, "findings": said}))
    await chat.say(f"{asks} a xylophone?")
    [asked] = [row for row in await office.rows(reasons) if "xylophone" in str(row.prompt)]
    assert "zebra and a lion" in str(asked.prompt)
    await agreed(chat, "keep messages for 90 days")
    clock.advance(days=92)
    await night(office.app, chat, clock)
    told = await everything(office.app)
    assert "zebra and a lion" in told
    assert "xylophone" not in told
    assert await faults(office.app) == ()


async def test_the_evening_says_what_went_in_the_night(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(mail("one", 1))
    await agreed(chat, MAILS)
    clock.advance(days=91)
    await night(app, chat, clock)
    clock.now = evening.next_ring(clock.now, "Europe/Berlin")
    await app.alarms.ring_due()
    await chat.settle()
    said = "Forgotten in the night, as your rules say: 1 mail. What came of it stays."
    assert [chat.shown[key].summary for key in chat.order if key.startswith("forgotten:")] == [said]


async def test_without_a_rule_everything_is_kept_for_ever(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(mail("the zebra is striped", 1))
    clock.advance(days=3650)
    await night(app, chat, clock)
    assert "zebra" in await everything(app)


async def test_what_is_about_an_invoice_stays_where_that_was_said(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await agreed(chat, MAILS)
    await agreed(chat, "never forget invoices")
    asked = mail("the zebra asks about invoice INV-2026-007", 1)
    await chat.drop(asked.replace(b"Eve <eve@evil.example>", b"Ada Example <ada@example.org>"))
    await chat.drop(mail("the lion does not", 2))
    clock.advance(days=91)
    await night(app, chat, clock)
    told = await everything(app)
    assert "zebra" in told
    assert "lion" not in told


async def test_what_an_open_card_needs_stays_until_it_is_settled(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await agreed(chat, "forget mails after a day")
    await planned(chat)
    clock.advance(days=2)
    await night(app, chat, clock)
    assert WORDS in await everything(app)
    clock.advance(days=8)  # the cards expire
    await app.alarms.ring_due()
    await chat.settle()
    await night(app, chat, clock)
    assert WORDS not in await everything(app)
    assert await faults(app) == ()


@pytest.mark.parametrize("said", ["/stop", "/autonomy off", "/policy pause said-forget-mail"])
async def test_stop_autonomy_off_and_a_pause_keep_everything(
    app: App, chat: Chat, clock: FakeClock, said: str
) -> None:
    await chat.drop(mail("the zebra is striped", 1))
    await agreed(chat, MAILS)
    await chat.say(said)
    clock.advance(days=100)
    await night(app, chat, clock)
    assert "zebra" in await everything(app)


async def test_chat_messages_go_with_their_answers_and_what_came_of_them_stays(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("hello my dear zebra")
    await chat.say("refund PAY-1042 20 EUR")
    await chat.tap("Refund 20.00 EUR", "✓ Refund")
    await agreed(chat, "vergiss Chatnachrichten nach 2 Jahren")
    clock.advance(days=740)
    await night(app, chat, clock)
    told = await everything(app)
    assert "zebra" not in told
    assert "refund PAY-1042 20 EUR" not in told
    assert "said-forget-message" in told  # the rule itself is no message
    await chat.say("/why")
    assert "refunded 20.00 EUR" in chat.last
    assert await faults(app) == ()


async def test_what_was_asked_about_a_message_goes_with_it(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("hello my dear animals")
    async with app.db.transaction() as tx:
        heard = (await events.of_kind(tx, "message.received"))[-1]
        asks = say(f"question:{heard.id}", "Which of your zebra do you mean?")
        await outbox.post(tx, asks, chat.who.conv)
        await events.note(tx, "test.asked", heard.id)
    await agreed(chat, "vergiss Chatnachrichten nach 10 Tagen")
    assert "zebra" in await everything(app)
    clock.advance(days=11)
    await night(app, chat, clock)
    assert "zebra" not in await everything(app)
    assert await faults(app) == ()


async def test_a_note_goes_from_the_record_it_was_written_on(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        assert ada is not None
        note = await facts.learn(
            tx, "note", "likes zebras", record=ada.id, author="owner", source=None
        )
    await agreed(chat, "forget notes after 1 year")
    clock.advance(days=367)
    await night(app, chat, clock)
    async with app.db.snapshot() as reader:
        fact = await facts.get(reader, note)
        assert fact is not None
        assert (fact.value, fact.status) == ("[erased]", "retracted")
        assert [one for one in await facts.current(reader, None)] != []  # how I write is no remark
    assert "zebra" not in await everything(app)
    assert await faults(app) == ()


async def test_a_file_goes_from_the_disk_unless_something_else_needs_it(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(b"the zebra is striped", "zebra.txt")
    await chat.drop(b"shared", "one.txt")
    await agreed(chat, "forget files after 10 days")
    clock.advance(days=9)
    await chat.drop(b"shared", "two.txt")
    gone, stays = (blobs.put(app.folder, data) for data in (b"the zebra is striped", b"shared"))
    clock.advance(days=2)
    await night(app, chat, clock)
    assert not blobs.path(app.folder, gone).exists()
    assert blobs.path(app.folder, stays).exists()
    assert "striped" not in await everything(app)
    clock.advance(days=10)
    await night(app, chat, clock)
    assert not blobs.path(app.folder, stays).exists()


async def test_a_run_that_was_cut_off_goes_on_where_it_stood(
    app: App, chat: Chat, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await chat.drop(mail(f"zebra number {number}", number))
    await agreed(chat, MAILS)
    clock.advance(days=91)
    monkeypatch.setattr(retention, "GO_AT_ONCE", 1)
    done: list[int] = []
    whole = expiry.expire

    async def cut_off(*args: object) -> object:
        if len(done) == 1:
            done.append(2)
            raise ConnectionResetError("killed")
        done.append(1)
        return await whole(*args)

    monkeypatch.setattr(expiry, "expire", cut_off)
    await night(app, chat, clock)
    async with app.db.snapshot() as reader:
        assert len(await events.of_kind(reader, expiry.EXPIRED)) >= 1
    clock.advance(minutes=10)
    await night(app, chat, clock)
    assert "zebra number" not in await everything(app)
    async with app.db.snapshot() as reader:
        expired = await events.of_kind(reader, expiry.EXPIRED)
        assert sum(event.body["counts"]["mail"] for event in expired) == 3
        assert [one for one in await kept.things(reader) if one.kind == "mail"] == []
    assert await faults(app) == ()


async def test_a_file_whose_deletion_a_crash_left_is_deleted_at_the_next_start_and_only_then(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    await chat.drop(b"the zebra is striped", "zebra.txt")
    await agreed(chat, "forget files after 10 days")
    clock.advance(days=11)
    await night(app, chat, clock)
    zebra = blobs.path(app.folder, blobs.put(app.folder, b"the zebra is striped"))
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    assert not zebra.exists()
    chat.count = 100
    await chat.drop(b"the zebra is striped", "zebra.txt")
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    assert zebra.exists()
    await app.close()


async def test_a_file_that_comes_anew_after_it_went_outlives_the_next_start(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, chat = await opened(tmp_path / "sample", clock)
    for name in ("zebra.txt", "horse.txt"):
        await chat.drop(f"the {name} is striped".encode(), name)
    await agreed(chat, "forget files after 10 days")
    clock.advance(days=11)
    await night(app, chat, clock)
    zebra, horse = (
        blobs.path(app.folder, hashlib.sha256(f"the {name} is striped".encode()).hexdigest())
        for name in ("zebra.txt", "horse.txt")
    )
    assert not zebra.exists() and not horse.exists()
    await chat.drop(b"the zebra.txt is striped", "zebra.txt")
    horse.write_bytes(b"the horse.txt is striped")  # as a crash leaves it
    await app.close()
    app, chat = await opened(tmp_path / "sample", clock)
    assert zebra.exists()
    assert not horse.exists()
    await app.close()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("forget invoices after 2 years", "Invoice records themselves are never forgotten by age."),
        ("forget mails after 9999 years", "That is longer than I count, or no time at all."),
        ("forget mails after 0 days", "That is longer than I count, or no time at all."),
    ],
)
async def test_a_sentence_about_keeping_that_cannot_be_says_why(
    app: App, chat: Chat, words: str, why: str
) -> None:
    await chat.say(f"/policy add {words}")
    assert why in chat.last
    assert await rules(app) == []


async def test_a_rule_about_something_wider_lets_nothing_be_forgotten(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    (tmp_path / "sample" / "rules").mkdir(exist_ok=True)
    (tmp_path / "sample" / "rules" / "wide.yaml").write_text(
        "rules:\n  - {id: wide, effect: internal, then: allow, why: Mine.}\n"
        "  - {id: glob, action: 'memory.*', then: allow, why: Mine.}\n"
    )
    app, chat = await opened(tmp_path / "sample", clock)
    await chat.drop(mail("the zebra is striped", 1))
    clock.advance(days=3650)
    await night(app, chat, clock)
    assert "zebra" in await everything(app)
    await app.close()


async def test_the_parts_of_a_message_go_with_it(app: App, chat: Chat, clock: FakeClock) -> None:
    await agreed(chat, "keep messages for 90 days")
    await chat.say("book a flight to the zebra. Also remind me on Monday at 9 about the walrus.")
    clock.advance(days=92)
    await app.alarms.ring_due()
    await night(app, chat, clock)
    told = await everything(app)
    assert "zebra" not in told
    assert "You asked: \\u201cremind me on Monday" not in told
    assert "remind me on Monday" not in told
    assert await faults(app) == ()


async def test_a_message_is_needed_while_one_of_its_parts_waits(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await agreed(chat, "keep messages for 1 day")
    await chat.say("remind me about the walrus. Also remind me tomorrow at 9 to rest.")
    clock.advance(hours=30)
    await night(app, chat, clock)
    assert "remind me about the walrus. Also" in await everything(app)


async def test_what_was_read_of_a_mail_goes_with_it(office: Office, clock: FakeClock) -> None:
    chat = await office.open()
    asks = [{"kind": "other", "words": "My zebra wants its stripes again"}]
    office.server.script(says({"asks": asks}), says({"findings": []}))
    await chat.drop(mail("My zebra wants its stripes again\nEve Example, Head of Zebras\n", 1))
    await chat.say("/enrich Eve")
    assert "Head of Zebras" in chat.text("what could be added")
    token = chat.tokens[chat.key("what could be added"), "Role: Head of Zebras"]
    await agreed(chat, MAILS)
    clock.advance(days=92)
    await night(office.app, chat, clock)
    told = await everything(office.app)
    assert "stripes" not in told
    assert "Head of Zebras" not in told
    assert (await chat.press(token)).refused
    assert await faults(office.app) == ()
