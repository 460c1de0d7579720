"""Whoever was erased is searched for in every file, byte by byte."""

from pathlib import Path

import pytest

from memory import canary, records
from memory.db import Database


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
    assert canary.search(tmp_path, wanted) == ("accents", "deep/border", "spaced")
    assert canary.search(tmp_path, []) == ()
