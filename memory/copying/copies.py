"""Copies: folders that hold a whole company, made aside and shown only when they are complete.

A manifest names every file with its sha256 and the head of the log, so that a copy can be told
from half of one, and from one that was changed.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

MANIFEST = "manifest.json"
PASSES_MAX = 10  # over a folder that changes while it is copied
NAMED_MAX = 5

What = Literal["backup", "export"]


class RefusedError(Exception):
    """Nothing was made; the message says what to do."""


class Manifest(BaseModel, frozen=True):
    """What a copy holds: the head of its log, rows by table, the sha256 of each file by path.

    `at` is when a backup was made, and for an export the moment of its newest event.
    """

    what: What = "backup"
    at: str
    head: str
    rows: dict[str, int]
    sha256: dict[str, str]


@contextmanager
def made(target: Path) -> Iterator[Path]:
    """Yield a hidden folder to fill beside the target; it gets the target's name at the end.

    Whatever fails leaves no target; what an earlier try left goes. Raises RefusedError.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError(f"{target} is not empty and nothing is overwritten. Name a new folder.")
    target = target.resolve()
    half = target.with_name(f".{target.name}.firstmate-half")
    if half.exists():
        shutil.rmtree(half)
    half.mkdir(parents=True, mode=0o700)
    with ExitStack() as otherwise:
        otherwise.callback(shutil.rmtree, half, ignore_errors=True)
        yield half
        otherwise.pop_all()
    for path in (*half.rglob("*"), half):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    half.rename(target)


def seal(folder: Path, what: What, at: str, head: str, rows: dict[str, int]) -> None:
    """Write the manifest of all that lies in the folder now."""
    sums = {name: sha256(folder / name) for name in names(folder)}
    manifest = Manifest(what=what, at=at, head=head, rows=rows, sha256=sums)
    text = json.dumps(manifest.model_dump(), indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def opened(folder: Path, what: What) -> Manifest:
    """Return the manifest of a copy in which every file is as it says. Raises RefusedError."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise RefusedError(f"{folder} is no {what}: there is no {MANIFEST} in it.") from None
    except ValidationError:
        raise RefusedError(f"The {MANIFEST} in {folder} was changed; no {what} has such.") from None
    if manifest.what != what:
        how = {"backup": "firstmate restore", "export": "firstmate import"}[manifest.what]
        raise RefusedError(f"{folder} is a copy of the kind {manifest.what}. Say: {how} {folder}")
    if faults := list(_faults(folder, manifest)):
        more = f" and {len(faults) - NAMED_MAX} more" if len(faults) > NAMED_MAX else ""
        raise RefusedError(
            f"{folder} is not as it was made, so nothing was taken from it: "
            f"{'; '.join(faults[:NAMED_MAX])}{more}."
        )
    return manifest


def _faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    there = set(names(folder)) - {MANIFEST}
    for name in sorted(there | manifest.sha256.keys()):
        if name not in there:
            yield f"{name} is missing"
        elif name not in manifest.sha256:
            yield f"{name} does not belong to it"
        elif sha256(folder / name) != manifest.sha256[name]:
            yield f"{name} was changed"


def copy_all(folders: Sequence[Path], target: Path) -> None:
    """Copy these folders and files into the target; what does not exist is left out."""
    for folder in folders:
        if target.resolve().is_relative_to(folder.resolve()):
            raise RefusedError(f"A copy cannot lie in {folder}, which it copies. Name another.")
        if folder.is_dir():
            _copy(folder, target / folder.name)
        elif folder.is_file():
            shutil.copy(folder, target / folder.name)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder in which files may come and go: until nothing of it is missing."""
    target.mkdir(mode=0o700)
    for _ in range(PASSES_MAX):
        pairs = [(path, target / path.relative_to(source)) for path in sorted(source.rglob("*"))]
        missing = [(path, copy) for path, copy in pairs if not copy.exists()]
        if not missing:
            return
        for path, copy in missing:
            with suppress(FileNotFoundError):
                if path.is_dir():
                    copy.mkdir(mode=0o700)
                else:
                    shutil.copy2(path, copy)
    raise RefusedError(f"{source} changes faster than it can be copied. Stop Firstmate and repeat.")


def names(folder: Path) -> list[str]:
    """Return the path of every file in the folder, relative to it."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
