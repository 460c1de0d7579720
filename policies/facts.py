"""What a rule may speak of: every fact, its type and what it means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args

from policies.house import KINDS
from policies.rules import EFFECTS, Action, Facts, Origin

Kind = Literal["bool", "int", "double", "string"]

ORIGINS: tuple[str, ...] = get_args(Origin)
TRUSTED = frozenset({"operator", "canonical", "record"})
_WORST_FIRST = ("text", "model", "record", "canonical", "operator")
_PYTHON: Mapping[Kind, type] = {"bool": bool, "int": int, "double": float, "string": str}


@dataclass(frozen=True, slots=True)
class Fact:
    """A name for rules. `usual` stands in where an example or a trial says nothing of it."""

    kind: Kind
    means: str
    usual: bool | int | float | str
    values: tuple[str, ...] = ()  # of a string: all there are, if they can be listed


def _origin_of(what: str) -> Fact:
    return Fact(
        "string",
        f'worst origin of {what}: {" | ".join(ORIGINS)}, "" without any',
        "",
        (*ORIGINS, ""),
    )


FACTS: Mapping[str, Fact] = {
    # what is asked for
    "operation": Fact("string", 'the operation\'s name, "payments.refund"', ""),
    "effect": Fact("string", "its effect class", "internal", tuple(EFFECTS)),
    "agent": Fact("string", "who asks for it", ""),
    "spec": Fact("string", "the version of their file that they go by, where it is a step", ""),
    "amount": Fact("double", "money it moves, in its currency; 0 when it moves none", 0.0),
    "currency": Fact("string", 'the currency\'s code, "EUR"; "" without an amount', ""),
    "steps": Fact("int", "how many steps the plan has that it belongs to", 1),
    "reversible": Fact("bool", "it can be taken back", False),
    # who is on the other side
    "recipients": Fact("int", "how many people or addresses it reaches", 0),
    "recipient_known": Fact("bool", "all of them are in the records", False),
    "counterpart": Fact("string", "the one record it concerns, or the one address it goes to", ""),
    "in_thread": Fact("bool", "it answers a message they sent", False),
    "has_attachment": Fact("bool", "a file goes with it", False),
    # whose words these are
    "dest_origin": _origin_of("where it goes"),
    "dest_trusted": Fact("bool", "where it goes: typed by you or in your records", True),
    "reference_origin": _origin_of("what it is about (a payment, an event)"),
    "reference_trusted": Fact("bool", "what it is about: typed by you or in your records", True),
    "amount_origin": _origin_of("the amount"),
    "amount_trusted": Fact("bool", "the amount: typed by you or in your records", True),
    "content_origin": _origin_of("title and text"),
    "typed": Fact("bool", "every argument was typed by you; switches aside", False),
    "outside": Fact("bool", "some argument stands only in somebody else's text", False),
    "deceptive": Fact("bool", "some argument has hidden or look-alike characters", False),
    "secret_in_words": Fact("bool", "a secret is given in words instead of by its name", False),
    "secret_named": Fact("bool", "every secret in it was named by you in this request", True),
    "flag_unasked": Fact("bool", "a switch is set that you did not ask for", False),
    # how it is written
    "words": Fact("int", "how many words the text has", 0),
    "exclamations": Fact("int", "how many exclamation marks title and text have", 0),
    "emojis": Fact("int", "how many emojis title and text have", 0),
    "capitals": Fact("int", "how many words of five letters or more are in capitals", 0),
    "wording": Fact("string", 'title and text in small letters, " sent asap to ada "', ""),
    "greets": Fact("bool", "the text begins with a greeting, or there is none", True),
    "signs_off": Fact("bool", "the text ends with a sign-off, or there is none", True),
    "findings": Fact("int", "how many things the checks of a draft marked on its card", 0),
    # whether it was meant
    "mode": Fact(
        "string",
        'how you want this wish to be gone about, "" where you said nothing of it',
        "",
        ("", "exploratory", "deterministic", "creative"),
    ),
    "planned": Fact("bool", "the plan foresaw it before anybody else's text was read", True),
    "reads_outside": Fact("bool", "the task has read somebody else's text", False),
    "reads_private": Fact("bool", "the task has read private data", False),
    "goes_out": Fact("bool", "an outsider will notice it", False),
    "done_in_request": Fact("int", "how often this request did something of this class", 0),
    "refused_in_request": Fact("int", "how often you said no in this request", 0),
    "spent_in_request": Fact("double", "money this request moved already, same currency", 0.0),
    # what happened before
    "streak": Fact("int", "approvals in a row without an edit, for this operation and person", 0),
    "spent_today": Fact(
        "double",
        "money moved since midnight or now, in the same currency; of a model call: what models "
        "cost since midnight",
        0.0,
    ),
    "done_today": Fact("int", "how often this operation ran since midnight, or runs now", 0),
    "done_today_to": Fact(
        "int", "how often this class of effect reached one of the same people today, or does now", 0
    ),
    "duplicate_of": Fact("string", 'the effect it would repeat, "" when there is none', ""),
    # what is kept
    "kind": Fact("string", f'what is kept: {" | ".join(KINDS)}, "" for the rest', "", (*KINDS, "")),
    "age_days": Fact("int", "how many days ago it came", 0),
    "about": Fact("string", 'the kinds of records it is about, "invoice person"', ""),
    "trust": Fact("string", "who said it", "", ("operator", "outside", "")),
    "attribute": Fact("string", 'what is remarked, "lesson.edited"', ""),
    "health": Fact("bool", "its words speak of somebody's health, by a list of words", False),
    "needed": Fact("bool", "something that is not settled yet needs it", False),
    "lapsed": Fact(
        "bool", "its own time is over, or it was claimed long ago and never confirmed", False
    ),
    # what a language model would be asked
    "tier": Fact("string", "which models are asked", "", ("small", "large", "judge", "")),
    "model": Fact("string", 'the model\'s name, "home/qwen3"', ""),
    "remote": Fact("bool", "the model runs on a machine that is not yours", False),
    "data_class": Fact(
        "string",
        "the most private part of what it would read: public | business | personal | secret",
        "public",
        ("public", "business", "personal", "secret"),
    ),
    "redacted": Fact("bool", "numbers and addresses of people are replaced before it reads", False),
    "cost_ceiling": Fact("double", "the most this call can cost, in your currency", 0.0),
    "spent_for_goal": Fact("double", "what models cost for this wish of yours so far", 0.0),
    "spent_by_agent": Fact("double", "what models cost this agent since midnight", 0.0),
    "calls_for_task": Fact("int", "how often this agent asked models for this task so far", 0),
    "budget_level": Fact(
        "string",
        "what the budgets for models leave: normal | thrifty | frozen",
        "normal",
        ("normal", "thrifty", "frozen"),
    ),
    "local_only": Fact("bool", "you set Firstmate to models of your own", False),
    # when
    "today": Fact("string", 'the date at your place, "2026-11-27"', "2026-01-01"),
    "hour": Fact("int", "the hour at your place, 0 to 23", 12),
    "weekend": Fact("bool", "it is Saturday or Sunday at your place", False),
    "quiet": Fact("bool", "you asked for quiet now", False),
    "stopped": Fact("bool", "you said STOP and have not resumed", False),
    "autonomy": Fact("bool", "your own rules may let something run by itself", True),
}

OF_MODELS = frozenset(
    {
        *("tier", "model", "remote", "data_class", "redacted"),
        *("cost_ceiling", "spent_for_goal", "spent_by_agent", "calls_for_task"),
        *("budget_level", "local_only"),
    }
)  # of a model call; every other action has their usual values


def of_action(action: Action) -> dict[str, Any]:
    """Return the facts the action itself carries; they win over whatever else is said."""
    return {"operation": action.operation, "effect": action.effect, "agent": action.agent}


def of_origins(origins: Mapping[str, Origin], roles: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts about where the arguments come from; the worst of a role counts.

    `origins` by path ("to", "lines.0.amount"), `roles` by field, as the operation declares them.
    """
    by_role: dict[str, set[Origin]] = {}
    for path, origin in origins.items():
        by_role.setdefault(roles.get(path.split(".")[0], "value"), set()).add(origin)
    destination = _worst(by_role.get("destination", set()))
    reference = _worst(by_role.get("reference", set()))
    amount = _worst(by_role.get("amount", set()))
    return {
        "dest_origin": destination,
        "dest_trusted": destination in TRUSTED or not destination,
        "reference_origin": reference,
        "reference_trusted": reference in TRUSTED or not reference,
        "amount_origin": amount,
        "amount_trusted": amount in TRUSTED or not amount,
        "content_origin": _worst(by_role.get("title", set()) | by_role.get("text", set())),
        "secret_named": by_role.get("secret", set()) <= {"operator"},
        "typed": set().union(*(by_role[role] for role in by_role if role != "flag"))
        == {"operator"},
        "outside": "text" in origins.values(),
    }


def with_usual(given: Facts, facts: Mapping[str, Fact] = FACTS) -> dict[str, Any]:
    """Return the given facts and the usual value of every other one. For examples and trials."""
    whole = {name: fact.usual for name, fact in facts.items()} | dict(given)
    return {n: float(v) if _is_whole_double(facts.get(n), v) else v for n, v in whole.items()}


def fault_in(name: str, value: Any, facts: Mapping[str, Fact] = FACTS) -> str | None:
    """Return what is wrong with a fact as given by a person, None when it is fine."""
    fact = facts.get(name)
    if fact is None:
        return f"There is no fact {name!r}{nearest(name, facts)}."
    if not _is_whole_double(fact, value) and type(value) is not _PYTHON[fact.kind]:
        return f"The fact {name!r} is a {fact.kind}, not {value!r}."
    if fact.values and value not in fact.values:
        return f"The fact {name!r} is never {value!r}{nearest(str(value), fact.values)}."
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " (nearest: 'amount')" for the nearest known name, or nothing."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f" (nearest: {close[0]!r})" if close else ""


def _is_whole_double(fact: Fact | None, value: Any) -> bool:
    return fact is not None and fact.kind == "double" and type(value) is int


def _worst(origins: set[Origin]) -> str:
    return next((origin for origin in _WORST_FIRST if origin in origins), "")
