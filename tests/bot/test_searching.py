"""Whoever was erased is searched for in packed files too, and what stays closed is said."""

import asyncio
import base64
import bz2
import gzip
import io
import sqlite3
import subprocess
import sys
import time
import zipfile
import zlib
from contextlib import closing, suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.app import App
from bot.commands import searching
from bot.commands.searching import Found, search
from tests.connectors.files import samples

ADA = "Ada Example"
WANTED = [ADA, "ada@example.org", "+49301234567"]


async def searched(folder: Path, files: dict[str, bytes]) -> Found:
    (folder / "blobs").mkdir(parents=True)
    for name, data in files.items():
        (folder / "blobs" / name).write_bytes(data)
    return await search(folder, WANTED, but=folder / "erasing")


def coded(text: str, name: str = "", attached: bytes = b"") -> bytes:
    """A mail whose text and attachment stand in it in base64."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "bob@example.net", "sam@example.com", "Hello"
    mail.set_content(text, cte="base64")
    if name:
        mail.add_attachment(attached, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


@pytest.mark.parametrize(
    "data",
    [
        samples.paper(f"Terms for {ADA} of the shop"),
        samples.docx(f"Terms for {ADA.upper()} of the shop"),
        samples.zipped({"notes/terms.txt": f"Terms for {ADA}"}),
        samples.zipped({f"{ADA}.txt": "nothing"}),
        coded(f"Ask {ADA} about it"),
        coded("See the letter", "letter.pdf", samples.paper(f"Terms for {ADA}")),
        coded("See the letter", "letters.zip", samples.zipped({"a.txt": f"Terms for {ADA}"})),
        "Grüße von Ada\u00a0Example".encode("utf-16"),
        b"<html><body>ada&#64;example.org</body></html>",
        samples.CONTACT,
    ],
    ids=[
        "pdf",
        "docx",
        "zip",
        "zip-name",
        "mail",
        "mail-pdf",
        "mail-zip",
        "utf16",
        "html",
        "vcard",
    ],
)
async def test_a_name_in_a_packed_file_is_found(tmp_path: Path, data: bytes) -> None:
    assert await searched(tmp_path, {"one": data}) == Found(("blobs/one",), ())


async def test_what_names_nobody_is_no_hit_and_what_is_closed_is_said(tmp_path: Path) -> None:
    files = {
        "a-letter": samples.paper("Terms for Bob Sample"),
        "b-locked": samples.locked_pdf(),
        "c-picture": samples.PNG,
        "d-voice": samples.VOICE,
        "e-bomb": samples.zip_bomb(),
        "f-gzip": gzip.compress(b"Ada Example"),
        "g-mail": coded("Bob was here"),
        "h-mail-locked": coded("Bob was here", "letter.pdf", samples.locked_pdf()),
        "i-numbers": bytes(range(256)) * 10,
        "j-empty": b"",
        "k-zip": samples.zipped({"notes.txt": "Bob was here"}),
    }
    closed = ("b-locked", "c-picture", "d-voice", "e-bomb", "f-gzip", "h-mail-locked")
    found = await searched(tmp_path, files)
    assert found == Found((), tuple(f"blobs/{name}" for name in closed))


def damaged(method: int) -> bytes:
    """A zip with one sound member and one in which every byte is another."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("a.txt", "Bob was here " * 50)
        made.writestr("b.txt", "Bob was there " * 50)
    data = bytearray(out.getvalue())
    start = data.index(b"a.txt") + len("a.txt")
    end = data.index(b"PK\x03\x04", start)
    data[start + 12 : end] = bytes(255 - one for one in data[start + 12 : end])
    return bytes(data)


def database(folder: Path, rows: bytes) -> bytes:
    with closing(sqlite3.connect(folder / "made")) as conn:
        conn.execute("CREATE TABLE packed (pack BLOB)")
        conn.execute("INSERT INTO packed VALUES (?)", (rows,))
        conn.commit()
    data = (folder / "made").read_bytes()
    (folder / "made").unlink()
    return data


async def test_no_file_that_somebody_sent_keeps_the_search_from_its_end(tmp_path: Path) -> None:
    sent = database(tmp_path, zlib.compress(b"Ada Example"))
    files = {
        "a-database": sent,  # in whose rows one would have to look
        "b-broken-database": b"SQLite format 3\0" + bytes(range(256)),
        "c-broken.db": b"SQLite format 3\0" + bytes(range(256)),
        "d-bzip2": damaged(zipfile.ZIP_BZIP2),
        "e-deflated": damaged(zipfile.ZIP_DEFLATED),
        "f-lzma": damaged(zipfile.ZIP_LZMA),
        "g-zipped-database": samples.zipped({"notes.txt": "Bob", "one": sent}),
        "h-bzip2": bz2.compress(b"Ada Example"),
        "z-letter": b"for Ada Example",
    }
    found = await searched(tmp_path, files)
    closed = tuple(f"blobs/{name}" for name in files if name != "z-letter")
    assert found == Found(("blobs/z-letter",), closed)


async def test_our_own_database_is_read_row_by_row(tmp_path: Path) -> None:
    files = {"a.db": database(tmp_path, zlib.compress(b"Ada Example"))}
    assert await searched(tmp_path, files) == Found(("blobs/a.db (packed)",), ())


async def test_what_takes_too_long_is_said_not_to_have_been_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FILE_S_MAX", 0.5)
    (tmp_path / "one").write_bytes(samples.time_bomb())
    found = await searching.look_through(tmp_path, WANTED, tmp_path / "erasing")
    assert found == Found((), ("one",))


@pytest.mark.parametrize(
    "name", ["Ada Example.md", "ada-example.md", "to_Ada_Example", "ada@example.org.eml"]
)
async def test_a_file_whose_name_names_somebody_is_told_without_it(
    tmp_path: Path, name: str
) -> None:
    assert await searched(tmp_path, {name: b"Bob"}) == Found(("blobs/[erased]",), ())


async def test_a_folder_whose_name_names_somebody_is_told_without_it(tmp_path: Path) -> None:
    (tmp_path / "Ada Example").mkdir()
    (tmp_path / "Ada Example" / "a.png").write_bytes(samples.PNG)
    found = await searching.look_through(tmp_path, WANTED, tmp_path / "erasing")
    assert found == Found(("[erased]/a.png",), ())


async def test_what_is_searched_for_is_not_found_in_its_own_list(tmp_path: Path) -> None:
    (tmp_path / "erasing").mkdir()
    (tmp_path / "erasing" / "evt_1.json").write_text(ADA)
    assert await searched(tmp_path, {"one": b"Bob"}) == Found((), ())


async def test_a_zip_is_opened_no_further_than_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MEMBERS_BYTES_MAX", 100)
    large = samples.zipped({"a.txt": base64.b64encode(bytes(range(256))).decode()})
    (tmp_path / "one").write_bytes(large)
    found = await searching.look_through(tmp_path, WANTED, tmp_path / "erasing")
    assert found == Found((), ("one",))


async def test_a_search_that_is_broken_off_leaves_nobody_reading_and_nothing_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = tmp_path / "reads"
    reads.mkdir()
    monkeypatch.setenv("TMPDIR", str(reads))
    search_on = asyncio.create_task(searched(tmp_path / "data", {"one": samples.time_bomb()}))
    begun = time.monotonic()
    while not list(reads.glob("*/answer")):
        assert time.monotonic() < begun + 20
        await asyncio.sleep(0.05)
    search_on.cancel()
    with suppress(asyncio.CancelledError):
        await search_on
    assert list(reads.iterdir()) == []


async def test_a_search_that_ends_early_is_no_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "START", "raise SystemExit(3)")
    with pytest.raises(RuntimeError, match="ended early"):
        await searched(tmp_path, {"one": b"Bob"})


async def test_the_locks_of_the_database_outlive_a_search(app: App) -> None:
    async with app.db.snapshot():
        assert _is_held(app.db.path)
        await search(app.folder, WANTED, but=app.folder / "erasing")
        assert _is_held(app.db.path)


def _is_held(database: Path) -> bool:
    """Ask from another process: without this lock it would cut the shared memory to nothing."""
    lock = "fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"
    take = f"import fcntl, sys; {lock}"
    tried = subprocess.run([sys.executable, "-c", take, f"{database}-shm"], capture_output=True)
    return b"BlockingIOError" in tried.stderr
