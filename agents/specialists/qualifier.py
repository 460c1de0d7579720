"""The sales qualifier: how likely somebody buys, by rules, from what they wrote; with sources.

Pure. A signal counts once, whoever repeats it; what speaks against is looked for first, so that
“no budget” is no budget. English and German.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BEGIN = 20  # of somebody of whom nothing is known
LEAST, MOST = 0, 100
RECENT = timedelta(days=30)
RECENT_POINTS = 10
HOT, WARM = 65, 40


@dataclass(frozen=True, slots=True)
class Signal:
    name: str
    points: int
    says: str
    pattern: re.Pattern[str]


def _signal(name: str, points: int, says: str, *patterns: str) -> Signal:
    return Signal(name, points, says, re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE))


_MONTH = "jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec"
_DAY = "mon|tues|wednes|thurs|fri"
AGAINST = (
    _signal(
        "leave", -60, "wants no more mails",
        r"unsubscribe", r"stop (?:writing|mailing)", r"do(?: not|n't) (?:write|contact)",
        r"keine (?:weiteren )?mails",
    ),
    _signal(
        "poor", -35, "cannot or will not pay it",
        r"(?:no|without an?) budget", r"too expensive", r"can(?:not|'t) afford",
        r"kein(?:en|erlei)? (?:budget|geld)", r"zu teuer",
    ),
    _signal(
        "later", -25, "not now",
        r"not (?:now|yet|this (?:year|quarter))", r"just looking",
        r"(?:maybe|perhaps) (?:later|next)", r"erst (?:nächstes|im nächsten)", r"noch nicht",
    ),
)  # fmt: skip
FOR = (
    _signal(
        "need", 20, "says what is needed",
        r"(?:we|i) (?:really )?need", r"looking for", r"interested in",
        r"(?:we|i)(?:'d| would) like", r"brauchen?", r"suchen?", r"interessier\w*", r"möchten?",
    ),
    _signal(
        "money", 20, "speaks of what it may cost",
        r"budget", r"quot(?:e|ation)", r"how much", r"pric(?:e|ing)", r"angebot", r"preis\w*",
        r"was kostet", r"\d[\d.,]*\s?(?:EUR|€|USD|\$)",
    ),
    _signal(
        "date", 15, "says by when",
        rf"by (?:the )?(?:end|\d|{_DAY}|{_MONTH})", r"(?:this|next) (?:week|month|quarter)",
        r"deadline", r"as soon as", r"bis (?:zum|ende|\d)",
        r"(?:diese|nächste)[nrs]? (?:woche|monat)",
    ),
    _signal(
        "decides", 15, "decides, or names who does",
        r"(?:i|we) (?:can )?(?:decide|sign)", r"my (?:boss|manager|team)",
        r"(?:ceo|founder|owner|head of)", r"geschäftsführ\w*", r"(?:ich|wir) entscheiden?",
        r"meine?[mn]? (?:chef\w*|team)",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One passage: `n` is its number on the card."""

    n: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    says: str
    points: int
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    points: int  # 0 to 100
    reasons: tuple[Reason, ...]

    @property
    def says(self) -> str:
        return "hot" if self.points >= HOT else "warm" if self.points >= WARM else "cold"


def score(said: Sequence[Said], now: datetime) -> Score:
    """Return the score with every reason, what weighs most first; each names its passages."""
    left = list(said)
    reasons = []
    for signal in (*AGAINST, *FOR):
        sources = tuple(one.n for one in left if signal.pattern.search(one.text))
        if sources:
            reasons.append(Reason(signal.name, signal.says, signal.points, sources))
        if signal in AGAINST:  # its words no longer speak for anything
            left = [Said(one.n, signal.pattern.sub("…", one.text), one.at) for one in left]
    newest = max(said, key=lambda one: one.at, default=None)
    if newest is not None and now - newest.at <= RECENT:
        says = "was in touch within 30 days"
        reasons.append(Reason("recent", says, RECENT_POINTS, (newest.n,)))
    points = BEGIN + sum(one.points for one in reasons)
    ordered = sorted(reasons, key=lambda one: -abs(one.points))
    return Score(max(LEAST, min(MOST, points)), tuple(ordered))
