"""Reads a rule out of the operator's own words, English or German, or says that it cannot.

Every word must be understood: one that is not ("unless", "except", a name) could turn the rule
round, so then there is none.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agents.reading import amounts
from agents.reading.words import Candidate, Context, Found

CHARS_MAX = 200
_QUOTED = re.compile(
    r"[?\n>\"“”„«»]|(?<!\w)['\u2018\u2019]"
)  # asked or quoted, so not said as a rule

_HOUR = r"(?P<hour>\d{1,2})(?:[:.]00)?(?![\d:.,])(?:\s*(?P<mark>o['\u2019]clock|uhr|h|am|pm)\b)?"
_PEOPLE = r"(?P<count>\d{1,6})\s+(?:people|persons|recipients|leute[n]?|personen|empfänger[n]?)"
_OFTEN = (
    r"(?P<count>\d{1,4})(?=\s+(?:(?:e-?)?mails?|refunds?|invoices?|meetings?|appointments?|bookings?"
    r"|posts?|erstattungen|rückzahlungen|rechnungen|termine)\b)"
)
_LIMITS = {  # before an amount
    "from": r"from|starting (?:at|from)|at least|ab|mindestens",
    "over": r"over|above|more than|exceeding|über|ueber|mehr als",
    "up_to": r"up to|at most|bis(?: zu)?|höchstens|maximal",
    "under": r"under|below|less than|unter|weniger als",
}
_PHRASES = (  # the first that fits is taken, so what is longer stands first
    ("filler", r"from now on|ab jetzt|ab sofort|in future|in zukunft|künftig"),
    ("notify", r"(?:don['\u2019]t|do not|no need to|never) ask(?: me)?(?: for| about)?"),
    ("notify", r"fine|ok|okay|allowed|in ordnung|erlaubt|you (?:may|can)|du (?:darfst|kannst)"),
    ("filler", r"before(?= (?:you|each|every|any|sending|an?|all)\b)|bevor(?= du\b)"),
    ("ask", r"ask(?: me)?|frage?(?: du)?(?: mich)?"),
    ("twice", r"twice|two times|zweimal|doppelt"),
    ("deny", r"never|no|nothing|don['\u2019]t|do not|nie|niemals|nichts?|keine?[nr]?"),
    ("many", rf"(?:more than|over|above|mehr als|über)\s+{_PEOPLE}"),
    ("often", rf"(?:more than|over|above|mehr als|über)\s+{_OFTEN}"),
    ("daily", r"(?:a|per|each|every|on one|in one) day|daily|(?:am|pro|an einem) tag|täglich"),
    ("before", rf"(?:before|vor)\s+{_HOUR}"),
    ("after", rf"(?:after|nach)\s+{_HOUR}"),
    ("weekend", r"(?:(?:at|on|over|am|an)\s+)?(?:the\s+)?(?:weekends?|wochenenden?)"),
    ("known", r"(?:known|existing) (?:customers?|clients?|people)|bekannte[rn]? kund(?:en?|innen)"),
    ("strangers", r"strangers?|(?:unknown|new) (?:people|customers?|payees?|addresses|recipients)"
     r"|fremde[nr]?|unbekannte[nr]?"),
    ("mail", r"(?:e-?)?mail(?:s|ing|en)?|writ(?:e|ing)|schreib(?:e|en)?"),
    ("refund", r"(?:pay(?:ing)? back|refund(?:s|ing)?|(?:rück)?erstatt(?:e|en|ung|ungen)"
     r"|rückzahlung(?:en)?)"),
    ("invoice", r"invoices?|rechnung(?:en)?"),
    ("booking", r"meetings?|appointments?|bookings?|termine?"),
    ("post", r"(?:publish(?:ing)? )?posts?|publish(?:ing)?|veröffentlich(?:e|en|ungen)"),
    ("delete", r"delet(?:e|ing|ions?)|lösch(?:e|en|ungen)"),
    ("money", r"money|payments?|pay(?:ing)?|spend(?:ing)?|geld|zahlung(?:en)?|zahlen?"),
    ("filler", r"please|always|bitte|immer|everything|anything|alles|etwas|send(?:ing)?|issue"
     r"|schicke?n?|sende|book|buche|the|an?|any|every|each|all|to|for|of|if|when|it|that|which"
     r"|is|are|it['\u2019]s|goes|go|going|out|you|the|wenn|was|es|an|für|fuer|bei|zu|um|der|die|das"
     r"|dem|den|jede[nmrs]?|alle[nmrs]?|geht|gehen|sind|ist|raus|du"),
)  # fmt: skip
_BEHIND = re.compile(r"\s+(?:on(?:wards)?|upwards|and (?:up|more)|an|aufwärts)\b", re.IGNORECASE)
_OR_MORE = re.compile(r"\s+(?:(?:or|and|oder|und) (?:more|mehr)|upwards|and up)\b", re.IGNORECASE)
_COMPILED = tuple(
    (name, re.compile(rf"(?:{phrase})(?!\w)", re.IGNORECASE)) for name, phrase in _PHRASES
)
_LIMIT = re.compile(
    "|".join(rf"(?P<{name}>(?:{said})(?!\w))" for name, said in _LIMITS.items()), re.IGNORECASE
)
OUTCOMES = ("ask", "deny", "notify")
SUBJECTS = ("mail", "refund", "invoice", "booking", "post", "delete", "money")
MARKS = ("twice", "weekend", "known", "strangers", "daily")


@dataclass(slots=True)
class Said:
    """What was heard: one outcome, what it is about, and every bound."""

    words: str
    then: str = ""
    about: str = ""  # one of SUBJECTS, "" for everything that goes out
    twice: bool = False
    weekend: bool = False
    known: bool = False
    strangers: bool = False
    daily: bool = False  # the limit, or how often, is of one day
    limit: str = ""  # from | over | up_to | under, of `amount`
    amount: Decimal = Decimal(0)
    currency: str = ""
    named: bool = False  # its currency was said
    hours: dict[str, int] = field(default_factory=dict)  # before, after → 0 to 23
    many: int | None = None  # people
    often: int | None = None  # times


def heard(words: str, context: Context) -> Said | None:
    """Return what the words say of a rule; None unless every one of them is understood."""
    text = words.strip().rstrip(".! ")
    if not text or len(text) > CHARS_MAX or _QUOTED.search(text):
        return None
    said = Said(text)
    found = amounts.find(text, context, [])
    at = 0
    while at < len(text):
        if text[at] in " ,:":
            at += 1
            continue
        end = _phrase(said, text, at) or _amount(said, text, at, found)
        if end is None:
            return None
        at = end
    return said if _makes_sense(said) else None


def _amount(said: Said, text: str, at: int, found: list[Found]) -> int | None:
    """Take a bound in money that begins here; return where it ends."""
    limit = _LIMIT.match(text, at)
    begin = at if limit is None else limit.end() + 1
    one = next((each for each in found if each.start == begin), None)
    if one is None or len(one.readings) != 1 or said.limit:
        return None
    behind = (_OR_MORE if limit is None else _BEHIND).match(text, one.end)
    if limit is None and behind is None:
        return None
    said.limit = "from" if limit is None else str(limit.lastgroup)
    _take(said, one.readings[0], text[one.start : one.end])
    return one.end if behind is None else behind.end()


def _take(said: Said, reading: Candidate, written: str) -> None:
    said.amount = Decimal(reading.value)
    said.currency = reading.more["currency"]
    said.named = not re.fullmatch(r"[\d.,'\u2019\s]+", written)


def _phrase(said: Said, text: str, at: int) -> int | None:
    """Take the phrase that begins here; None if there is none, or it contradicts another."""
    fits = ((name, pattern.match(text, at)) for name, pattern in _COMPILED)
    name, match = next(((n, m) for n, m in fits if m), ("", None))
    if match is None or not _noted(said, name, match.groupdict()):
        return None
    return match.end()


def _noted(said: Said, name: str, given: dict[str, Any]) -> bool:
    if name in OUTCOMES:
        fits, said.then = said.then in ("", name), name
        return fits
    if name in SUBJECTS:
        fits, said.about = said.about in ("", name), name
        return fits
    if name in ("before", "after"):
        return _clock(said, name, int(given["hour"]), (given["mark"] or "").lower())
    if name in ("many", "often"):
        fits = getattr(said, name) is None
        setattr(said, name, int(given["count"]))
        return fits
    if name in MARKS:
        setattr(said, name, True)
    return True


def _clock(said: Said, name: str, hour: int, mark: str) -> bool:
    if mark in ("am", "pm"):
        if not 1 <= hour <= 12:
            return False
        hour = hour % 12 + (12 if mark == "pm" else 0)
    fits = name not in said.hours and 1 <= hour <= 23
    said.hours[name] = hour
    return fits


def _makes_sense(said: Said) -> bool:
    """Say whether it is a rule: an outcome, something it is about, and bounds that fit both."""
    counted = said.many is not None or said.often is not None
    bounded = said.limit or said.hours or said.weekend or said.strangers or counted
    if not said.then or not (said.about or bounded) or (said.twice and said.then != "ask"):
        return False
    if said.known and said.strangers:
        return False
    if said.daily or said.often is not None:
        often = said.often is not None and bool(said.about) and not said.limit
        much = said.often is None and said.limit in ("from", "over")
        if not said.daily or not (often or much) or said.then == "notify":
            return False
    if said.then == "notify":
        elsewhere = said.hours or said.weekend or said.many is not None
        return said.limit not in ("from", "over") and not elsewhere
    return not said.known and said.limit not in ("up_to", "under")
