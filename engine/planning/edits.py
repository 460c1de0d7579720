"""Edits: what the operator changed by hand, as pairs of before and after."""

from typing import Any

from policies.rules import Action


def by_hand(old: Action, new: Action) -> list[dict[str, Any]]:
    """Return what differs between two versions: field, before, after."""
    names = [name for name in new.args if new.args[name] != old.args.get(name)]
    return [{"field": n, "before": old.args.get(n), "after": new.args[n]} for n in names]
