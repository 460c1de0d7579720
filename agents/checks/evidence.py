"""Evidence: everything a draft may take its facts from; and a finding, what it has from nowhere."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "date", "link", "address", "name", "blank", "greeting", "language",
               "length", "tone", "judge"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: the exact words of the draft ("" for all of it), and one plain sentence."""

    kind: Kind
    words: str
    says: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may be said: the operator's words, the mail, the records, the passages, the template.

    `recipient`: whom it goes to, by name; "" is not known. `others`: people in the records whom
    the draft names. `template`: what the draft started from.
    """

    texts: tuple[str, ...]
    template: str = ""
    recipient: str = ""
    others: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return all of it, to be looked through at once."""
        return "\n".join((*self.texts, self.template, self.recipient))


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of text that must be right to the letter, with all it may mean.

    Two items say the same where they share a meaning.
    """

    start: int
    end: int
    words: str
    means: frozenset[tuple[object, ...]]


def unproven(said: list[Item], known: list[Item]) -> list[Item]:
    """Return what the draft says that no evidence does."""
    all_known = {meaning for item in known for meaning in item.means}
    return [item for item in said if item.means.isdisjoint(all_known)]
