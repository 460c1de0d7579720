"""Files are written whole or not at all."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from connectors import blobs, disk
from connectors.contract import PermanentError, TransientError, UnknownError


def test_a_write_replaces_everything_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    disk.write(path, b"long enough")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    disk.write(path, b"short")
    assert path.read_bytes() == b"short"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_file_somebody_else_changed_is_left_to_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"by hand")
    with pytest.raises(TransientError, match="changed by somebody else"):
        disk.write(path, b"ours", expecting=b"old")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"by hand")]
    disk.write(path, b"ours", expecting=b"by hand")
    assert path.read_bytes() == b"ours"


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    path = tmp_path / "file"
    disk.write(path, b"old")

    def refuse(_handle: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(TransientError) as caught:
        disk.write(path, b"new")
    assert ("disk is full" in str(caught.value)) == (error in disk.FULL)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]


def test_a_disk_that_does_not_confirm_leaves_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def refuse_folders(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        sync(handle)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    with pytest.raises(UnknownError, match="did not confirm"):
        disk.write(tmp_path / "file", b"new")


def test_moving_twice_moves_once(tmp_path: Path) -> None:
    disk.write(tmp_path / "a", b"x")
    assert disk.move(tmp_path / "a", tmp_path / "sub" / "b")
    assert not disk.move(tmp_path / "a", tmp_path / "sub" / "b")
    assert (tmp_path / "sub" / "b").read_bytes() == b"x"


def test_threads_that_write_one_file_never_mix(tmp_path: Path) -> None:
    path, size = tmp_path / "file", 200_000
    writers = [
        threading.Thread(target=disk.write, args=(path, bytes([number]) * size))
        for number in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    data = path.read_bytes()
    assert data == data[:1] * size


def test_reading_nothing_is_none_and_a_folder_is_an_error(tmp_path: Path) -> None:
    assert disk.read(tmp_path / "none") is None
    with pytest.raises(TransientError, match="cannot be read"):
        disk.read(tmp_path)


def test_bytes_are_kept_once_under_their_fingerprint(tmp_path: Path) -> None:
    digest = blobs.put(tmp_path, b"hello")
    assert blobs.put(tmp_path, b"hello") == digest
    assert blobs.path(tmp_path, digest) == tmp_path / "blobs" / digest[:2] / digest
    assert blobs.get(tmp_path, digest) == b"hello"
    blobs.path(tmp_path, digest).write_bytes(b"bit rot")
    with pytest.raises(PermanentError, match="changed on the disk"):
        blobs.get(tmp_path, digest)
    blobs.put(tmp_path, b"hello")
    assert blobs.get(tmp_path, digest) == b"hello"


@pytest.mark.parametrize("digest", ["", "../x", "A" * 64, "a" * 63, "a" * 65])
def test_only_a_fingerprint_names_kept_bytes(tmp_path: Path, digest: str) -> None:
    with pytest.raises(PermanentError):
        blobs.get(tmp_path, digest)
