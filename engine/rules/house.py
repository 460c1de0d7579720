"""What the engine works with: the database, the operations, the rules and the kept files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from connectors.contract import Operation, PermanentError
from engine.rules.rulebook import Rulebook
from memory.db import Database
from policies.rules import Book


@dataclass(frozen=True, slots=True, repr=False)  # everything hangs on it: a repr would be megabytes
class House:
    db: Database
    operations: Mapping[str, Operation]
    rulebook: Rulebook
    blobs: Path
    # who carries out an operation of a wish, and by which version of their file
    agent_of: Callable[[str, str], tuple[str, str]] = lambda operation, goal: ("", "")
    daily: Mapping[str, Decimal] = field(default_factory=dict)  # what models may cost each of them

    @property
    def book(self) -> Book:
        """Return the rules in force at this moment."""
        return self.rulebook.book

    def operation(self, name: str) -> Operation:
        """Return the operation of this name. PermanentError: no connector offers it."""
        if name not in self.operations:
            raise PermanentError(f"Nothing here can do “{name}”.")
        return self.operations[name]
