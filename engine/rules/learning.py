"""Learning: whether something that came in may be remembered, asked of the rules like any action.

Taking in what arrives goes on under STOP: it is what you will want to read when you resume.
"""

from typing import Any

from engine.rules import retention
from memory.db import Reader
from policies.health import spoken_of
from policies.house import LEARN, OPERATIONS
from policies.judge import judge
from policies.rules import Action, Book, Verdict


async def judged(
    reader: Reader, book: Book, kind: str, *, trust: str, text: str, attribute: str = ""
) -> Verdict:
    """Return what the rules say of remembering this. `kind`: mail | file | record | fact."""
    seen: dict[str, Any] = {
        "kind": kind,
        "trust": trust,
        "attribute": attribute,
        "health": spoken_of(text),
        "stopped": False,
    }
    action = Action(
        operation=LEARN, effect=OPERATIONS[LEARN], args={}, agent="intake", reason="It came in."
    )
    return judge(action, await retention.common(reader) | seen, book)
