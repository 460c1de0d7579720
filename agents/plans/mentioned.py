"""Mentioned: the records that the operator's words name, each under a name for references."""

from typing import Any

from agents.playbooks import references
from agents.reading import documents, named, parties
from agents.reading.words import Candidate, Context, Found, slug
from memory.canon import records
from memory.db import Reader

MENTIONED_MAX = 12
SHOWN = (  # fields whose values help to plan; of the others only their names are told
    "number", "amount", "total", "currency", "left", "date", "due", "state", "title", "start",
)  # fmt: skip
HIDDEN = ("value", "slug")


async def find(reader: Reader, text: str, context: Context) -> dict[str, Candidate]:
    """Return what the text names without doubt: records in use and addresses, by their names.

    A record that a mail proposed is not in use: nobody has said yet that it is real.
    """
    found: list[Found] = []
    for kind in documents.DOCUMENTS:
        found += await documents.find(reader, text, kind, context)
    for others in (await parties.find(reader, text), await named.find(reader, text)):
        taken = [(each.start, each.end) for each in found]
        found += [each for each in others if not each.overlaps(taken)]
    values: dict[str, Candidate] = {}
    for each in sorted(found, key=lambda one: one.start):
        if len(each.readings) != 1 or len(values) >= MENTIONED_MAX:
            continue
        [reading] = each.readings
        record = await records.get(reader, reading.ref) if reading.ref else None
        if reading.ref and (record is None or record.status != "active"):
            continue
        if any(one.ref == reading.ref and one.label == reading.label for one in values.values()):
            continue
        values[_name(record.name if record else str(reading.value), values)] = reading
    return values


async def namesakes(reader: Reader, text: str) -> list[str]:
    """Return what the text names that may be several: “Ada (Ada Example, Ada Other)”."""
    found = [each for each in await parties.find(reader, text) if len(each.readings) > 1]
    return [
        f"{text[each.start : each.end]} ({', '.join(one.label for one in each.readings)})"
        for each in found
    ]


def lines(scope: dict[str, Any], values: dict[str, Candidate]) -> list[str]:
    """Return one line per record for the planner: what it is and which fields it has."""
    told = []
    for name in values:
        fields = {n: v for n, v in scope[name].items() if n not in HIDDEN and _is_told(v)}
        shown = [f"{n} = {v}" if n in SHOWN else n for n, v in fields.items()]
        said = fields.get("name", values[name].value)
        told.append(f"{name}: {fields.get('kind', 'address')} “{said}” with {', '.join(shown)}")
    if "customer" in scope and "customer" not in values:
        held = [n for n, v in scope["customer"].items() if n not in HIDDEN and _is_told(v)]
        told.append(f"customer: the one it is about, with {', '.join(held)}")
    return told


def _name(called: str, taken: dict[str, Candidate]) -> str:
    plain = slug(called).replace("-", "_") or "record"
    plain = plain if plain[0].isalpha() else f"no_{plain}"
    name, number = plain, 2
    while name in taken or name in references.SITUATION or name in ("steps", "customer"):
        name, number = f"{plain}_{number}", number + 1
    return name


def _is_told(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != "" and not isinstance(value, bool)
