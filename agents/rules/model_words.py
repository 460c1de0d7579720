"""Rules about language models in the operator's own words, English or German. Pure.

“never send customer data to a remote model” · “use only small models” · “at most 2 EUR a day for
models” · “never use the large model at night” · “never send customer data to mistral/large” ·
“only my own server may read personal data”. Each sentence is understood whole, or it is none.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from agents.reading import amounts
from agents.reading.words import Context
from agents.rules.rule_made import Made
from agents.specialists import roster
from engine.chat import words
from policies.house import ASK, OPERATIONS
from policies.rules import Rule

CHARS_MAX = 200
CENT = Decimal("0.01")
SLUG = re.compile(r"[^a-z0-9]+")
_MODEL = r"(?:an?\s+|the\s+|any\s+|ein(?:em?|en)?\s+|das\s+|dem\s+|die\s+|kein\s+)?"
_SIZE = r"(?P<tier>small|large|big|judge|kleine[mns]?|große[mns]?|grosse[mns]?)"
_FAR = r"(?P<remote>remote|cloud|external|foreign|fremde[mns]?|entfernte[mns]?|externe[mns]?)"
_NOUN = r"(?:language\s+)?(?:models?|(?:sprach)?modelle?[ns]?)"
_DATA = (
    r"(?P<personal>customer(?:s['\u2019]?|['\u2019]s)?\s+(?:data|mails?)|personal\s+data|private\s+data"
    r"|kundendaten|persönliche\s+daten|personenbezogene\s+daten)"
)
_WHICH = (  # a model by its name, or all of a server: “mistral/…”
    r"(?:(?:(?:the|das|dem)\s+)?modell?\s+)?(?P<which>[a-z][\w.-]*/(?:[\w.:/-]*\w|\*|…)?)"
    r"|(?:(?:the|den|der|dem)\s+)?server\s+(?P<server>[a-z][\w.-]*)"
)
_OWN = (
    r"(?P<own>(?:my|our|meine?|unsere?)\s+(?:own\s+|eigene[rns]?\s+)?"
    r"(?:servers?|machines?|computers?|rechner|(?:sprach)?modelle?|(?:language\s+)?models?))"
)
_NEVER = r"(?:never|do\s+not|don['\u2019]t|nie(?:mals)?)"
_TIMES = {
    "night": (r"(?:at|by)\s+night|nachts|in\s+der\s+nacht", "hour < 8 || hour >= 20", 22, 12),
    "weekend": (r"(?:at|on)\s+(?:the\s+)?weekends?|am\s+wochenende", "weekend", True, False),
}
_WHEN = "|".join(f"(?P<{name}>{said[0]})" for name, said in _TIMES.items())
_CLOCK = (
    r"(?:before|vor)\s+(?P<before>\d{1,2})(?:\s*uhr)?"
    r"|(?:after|nach)\s+(?P<after>\d{1,2})(?:\s*uhr)?"
)
_SENTENCES = tuple(
    re.compile(rf"(?:please\s+|bitte\s+)?{sentence}(?:\s*,?\s*(?:please|bitte))?", re.IGNORECASE)
    for sentence in (
        rf"{_NEVER}\s+(?:send|give|show|pass)\s+{_DATA}\s+to\s+{_MODEL}(?:{_FAR}\s+)?{_NOUN}",
        rf"(?:schicke?|sende|gib|zeige?)\s+{_NEVER}\s+{_DATA}\s+an\s+{_MODEL}(?:{_FAR}\s+)?{_NOUN}",
        rf"{_NEVER}\s+(?:send|give|show|pass)\s+{_DATA}\s+to\s+(?:{_WHICH})",
        rf"(?:schicke?|sende|gib|zeige?)\s+{_NEVER}\s+{_DATA}\s+an\s+(?:{_WHICH})",
        rf"{_NEVER}\s+(?:use|ask)\s+(?:{_WHICH})",
        rf"(?:frage?|nimm|benutze?)\s+{_NEVER}\s+(?:{_WHICH})",
        rf"(?P<but>only)\s+(?:{_OWN}|{_WHICH})\s+(?:may|can)\s+(?:read|see|get|have)\s+{_DATA}",
        rf"(?P<but>nur)\s+(?:{_OWN}|{_WHICH})\s+(?:darf|dürfen)\s+{_DATA}\s+(?:lesen|sehen|haben)",
        rf"(?:use\s+only|only\s+use|only|nimm\s+nur|nur)\s+{_MODEL}(?P<only>{_SIZE}\s+){_NOUN}",
        rf"{_NEVER}\s+(?:use|ask)\s+{_MODEL}(?:{_SIZE}\s+|{_FAR}\s+)?{_NOUN}(?:\s+(?:{_WHEN}|{_CLOCK}))?",
        rf"(?:frage?|nimm|benutze?)\s+(?:{_WHEN}|{_CLOCK})?\s*{_NEVER}\s+{_MODEL}"
        rf"(?:{_SIZE}\s+|{_FAR}\s+)?{_NOUN}",
        r"(?:spend\s+)?(?:at\s+most|no\s+more\s+than|up\s+to|höchstens|maximal)\s+(?P<most>.+?)\s+"
        r"(?:a|per|each|every|am|pro)\s+(?:day|tag)\s+(?:for|on|für)\s+" + _MODEL + _NOUN,
        r"(?:(?:the|der|die)\s+)?(?P<agent>[a-z]+)(?:\s+(?:may|darf))?(?:\s+(?:cost|spend|kostet))?\s+"
        r"(?:at\s+most|no\s+more\s+than|up\s+to|höchstens|maximal)\s+(?P<most>.+?)\s+"
        r"(?:a|per|each|every|am|pro)\s+(?:day|tag)(?:\s+(?:kosten|ausgeben))?"
        r"(?:\s+(?:for|on|für)\s+" + _MODEL + _NOUN + ")?",
    )
)


@dataclass(frozen=True, slots=True)
class _Bound:
    """One bound of a rule: its name, clause and words; facts within and beyond it."""

    id: str
    clause: str
    says: str
    within: dict[str, Any]
    beyond: dict[str, Any]


def made(said: str, context: Context) -> Made | None:
    """Return the rule about models that the words say; None: they say none."""
    text = said.strip().rstrip(".! ")
    if len(text) > CHARS_MAX or "\n" in text:
        return None
    found = next((match for s in _SENTENCES if (match := s.fullmatch(text))), None)
    if found is None:
        return None
    bounds = _bounds(found.groupdict(), context)
    return None if bounds is None else _made(text, bounds)


def _bounds(given: dict[str, str | None], context: Context) -> list[_Bound] | None:
    """Return the bounds that were said; None: an amount or an hour in them is none."""
    if given.get("most"):
        return _most(str(given["most"]), context, str(given.get("agent") or "").casefold())
    bounds = []
    if named := given.get("which") or given.get("server"):
        bounds.append(_named(named, but=bool(given.get("but"))))
    if given.get("remote") or given.get("own"):
        far: dict[str, Any] = {"remote": True}
        bounds.append(_Bound("remote", "remote", " of somebody else's", far, {"remote": False}))
    if said := given.get("tier"):
        bounds.append(_size(_tier(said), only=bool(given.get("only"))))
    if given.get("personal"):
        clause, text = "data_class in ['personal', 'secret']", ", with what names somebody"
        whose = {"data_class": "personal"}
        bounds.append(_Bound("personal", clause, text, whose, {"data_class": "business"}))
    for name, (_, clause, within, beyond) in _TIMES.items():
        if given.get(name):
            fact, says = ("hour", " at night") if name == "night" else (name, " at the weekend")
            bounds.append(_Bound(name, clause, says, {fact: within}, {fact: beyond}))
    return _clock(given, bounds)


def _clock(given: dict[str, str | None], bounds: list[_Bound]) -> list[_Bound] | None:
    for name, sign in (("before", "<"), ("after", ">=")):
        hour = int(given.get(name) or 0)
        if not given.get(name):
            continue
        if not 1 <= hour <= 23:
            return None
        within, beyond = (hour - 1, hour) if name == "before" else (hour, hour - 1)
        says = f" {name} {hour} o'clock"
        clause = f"hour {sign} {hour}"
        bounds.append(_Bound(name, clause, says, {"hour": within}, {"hour": beyond}))
    return bounds


def _size(tier: str, *, only: bool) -> _Bound:
    if not only:
        other = "large" if tier == "small" else "small"
        clause = f"tier == '{tier}'"
        return _Bound(tier, clause, f" of the {tier} ones", {"tier": tier}, {"tier": other})
    other = "small" if tier != "small" else "large"
    says = f" that is none of the {tier} ones"
    return _Bound(f"but-{tier}", f"tier != '{tier}'", says, {"tier": other}, {"tier": tier})


def _named(said: str, *, but: bool) -> _Bound:
    """Return the bound of one model, or of a whole server; `but`: of every other one.

    Whoever says “Mistral” means mistral.
    """
    server, slash, model = said.partition("/")
    whole = not slash or model in ("", "*", "…")
    one, called = (f"{server}/any", f"the server {server}") if whole else (said, said)
    pattern = (f"{server}/" if whole else f"{said}$").replace(".", "[.]")
    clause, id = f"model.matches('(?i)^{pattern}')", SLUG.sub("-", said.casefold()).strip("-")
    named, others = {"model": one}, {"model": "another/one"}
    if but:
        says = f" of another than {called}" if whole else f" that is not {called}"
        return _Bound(f"but-{id}", f"!{clause}", says, others, named)
    return _Bound(id, clause, f" of {called}" if whole else f" ({said})", named, others)


def _tier(said: str) -> str:
    word = said.casefold()
    if word == "judge":
        return word
    return "small" if word.startswith(("small", "klein")) else "large"


def _most(text: str, context: Context, agent: str) -> list[_Bound] | None:
    """Return the bounds of a day's cost, of all agents (agent "") or of one.

    Costs are counted in the company's currency only.
    """
    if agent and agent not in _agents():
        return None
    found = amounts.find(text, context, [])
    zero = re.fullmatch(r"0(?:[.,]0+)?\s*(?:[A-Za-z]{3}|€|\$)?", text.strip())
    if zero:
        amount, currency = Decimal(0), context.currency
    elif (
        len(found) == 1
        and len(found[0].readings) == 1
        and (found[0].start, found[0].end)
        == (
            0,
            len(text),
        )
    ):
        reading = found[0].readings[0]
        amount, currency = Decimal(reading.value), str(reading.more["currency"])
    else:
        return None
    if currency != context.currency:
        return None
    amount = amount.quantize(CENT)
    spent, whose = ("spent_by_agent", f" for the {agent}") if agent else ("spent_today", "")
    says = f", where it might bring the day's cost{whose} over {words.money(amount, currency)}"
    within = {spent: float(amount), "cost_ceiling": 0.01}
    beyond = {spent: 0.0, "cost_ceiling": float(amount)}
    day = _Bound("a-day", f"{spent} + cost_ceiling > {amount}", says, within, beyond)
    if not agent:
        return [day]
    other = {"agent": next(one for one in _agents() if one != agent)}
    return [_Bound(agent, f"agent == '{agent}'", "", {"agent": agent}, other), day]


@cache
def _agents() -> tuple[str, ...]:
    """Return who may have a budget in words: those that came with Firstmate."""
    return roster.of().names


def _made(text: str, bounds: list[_Bound]) -> Made:
    within: dict[str, Any] = {"operation": ASK}
    for bound in bounds:
        within |= bound.within
    rule = Rule(
        id="-".join(("said-models-never", *(bound.id for bound in bounds))),
        why=f"You said: {text}.",
        then="deny",
        action=ASK,
        effect=OPERATIONS[ASK],
        when=tuple(bound.clause for bound in bounds),
    )
    says = "A language model" + "".join(bound.says for bound in bounds)
    given = (within, *(within | bound.beyond for bound in bounds))
    return Made(rule, f"{says}: never; templates and rules go on without it.", given)
