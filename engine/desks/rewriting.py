"""Rewriting: a step that could not be prepared is changed by hand and prepared once more."""

from connectors.contract import PermanentError
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat.tokens import Tap
from engine.desks import mending
from engine.drawing import forms
from engine.planning import by_hand, plans
from engine.rules.house import House
from memory import profile

SAME = "Nothing is different; Retry does the same again."
DONE = "Changed. I try to prepare it again."


async def rewrite(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Put the operator's values in the place of those that did not do."""
    async with house.db.snapshot() as reader:
        step = await plans.task(reader, tap.ref)
        locale = await profile.get(reader, "locale")
    if step is None or not step.tried:
        return Reply(GONE, refused=True)
    shown = {field["id"]: field["initial"] for field in step.tried["form"]}
    typed = {name: text for name, text in values.items() if text.strip() != shown.get(name)}
    tried = step.tried["args"]
    try:
        operation = house.operation(step.operation)
        args = forms.apply(operation, tried, typed, locale)
    except PermanentError as error:
        return Reply(f"Not changed: {error}", refused=True)
    changed = {name: args[name] for name in typed if args[name] != tried.get(name)}
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        if not changed:
            return Reply(SAME, refused=True)
        if not await by_hand.write(tx, step, changed, cause):
            return Reply(mending.SETTLED, refused=True)
    return Reply(DONE)


VERBS = {"rewrite": rewrite}
