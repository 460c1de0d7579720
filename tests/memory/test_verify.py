"""Whoever changes the log or the state behind our back is found out, and told where."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from memory import artifacts, events, profile
from memory.beliefs import facts
from memory.canon import records
from memory.copying.verify import FAULTS_MAX, Report, verify
from memory.db import Database
from memory.journal import GENESIS


@pytest.fixture
async def company(db: Database) -> Database:
    """A database in which each kind of thing happened, and some of it twice."""
    async with db.transaction() as tx:
        heard = await events.append(
            tx, "email.received", source="mail", key="<1@example.org>", trust="outside",
            actor="ada@example.org", body={"subject": "Refund", "text": "Größe ✓", "sum": 1.10},
        )  # fmt: skip
        assert heard is not None
        ada = await records.create(
            tx, "person", {"name": "Ada Example", "email": "ada@example.org"}, heard.id
        )
        art = await artifacts.keep(
            tx, "draft", "Reply", artifact_id="art_1", author="agent", cause=heard.id, text="Dear"
        )
        await facts.learn(tx, "tone", "short", record=ada.id, author="owner", source=heard.id)
    async with db.transaction() as tx:
        await records.revise(tx, ada.id, heard.id, phone="+49 30 1234567")
        await artifacts.revise(tx, art, "operator", heard.id, text="Dear Ada")
        await profile.save(tx, heard.id, zone="Europe/Berlin")
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="Europe/Paris", currency="EUR")
    return db


def tamper(db: Database, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(db.path)) as conn:
        assert conn.execute(statement, values).rowcount > 0
        conn.commit()


def events_of(db: Database) -> list[tuple[int, str, str]]:
    with closing(sqlite3.connect(db.path)) as conn:
        return conn.execute("SELECT seq, id, hash FROM events ORDER BY seq").fetchall()


def said(report: Report, pattern: str) -> bool:
    return any(re.search(pattern, fault) for fault in report.faults)


async def test_an_empty_log_is_whole(db: Database) -> None:
    assert await verify(db) == Report(events=0, faults=(), head=GENESIS)


async def test_what_our_verbs_wrote_is_what_the_log_says(company: Database) -> None:
    found = await verify(company)
    assert found.faults == ()
    assert found.events == len(events_of(company)) > 6
    assert found.head == events_of(company)[-1][2]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", '{"subject": "Refund", "text": "Pay 4000", "sum": 1.1}'),
        ("changes", "[]"),
        ("actor", "eve@example.org"),
        ("trust", "operator"),
        ("key", "<2@example.org>"),
        ("kind", "message.received"),
        ("cause", "evt_other"),
        ("at", "2026-11-20 09:00:00.000000"),
        ("salt", "00"),
        ("digest", "00"),
        ("hash", "00"),
        ("hash", None),
        ("redacted_by", "evt_nobody"),
        ("body", "{"),
        ("body", "[1]"),
        ("changes", "7"),
        ("changes", '[["records", 7], 7, []]'),
        ("at", "yesterday"),
        ("actor", b"\xff"),
    ],
)
async def test_a_changed_column_of_an_event_is_found(
    company: Database, column: str, value: Any
) -> None:
    tamper(company, f"UPDATE events SET {column} = ? WHERE seq = 2", value)
    assert said(await verify(company), "^Event evt_")


async def test_an_event_removed_from_the_middle_is_missed_by_the_next(company: Database) -> None:
    third = events_of(company)[2][1]
    tamper(company, "DELETE FROM events WHERE seq = 2")
    assert said(await verify(company), f"^Event {third} does not follow the one before it")


async def test_two_events_that_changed_places_are_found(company: Database) -> None:
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        tamper(company, "UPDATE events SET seq = ? WHERE seq = ?", new, old)
    assert said(await verify(company), "does not follow the one before it")


async def test_an_event_slipped_in_is_found(company: Database) -> None:
    copy = (
        "INSERT INTO events (id, kind, source, key, trust, actor, body, at, changes, salt, digest,"
        " hash) SELECT 'evt_new', kind, source, 'new', trust, actor, body, at, '[]', salt, digest,"
        " hash FROM events WHERE seq = 1"
    )
    tamper(company, copy)
    assert said(await verify(company), "^Event evt_new")


async def test_a_log_whose_end_was_cut_off_is_found_by_a_remembered_head(
    company: Database,
) -> None:
    async with company.transaction() as tx:
        await events.note(tx, "seen", None)
    head = (await verify(company)).head
    tamper(company, "DELETE FROM events WHERE hash = ?", head)
    assert (await verify(company)).faults == ()
    assert said(await verify(company, head), f"no longer holds {head}: its end was cut off")


async def test_a_head_remembered_long_ago_still_fits_a_log_that_grew(company: Database) -> None:
    early = events_of(company)[1][2]
    assert (await verify(company, early)).faults == ()
    assert (await verify(company, GENESIS)).faults == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE records SET name = 'Eve'", r"^records rec_\w+: name is not what the log says"),
        ("UPDATE records SET state = '{'", r"^records rec_\w+: state is not what the log says"),
        ("UPDATE facts SET confidence = 0.5", r"^facts fct_\w+: confidence is not"),
        ("UPDATE facts SET closed_at = valid_from", r"^facts fct_\w+: closed_at is not"),
        ("DELETE FROM profile WHERE name = 'zone'", r"^profile zone: the row is missing"),
        ("DELETE FROM artifact_versions WHERE number = 1", r"^artifact_versions art_1/1: the row"),
        (
            "INSERT INTO record_keys VALUES ('email', 'eve@example.org', 'rec_1', NULL)",
            r"^record_keys email/eve@example.org: no event ever wrote this row",
        ),
        (
            "INSERT INTO profile VALUES (X'FF00', '1', '2026-11-21 09:00:00.000000')",
            r"no event ever wrote this row",
        ),
    ],
)
async def test_state_that_no_event_explains_is_found(
    company: Database, statement: str, fault: str
) -> None:
    tamper(company, statement)
    report = await verify(company)
    assert said(report, fault)
    assert len(report.faults) == 1


async def test_the_same_json_written_in_another_way_is_no_fault(company: Database) -> None:
    with closing(sqlite3.connect(company.path)) as conn:
        [(state,)] = conn.execute("SELECT state FROM records").fetchall()
    other = json.dumps(dict(reversed(json.loads(state).items())), indent=1)
    tamper(company, "UPDATE records SET state = ?", other)
    assert (await verify(company)).faults == ()


async def test_a_content_that_only_claims_to_be_redacted_is_found(company: Database) -> None:
    tamper(company, "UPDATE events SET salt = NULL, redacted_by = 'evt_1', body = '{}' WHERE seq=1")
    assert said(await verify(company), "no redaction left it like this")


async def test_a_state_that_is_all_wrong_does_not_flood_the_reader(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(FAULTS_MAX + 5):
            await profile.save(tx, None, **{f"key{number}": number})
    tamper(db, "DELETE FROM profile")
    report = await verify(db)
    assert len(report.faults) == FAULTS_MAX + 1
    assert report.faults[-1] == "… and 5 more."


async def test_checking_goes_on_while_others_write(company: Database) -> None:
    async with company.transaction() as tx:
        await profile.save(tx, None, locale="de")
        report = await verify(company)
    assert report.faults == ()
