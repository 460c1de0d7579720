"""Walks of endorsing: whose address is it? Said once, it is known, and the call is judged anew."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App
from memory import events
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from memory.forgetting import erasure
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.walks.test_always import allowed, rules
from tests.walks.test_refund import sent

ASK = "Whose address is it?"
WROTE = "write to carla@neu.example that the file is ready"
CARD = "Send e-mail · carla@neu.example"


async def people(app: App, name: str) -> list[Record]:
    async with app.db.snapshot() as reader:
        return [one for one in await records.of_kind(reader, "person") if one.name == name]


async def test_a_new_name_becomes_a_record_and_the_mail_is_no_longer_to_a_stranger(
    app: App, chat: Chat
) -> None:
    await chat.say(WROTE)
    assert "Somebody who is not in your records would get this." in chat.text(CARD)
    reply = await chat.tap(CARD, ASK, whose="  Carla  Neu ")
    assert reply.text == "Kept: carla@neu.example is an address of Carla Neu. Here is the new card."
    [carla] = await people(app, "Carla Neu")
    assert (carla.status, carla.state["email"]) == ("active", "carla@neu.example")
    assert sent(app) == []  # the address was approved, not the mail
    card = chat.text(CARD)
    assert "not in your records" not in card
    assert "unchanged" not in card
    assert ASK not in card
    await chat.tap(CARD, "✓ Send")
    assert len(sent(app)) == 1
    await chat.say(f"{WROTE} again")
    assert ASK not in chat.text(CARD)
    async with app.db.snapshot() as reader:
        [noted] = await events.of_kind(reader, "datum.endorsed")
    assert noted.body["record"] == carla.id
    assert (await verify.verify(app.db)).faults == ()


async def test_a_known_name_gets_a_further_address_and_mail_from_it_finds_the_person(
    app: App, chat: Chat, tmp_path: Path
) -> None:
    await chat.say("write to ada@second.example that the file is ready")
    await chat.tap("ada@second.example", ASK, whose="ada example")
    [ada] = await people(app, "Ada Example")
    assert ada.state["email"] == "ada@example.org"  # where mail to Ada goes is as it was
    assert ada.state["emails"] == ["ada@second.example"]
    await chat.say("write to Ada that the course starts on Monday")
    assert "Send e-mail · ada@example.org" in "".join(m.summary for m in chat.shown.values())
    await chat.say("write to ada@second.example that the room is free")
    summaries = [chat.shown[key].summary for key in chat.order]
    assert "Send e-mail · ada@second.example" in summaries[-1]  # where was said, not the usual one
    mail = b"From: A. <ada@second.example>\r\nSubject: Hello\r\n\r\nHello there"
    await chat.drop(mail)
    assert "Ada Example" in chat.last
    async with app.db.transaction() as tx:
        await erasure.erase(tx, ada.id, None)
        assert await records.by_key(tx, "email", "ada@second.example") is None


async def test_what_stood_only_in_somebody_elses_text_is_proven_from_then_on(
    app: App, chat: Chat
) -> None:
    await chat.say(WROTE)
    async with app.db.transaction() as tx:  # as a step would have it whose plan left it open
        [row] = await tx.rows(sa.select(effects))
        action = row.action | {"origins": row.action["origins"] | {"to": "text"}}
        await tx.conn.execute(sa.update(effects).values(action=action))
        await tx.conn.execute(sa.update(tasks).values(origins=None, fixed=None))
    await chat.tap(CARD, ASK, whose="Carla Neu")
    async with app.db.snapshot() as reader:
        [now] = await reader.rows(sa.select(effects))
    assert now.action["origins"]["to"] == "canonical"
    assert now.verdict["outcome"] == "ask"
    assert "outward-address-unproven" not in now.verdict["rules"]


async def test_a_rule_for_somebody_does_not_reach_their_new_address_unseen(
    app: App, chat: Chat
) -> None:
    await allowed(chat)
    await chat.say("write to bruno@neu.example that the file is ready")
    before = len(sent(app))
    await chat.tap("bruno@neu.example", ASK, whose="Bruno Muster")
    assert len(sent(app)) == before  # the address was approved, not the mail
    assert "✓ Send" in chat.text("Send e-mail · bruno@neu.example · waits")
    assert [one.state for one in await rules(app)] == ["paused"]
    said = chat.text("is an address of Bruno Muster now")
    assert "this rule would reach it too" in said
    reply = await chat.tap("is an address of Bruno Muster now", "Let it run again")
    assert reply.text.startswith("It holds again")
    await chat.say("write to bruno@neu.example that the course starts on Monday")
    assert len(sent(app)) == before + 1


async def test_the_mail_is_stopped_while_the_address_is_kept(app: App, chat: Chat) -> None:
    await chat.say(WROTE)
    before = chat.key(CARD)
    stale = chat.tokens[before, "✓ Send"]
    await chat.tap(CARD, ASK, whose="Carla Neu")
    reply = await chat.press(stale)
    assert reply.refused
    assert "This changed since you were asked" in reply.text
    assert sent(app) == []


@pytest.mark.parametrize(
    ("whose", "said"),
    [("", "Say whose address it is"), ("x" * 201, "Say whose address it is"), ("Sam", "Several")],
)
async def test_without_one_name_nothing_is_kept(
    app: App, chat: Chat, whose: str, said: str
) -> None:
    async with app.db.transaction() as tx:
        for number in (1, 2):
            twin = {"name": "Sam Doe", "email": f"sam{number}@example.org", "aliases": ["Sam"]}
            await records.create(tx, "person", twin, None)
    await chat.say(WROTE)
    reply = await chat.tap(CARD, ASK, whose=whose)
    assert reply.refused
    assert said in reply.text
    async with app.db.snapshot() as reader:
        assert await records.by_key(reader, "email", "carla@neu.example") is None
    assert ASK in chat.text(CARD)


async def test_two_cards_to_one_address_need_the_name_once(app: App, chat: Chat) -> None:
    await chat.say(WROTE)
    await chat.say("write to carla@neu.example that the course starts on Monday")
    first, second = [key for key in chat.order if CARD in chat.shown[key].summary]
    await chat.press(chat.tokens[first, ASK], whose="Carla Neu")
    reply = await chat.press(chat.tokens[second, ASK], whose="")
    assert reply.text.startswith("Kept: carla@neu.example is an address of Carla Neu.")
    assert len(await people(app, "Carla Neu")) == 1


async def test_the_sender_of_a_mail_who_was_only_proposed_is_confirmed(
    app: App, chat: Chat
) -> None:
    mail = b"From: Carla Neu <carla@neu.example>\r\nSubject: Hi\r\n\r\nHi there"
    await chat.drop(mail)
    [carla] = await people(app, "Carla Neu")
    assert carla.status == "proposed"
    await chat.say(WROTE)
    form = chat.button(chat.key(CARD), ASK).form
    assert form is not None
    assert form.fields[0].initial == "Carla Neu"
    await chat.tap(CARD, ASK, whose="Carla Neu")
    assert [(one.id, one.status) for one in await people(app, "Carla Neu")] == [
        (carla.id, "active")
    ]


async def test_an_address_that_is_not_spelled_plainly_is_nobodys(app: App, chat: Chat) -> None:
    await chat.say("write to c\u0430rla@neu.example that the file is ready")  # Cyrillic
    assert not any(ASK in str(msg.buttons) for msg in chat.shown.values())
