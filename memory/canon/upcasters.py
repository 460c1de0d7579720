"""Upcasters: a state that an earlier Firstmate wrote is read as the present one would write it.

What is stored stays as it was; the next version of the record is written anew. A step never loses
a word: what no longer fits its field goes to the note.
"""

from collections.abc import Callable
from typing import Any

from memory.canon import formats
from memory.canon.kinds import SCHEMA

State = dict[str, Any]
CHECKED: dict[str, Callable[[str], str]] = {
    "phone": formats.phone,
    "iban": formats.iban,
    "vat_id": formats.vat_id,
}


def read(kind: str, state: State, schema: int) -> State:
    """Return a state of this schema as one of the present schema."""
    for step in STEPS[schema - 1 : SCHEMA - 1]:
        state = step(kind, state)
    return state


def _checked(kind: str, state: State) -> State:
    """1 → 2: telephone, account and VAT id are checked; a currency is in capitals."""
    if isinstance(currency := state.get("currency"), str):
        state = {**state, "currency": currency.strip().upper()}
    if kind not in ("person", "company"):
        return state
    now, odd = dict(state), []
    for field, check in CHECKED.items():
        if not state.get(field):
            continue
        try:
            now[field] = check(str(state[field]))
        except ValueError:
            now[field] = None
            odd.append(f"{field.replace('_', ' ')} as it was written: {state[field]}")
    return now | ({"note": "\n".join([*filter(None, [state.get("note")]), *odd])} if odd else {})


STEPS: tuple[Callable[[str, State], State], ...] = (_checked,)
