"""The child process gives up what it could do harm with: rights, network, memory, time."""

import os
import resource
import sys

from connectors.files.shapes import Limits

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # linux/sched.h


def bound(limits: Limits) -> None:
    """Set the limits the kernel enforces by ending the process or refusing memory and files."""
    for what, value in (
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.answer_bytes_max),
        (resource.RLIMIT_NOFILE, limits.open_files_max),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))
    if sys.platform == "linux":  # macOS knows the name but refuses the value
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes_max, limits.memory_bytes_max))


def drop_rights() -> None:
    """No network where the kernel lets us, and the user "nobody" when started as root.

    What is imported later must be readable for nobody, so import first.
    """
    root = os.geteuid() == 0
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).unshare(_NEW_NET if root else _NEW_USER | _NEW_NET)
    if root:
        import pwd

        nobody = pwd.getpwnam("nobody")
        os.chown(".", nobody.pw_uid, nobody.pw_gid)
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
