"""Somebody is forgotten: nothing of them is left, nobody else is touched, the log still holds."""

import asyncio
import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory import artifacts, events
from memory.beliefs import facts
from memory.canon import records
from memory.copying.verify import verify
from memory.db import Database, Tx, change, insert
from memory.forgetting.erasure import BusyError, Erasure, erase, preview, scrub
from memory.recalling import recall
from memory.schema.chat import cards, deliveries
from memory.schema.events import events as log
from memory.schema.work import goals, work

LETTER = "Hello, my lamp arrived broken and I want my money back as soon as that is possible."
WISH = "I want delivery on Tuesday. "
ADAS = ("ada example", "ada@example.org", "1234567", "märchenweg", "broken", "grüße")
BOBS = ("bob sample", "bob@example.net", "two lamps", "delivery on tuesday")
SCAN, MAIL, PHOTO, ORDER = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)


class People:
    """The company's two customers: one to be forgotten and one to be kept."""

    def __init__(self, ada: str, bob: str) -> None:
        self.ada = ada
        self.bob = bob


def keep_what_is_deleted(connection: Any, _record: object) -> None:
    """Some builds of SQLite wipe what they delete; erasing must not rest on that."""
    connection.execute("PRAGMA secure_delete = OFF").close()


@pytest.fixture
async def people(db: Database) -> People:
    sa.event.listen(db.engine.sync_engine, "connect", keep_what_is_deleted)
    async with db.transaction() as tx:
        ada = await records.create(
            tx, "person", {"name": "Ada Example", "email": "ada@example.org"}, None
        )
        bob = await records.create(
            tx, "person", {"name": "Bob Sample", "email": "bob@example.net"}, None
        )
    async with db.transaction() as tx:
        await records.revise(tx, ada.id, None, phone="+49 30 1234567")
    async with db.transaction() as tx:  # an old number is hers as well
        await records.revise(tx, ada.id, None, phone=None, aliases=["Ada"])
        await facts.learn(tx, "street", "Märchenweg 3", record=ada.id, author="owner", source=None)
        await facts.learn(tx, "likes", "two lamps", record=bob.id, author="owner", source=None)
    for mail in (write_from_ada, write_from_bob):
        async with db.transaction() as tx:
            await mail(tx, ada.id if mail is write_from_ada else bob.id)
    async with db.transaction() as tx:
        await work_on(tx)
    return People(ada.id, bob.id)


async def write_from_ada(tx: Tx, record: str) -> None:
    body = {
        "from": "ada@example.org", "from_name": "Ada Example", "subject": "Broken lamp",
        "text": f"{LETTER} Grüße, Ada", "file": MAIL, "attachments": [{"digest": SCAN}],
    }  # fmt: skip
    event = await heard(tx, "ada@example.org", body)
    await artifacts.keep(
        tx, "attachment", "scan.pdf", artifact_id="art_scan", author="outside", cause=event,
        about=event, text="Märchenweg 3", digest=SCAN,
    )  # fmt: skip
    await recall.remember(
        tx, kind="mail", ref=event, text=LETTER, trust="outside", record=record, conv="web:1"
    )


async def write_from_bob(tx: Tx, record: str) -> None:
    body = {
        "from": "bob@example.net", "from_name": "Bob Sample", "subject": "Order",
        "text": f"Please add two lamps. Ada sends her regards. {WISH * 3}",
        "file": ORDER, "attachments": [{"digest": PHOTO}],
    }  # fmt: skip
    event = await heard(tx, "bob@example.net", body)
    await artifacts.keep(
        tx, "attachment", "photo.png", artifact_id="art_photo", author="outside", cause=event,
        about=event, digest=PHOTO,
    )  # fmt: skip
    text = str(body["text"])
    await recall.remember(
        tx, kind="mail", ref=event, text=text, trust="outside", record=record, conv="web:1"
    )


async def heard(tx: Tx, sender: str, body: dict[str, Any]) -> str:
    event = await events.append(
        tx, "email.received", source="mail", key=f"<7.{sender}>", trust="outside", actor=sender,
        body=body,
    )  # fmt: skip
    assert event is not None
    return event.id


async def work_on(tx: Tx) -> None:
    """Leave traces where the engine leaves them."""
    at = {"at": tx.now}
    goal = {"mode": "deterministic", "state": "open", "asked_by": "evt_1", "slots": {}, **at}
    await insert(tx, goals, {"id": "gol_ada", "text": "Refund Ada Example 40 EUR", **goal})
    await insert(tx, goals, {"id": "gol_bob", "text": "Send Bob Sample two lamps", **goal})
    msg = {"title": "Refund to ada@example.org", "lines": [LETTER, "40.00 EUR"]}
    await insert(
        tx, cards,
        {"key": "crd_1", "version": 1, "priority": 0, "msg": msg, "changed_at": tx.now, **at},
    )  # fmt: skip
    await events.note(tx, "goal.opened", None, goal="gol_ada", text="Refund Ada Example 40 EUR")
    await change(tx, cards, {"key": "crd_1"}, msg={"title": "Done", "lines": ["paid back"]})
    await events.note(tx, "card.changed", None, card="crd_1")
    await insert(
        tx, deliveries,
        {"card": "crd_1", "conv": "web:1", "version": 1, "pending": False, "attempts": 1,
         "error": "no route to ada@example.org", "posted_at": tx.now, **at},
    )  # fmt: skip
    await insert(
        tx, work,
        {"id": "wrk_1", "kind": "perform", "ref": "eff_1", "state": "done", "round": 0,
         "attempts": 1, "due_at": tx.now, "error": "Ada Example unknown"},
    )  # fmt: skip
    await tx.conn.exec_driver_sql("CREATE TABLE operation_outputs (id INTEGER, output TEXT)")
    output = json.dumps({"draft": "Dear Ada Example, \u2026 Gr\u00fc\u00dfe"})
    await tx.conn.exec_driver_sql("INSERT INTO operation_outputs VALUES (1, ?)", (output,))


async def forget(db: Database, record: str) -> Erasure:
    async with db.transaction() as tx:
        done = await erase(tx, record, None)
    await scrub(db)
    return done


def on_disk(db: Database) -> str:
    """Return every byte of the database's files as text in lower case, escapes resolved."""
    files = sorted(db.path.parent.glob(f"{db.path.name}*"))
    text = b"".join(file.read_bytes() for file in files).decode("utf-8", "replace")
    for letter in "äöüßÄÖÜ":
        text = text.replace(f"\\u{ord(letter):04x}", letter)
    return text.lower()


def contents(db: Database) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(db.path)) as conn:
        names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE sql > ''")]
        tables = [name for name in names if not name.startswith("passages_fts_")]
        return {
            name: conn.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in tables
            if conn.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            == ("table",)
        }


def mentions(rows: dict[str, list[Any]], word: str) -> Iterator[str]:
    for table, found in rows.items():
        yield from (table for row in found if word in str(row).lower())


async def test_no_byte_of_somebody_forgotten_is_left_in_the_files(
    db: Database, people: People
) -> None:
    before = on_disk(db)
    assert all(word in before for word in ADAS if word != "grüße")
    await forget(db, people.ada)
    after = on_disk(db)
    assert [word for word in ADAS if word in after and word != "grüße"] == []
    assert all(word in after for word in BOBS)


async def test_the_log_still_proves_the_state_after_an_erasure(
    db: Database, people: People
) -> None:
    await forget(db, people.ada)
    assert (await verify(db)).faults == ()
    await forget(db, people.bob)
    async with db.transaction() as tx:
        await records.create(tx, "person", {"name": "Cy", "email": "ada@example.org"}, None)
    assert (await verify(db)).faults == ()


async def test_the_head_of_the_log_before_an_erasure_is_still_in_it(
    db: Database, people: People
) -> None:
    head = (await verify(db)).head
    await forget(db, people.ada)
    assert (await verify(db, head)).faults == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = '{}' WHERE redacted_by > '' AND body != '{}'",
        "UPDATE events SET changes = '[]' WHERE redacted_by > '' AND changes != '[]'",
        "UPDATE events SET actor = 'eve' WHERE redacted_by > ''",
        "DELETE FROM events WHERE seq = 2 AND redacted_by IS NULL",
        "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events WHERE redacted_by > '')",
        "DELETE FROM events WHERE seq = (SELECT min(seq) FROM events WHERE redacted_by > '')",
    ],
)
async def test_what_is_left_of_a_redacted_event_cannot_be_changed_unseen(
    db: Database, people: People, statement: str
) -> None:
    await forget(db, people.ada)
    with closing(sqlite3.connect(db.path)) as conn:
        assert conn.execute(statement).rowcount > 0
        conn.commit()
    assert any("Event evt_" in fault for fault in (await verify(db)).faults)


async def test_what_was_redacted_cannot_be_guessed_from_its_digest(
    db: Database, people: People
) -> None:
    await forget(db, people.ada)
    async with db.snapshot() as reader:
        rows = await reader.rows(sa.select(log.c.salt, log.c.redacted_by))
    assert {row.salt is None for row in rows if row.redacted_by} == {True}
    assert {row.salt is None for row in rows if not row.redacted_by} == {False}


async def test_nobody_else_loses_a_word(db: Database, people: People) -> None:
    before = contents(db)
    await forget(db, people.ada)
    after = contents(db)
    for word in BOBS:
        assert sorted(mentions(before, word)) == sorted(mentions(after, word))
    hers = re.compile(rf"\b(ada|{people.ada}|art_scan)\b")  # a hash may hold these letters, too
    others = [row for row in before["events"] if not hers.search(str(row).lower())]
    assert len(others) >= 4
    assert [row for row in others if row not in after["events"]] == []


async def test_of_somebody_only_named_by_another_the_name_goes_and_the_text_stays(
    db: Database, people: People
) -> None:
    await forget(db, people.ada)
    mark = f"[erased {people.ada[-6:]}]"
    async with db.snapshot() as reader:
        mail = await reader.row(sa.select(log).filter_by(actor="bob@example.net"))
        [found] = await recall.recall(reader, "sends regards")
    assert mail is not None
    assert f"two lamps. {mark} sends her regards" in mail.body["text"]
    assert f"{mark} sends her regards" in found.text


async def test_what_she_wrote_herself_goes_even_where_it_is_short(
    db: Database, people: People
) -> None:
    await forget(db, people.ada)
    async with db.snapshot() as reader:
        [version] = await artifacts.versions(reader, "art_scan")
        goal = await reader.value(sa.select(goals.c.text).filter_by(id="gol_ada"))
    mark = f"[erased {people.ada[-6:]}]"
    assert version.text == mark
    assert goal == f"Refund {mark} 40 EUR"


async def test_recall_finds_nothing_of_hers(db: Database, people: People) -> None:
    await forget(db, people.ada)
    async with db.snapshot() as reader:
        assert (
            await recall.recall(reader, "broken lamp arrived money back", record=people.ada) == []
        )
        assert all("broken" not in hit.text for hit in await recall.recall(reader, "broken lamp"))


async def test_her_record_stays_as_an_empty_shape_and_her_address_is_free(
    db: Database, people: People
) -> None:
    await forget(db, people.ada)
    async with db.transaction() as tx:
        gone = await records.get(tx, people.ada)
        assert gone is not None
        assert (gone.status, gone.name) == ("erased", f"[erased {people.ada[-6:]}]")
        assert await records.by_key(tx, "email", "ada@example.org") is None
        again = await records.create(
            tx, "person", {"name": "Ada Example", "email": "ada@example.org"}, None
        )
    assert again.id != people.ada


async def test_her_files_go_and_files_that_others_need_stay(db: Database, people: People) -> None:
    done = await forget(db, people.ada)
    assert done.files == (SCAN, MAIL)
    async with db.snapshot() as reader:
        [event] = await reader.rows(sa.select(log).filter_by(kind="record.erased"))
    assert event.body["files"] == [SCAN, MAIL]


async def test_a_file_that_somebody_else_sent_as_well_stays(db: Database, people: People) -> None:
    async with db.transaction() as tx:
        await heard(tx, "cy@example.com", {"from": "cy@example.com", "file": SCAN})
    async with db.snapshot() as reader:
        assert (await preview(reader, people.ada)).files == (MAIL,)


async def test_the_preview_counts_what_the_erasure_then_changes(
    db: Database, people: People
) -> None:
    async with db.snapshot() as reader:
        expected = await preview(reader, people.ada)
    before = contents(db)
    done = await forget(db, people.ada)
    assert done == expected
    after = contents(db)
    changed = {
        name: sum(1 for row in rows if row not in after[name])
        for name, rows in before.items()
        if name in done.rows and name != "passages"
    }
    assert changed == {name: count for name, count in done.rows.items() if name != "passages"}
    assert done.events == sum(1 for row in after["events"] if row[-1] is not None)


async def test_a_preview_changes_nothing(db: Database, people: People) -> None:
    before = contents(db)
    async with db.snapshot() as reader:
        await preview(reader, people.ada)
    assert contents(db) == before


async def test_the_command_that_asked_for_it_is_cut_in_the_same_transaction(
    db: Database, people: People
) -> None:
    async with db.transaction() as tx:
        asked = await events.append(
            tx, "message.received", source="web", key="1", trust="operator",
            body={"text": "/forget Ada Example"},
        )  # fmt: skip
        assert asked is not None
        await insert(tx, goals, {
            "id": "gol_2", "text": "Forget Ada Example", "mode": "deterministic", "state": "open",
            "asked_by": asked.id, "at": tx.now,
        })  # fmt: skip
        await erase(tx, people.ada, asked.id)
    await scrub(db)
    assert "ada example" not in on_disk(db)
    assert (await verify(db)).faults == ()
    async with db.snapshot() as reader:
        event = await events.get(reader, asked.id)
    assert event is not None
    assert event.body["text"] == f"/forget [erased {people.ada[-6:]}]"


async def test_erasing_twice_changes_nothing_more(db: Database, people: People) -> None:
    await forget(db, people.ada)
    before = contents(db)
    again = await forget(db, people.ada)
    assert (again.rows, again.events, again.files) == ({}, 0, ())
    assert contents(db)["records"] == before["records"]
    assert (await verify(db)).faults == ()


async def test_an_erasure_that_fails_on_the_way_changes_nothing(
    db: Database, people: People
) -> None:
    before = contents(db)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await erase(tx, people.ada, None)
            raise ZeroDivisionError
    assert contents(db) == before


async def test_an_unknown_record_is_a_key_error(db: Database) -> None:
    async with db.snapshot() as reader:
        with pytest.raises(KeyError):
            await preview(reader, "rec_nobody")


async def test_listeners_hear_which_vectors_to_forget(db: Database, people: People) -> None:
    forgotten: list[str] = []
    db.listen("forgotten", forgotten.append)
    async with db.snapshot() as reader:
        hers = await reader.rows(
            sa.select(sa.text(f"id FROM passages WHERE record='{people.ada}'"))
        )
    await forget(db, people.ada)
    assert forgotten == [row.id for row in hers]


async def test_a_file_that_is_being_read_is_said_to_hold_old_pages(
    db: Database, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.forgetting.erasure.BUSY_TIMEOUT_MS", 50)
    async with db.transaction() as tx:
        await erase(tx, people.ada, None)
    async with db.snapshot() as reader:
        await reader.value(sa.select(sa.func.count()).select_from(goals))
        with pytest.raises(BusyError, match="still being read"):
            await scrub(db)
    await scrub(db)
    assert "ada example" not in on_disk(db)


async def test_a_file_that_is_being_written_elsewhere_is_said_to_hold_old_pages(
    db: Database, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.forgetting.erasure.BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="still being read"):
            await scrub(db)


async def test_a_disk_without_room_for_new_pages_is_said(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("memory.forgetting.erasure._scrub", full)
    with pytest.raises(BusyError, match="no room"):
        await scrub(db)


async def test_who_writes_while_all_pages_are_rewritten_waits_however_long_it_takes(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as conn:
            conn.execute("BEGIN EXCLUSIVE")
            begun.set()
            time.sleep(0.5)

    monkeypatch.setattr("memory.forgetting.erasure._scrub", slow)
    monkeypatch.setattr("memory.dialects.sqlite.BUSY_TIMEOUT_MS", 50)
    scrubbing = asyncio.create_task(scrub(db))
    await asyncio.to_thread(begun.wait)
    async with db.transaction() as tx:
        await events.note(tx, "test.noted", None)
    await scrubbing
