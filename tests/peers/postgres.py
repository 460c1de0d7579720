"""A PostgreSQL of the tests' own: a cluster in a temporary folder, reached by a socket there.

Where PostgreSQL is not installed its tests are skipped, and fail in CI.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

HOMES = "/usr/lib/postgresql/*/bin"  # Debian keeps the server's programs out of the path
KEPT_OUT_OF = "nobody"  # PostgreSQL refuses to be root
QUICK = "-c fsync=off -c listen_addresses='' -c shared_buffers=16MB -c max_connections=50"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL on this machine."""
    found = shutil.which("initdb")
    homes = [Path(found).resolve().parent] if found else []
    homes += [home for home in Path("/").glob(HOMES[1:]) if (home / "initdb").exists()]
    return max(homes, key=lambda home: home.parent.name, default=None)


class Cluster:
    """A running server. Each database is a copy of the first one, `template`."""

    template = "template1"

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._numbers = count(1)

    def new(self) -> str:
        """Make a database and return its address."""
        name = f"firstmate_{next(self._numbers)}"
        self.run("createdb", "-h", str(self._folder), "-U", "firstmate", "-T", self.template, name)
        return self.address(name)

    def address(self, name: str) -> str:
        return f"postgresql://firstmate@/{name}?host={self._folder}"

    def tables(self) -> Iterator[Path]:
        """Yield the files of all tables and indexes."""
        return (path for path in (self._folder / "data" / "base").rglob("*") if path.is_file())

    def run(self, program: str, *args: str) -> None:
        user = KEPT_OUT_OF if os.geteuid() == 0 else None
        subprocess.run(
            [self._programs / program, *args],
            check=True, user=user, cwd=self._folder, capture_output=True,
        )  # fmt: skip


@contextmanager
def running(programs: Path) -> Iterator[Cluster]:
    """Start a server, and end it with all it holds."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 bytes
    if os.geteuid() == 0:
        shutil.chown(folder, KEPT_OUT_OF)
    cluster = Cluster(folder, programs)
    data = str(folder / "data")
    try:
        # The order of texts is a language's, as on most machines, and not that of their bytes.
        order = ("--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8")
        more = ("--encoding=UTF8", "--username=firstmate", "--auth=trust", "--no-sync")
        cluster.run("initdb", "-D", data, *order, *more)
        options = f"-k {folder} {QUICK}"
        log = str(folder / "log")
        cluster.run("pg_ctl", "start", "-D", data, "-w", "-l", log, "-o", options)
        try:
            yield cluster
        finally:
            cluster.run("pg_ctl", "stop", "-D", data, "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder)
