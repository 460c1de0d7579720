"""Quality: how far a driver was proven, as its `quality.yaml` says and a test holds it to.

bronze ─▶ silver ─▶ gold ─▶ platinum: a driver has the highest level all of whose rules, and all of
those below, are done, or exempt for a reason. `quality.yaml` lies in the folder of a kind and names
its drivers; `done` is a test (`FILE::NAME`) or a page of docs/, `exempt` and `missing` a sentence.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, model_validator

Level = Literal["none", "bronze", "silver", "gold", "platinum"]
LEVELS: tuple[Level, ...] = ("bronze", "silver", "gold", "platinum")
FILE = "quality.yaml"
RULES: dict[str, tuple[Level, str]] = {  # what each asks for, from the first to the last
    "contract": ("bronze", "the suite of its kind runs against it"),
    "once": ("bronze", "what is done twice with one key happens once"),
    "check": ("bronze", "`doctor` says how it stands"),
    "docs": ("bronze", "a page says how it is set up and what it does"),
    "real": ("silver", "tested with a real server"),
    "faults": ("silver", "broken off at any point, nothing is doubled and nothing lost"),
    "undo": ("silver", "done and taken back, all is as before"),
    "errors": ("silver", "what cannot be done is refused in a sentence that helps"),
    "limits": ("gold", "no answer of a server can fill the memory or last for ever"),
    "sign_in": ("gold", "a sign-in that ends is told, and asked for anew"),
    "scopes": ("gold", "it asks for no more rights than it needs"),
    "private": ("gold", "nothing personal and no secret in what it writes to the log"),
    "diagnosis": ("gold", "`doctor` names each misconfiguration"),
    "by_hand": ("platinum", "changes made by hand in the outside tool are noticed"),
    "drift": ("platinum", "answers of the server that change their shape are noticed"),
}


class Answer(BaseModel, frozen=True, extra="forbid"):
    """What a driver has to say to one rule; exactly one of the three."""

    done: str = ""
    exempt: str = ""
    missing: str = ""

    @model_validator(mode="after")
    def _one(self) -> "Answer":
        if sum(map(bool, (self.done, self.exempt, self.missing))) != 1:
            raise ValueError("Say one of done, exempt and missing.")
        return self


class Quality(BaseModel, frozen=True, extra="forbid"):
    """A driver's answers by rule; a rule without one is missing."""

    rules: dict[str, Answer]

    @model_validator(mode="after")
    def _known(self) -> "Quality":
        if unknown := sorted(self.rules.keys() - RULES.keys()):
            raise ValueError(f"There is no rule {', '.join(unknown)}.")
        return self

    @property
    def level(self) -> Level:
        """Return the highest level that is reached with all those below it."""
        reached: Level = "none"
        for level in LEVELS:
            if any(not self.holds(rule) for rule, (at, _) in RULES.items() if at == level):
                break
            reached = level
        return reached

    def holds(self, rule: str) -> bool:
        """Say whether a rule is done, or exempt for a reason."""
        answer = self.rules.get(rule)
        return answer is not None and not answer.missing


@cache
def of(kind: str, driver: str) -> Quality | None:
    """Return what the file beside a driver says of it; None: nothing. ValueError: it is no such."""
    path = Path(__file__).parent / kind / FILE
    if not path.exists():
        return None
    said = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return None if driver not in said else Quality.model_validate({"rules": said[driver]})
