"""What Firstmate does by itself, without a connector, as operations judged like all others."""

from collections.abc import Mapping

EXPIRE = "memory.expire"  # once a night, of everything that was kept: may it go?
LEARN = "memory.learn"  # of what came in, when it came: may it be remembered?
ASK = "models.ask"  # a language model is asked; in no plan
OPERATIONS: Mapping[str, str] = {EXPIRE: "internal", LEARN: "internal", ASK: "egress_read"}
KINDS = ("message", "mail", "file", "note", "fact", "record")
BY_NAME = frozenset({EXPIRE})  # no rule about something wider gives leave for these
