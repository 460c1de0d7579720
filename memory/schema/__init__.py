"""Every table, one short file a noun. `docs/schema.md` shows them on one page."""

from memory.schema import chat, events, models, recall, recalls, records, rules, tools, work
from memory.schema.columns import metadata

__all__ = [
    "chat",
    "events",
    "metadata",
    "models",
    "recall",
    "recalls",
    "records",
    "rules",
    "tools",
    "work",
]
