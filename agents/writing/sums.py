"""Sums: money in the fields of records and arguments, written with the currency beside it.

In a draft a number with a currency needs one with that currency in its evidence. A record keeps
them apart: 40.00 in `amount`, EUR in `currency`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from agents.playbooks.references import STEPS
from agents.playbooks.scope import RESULT
from policies.amounts import number_in

OF_RECORDS = frozenset(("amount", "total", "refunded", "left", "budget"))
MEASURED = frozenset(("start", "to"))  # in the unit that stands beside them
ANSWER_PARTS = 3  # steps.KEY.result
SLOT = "value"  # of an amount that somebody said; of a record it is its id


def written(
    path: str, value: Any, scope: Mapping[str, Any], amounts: frozenset[str],
    vouches: Callable[[str], bool],
) -> str:  # fmt: skip
    """Return a value of the scope as a draft may write it: money with its currency.

    `path`: "payment.amount"; `amounts`: the arguments of operations that have this role.
    `vouches`: whether the value at another path may be written of.
    """
    *parents, last = path.split(".")
    said = str(value)
    if number_in(said) is None:
        return said
    beside = ".".join([*parents, "unit" if last in MEASURED else "currency"])
    if last in MEASURED or last == SLOT:
        unit = _at(scope, beside) if vouches(beside) else ""
    elif last in OF_RECORDS | amounts:
        unit = _nearest(parents, scope, vouches)
    else:
        unit = ""
    return f"{said} {unit}".rstrip()


def _nearest(parents: list[str], scope: Mapping[str, Any], vouches: Callable[[str], bool]) -> str:
    """Return the currency of the record or the call, else the company's own.

    What a tool answered is in the currency that the answer says.
    """
    answered = parents[:1] == [STEPS] and parents[2:3] == [RESULT]
    for size in range(len(parents), ANSWER_PARTS if answered else 0, -1):
        path = ".".join([*parents[:size], "currency"])
        if found := _at(scope, path):
            return found if vouches(path) else ""
    return "" if answered else _at(scope, "company.currency")


def _at(scope: Mapping[str, Any], path: str) -> str:
    found: Any = scope
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list | tuple) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return ""
    return found if isinstance(found, str) else ""
