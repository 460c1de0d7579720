"""The second yes: what must be typed before something the rules want asked twice is done.

The amount where there is one, else four digits that only its card shows.
"""

import hashlib
from decimal import Decimal

from connectors.contract import PermanentError
from engine.drawing.forms import decimal
from policies.rules import Action


def wanted(action: Action, digest: str) -> str:
    """Return what must be typed: the amount, or the card's four digits."""
    amount = action.args.get("amount")
    if amount is not None:
        return str(amount)
    number = int.from_bytes(hashlib.sha256(digest.encode()).digest()[:4], "big")
    return f"{number % 10_000:04}"


def is_given(action: Action, digest: str, typed: str, locale: str) -> bool:
    """Say whether this was typed; an amount as the operator's locale writes it."""
    asked = wanted(action, digest)
    if action.args.get("amount") is None:
        return typed.strip() == asked
    try:
        return decimal(typed, locale) == Decimal(asked)
    except PermanentError:
        return False
