"""What was taken away makes the same company again, all of it or nothing."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from memory import artifacts, events, upgrade
from memory.copying import soundness
from memory.copying.copies import MANIFEST, RefusedError, sha256
from memory.copying.restoring import restore, take_in
from memory.copying.transfer import DATABASE, backup, export
from memory.copying.verify import verify
from memory.db import Database
from memory.recalling import recall
from memory.schema.recall import full_text, passages, vectors
from tests.memory.histories import live, tables

Clock = Callable[[], datetime]


@pytest.fixture
async def company(db: Database) -> Database:
    await live(db, 7, 12)
    return db


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    """Files beside the database: kept ones, and a Maildir with an empty folder."""
    folder = tmp_path / "data" / "blobs"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "ab1").write_bytes(b"scan")
    (folder / "new").mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def resealed(folder: Path, **changed: object) -> None:
    """Write the manifest anew, as somebody would who knows how."""
    manifest = json.loads((folder / MANIFEST).read_text())
    sums = {name: sha256(folder / name) for name in manifest["sha256"]}
    (folder / MANIFEST).write_text(json.dumps(manifest | {"sha256": sums} | changed))


async def round_trip(db: Database, folder: Path, clock: Clock) -> None:
    await export(db, folder / "one", [folder / "data" / "blobs"])
    report = await take_in(folder / "one", folder / "again")
    copy = Database(folder / "again" / DATABASE, clock)
    await export(copy, folder / "two", [folder / "again" / "blobs"])
    assert report == await verify(db)
    assert await soundness.faults(copy, Path) == []
    await copy.close()
    assert tables(folder / "again" / DATABASE) == tables(db.path)
    assert contents(folder / "two") == contents(folder / "one")


@pytest.mark.parametrize("seed", [1, 5])
async def test_an_export_makes_an_equal_company_and_the_same_export_again(
    db: Database, tmp_path: Path, clock: Clock, blobs: Path, seed: int
) -> None:
    await live(db, seed, 30)
    await round_trip(db, tmp_path, clock)
    assert (tmp_path / "again" / "blobs" / "ab" / "ab1").read_bytes() == b"scan"
    assert (tmp_path / "again" / "blobs" / "new").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
async def test_an_export_makes_an_equal_company_after_any_history(
    db: Database, tmp_path: Path, clock: Clock, blobs: Path, seed: int
) -> None:
    await live(db, seed, 120)
    await round_trip(db, tmp_path, clock)


async def test_an_imported_passage_is_found_by_its_words_and_waits_for_its_vector(
    company: Database, tmp_path: Path
) -> None:
    async with company.transaction() as tx:
        await recall.remember(tx, kind="mail", ref="evt_1", text="a blue lamp", trust="outside")
        await tx.conn.execute(sa.update(passages).values(embedded=True))
    await export(company, tmp_path / "export")
    await take_in(tmp_path / "export", tmp_path / "again")
    copy = Database(tmp_path / "again" / DATABASE)
    async with copy.snapshot() as reader:
        [found] = await recall.recall(reader, "lamps")
        waiting = await reader.rows(sa.select(passages.c.id).filter_by(embedded=True))
    await copy.close()
    assert (found.text, waiting) == ("a blue lamp", [])


async def test_a_backup_comes_back_as_it_was_and_goes_on(
    company: Database, tmp_path: Path, clock: Clock, blobs: Path
) -> None:
    before = tables(company.path)
    made = await backup(company, tmp_path / "backups", clock, [blobs])
    async with company.transaction() as tx:
        await events.note(tx, "later", None)
    report = await restore(made, tmp_path / "again")
    assert tables(tmp_path / "again" / DATABASE) == before
    assert contents(tmp_path / "again" / "blobs") == {"ab/ab1": b"scan"}
    assert not (tmp_path / "again" / MANIFEST).exists()
    copy = Database(tmp_path / "again" / DATABASE, clock)
    async with copy.transaction() as tx:
        await events.note(tx, "seen", None)
    assert (await verify(copy, report.head)).faults == ()
    await copy.close()


async def test_what_is_there_is_never_overwritten(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    await export(company, tmp_path / "export")
    made = await backup(company, tmp_path / "backups", clock)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")
    for way, copy in ((take_in, tmp_path / "export"), (restore, made)):
        with pytest.raises(RefusedError, match="not empty and nothing is overwritten"):
            await way(copy, tmp_path / "mine")
    assert contents(tmp_path / "mine") == {"letter": b"mine"}


async def test_a_copy_that_was_touched_is_refused_and_leaves_nothing(
    company: Database, tmp_path: Path, clock: Clock, blobs: Path
) -> None:
    made = await backup(company, tmp_path / "backups", clock, [blobs])
    await export(company, tmp_path / "export", [blobs])
    for way, copy, kept in (
        (restore, made, "blobs"),
        (take_in, tmp_path / "export", "files/blobs"),
    ):
        file = copy / kept / "ab" / "ab1"
        for data, said in ((b"other", "was changed"), (None, "is missing")):
            file.write_bytes(data) if data else file.unlink()
            with pytest.raises(RefusedError, match=f"{kept}/ab/ab1 {said}"):
                await way(copy, tmp_path / "again")
        file.write_bytes(b"scan")
        (copy / "extra").write_text("x")
        with pytest.raises(RefusedError, match="extra does not belong to it"):
            await way(copy, tmp_path / "again")
    assert left(tmp_path) == {"backups", "data", "export"}


async def test_a_log_that_was_changed_with_its_sums_is_refused(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    await export(company, tmp_path / "export")
    file = tmp_path / "export" / "events.jsonl"
    first, *rest = file.read_text().splitlines(keepends=True)
    changed = json.dumps(json.loads(first) | {"body": {"text": "Pay 4000"}}) + "\n"
    for lines, said in (
        ([changed, *rest], "its content was changed"),
        (rest, "does not follow the one before it"),
        ([first, *rest[:-1]], "does not end where the manifest says"),
    ):
        file.write_text("".join(lines))
        resealed(tmp_path / "export")
        with pytest.raises(RefusedError, match=said):
            await take_in(tmp_path / "export", tmp_path / "again")
    assert left(tmp_path) == {"data", "export"}


async def test_a_state_that_the_log_does_not_explain_is_refused(
    company: Database, tmp_path: Path
) -> None:
    await export(company, tmp_path / "export")
    file = tmp_path / "export" / "profile.jsonl"
    file.write_text(file.read_text().replace("Europe/", "Asia/"))
    resealed(tmp_path / "export")
    with pytest.raises(RefusedError, match="profile zone: value is not what the log says"):
        await take_in(tmp_path / "export", tmp_path / "again")


async def test_an_export_of_another_version_is_refused_in_words(
    company: Database, tmp_path: Path
) -> None:
    await export(company, tmp_path / "export")
    file = tmp_path / "export" / "profile.jsonl"
    whole = file.read_text()
    file.write_text(whole.replace('"value"', '"worth"'))
    resealed(tmp_path / "export")
    with pytest.raises(RefusedError, match=r"profile has other columns; .*then make a backup"):
        await take_in(tmp_path / "export", tmp_path / "again")
    file.unlink()
    sums = json.loads((tmp_path / "export" / MANIFEST).read_text())["sha256"]
    del sums["profile.jsonl"]
    manifest = json.loads((tmp_path / "export" / MANIFEST).read_text())
    (tmp_path / "export" / MANIFEST).write_text(json.dumps(manifest | {"sha256": sums}))
    with pytest.raises(RefusedError, match=r"profile.jsonl is missing; another version"):
        await take_in(tmp_path / "export", tmp_path / "again")


async def test_each_kind_of_copy_says_which_command_it_is_for(
    company: Database, tmp_path: Path, clock: Clock
) -> None:
    await export(company, tmp_path / "export")
    made = await backup(company, tmp_path / "backups", clock)
    with pytest.raises(RefusedError, match="Say: firstmate restore"):
        await take_in(made, tmp_path / "again")
    with pytest.raises(RefusedError, match="Say: firstmate import"):
        await restore(tmp_path / "export", tmp_path / "again")
    with pytest.raises(RefusedError, match=f"is no backup: there is no {MANIFEST}"):
        await restore(tmp_path, tmp_path / "again")
    shutil.copytree(made, tmp_path / "odd")
    (tmp_path / "odd" / MANIFEST).write_text("[]")
    with pytest.raises(RefusedError, match="was changed; no backup has such"):
        await restore(tmp_path / "odd", tmp_path / "again")


async def test_files_passages_and_vectors_that_do_not_fit_are_named(
    db: Database, tmp_path: Path
) -> None:
    async with db.transaction() as tx:
        for name in "abc":
            digest = name * 64
            await artifacts.keep(
                tx, "file", name, artifact_id=name, author="outside", cause=None, digest=digest
            )
            await recall.remember(tx, kind="mail", ref=name, text=f"lamp {name}", trust="outside")
        await events.note(tx, "memory.expired", None, files=["c" * 64], redacted={}, counts={})
        await tx.conn.execute(sa.update(passages).filter_by(ref="a").values(embedded=True))
        await tx.conn.execute(sa.delete(full_text).where(full_text.c.rowid == 2))
        await tx.conn.execute(sa.delete(passages).filter_by(ref="c"))
    (tmp_path / ("a" * 64)).write_text("something else")
    a, b = [f"Passage {row.id}" for row in await rows_of(db)]
    assert await soundness.faults(db, lambda digest: tmp_path / digest) == [
        f"File {'a' * 64}: it was changed after it was kept.",
        f"File {'b' * 64}: it is missing, although the log has it.",
        f"{b}: it cannot be found by its words.",
        "Full text 3: these words belong to no passage.",
        f"{a}: its vector is missing or damaged.",
    ]


async def test_a_vector_shorter_than_others_of_its_encoder_is_damaged(
    db: Database, tmp_path: Path
) -> None:
    async with db.transaction() as tx:
        for name in "abc":
            await recall.remember(tx, kind="note", ref=name, text=f"lamp {name}", trust="operator")
        await tx.conn.execute(sa.update(passages).values(embedded=True))
        made = [("x", b"123"), ("x", b"12"), ("y", b"12345")]
        rows = [
            {"seq": seq, "encoder": encoder, "numbers": numbers}
            for seq, (encoder, numbers) in enumerate(made, 1)
        ]
        await tx.conn.execute(sa.insert(vectors), rows)
    _, b, _ = [f"Passage {row.id}" for row in await rows_of(db)]
    found = await soundness.faults(db, lambda digest: tmp_path / digest)
    assert found == [f"{b}: its vector is missing or damaged."]


async def rows_of(db: Database) -> list[sa.Row[tuple[str]]]:
    async with db.snapshot() as reader:
        return await reader.rows(sa.select(passages.c.id).order_by(passages.c.seq))


async def test_a_backup_of_an_older_schema_is_brought_up(
    company: Database, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await backup(company, tmp_path / "backups", clock)
    steps = tmp_path / "steps"
    shutil.copytree(upgrade.STEPS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    step = 'revision = "0002"\ndown_revision = "0001"\ndef upgrade(): pass\ndef downgrade(): pass\n'
    (steps / "versions" / "0002_second.py").write_text(step)
    monkeypatch.setattr(upgrade, "STEPS", steps)
    await restore(made, tmp_path / "again")
    assert upgrade.current(tmp_path / "again" / DATABASE) == "0002"
    assert upgrade.current(made / DATABASE) == "0001"
