"""The digest binds the answer to the question: what you saw is what runs."""

import hashlib

from memory.journal import canonical
from policies.rules import Action


def digest(action: Action) -> str:
    """Return the hex sha256 of an action's operation and arguments, and of nothing else.

    Attachments are arguments by their own digests, so other bytes are another action.
    """
    return hashlib.sha256(canonical([action.operation, action.args]).encode()).hexdigest()
