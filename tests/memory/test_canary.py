"""Whoever was erased is searched for in every file, byte by byte."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from memory.canon import records
from memory.db import Database
from memory.forgetting import canary
from memory.texts import lifecycle
from memory.texts.lifecycle import Policy
from memory.texts.passages import remember


def search(folder: Path, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the files below the folder that hold one of the texts, and where."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    found = ((str(path.relative_to(folder)), path) for path in files)
    return tuple(
        f"{name}{where}" for name, path in found if (where := canary.look(path, wanted)) is not None
    )


async def test_what_surely_names_somebody_is_searched_for_in_all_versions(db: Database) -> None:
    async with db.transaction() as tx:
        state = {"name": "Ada Example", "email": "ada@example.org", "aliases": ["Ada", "A. Moll"]}
        ada = await records.create(tx, "person", state, None)
        await records.revise(tx, ada.id, None, email="ada@new.example", phone="+49 30 1234567")
        found = await canary.words(tx, ada.id)
    assert set(found) == {
        "Ada Example", "A. Moll", "ada@example.org", "ada@new.example", "+49301234567",
    }  # fmt: skip


def test_a_file_that_names_somebody_is_found_in_whatever_case_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canary, "AT_ONCE", 16)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "border").write_bytes(b"x" * 10 + b"ADA Example" + b"\0" * 40)
    (tmp_path / "accents").write_text("Grüße an MÄRTA ÖBERG, Märta Öberg")
    (tmp_path / "other").write_bytes(b"ada@example.net Ada Exam")
    (tmp_path / "spaced").write_text("call +49 (30) 123-45.67 or\nnobody")
    (tmp_path / "empty").touch()
    wanted = ["Ada Example", "Märta Öberg", "+49301234567"]
    assert search(tmp_path, wanted) == ("accents", "deep/border", "spaced")
    assert search(tmp_path, []) == ()


async def test_a_name_in_a_box_of_the_archive_is_found(db: Database) -> None:
    async with db.transaction() as tx:
        await remember(
            tx, kind="message", ref="evt_1", text="Ask Märta Öberg about it", trust="operator",
            conv="web:1", at=tx.now - timedelta(days=100),
        )  # fmt: skip
        going = await lifecycle.due(tx, Policy(days={"message": 90}, hot=10))
        await lifecycle.pack(tx, [one.session for one in going], None)
        await tx.conn.exec_driver_sql("UPDATE boxes SET text = ''")  # which holds it readably
    assert canary.look(db.path, ["märta öberg"]) == " (boxes)"
    assert canary.look(db.path, ["Berta Öberg"]) is None


def test_a_database_is_searched_row_by_row_whatever_tears_or_escapes_the_text(
    tmp_path: Path,
) -> None:
    torn = "x" * 4050 + "Ada Example" + "y" * 9000  # at the border of a page
    with closing(sqlite3.connect(tmp_path / "a.db")) as conn:
        conn.execute("CREATE TABLE torn (text TEXT)")
        conn.execute("CREATE TABLE escaped (body JSON, numbers BLOB)")
        conn.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        conn.executemany("INSERT INTO torn VALUES (?)", [(torn[at:],) for at in range(40)])
        body = '{"note": "M\\u00c4RTA \\u00d6berg"}'
        conn.execute("INSERT INTO escaped VALUES (?, ?)", (body, b"x\x9c no pack"))
        conn.commit()
    assert search(tmp_path, ["Ada Example", "Märta Öberg"]) == ("a.db (torn, escaped)",)
    assert search(tmp_path, ["Bob Sample"]) == ()


def test_an_erased_row_whose_page_was_not_rewritten_is_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as conn:
        conn.execute("PRAGMA secure_delete = OFF")
        conn.execute("CREATE TABLE one (text TEXT)")
        conn.execute("INSERT INTO one VALUES ('Ada Example')")
        conn.execute("DELETE FROM one")
        conn.commit()
    assert search(tmp_path, ["Ada Example"]) == ("a.db",)
