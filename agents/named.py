"""Projects, deals, meetings and the like that a text names: by their name, and what they are."""

import re

from agents.words import Candidate, Found
from memory import records
from memory.db import Reader
from memory.kinds import Kind
from memory.records import Record

SAID: dict[Kind, str] = {  # the kinds that are known by a name of the operator's own
    "project": r"projects?|projekte?s?",
    "deal": r"deals?|gesch[äa]ft",
    "content": r"content|posts?|articles?|beitrag|artikel",
    "meeting": r"meetings?|termin|treffen|besprechung",
    "consent": r"consents?|einwilligung",
    "task": r"tasks?|to-?dos?|aufgaben?",
    "objective": r"objectives?|goals?|ziele?",
}


async def find(reader: Reader, text: str) -> list[Found]:
    """Return the things the text names, in its order; of two names the longer one counts.

    A name is found as it is written, or in any case after what it is: “project spring”.
    """
    found: dict[tuple[int, int], list[Candidate]] = {}
    folded = text.casefold()
    for kind, says in SAID.items():
        for record in await records.of_kind(reader, kind):
            if record.name.casefold() not in folded:
                continue  # a pattern for each of thousands would hold up everything else
            for start, end in _places(text, record.name, says):
                found.setdefault((start, end), []).append(choice(record))
    widest = [span for span in found if not any(_holds(other, span) for other in found)]
    return [Found(*span, tuple(found[span])) for span in sorted(widest)]


def choice(record: Record) -> Candidate:
    """Return something named as a choice: what it is beside its name."""
    return Candidate(value=record.name, label=f"{record.name} · {record.kind}", ref=record.id)


def _places(text: str, name: str, says: str) -> list[tuple[int, int]]:
    bare = rf"(?<!\w){re.escape(name)}(?!\w)"
    after = rf"(?<!\w)(?:{says})[ :]+[“\"]?{re.escape(name)}(?!\w)[”\"]?"
    whole = [match.span() for match in re.finditer(after, text, re.IGNORECASE)]
    alone = [match.span() for match in re.finditer(bare, text)]
    if text.strip().casefold() == name.casefold():
        alone.append((0, len(text)))
    return whole + alone


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]
