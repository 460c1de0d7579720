"""One process per data folder: an exclusive lock with the holder's name in it.

The kernel frees the lock when its holder dies, so a crash leaves nothing to clean up.
"""

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

NAME = "lock"


class HeldError(Exception):
    """Another process works on this folder; the message names it."""


def hold(folder: Path) -> IO[str]:
    """Take the folder for this process; keep the returned file open as long as it works there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / NAME).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise HeldError(
            f"Firstmate already runs on this data folder: {holder}. Stop that one first, or give "
            "this one a folder of its own with FIRSTMATE_HOME."
        ) from None
    file.seek(0)
    file.truncate()
    file.write(f"{socket.gethostname()}, process {os.getpid()}")
    file.flush()
    return file
