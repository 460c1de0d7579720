"""Makes a rule of what was heard: its conditions, its sentence, and what to try it on. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from agents.rules.rule_words import Said
from connectors.contract import PermanentError
from engine.chat import words
from engine.drawing import always
from policies.rules import Outcome, Rule

OUTWARD = ("goes_out", "effect != 'egress_read'")  # a look-up is no message to anybody
ABOUT = {  # what is said → the operation, its effect class, and how a sentence names it
    "": (None, None, "What goes out"),
    "mail": ("email.send", "share", "An e-mail"),
    "refund": ("payments.refund", "money", "A refund"),
    "invoice": ("invoices.issue", "internal", "An invoice"),
    "booking": ("calendar.book", "booking", "A meeting"),
    "post": ("cms.publish", "share", "A post"),
    "delete": (None, "destructive", "Deleting for good"),
    "money": (None, "money", "Money that leaves"),
}
ENDS: dict[Outcome, str] = {
    "ask": "I ask you",
    "ask_twice": "I ask you twice",
    "deny": "never; I refuse it and do not put it off",
    "notify": "I do it by myself and tell you",
}
SIGNS = {"from": ">=", "over": ">", "up_to": "<=", "under": "<"}
LIMITS = {"from": "of {} or more", "over": "over {}", "up_to": "up to {}", "under": "under {}"}
NO_AMOUNT = "{} has no amount that rules can see, so I cannot hold it to one."
NO_LEAVE = (
    "In words I can be given leave for money up to an amount, like “refunds up to 50 for known "
    "customers are fine”. For the rest approve one, then tap “Always like this…”."
)


@dataclass(frozen=True, slots=True)
class Made:
    """A rule without its examples, its sentence, and the facts to try it on: within and beyond."""

    rule: Rule
    says: str
    given: tuple[dict[str, Any], ...]
    until: str = ""  # the last day it holds, "" without one


@dataclass(frozen=True, slots=True)
class _Bound:
    """One bound: its name in the rule's id, its clauses and words, facts within and beyond it."""

    id: str
    clauses: tuple[str, ...]
    words: str
    within: dict[str, Any]
    beyond: dict[str, Any] | None = None


def made(said: Said, today: date) -> Made:
    """Return the rule that was said. PermanentError: it is understood, but no such rule can be."""
    about = _about(said)
    action, effect, noun = ABOUT[about]
    then: Outcome = _then(said)
    until = (today + timedelta(days=always.DAYS)).isoformat() if then == "notify" else ""
    bounds = list(_bounds(said, about))
    bounds += _leave(said, until) if then == "notify" else []
    clauses = () if about else OUTWARD
    named = (bound.id for bound in bounds if bound.id)
    rule = Rule(
        id="-".join(("said", then.replace("_", "-"), about or "all", *named)),
        why=f"You said: {said.words}.",
        then=then,
        action=action,
        effect=effect,
        when=(*clauses, *(clause for bound in bounds for clause in bound.clauses)),
    )
    whole = noun + "".join(bound.words for bound in bounds)
    return Made(rule, f"{whole}: {ENDS[then]}.", tuple(_given(about, bounds)), until)


def _about(said: Said) -> str:
    """Return what the rule is about; only money has an amount, and only money is given leave."""
    noun = ABOUT[said.about][2]
    if said.limit and said.about not in ("", "money", "refund"):
        raise PermanentError(NO_AMOUNT.format(noun))
    leave = ("money", "refund", "delete") if said.about or not said.limit else ("",)
    if said.then == "notify" and said.about not in leave:
        raise PermanentError(NO_LEAVE)
    return "money" if said.limit and not said.about else said.about


def _then(said: Said) -> Outcome:
    kinds: dict[str, Outcome] = {"ask": "ask", "deny": "deny", "notify": "notify"}
    return "ask_twice" if said.twice else kinds[said.then]


def _bounds(said: Said, about: str) -> Iterator[_Bound]:
    if said.limit:
        yield _amount(said)
    for name, hour in said.hours.items():
        early = name == "before"
        clause = f"hour < {hour}" if early else f"hour >= {hour}"
        within, beyond = (hour - 1, hour) if early else (hour, hour - 1)
        yield _Bound(name, (clause,), f" {name} {hour} o'clock", {"hour": within}, {"hour": beyond})
    if said.weekend:
        yield _Bound(
            "weekend", ("weekend",), " at the weekend", {"weekend": True}, {"weekend": False}
        )
    if said.many is not None:
        clause, text = f"recipients > {said.many}", f" to more than {said.many} people"
        within, beyond = said.many + 1, said.many
        yield _Bound("many", (clause,), text, {"recipients": within}, {"recipients": beyond})
    if said.often is not None:
        text, most = f" beyond {said.often} on one day", said.often
        clause = f"done_today >= {most}"
        yield _Bound("often", (clause,), text, {"done_today": most}, {"done_today": most - 1})
    if said.strangers:
        text = " to somebody who is not in your records"
        known = {"recipient_known": True}
        yield _Bound("strangers", _to_strangers(about), text, {"recipient_known": False}, known)


def _to_strangers(about: str) -> tuple[str, ...]:
    """Return what holds when strangers get it: money has a person, the rest has recipients."""
    if about in ("money", "refund"):
        return ("!recipient_known",)
    return (
        "!recipient_known",
        "recipients > 0" if about else "recipients > 0 || effect == 'money'",
    )


def _amount(said: Said) -> _Bound:
    """Return the bound in money. A bare number counts in every currency where it only tightens."""
    cent, amount = always.CENT, said.amount.quantize(always.CENT)
    money = words.money(amount, said.currency)
    moved = "spent_today + amount" if said.daily else "amount"
    clauses = [f"{moved} {SIGNS[said.limit]} {amount}"]
    anywhere = not said.named and said.then != "notify"
    if not anywhere:
        clauses.append(f"currency == '{said.currency}'")
    text = LIMITS[said.limit].format(f"{amount:,.2f}" if anywhere else money)
    within, beyond = {
        "from": (amount, amount - cent),
        "over": (amount + cent, amount),
        "up_to": (amount, amount + cent),
        "under": (amount - cent, amount),
    }[said.limit]
    text += " on one day, with what left before it" if said.daily else ""
    return _Bound(
        "amount-a-day" if said.daily else "amount",
        tuple(clauses),
        f" {text}, whatever the currency" if anywhere else f" {text}",
        {"amount": float(within), "currency": said.currency},
        {"amount": float(beyond), "currency": said.currency},
    )


def _leave(said: Said, until: str) -> Iterator[_Bound]:
    """Yield the bounds of whatever runs by itself, said or not."""
    if said.about == "delete":
        return
    known = {"recipient_known": True}
    if not said.strangers:
        text = " to somebody in your records"
        yield _Bound("", ("recipient_known",), text, known, {"recipient_known": False})
    text = ", with an amount and an account that you typed or your records have"
    proven, unproven = {"amount_trusted": True}, {"amount_trusted": False}
    yield _Bound("", ("amount_trusted", "dest_trusted"), text, proven, unproven)
    most = always.PER_DAY
    often = {"done_today": most}
    yield _Bound("", (f"done_today < {most}",), f", at most {most} a day", {}, often)
    later = (date.fromisoformat(until) + timedelta(days=1)).isoformat()
    text = f", until {always.day(until)}"
    yield _Bound("", (f"today <= '{until}'",), text, {"today": until}, {"today": later})


def _given(about: str, bounds: list[_Bound]) -> Iterator[dict[str, Any]]:
    """Yield the facts within every bound, then those that are just beyond each."""
    within: dict[str, Any] = {"recipient_known": True}
    if about in ("", "mail"):
        within |= {"effect": "share", "recipients": 1, "goes_out": True}
    elif about == "booking":
        within |= {"recipients": 1}
    for bound in bounds:
        within |= bound.within
    yield within
    yield from (within | bound.beyond for bound in bounds if bound.beyond)
