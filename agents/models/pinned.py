"""The prompt of each purpose that is in use in this house, and the model that is asked first.

What was asked with stays, also when an update brings a newer one, until a tap takes that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.models import prompts
from engine.models import trials
from engine.models.trials import Arm, Pin
from memory.db import Database, Reader

OWN = "prompts"  # in the operator's data folder


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt. `first`: the model before those of the tier; "": none is."""

    number: int
    text: str
    first: str = ""


class Pinned:
    """`own`: the folder with the operator's prompts. PromptError: one of them cannot be meant."""

    def __init__(self, db: Database, own: Path) -> None:
        self._db = db
        self.known: Mapping[str, Mapping[int, str]] = {
            purpose: prompts.of(purpose, own) for purpose in prompts.purposes()
        }

    async def pin(self, reader: Reader, purpose: str) -> Pin:
        """Return what is in use; one of the operator's prompts is only ever taken by a tap."""
        usual = max(prompts.of(purpose))
        pin = await trials.pinned(reader, purpose, usual)
        return pin.within(self.known[purpose], usual)

    async def arm(self, reader: Reader, purpose: str, task: str) -> Arm:
        """Return who answers for this task: whoever did already, else whom a trial draws."""
        pin = await self.pin(reader, purpose)
        arm = await trials.chosen(reader, pin, task, purpose)
        return arm.within(self.known[purpose], pin.now.prompt)

    async def prompt(self, purpose: str, task: str) -> Prompt:
        """Return what this task is asked with. `task`: its id, or whatever stands for it."""
        async with self._db.snapshot() as reader:
            arm = await self.arm(reader, purpose, task)
        return self.of(purpose, arm)

    def of(self, purpose: str, arm: Arm) -> Prompt:
        """Return the prompt of an arm."""
        return Prompt(arm.prompt, self.known[purpose][arm.prompt], arm.model)
