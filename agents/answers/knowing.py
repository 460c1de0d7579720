"""What the operator asks, tells and corrects of facts: “what is Ada's price?”, “no, it's 90”.

English and German. Only a sentence that names a known attribute and somebody in the records is
heard; every other goes its usual way.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from agents.reading import amounts, lasting, measured, moments, parties
from agents.reading.lasting import UnreadError
from agents.reading.words import Candidate, Context
from engine.objectives import figures
from memory.canon import formats
from memory.db import Reader
from memory.texts import when

What = Literal["ask", "tell", "correct", "wrong", "forget", "pin", "keep"]
Kind = Literal["money", "date", "phone", "number", "text"]
ATTRIBUTES: dict[str, tuple[Kind, str]] = {  # what one has of each, and how it is called
    "hourly rate": ("money", r"hourly rate|stundensatz"),
    "price": ("money", r"(?:agreed )?price|rate|fee|(?:vereinbarter? )?preis|honorar"),
    "phone": ("phone", r"(?:tele)?phone(?: number)?|mobile(?: number)?|telefon(?:nummer)?"),
    "address": ("text", r"(?:postal |street )?address|adresse|anschrift"),
    "delivery": ("date", r"delivery(?: date)?|liefer(?:termin|datum)"),
    "renewal": ("date", r"renewal(?: date)?|verlängerung"),
    "payment terms": ("text", r"payment terms|zahlungsziel"),
    "discount": ("text", r"discount|rabatt"),
    "deadline": ("date", r"deadline|abgabetermin"),
}
_ATTRIBUTE = rf"(?P<attribute>{'|'.join(words for _, words in ATTRIBUTES.values())})"
_THE = r"(?:the |our |der |die |das |den )?"
_OF = r" (?:of|for|with|from|von|für|bei|mit) "
_THING = (
    rf"(?:{_THE}{_ATTRIBUTE}{_OF}(?P<about>.+?)|(?P<owner>.+?) {_ATTRIBUTE.replace('<', '<its_')})"
)
_IS = r"(?::| is(?: now)?| are| was| ist(?: jetzt)?| war| beträgt| lautet)"
_WHAT = (
    r"(?:what(?: is| was|['\u2019]s| are| were)|was (?:ist|war)|wie (?:ist|war|lautet|hoch ist))"
)
_DAY = r"(?:(?:on|in|at|last|am|im|vor|letzte\w*) .+?|yesterday|gestern)"
_KNEW = r"what did we (?:believe|think|know) (?P<known>.+?) (?:about|of|was) "
_SINCE = r"(?: (?:since|from|seit|ab) (?P<since>.+?))?(?: (?:until|till|bis) (?P<until>.+?))?"
_NO = r"(?:no|nein|wrong|falsch|correction|korrektur|actually|doch)[,:.]? "
_KEEP = (
    r"(?:please |bitte )?"
    r"(?:remember|keep in mind|(?:make a )?note|merke? dir|behalte|notiere?|notiz)"
)
_CHANGE = r"(?:please |bitte )?(?:change|update|set|ändere?|setze?|aktualisiere?)(?: bitte)?"
_THAT = r"(?:,? (?:that|dass) |[:,] (?:that |dass )?)(?P<text>.+)"
_PATTERNS: tuple[tuple[What, str], ...] = (
    ("wrong", r"(?:(?:no,? )?that(?:['\u2019]s| is| was)|das (?:ist|war|stimmt)) "
              r"(?:wrong|not (?:right|true|correct)|falsch|nicht(?: richtig)?)"),
    ("forget", r"(?:please )?(?:forget (?:this|that|it)|vergiss (?:das|es)(?: wieder)?)"),
    ("pin", r"(?:please )?(?:always (?:remember|keep in mind)|merke? dir (?:für )?immer"
            r"|vergiss nie)(?:,? (?:that|dass)|:)? (?P<text>.+)"),
    ("keep", rf"{_KEEP} (?:{lasting.FOR}|{lasting.UNTIL}){_THAT}"),
    ("keep", rf"{_KEEP} (?:on|about|for|zu|über|für) (?P<about>[^:,]+?)"
             rf" (?:{lasting.FOR}|{lasting.UNTIL}){_THAT}"),
    ("correct", rf"{_NO}(?:(?:it['\u2019]s|it is|it was|es ist)|{_THE}{_ATTRIBUTE}"
                rf"(?:{_OF}(?P<about>.+?))?{_IS}) (?P<value>.+?)"),
    ("ask", rf"{_KNEW}{_THING}(?: (?P<when>{_DAY}))?"),
    ("ask", rf"{_WHAT} {_THING}(?: (?P<when>{_DAY}))?"),
    ("tell", rf"{_THING}{_IS} (?P<value>.+?){_SINCE}"),
    ("tell", rf"{_CHANGE} {_THING}(?: to| auf| in| zu|:) (?P<value>.+?){_SINCE}"),
)  # fmt: skip
_COMPILED = tuple(
    (what, re.compile(rf"\s*{pattern}[\s.!?]*", re.IGNORECASE)) for what, pattern in _PATTERNS
)
_CHANGED = _COMPILED[-1][1]
_BESIDES = re.compile(
    r"(?:['\u2019]s?|s\b|the\b|our\b|my\b|der\b|die\b|customer\b|client\b|\s)*", re.IGNORECASE
)
CHARS_MAX = 400
PARTS = ("since", "until", "when", "known", "lasts")
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Heard:
    """`who`: the readings of the name; several are namesakes. `when`, `known`: days asked about."""

    what: What
    attribute: str = ""
    who: tuple[Candidate, ...] = ()
    value: str = ""
    since: str = ""
    until: str = ""
    when: str = ""
    known: str = ""
    lasts: str = ""  # “two weeks”


async def heard(reader: Reader, said: str) -> Heard | None:
    """Return what the sentence asks, tells or corrects; None where it is about something else."""
    if len(said) > CHARS_MAX or "\n" in said.strip():
        return None
    for what, pattern in _COMPILED:
        if (match := pattern.fullmatch(said)) is None:
            continue
        if what in ("tell", "correct", "pin", "keep") and said.rstrip().endswith("?"):
            continue  # “Ada's price is 90?” asks
        found = match.groupdict()
        about = found.get("about") or found.get("owner") or ""
        named = _attribute(found.get("attribute") or found.get("its_attribute") or "")
        if pattern is _CHANGED and (named == "phone" or "@" in found["value"]):
            continue  # which a record has a place for
        text = found.get("text") or ""
        who = await whom(reader, about or text, alone=bool(about))
        if about and not who:
            continue
        rest = {name: found.get(name) or "" for name in PARTS}
        return Heard(what, named, who, text or found.get("value") or "", **rest)
    return None


def value(words: str, attribute: str, context: Context) -> tuple[str, str | None]:
    """Return the value and its unit; UnreadError where the words are no such value."""
    words = words.strip()
    kind = "number" if attribute == figures.FIGURE else ATTRIBUTES.get(attribute, ("text",))[0]
    match kind:
        case "money":
            found = [one for one in amounts.find(words, context, []) if one.readings]
            if len(found) != 1 or len(found[0].readings) != 1:
                raise UnreadError(f"I cannot read “{words}” as one amount. Write it like 90 EUR.")
            [reading] = found[0].readings
            return str(reading.value), str(reading.more["currency"])
        case "number":
            try:
                return f"{measured.number(words, context.locale).normalize():f}", None
            except ValueError as error:
                raise UnreadError(str(error)) from None
        case "date":
            return _span(words, context).first.isoformat(), None
        case "phone":  # as a record writes it, or the two would never agree
            try:
                return formats.phone(words), None
            except ValueError as error:
                raise UnreadError(f"{error}.") from None
    return words, None


def end(heard: Heard, context: Context) -> datetime:
    """Return when the time of what is to be kept for a while is over. UnreadError."""
    return lasting.end(heard.lasts, heard.until, context)


def start(words: str, context: Context) -> datetime | None:
    """Return when a day begins at the operator's place; None without words. UnreadError."""
    return _local(_span(words, context).first, time(), context) if words else None


def asked(words: str, context: Context) -> datetime:
    """Return the moment that is asked about: noon of the day, or of the last one. UnreadError."""
    if not words:
        return context.now
    return min(_local(_span(words, context).last, NOON, context), context.now)


def known(words: str, context: Context) -> datetime | None:
    """Return the end of the day on which something was believed; None: now. UnreadError."""
    if not words:
        return None
    return _local(_span(words, context).last + timedelta(days=1), time(), context)


async def whom(reader: Reader, about: str, *, alone: bool) -> tuple[Candidate, ...]:
    """Return whom the words name, if it is one name, and where it is `alone` nothing besides."""
    found = [one for one in await parties.find(reader, about) if one.readings]
    if len(found) != 1:
        return ()
    [name] = found
    if alone and not _BESIDES.fullmatch(about[: name.start] + about[name.end :]):
        return ()  # "Ada for workshops" may have another price than Ada
    readings = {each.ref: each for each in name.readings if each.ref}
    return tuple(readings.values())


def _attribute(said: str) -> str:
    for name, (_, words) in ATTRIBUTES.items():
        if re.fullmatch(words, said, re.IGNORECASE):
            return name
    return ""


def _span(words: str, context: Context) -> when.Span:
    spans = when.spans(words, context.local_now.date())
    if not spans:  # "on Monday": a day behind us
        past = [one.readings[0] for one in moments.find(words, context, past=True) if one.readings]
        days = [date.fromisoformat(one.more["date"]) for one in past]
        spans = [when.Span(day, day) for day in days]
    if not spans:
        raise UnreadError(f"I cannot read “{words}” as a day. Write it like 3 May 2026.")
    return spans[0]


def _local(day: date, at: time, context: Context) -> datetime:
    return datetime.combine(day, at, ZoneInfo(context.zone)).astimezone(UTC)
