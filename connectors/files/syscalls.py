"""The kernel lets this process compute, read and write what is open, and nothing else, for good.

Whatever is not listed fails with “Operation not permitted”: no file, network, process or signal.
The filter is classic BPF (linux/filter.h, linux/seccomp.h); it needs no rights and no namespace.
"""

import ctypes
import platform
import struct
import sys

_NO_NEW_PRIVS, _SECCOMP, _FILTER = 38, 22, 2  # linux/prctl.h
_LOAD, _EQUAL, _ANSWER = 0x20, 0x15, 0x06
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000
# read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
# mremap madvise exit exit_group futex gettimeofday clock_gettime clock_getres getrandom time
_KNOWN = {
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 25, 28, 60, 231, 202, 96, 228, 229, 318, 201),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 216, 233, 93, 94, 98, 169, 113, 114,
         278),
    ),
}  # fmt: skip


def known() -> bool:
    """Say whether this machine can be asked to: Linux on a processor whose calls are listed."""
    return sys.platform == "linux" and platform.machine() in _KNOWN


def shut() -> None:
    """Allow nothing but computing from now on. OSError: the kernel did not; go no further."""
    arch, allowed = _KNOWN[platform.machine()]
    steps = [
        struct.pack("<HBBI", _LOAD, 0, 0, 4),
        struct.pack("<HBBI", _EQUAL, 1, 0, arch),
        struct.pack("<HBBI", _ANSWER, 0, 0, _KILL),
        struct.pack("<HBBI", _LOAD, 0, 0, 0),
    ]
    for number in allowed:
        steps.append(struct.pack("<HBBI", _EQUAL, 0, 1, number))
        steps.append(struct.pack("<HBBI", _ANSWER, 0, 0, _ALLOW))
    steps.append(struct.pack("<HBBI", _ANSWER, 0, 0, _REFUSE))
    text = ctypes.create_string_buffer(b"".join(steps))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(text))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel does not confine this process")
