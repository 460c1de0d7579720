"""Disputes: whether a wish is about one, by what the playbooks say; its texts are worth more."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents.playbooks.library import Playbook
from agents.reading import item
from engine.planning.goals import Goal
from memory import events
from memory.db import Reader


@dataclass(frozen=True, slots=True)
class Disputes:
    """`playbooks` by id, as they stand whenever they are looked at."""

    playbooks: Mapping[str, Playbook]

    async def __call__(self, reader: Reader, goal: Goal, scope: Mapping[str, Any]) -> bool:
        """Say whether a wish belongs to one, by patterns, else by what a model read in its mail."""
        return self.by_words(goal, scope) or await self._read(reader, goal)

    async def _read(self, reader: Reader, goal: Goal) -> bool:
        """Say whether a model found in the mail that a playbook of disputes is asked for."""
        mail = goal.slots.get("mail")
        read = await events.by_key(reader, item.SOURCE, item.fields_key(mail)) if mail else None
        asked = () if read is None else read.body.get("asks", ())
        return any(one.dispute and one.id in asked for one in self.playbooks.values())

    def by_words(self, goal: Goal, scope: Mapping[str, Any]) -> bool:
        """Say whether a wish belongs to one: by its playbook, its words, or the mail it answers."""
        mine = self.playbooks.get(goal.playbook or "")
        if mine is not None and mine.dispute:
            return True
        mail = scope.get("mail") or {}
        came = f"{mail.get('subject', '')}\n{mail.get('text', '')}"
        said = "\n".join((goal.text, *goal.slots.get("said", ()), came))
        return _any(self._words(), said) or _any(self._asks(), came)

    def _words(self) -> Iterator[str]:
        return (one for playbook in self.playbooks.values() for one in playbook.disputes)

    def _asks(self) -> Iterator[str]:
        disputing = (one for one in self.playbooks.values() if one.dispute)
        return (one for playbook in disputing for one in playbook.from_mail)


def _any(patterns: Iterator[str], text: str) -> bool:
    return any(re.search(one, text, re.IGNORECASE) for one in patterns)
