"""Everything can be brought to safety, and everything can be taken away."""

import csv
import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from memory import events, profile
from memory.canon import records
from memory.copying.copies import MANIFEST, RefusedError
from memory.copying.transfer import DATABASE, EXPORTED, backup, export
from memory.copying.verify import verify
from memory.db import Database

Clock = Callable[[], datetime]


@pytest.fixture
async def company(db: Database) -> Database:
    state = {"name": "=HYPERLINK(1)", "phone": "+49 30 1234567", "aliases": ["Ada", "Ädelgard"]}
    order = {"number": "1001", "total": "-40.00", "currency": "EUR", "name": "Order 1001"}
    async with db.transaction() as tx:
        await records.create(tx, "person", state, None)
        await records.create(tx, "order", order, None)
        await profile.save(tx, None, zone="Europe/Berlin")
    return db


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def test_a_backup_opens_and_its_log_ends_where_the_manifest_says(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    made = await backup(company, tmp_path / "backups", clock)
    manifest = json.loads((made / MANIFEST).read_text())
    async with company.transaction() as tx:
        await profile.save(tx, None, zone="UTC")
    copy = Database(made / DATABASE, clock)
    report = await verify(copy, manifest["head"])
    await copy.close()
    assert report.faults == ()
    assert report.head == manifest["head"]
    assert manifest["rows"]["events"] == report.events == 3
    assert manifest["rows"]["records"] == 2
    assert (await verify(company, manifest["head"])).faults == ()


async def test_a_backup_holds_the_folders_named_and_a_sum_for_each_file(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    blobs = tmp_path / "blobs"
    (blobs / "ab").mkdir(parents=True)
    (blobs / "ab" / "file").write_bytes(b"bytes")
    (blobs / "empty").mkdir()
    made = await backup(company, tmp_path / "backups", clock, [blobs, tmp_path / "missing"])
    assert (made / "blobs" / "ab" / "file").read_bytes() == b"bytes"
    assert (made / "blobs" / "empty").is_dir()
    sums = json.loads((made / MANIFEST).read_text())["sha256"]
    assert sums.keys() == {DATABASE, "blobs/ab/file"}
    for name, digest in sums.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest


async def test_only_the_owner_can_read_a_backup(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    made = await backup(company, tmp_path / "backups", clock)
    assert made.stat().st_mode & 0o077 == 0
    assert (made / DATABASE).stat().st_mode & 0o077 == 0


async def test_a_file_that_moves_while_it_is_copied_is_not_lost(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    mail = tmp_path / "mail"
    for name in ("new", "cur"):
        (mail / name).mkdir(parents=True)
    for number in range(300):
        (mail / "new" / f"{number:03}").write_text(str(number))

    def read_mails() -> None:
        for number in range(300):
            (mail / "new" / f"{number:03}").rename(mail / "cur" / f"{number:03}:2,S")

    reader = threading.Thread(target=read_mails)
    reader.start()
    made = await backup(company, tmp_path / "backups", clock, [mail])
    reader.join()
    copied = {file.name[:3] for file in (made / "mail").rglob("*") if file.is_file()}
    assert len(copied) == 300


async def test_a_backup_is_refused_inside_a_folder_that_it_copies(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    with pytest.raises(RefusedError, match="Name another"):
        await backup(company, tmp_path / "blobs" / "backups", clock, [tmp_path / "blobs"])


async def test_a_damaged_database_is_not_passed_off_as_a_backup(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    with closing(sqlite3.connect(company.path)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        broken = "replace(sql, 'name TEXT NOT NULL', 'name TEXT NOT NULL CHECK (name = 1)')"
        conn.execute(f"UPDATE sqlite_master SET sql = {broken} WHERE name = 'records'")
        conn.commit()
    with pytest.raises(RefusedError, match=r"damaged .* no backup was made"):
        await backup(company, tmp_path / "backups", clock)
    assert not list((tmp_path / "backups").glob("firstmate-*"))


async def test_an_export_says_everything_once_in_open_formats(
    company: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    await export(company, folder)
    assert {file.stem for file in folder.glob("*.jsonl")} == {
        table.name for table in EXPORTED
    }  # fmt: skip
    assert [event["kind"] for event in lines(folder / "events.jsonl")] == [
        "record.active", "record.active", "profile.saved",
    ]  # fmt: skip
    person = next(row for row in lines(folder / "records.jsonl") if row["kind"] == "person")
    assert person["state"]["aliases"] == ["Ada", "Ädelgard"]
    assert person["at"].endswith("+00:00")
    assert lines(folder / "facts.jsonl") == []
    readme = (folder / "README.txt").read_text()
    assert lines(folder / "events.jsonl")[-1]["hash"] in readme
    assert all(f"  {table.name}: " in readme for table in EXPORTED if table.name != "events")
    assert "  profile: name text, value json, at moment\n" in readme


async def test_exported_records_open_in_a_spreadsheet_and_run_nothing(
    company: Database, tmp_path: Path
) -> None:
    await export(company, tmp_path / "export")
    with (tmp_path / "export" / "records" / "person.csv").open(encoding="utf-8") as file:
        [person] = csv.DictReader(file)
    with (tmp_path / "export" / "records" / "order.csv").open(encoding="utf-8") as file:
        [order] = csv.DictReader(file)
    assert person["name"] == "'=HYPERLINK(1)"
    assert person["phone"] == "+49301234567"
    assert person["aliases"] == "Ada; Ädelgard"
    assert order["total"] == "-40.00"


async def test_an_export_overwrites_nothing(company: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        await export(company, tmp_path / "mine")
    with pytest.raises(RefusedError, match="not empty"):
        await export(company, tmp_path / "mine" / "letter")
    (tmp_path / "empty").mkdir()
    await export(company, tmp_path / "empty")
    assert (tmp_path / "empty" / "README.txt").exists()


async def test_an_export_that_fails_leaves_no_folder_that_looks_like_one(
    company: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(company.path)) as conn:
        conn.execute("UPDATE records SET state = '{'")
        conn.commit()
    with pytest.raises(ValueError, match="Expecting"):
        await export(company, tmp_path / "export")
    assert not (tmp_path / "export").exists()
    with closing(sqlite3.connect(company.path)) as conn:
        conn.execute("UPDATE records SET state = '{}'")
        conn.commit()
    await export(company, tmp_path / "export")
    assert len(lines(tmp_path / "export" / "records.jsonl")) == 2


async def test_half_a_character_is_exported_as_json_writes_it(db: Database, tmp_path: Path) -> None:
    async with db.transaction() as tx:
        await events.note(tx, "seen", None, text="whole")
    with closing(sqlite3.connect(db.path)) as conn:
        conn.execute("""UPDATE events SET body = '{"text": "\\ud83d"}'""")
        conn.commit()
    await export(db, tmp_path / "export")
    assert lines(tmp_path / "export" / "events.jsonl")[0]["body"] == {"text": "\ud83d"}
