"""Projects, deals, meetings and the like that a text names: by their name, and what they are."""

from agents.reading.words import Candidate, Found
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader
from memory.recalling import naming


async def find(reader: Reader, text: str) -> list[Found]:
    """Return the things the text names, in its order; of two names the longer one counts.

    A name is found as it is written, or in any case beside what it is: “project spring”.
    """
    found: dict[tuple[int, int], list[Candidate]] = {}
    folded = text.casefold()
    for kind in naming.SAID:
        for record in await records.of_kind(reader, kind):
            if record.name.casefold() not in folded:
                continue  # a pattern for each of thousands would hold up everything else
            for start, end in naming.places(text, record.name, kind):
                found.setdefault((start, end), []).append(choice(record))
    widest = [span for span in found if not any(_holds(other, span) for other in found)]
    return [Found(*span, tuple(found[span])) for span in sorted(widest)]


async def project(reader: Reader, text: str) -> tuple[int, int, str] | None:
    """Return where the text names a project and which; None: it names none or several."""
    by_id: dict[str, tuple[int, int, str]] = {}
    for found in await find(reader, text):
        for reading in found.readings:
            record = await records.get(reader, reading.ref or "")
            if record is not None and record.kind == "project":
                by_id.setdefault(record.id, (found.start, found.end, record.id))
    return next(iter(by_id.values())) if len(by_id) == 1 else None


def choice(record: Record) -> Candidate:
    """Return something named as a choice: what it is beside its name."""
    return Candidate(value=record.name, label=f"{record.name} · {record.kind}", ref=record.id)


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]
