"""Always like this: the bounded rule that one approved effect may become. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.contract import Operation, PermanentError
from engine.chat import words
from engine.chat.messages import Input
from engine.drawing import forms
from policies.facts import FACTS
from policies.rules import EFFECTS, Action, Canary, Rule

OFFERED = {"share": "to", "booking": "with"}  # effect class → how the other side is named
PER_DAY, PER_DAY_MAX = 3, 5  # to one person; a sixth is asked whatever a rule says
TRIAL = 10  # times that it runs before somebody must have looked
DAYS, DAYS_MAX = 30, 365
CENT = Decimal("0.01")
WHY = "You said: always like this."
DESCRIBING = (  # the facts of the action itself, which its examples give
    "counterpart", "recipients", "recipient_known", "in_thread", "has_attachment", "outside",
    "reversible", "dest_origin", "dest_trusted", "reference_origin", "reference_trusted",
    "amount", "amount_origin", "amount_trusted", "currency", "content_origin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a rule reaches. `amount` is a decimal, "" where nothing is counted in money."""

    per_day: int
    until: str  # ISO date at the operator's place, that day included
    amount: str = ""

    def item(self) -> str:
        """Return the bounds as a button carries them."""
        return f"{self.per_day} {self.until} {self.amount}".strip()


def bounds_of(item: str) -> Bounds:
    """Return the bounds a button carried."""
    per_day, until, *amount = item.split()
    return Bounds(int(per_day), until, *amount)


def usual(facts: Mapping[str, Any], today: date) -> Bounds:
    """Return the bounds that are offered first: three a day, thirty days, the amount approved."""
    amount = f"{Decimal(str(facts['amount'])).quantize(CENT)}" if facts["amount"] else ""
    return Bounds(PER_DAY, (today + timedelta(days=DAYS)).isoformat(), amount)


def refusal(action: Action, outcome: str, facts: Mapping[str, Any], *, undoes: bool) -> str:
    """Return in one sentence why this can never become a rule; "" when it may.

    `outcome` is what the rules said of the approved version, `facts` what they saw.
    """
    if undoes:
        return "Taking something back is asked each time."
    if action.effect not in OFFERED:
        return f"What {EFFECTS.get(action.effect, action.effect)} is asked each time."
    if facts.get("steps", 1) > 1:
        return "A step of a larger plan may quote the others, so it is asked each time."
    if outcome == "ask_twice":
        return "What the rules ask twice is asked each time."
    if not facts:
        return "I no longer know what the rules saw of it."
    if facts["deceptive"]:
        return "It has hidden or look-alike characters."
    if not facts["dest_trusted"]:
        return "You did not type where it goes, and it is not in your records."
    if not (facts["recipient_known"] and re.fullmatch(r"rec_\w+", facts["counterpart"])):
        return "It does not concern exactly one person who is in your records."
    if facts["amount"] and not re.fullmatch(r"[A-Z]{3}", facts["currency"]):
        return "I do not know the currency of its amount."
    return ""


def rule(effect_id: str, action: Action, facts: Mapping[str, Any], bounds: Bounds) -> Rule:
    """Return the rule that lets such an action run, with examples that hold it to its bounds."""
    id = rule_id(effect_id, action.operation)
    given = {name: facts[name] for name in DESCRIBING if facts[name] != FACTS[name].usual}
    given |= {"today": bounds.until}
    examples = [{"given": given, "then": "notify"}]
    examples += [{"given": given | beyond, "then": "ask"} for beyond in _beyond(bounds)]
    return Rule(
        id=id,
        action=action.operation,
        effect=action.effect,
        then="notify",
        when=tuple(_conditions(facts, bounds)),
        why=WHY,
        canary=Canary(max=TRIAL),
        examples=tuple(examples),
    )


def rule_id(effect_id: str, operation: str) -> str:
    """Return the id of the rule that this effect may become: the same each time."""
    return f"always-{re.sub(r'[^a-z0-9]+', '-', operation.lower())}-{effect_id[-6:]}"


def lines(facts: Mapping[str, Any], bounds: Bounds, does: str, whom: str) -> tuple[str, ...]:
    """Return the bounds of the rule, each in words."""
    found = [
        f"What: {does}, on its own and not as a step of a larger plan",
        f"For: {whom}, and nobody else",
    ]
    if bounds.amount:
        found.append(f"Amount: at most {words.money(bounds.amount, facts['currency'])}")
    found.append(f"How often: at most {bounds.per_day} a day, with those that you approve")
    found.append(f"On trial: after {TRIAL} times I ask until you have looked at them")
    found.append(f"Until: {day(bounds.until)}, that day included")
    found += [sentence for _, sentence in _likeness(facts) if sentence]
    return (*found, "The text is not bounded: it is still yours to read afterwards.")


def says(action: Action, facts: Mapping[str, Any], bounds: Bounds, does: str, whom: str) -> str:
    """Return the rule in one sentence."""
    amount = f" up to {words.money(bounds.amount, facts['currency'])}" if bounds.amount else ""
    return (
        f"{does} {OFFERED[action.effect]} {whom}{amount} by myself and tell you, at most "
        f"{bounds.per_day} a day, until {day(bounds.until)}."
    )


def inputs(bounds: Bounds) -> tuple[Input, ...]:
    """Return what can be changed about the bounds."""
    fields = [
        Input(id="per_day", label="At most a day", kind="number", initial=str(bounds.per_day)),
        Input(id="until", label="Until", kind="date", initial=bounds.until),
    ]
    if bounds.amount:
        fields.append(Input(id="amount", label="Amount", kind="number", initial=bounds.amount))
    return tuple(fields)


def changed(bounds: Bounds, values: Mapping[str, str], today: date, locale: str) -> Bounds:
    """Return the bounds with what was typed. PermanentError names what is wrong."""
    per_day = values.get("per_day", "").strip() or str(bounds.per_day)
    if not (per_day.isascii() and per_day.isdigit() and 1 <= int(per_day) <= PER_DAY_MAX):
        raise PermanentError(f"“At most a day” is a number from 1 to {PER_DAY_MAX}.")
    until = _day_in(values.get("until", "").strip() or bounds.until, today)
    amount = values.get("amount", "").strip()
    if amount and bounds.amount:
        number = forms.decimal(amount, locale)
        if number <= 0 or number != number.quantize(CENT):
            raise PermanentError("The amount is above zero, with at most two decimals.")
        return Bounds(int(per_day), until, str(number.quantize(CENT)))
    return Bounds(int(per_day), until, bounds.amount)


def named(operation: Operation, action: Action, name: str) -> str:
    """Return whom a rule is for: the record's name and the addresses that were approved."""
    values = [
        action.args.get(arg) for arg, role in operation.roles.items() if role == "destination"
    ]
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    addresses = ", ".join(dict.fromkeys(str(one) for one in flat if one))
    return f"{name} ({addresses})" if addresses else name


def _day_in(until: str, today: date) -> str:
    """Return the day as 2026-12-20: in that form only is an earlier day a smaller text."""
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise PermanentError(
            f"“{until}” is not a day. Write it like {today.isoformat()}."
        ) from None
    if not today <= day <= today + timedelta(days=DAYS_MAX):
        raise PermanentError(f"“Until” is a day from today to {DAYS_MAX} days ahead.")
    return day.isoformat()


def _conditions(facts: Mapping[str, Any], bounds: Bounds) -> Iterator[str]:
    yield f"counterpart == '{facts['counterpart']}'"
    yield "recipient_known"
    yield "dest_trusted"
    yield "steps <= 1"  # a step that follows others must be drafted anew when they are changed
    if bounds.amount:
        yield f"amount <= {bounds.amount}"
        yield f"currency == '{facts['currency']}'"
    yield from (condition for condition, _ in _likeness(facts))
    yield f"done_today_to < {bounds.per_day}"
    yield f"today <= '{bounds.until}'"


def _likeness(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the approved one did not have, and so the rule does not reach: (clause, words)."""
    if not facts["amount"]:
        yield "amount == 0.0", ""  # an amount that is never there need not be said
    if not facts["has_attachment"]:
        yield "!has_attachment", "Files: none"
    if not facts["outside"]:
        yield "!outside", "Words: nothing that stands only in somebody else's text"


def _beyond(bounds: Bounds) -> Iterator[dict[str, Any]]:
    """Yield the nearest facts on the other side of each bound."""
    yield {"counterpart": "rec_somebody_else"}
    yield {"done_today_to": bounds.per_day}
    yield {"today": (date.fromisoformat(bounds.until) + timedelta(days=1)).isoformat()}
    if bounds.amount:
        yield {"amount": float(Decimal(bounds.amount) + CENT)}


def day(until: str) -> str:
    """Return an ISO date as a sentence has it: "20 Dec 2026"."""
    last = date.fromisoformat(until)
    return f"{last.day} {last:%b %Y}"
