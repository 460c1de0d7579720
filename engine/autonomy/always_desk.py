"""The desk of “Always like this…”: the exact rule in words, and three answers to it.

Nothing holds before the yes; the yes makes exactly the rule that its card showed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from connectors.contract import PermanentError
from engine.acting import approvals, effects
from engine.acting.effects import Effect
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox, words
from engine.chat.messages import Bullets, Button, Form, Heading, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.drawing import always
from engine.drawing.always import Bounds
from engine.rules import own_rules
from engine.rules.house import House
from engine.rules.rulebook import SOURCE
from memory import profile
from memory.canon import records
from memory.db import Reader, Tx
from memory.schema.work import approvals as asked
from memory.schema.work import decisions
from policies.book import BookError, join
from policies.judge import judge
from policies.rules import RUNS_BY_ITSELF, Rule

TITLE = "Always like this?"
AFTER_A_YES = "Only what you approved can become a rule."
STANDS = "This rule holds already: {says} /policy pause {id} ends it."
NO_RULE = "No rule was made; I go on asking."
HOLDS = "It holds from now on: {says} /policy pause {id} ends it."
WATCHING = (
    "I ask as before, and count what this rule would have done: {says} /trust shows it; "
    "/policy pause {id} ends it."
)
AS_BEFORE = "Every other rule holds as before: at night, doubles, strangers and STOP still ask."
MOVED = "The rules changed since you looked, so nothing was made. Tap “Always like this…” again."


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule that may be made of an approved effect. `but`: why that one would still have asked."""

    effect: str
    rule: Rule
    bounds: Bounds
    lines: tuple[str, ...]
    says: str
    but: str


async def ask(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show the rule that this approved effect would become."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        try:
            key = await show(tx, await offer(tx, house, tap.ref), who.conv)
        except PermanentError as error:
            return Reply(str(error), refused=True)
    return Reply("", key)


async def bound(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show the rule with other bounds; it still wants its yes."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        settings = await profile.read(tx)
        today = date.fromisoformat(words.today(tx.now, settings))
        try:
            bounds = always.bounds_of(tap.item)
            bounds = always.changed(bounds, values, today, settings["locale"])
            shown = card(await offer(tx, house, tap.ref, bounds))
        except PermanentError as error:
            return Reply(f"Not changed: {error}", refused=True)
        await outbox.post(tx, shown, who.conv)
    return Reply("Changed; it holds once you say yes.", shown.key)


async def make(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Yes: keep exactly the rule that was shown."""
    return await _keep(house, tap, who, key, values, shadow=False)


async def watch(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Keep the rule on trial: it decides nothing, and what it would have done is counted."""
    return await _keep(house, tap, who, key, values, shadow=True)


async def _keep(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], *, shadow: bool
) -> Reply:
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        bounds = always.bounds_of(tap.item)
        if bounds.until < words.today(tx.now, await profile.read(tx)):
            return Reply("Its last day has passed; change the bounds first.", refused=True)
        try:
            made = await offer(tx, house, tap.ref, bounds)
            on_trial: dict[str, Any] = {"shadow": True, "examples": ()} if shadow else {}
            rule = made.rule.model_copy(update=on_trial)
            await house.rulebook.add(tx, rule, made.says, cause)
        except PermanentError as error:
            return Reply(str(error), refused=True)
        except BookError:
            return Reply(MOVED, refused=True)
        said = (WATCHING if shadow else HOLDS).format(says=made.says, id=made.rule.id)
        await outbox.post(tx, _closed(tap.ref, said), who.conv)
    return Reply("I watch, and ask as before." if shadow else "It holds from now on.")


async def decline(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """No: nothing was kept, so nothing has to go."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        await outbox.post(tx, _closed(tap.ref, NO_RULE), who.conv)
    return Reply(NO_RULE)


VERBS: dict[str, Any] = {
    "always": ask,
    "always.bounds": bound,
    "always.yes": make,
    "always.watch": watch,
    "always.no": decline,
}


async def offer(
    reader: Reader, house: House, effect_id: str, bounds: Bounds | None = None
) -> Offer:
    """Return the rule an approved effect may become. PermanentError says why it may not."""
    effect = await effects.get(reader, effect_id)
    if effect is None:
        raise PermanentError(GONE)
    facts = (await effects.preview_of(reader, effect.id, effect.version)).facts.get("situation", {})
    await _refuse(reader, effect, facts)
    settings = await profile.read(reader)
    bounds = bounds or always.usual(facts, date.fromisoformat(words.today(reader.now, settings)))
    rule = always.rule(effect.id, effect.action, facts, bounds)
    await _refuse_twice(reader, rule.id)
    operation = house.operation(effect.action.operation)
    record = await records.get(reader, facts["counterpart"])
    whom = always.named(operation, effect.action, record.name if record else "?")
    return Offer(
        effect=effect.id,
        rule=rule,
        bounds=bounds,
        lines=always.lines(facts, bounds, operation.does, whom),
        says=always.says(effect.action, facts, bounds, operation.does, whom),
        but=_still_asked(house, effect, facts, rule),
    )


async def show(tx: Tx, offered: Offer, conv: str, earned: tuple[str, ...] = ()) -> str:
    """Post the card of an offer at the bottom of the conversation and return its key.

    `earned`: the sentences of why it is offered without having been asked for.
    """
    shown = card(offered, earned)
    await outbox.post(tx, shown, conv)
    await outbox.show_again(tx, shown.key, conv)
    return shown.key


async def newest(reader: Reader) -> str | None:
    """Return the effect that was approved last."""
    query = sa.select(asked.c.effect).join(decisions, decisions.c.approval == asked.c.id)
    query = query.where(decisions.c.answer == "approve").order_by(decisions.c.at.desc())
    found = await reader.value(query.limit(1))
    return None if found is None else str(found)


def card(offered: Offer, earned: tuple[str, ...] = ()) -> Msg:
    """Return the card of an offer: the rule in words, what it would not change, three answers."""
    parts: list[Part] = [
        Heading(text=TITLE),
        *map(_para, earned),
        _para("I would do this by myself from now on, and tell you afterwards:"),
        Bullets(items=offered.lines),
        _para(AS_BEFORE),
    ]
    parts += [_para(offered.but)] if offered.but else []
    parts.append(_para(f"Its name is {offered.rule.id}; /policy lists it, pauses and removes it."))
    item = offered.bounds.item()
    form = Form(title="Change the bounds", fields=always.inputs(offered.bounds))
    yes = Button(label="Yes, from now on", action="always.yes", ref=offered.effect, item=item)
    other = Button(label="Change the bounds", action="always.bounds", ref=offered.effect, item=item)
    no = Button(label="No", action="always.no", ref=offered.effect)
    watch = Button(label="Watch first", action="always.watch", ref=offered.effect, item=item)
    return Msg(
        key=_key(offered.effect),
        summary=f"{TITLE} {offered.says}"[:200],
        parts=tuple(parts),
        buttons=((yes, other.model_copy(update={"form": form}), no), (watch,)),
    )


async def _refuse(reader: Reader, effect: Effect, facts: dict[str, Any]) -> None:
    question = await approvals.of_version(reader, effect.id, effect.version)
    decided = None if question is None else await approvals.decision(reader, question.id)
    if decided is None or decided.answer != "approve":
        raise PermanentError(AFTER_A_YES)
    outcome, undoes = effect.verdict["outcome"], effect.undoes is not None
    if says := always.refusal(effect.action, outcome, facts, undoes=undoes):
        raise PermanentError(f"This cannot become a rule. {says}")


async def _refuse_twice(reader: Reader, rule_id: str) -> None:
    kept = await own_rules.newest(reader, rule_id)
    if kept is not None and kept.state == "active" and not kept.body.get("shadow"):
        raise PermanentError(STANDS.format(says=kept.says, id=kept.rule))


def _still_asked(house: House, effect: Effect, facts: dict[str, Any], rule: Rule) -> str:
    """Say if the very action that was approved would be asked with this rule too, and why."""
    try:
        book = join(house.book, rule, SOURCE)
    except BookError as error:
        faults = " ".join(fault.says for fault in error.faults)
        raise PermanentError(f"This cannot become a rule. {faults}") from None
    verdict = judge(effect.action, facts, book)
    if verdict.outcome in RUNS_BY_ITSELF:
        return ""
    if rule.id not in verdict.rules:
        return (
            "The one you approved is beyond these bounds, so it would have been asked all the same."
        )
    return (
        "The one you approved would have been asked all the same: "
        f"{verdict.because} ({verdict.rules[0]})"
    )


def _closed(effect_id: str, said: str) -> Msg:
    return Msg(
        key=_key(effect_id),
        summary=said[:200],
        parts=(Heading(text=TITLE), _para(said)),
    )


def _key(effect_id: str) -> str:
    return f"always:{effect_id}"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
