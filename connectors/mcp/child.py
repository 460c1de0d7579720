"""Started in the server's place: gives up what it could do harm with, then becomes the server.

The standard library only. `argv`: the request as JSON. The working folder stays what it is.
"""

import ctypes
import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

CPU_S, MEMORY_BYTES, FILE_BYTES, OPEN_FILES = 600, 4 << 30, 256 << 20, 1024
# linux/landlock.h; rights of its first version, which every kernel since 5.13 knows.
_CREATE, _ADD, _RESTRICT, _BENEATH = 444, 445, 446, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_EVERY, _EVERY_SINCE_2 = (1 << 13) - 1, (1 << 14) - 1  # the second also moves between folders
_LOOK, _LOOK_FILE, _USE_FILE = _EXECUTE | _READ | _LIST, _EXECUTE | _READ, _EXECUTE | _READ | _WRITE
_NO_NEW_PRIVS, _DROP_POWER = 38, 24  # linux/prctl.h
_POWERS = 38  # that every kernel has which knows the above


def main() -> None:
    """Bound this process and become `command`; what fails is the last line on stderr."""
    asked = json.loads(sys.argv[-1])
    for what, value in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))
    linux = sys.platform == "linux"
    confined = linux and _confine(asked["hidden"], (".", "/dev", *asked["folders"]))
    if os.geteuid() == 0 and not (confined and _powerless()):
        _become_nobody()
    command = asked["command"]
    os.execve(command[0], command, asked["env"])


def _confine(hidden: list[str], writable: tuple[str, ...]) -> bool:
    """Read all but what is hidden, write only what is named; no memory of ours. False: cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    knows = libc.syscall(_CREATE, None, 0, 1)
    if knows < 1:
        return False  # a kernel without it: the environment is clean all the same
    every = _EVERY if knows == 1 else _EVERY_SINCE_2
    rules = libc.syscall(_CREATE, struct.pack("Q", every), 8, 0)
    for path in _visible(Path("/"), [Path(one).resolve() for one in hidden]):
        _allow(libc, rules, path, _LOOK, _LOOK_FILE)
    for name in writable:
        _allow(libc, rules, Path(name), every, _USE_FILE)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.syscall(_RESTRICT, rules, 0) != 0:
        raise OSError("the kernel did not confine this process")
    os.close(rules)
    return True


def _visible(path: Path, hidden: list[Path]) -> Iterator[Path]:
    """Yield the highest paths that hold nothing hidden."""
    if path in hidden:
        return
    if not any(path in one.parents for one in hidden):
        yield path
        return
    try:
        below = list(path.iterdir())
    except OSError:  # what cannot be listed stays out of sight
        return
    for one in below:
        if not one.is_symlink():  # it would open what it leads to
            yield from _visible(one, hidden)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, folder: int, file: int) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights = folder if path.is_dir() else file
    libc.syscall(_ADD, rules, _BENEATH, struct.pack("<Qi", rights, at), 0)
    os.close(at)


def _powerless() -> bool:
    """Keep the name of root, to read what is root's, and none of its powers. False: it may not."""
    libc = ctypes.CDLL(None, use_errno=True)
    dropped = [libc.prctl(_DROP_POWER, power, 0, 0, 0) == 0 for power in range(64)]
    return all(dropped[:_POWERS])


def _become_nobody() -> None:
    import pwd

    nobody = pwd.getpwnam("nobody")
    os.chown(".", nobody.pw_uid, nobody.pw_gid)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
