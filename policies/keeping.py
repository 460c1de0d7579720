"""What Firstmate does with its own memory, as operations that are judged like all others."""

from collections.abc import Mapping

EXPIRE = "memory.expire"  # once a night, of everything that was kept: may it go?
OPERATIONS: Mapping[str, str] = {EXPIRE: "internal"}
KINDS = ("message", "mail", "file", "note", "fact")
BY_NAME = frozenset({EXPIRE})  # no rule about something wider gives leave for these
