"""What the engine works with: the database, the operations, the rules and the kept files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Operation, PermanentError
from memory.db import Database
from policies.rules import Book


@dataclass(frozen=True, slots=True)
class House:
    db: Database
    operations: Mapping[str, Operation]
    book: Book
    blobs: Path

    def operation(self, name: str) -> Operation:
        """Return the operation of this name. PermanentError: no connector offers it."""
        if name not in self.operations:
            raise PermanentError(f"Nothing here can do “{name}”.")
        return self.operations[name]
