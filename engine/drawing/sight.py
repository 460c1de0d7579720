"""Sight: everything that one drawing of a card looks at, rows as they are now."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.chat.messages import Evidence
from engine.planning.aftermath import Aftermath

Row = sa.Row[Any]
LETTERS = "ABCDEFGH"  # of a card's options


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything one drawing looks at: rows as they are now, and the operator's settings."""

    effect: Row
    versions: list[Row]  # oldest first
    asked: Row | None
    decided: Row | None
    evidence: tuple[Evidence, ...]
    settings: dict[str, Any]
    menu: str = ""  # which row of other buttons is open
    surfaces: tuple[str, ...] = ()  # where somebody may decide
    cost: str = ""  # what it cost so far, in words
    aftermath: Aftermath | None = None  # of the plan whose step went wrong
    mode: str = ""  # how its goal is gone about
    better: bool = False  # a better draft is being written
    whose: str = ""  # the specialist by whose file it is in this mode

    @property
    def shown(self) -> dict[str, Any]:
        preview: dict[str, Any] = self.versions[-1].preview
        return preview
