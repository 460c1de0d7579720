"""Moments people write ("Friday at 9", "in two hours") as aware datetimes in their own zone.

A phrase is made of pieces that stand side by side: a day, a part of the day, a clock time.
Relative days ("the day after tomorrow") are read by dateparser, imported only when one was seen.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from agents.reading.datewords import HOURS, LANGUAGES, ODD, PARTS, TO, grammar, months, weekdays
from agents.reading.words import Candidate, Context, Found, blank

DAY_STARTS_MIN = 9 * 60  # a day without a time
EARLY_HOURS = range(1, 7)  # "at 3" without am, pm or minutes: night or afternoon?
AFTERNOON_MIN = 12 * 60
MEETING = timedelta(hours=1)
YEARS_MAX = 8  # from one 29 February to the next, at most
IN_OTHER_WORDS = {  # what dateparser does not know
    "half an hour": "30 minutes",
    "pasado mañana": "en 2 días",
    "tonight": "today",
    "this": "today",
    "ce": "today",
    "esta": "today",
}

Kind = Literal["day", "part", "clock"]


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: Kind
    match: re.Match[str]


@dataclass(frozen=True, slots=True)
class _Day:
    """The days a piece can mean. `every`: it comes back after so many days ("Friday" after 7)."""

    days: tuple[date, ...] = ()
    every: int = 0
    instant: datetime | None = None  # "in two hours" names a moment by itself
    fault: str = ""


def find(text: str, context: Context, *, past: bool = False) -> list[Found]:
    """Return the moments the text names, in its order; each lies ahead of now.

    With `past` they lie behind ("paid on 3 November"). Value: ISO 8601 with the offset of the
    zone; more: `date` and `end` (of the range that was written, else an hour later). A day
    without a time is 09:00; "at 3" may be 03:00 or 15:00, so both readings stay.
    """
    return [_found(text, phrase, context, past) for phrase in _phrases(text, context)]


def spans(text: str, context: Context) -> list[tuple[int, int]]:
    """Return where the text speaks of moments, without reading them."""
    return [_span(phrase) for phrase in _phrases(text, context)]


def is_day(text: str, context: Context) -> bool:
    """Say whether the moments that the text names are whole days, without a time."""
    pieces = [piece for phrase in _phrases(text, context) for piece in phrase]
    return all(piece.kind == "day" and not piece.match["short"] for piece in pieces)


def changed(old: str, new: str, context: Context) -> str:
    """Return the words of a moment with what the new words leave open: “Monday” keeps “at 9”."""
    kinds = {piece.kind for piece in _pieces(new, context.locale)}
    kept = [p.match[0].strip() for p in _pieces(old, context.locale) if p.kind not in kinds]
    return " ".join([new.strip(), *kept])


def _phrases(text: str, context: Context) -> list[list[_Piece]]:
    """Return the pieces that stand side by side, at most one of a kind in a phrase."""
    phrases: list[list[_Piece]] = []
    for piece in _pieces(text, context.locale):
        last = phrases[-1] if phrases else []
        near = last and TO.fullmatch(text, last[-1].match.end(), piece.match.start())
        if near and piece.kind not in {other.kind for other in last}:
            last.append(piece)
        else:
            phrases.append([piece])
    return [phrase for phrase in phrases if any(_is_sure(piece) for piece in phrase)]


def _pieces(text: str, locale: str) -> list[_Piece]:
    words = grammar(locale)
    days = [_Piece("day", match) for match in words.day.finditer(text)]
    text = blank(text, [piece.match.span() for piece in days])
    parts = [_Piece("part", match) for match in words.part.finditer(text)]
    text = blank(text, [piece.match.span() for piece in parts])
    clocks = [_Piece("clock", match) for match in words.clock.finditer(text) if _shows(match)]
    return sorted([*days, *parts, *clocks], key=lambda piece: piece.match.start())


def _shows(clock: re.Match[str]) -> bool:
    """Say whether a clock can show this, and whether it may be a time beside a day."""
    if any(_clock_minutes(clock, n) is None for n in (1, 2) if clock[f"hour{n}"]):
        return False
    return any(clock[name] for name in ("at", "mark1", "half1", "odd", "hour2"))


def _is_sure(piece: _Piece) -> bool:
    """Say whether the piece speaks of a moment all alone: "9-10" or "at two" may not."""
    match = piece.match
    if piece.kind == "part":
        return bool(match["noon"] or match["midnight"])
    if piece.kind == "day":
        return True
    by_digits = match["hour1"].isdigit() and (match["at"] or match["mark1"] in (":", "h"))
    half = (match["half1"] or "").lower()
    return bool(by_digits or match["odd"] or half not in ("", "h"))


def _span(phrase: list[_Piece]) -> tuple[int, int]:
    return phrase[0].match.start(), phrase[-1].match.end()


# ── a phrase ────────────────────────────────────────────────────────────────────────────────────


def _found(text: str, phrase: list[_Piece], context: Context, past: bool) -> Found:
    start, end = _span(phrase)
    said = text[start:end].strip()
    by_kind = {piece.kind: piece.match for piece in phrase}
    day = _day(by_kind.get("day"), context, past)
    if day.fault:
        return Found(start, end, fault=day.fault)
    if day.instant:
        return Found(start, end, (_candidate(day.instant, None, context),))
    clock = by_kind.get("clock")
    moments = [
        moment
        for minutes in _minutes(clock, _part_minutes(by_kind))
        for moment in _moments(day, minutes, context, past)
    ]
    if not moments and past:
        return Found(start, end, fault=f"“{said}” is still to come: say when it happened.")
    if not moments:
        return Found(start, end, fault=f"“{said}” is already past: say a day and a time ahead.")
    until = _clock_minutes(clock, 2) if clock and clock["hour2"] else None
    return Found(start, end, tuple(_candidate(moment, until, context) for moment in moments))


def _moments(day: _Day, minutes: int, context: Context, past: bool) -> list[datetime]:
    """Return the moments on the right side of now; "Friday" moves on a week where it must."""
    found = []
    for each in day.days:
        moment = _local(each, minutes, context)
        if past:
            found += [moment] if each <= context.local_now.date() else []
        elif moment.astimezone(UTC) > context.now:  # in one zone, only wall clocks are compared
            found.append(moment)
        elif day.every:
            found.append(_local(each + timedelta(days=day.every), minutes, context))
    return found


def _local(day: date, minutes: int, context: Context) -> datetime:
    """Return the moment the wall clock shows this time.

    A time the clocks skip in spring moves on with them; of a time they show twice in autumn it
    is the first that lies ahead.
    """
    zone = ZoneInfo(context.zone)
    wall = datetime.combine(day, time(), zone) + timedelta(minutes=minutes)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    moment = second if first <= context.now < second else first
    return moment.astimezone(zone)


def _minutes(clock: re.Match[str] | None, part: int | None) -> list[int]:
    """Return what the clock may show, in minutes since midnight."""
    if clock is None:
        return [DAY_STARTS_MIN if part is None else part]
    first = _clock_minutes(clock, 1) or 0
    is_bare = not (clock["mark1"] or clock["half1"] or clock["hour1"].startswith("0"))
    if part is not None:
        is_later = part > AFTERNOON_MIN > first and not (clock["half1"] or "").startswith("a")
        return [first + AFTERNOON_MIN if is_later else first]
    if is_bare and first // 60 in EARLY_HOURS:
        return [first, first + AFTERNOON_MIN]
    return [first]


def _clock_minutes(clock: re.Match[str], which: int) -> int | None:
    """Return the minutes since midnight of the first or second time of a range."""
    said = clock[f"hour{which}"].lower()
    hour, minute = HOURS.get(said) or int(said), int(clock[f"minute{which}"] or 0)
    half = (clock[f"half{which}"] or "").lower()
    if half.startswith(("a", "p")):
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59:
        return None
    odd = ODD.get(" ".join((clock["odd"] or "").lower().split()), 0) if which == 1 else 0
    return (hour * 60 + minute + odd) % (24 * 60)


def _part_minutes(by_kind: dict[Kind, re.Match[str]]) -> int | None:
    if part := by_kind.get("part"):
        return PARTS[str(part.lastgroup)]
    day = by_kind.get("day")
    return PARTS["evening"] if day and (day["relative"] or "").lower() == "tonight" else None


def _candidate(moment: datetime, until: int | None, context: Context) -> Candidate:
    from babel.dates import format_datetime

    end = (moment.astimezone(UTC) + MEETING).astimezone(moment.tzinfo)
    if until is not None:
        written = _local(moment.date(), until, context)
        end = written if written > moment else end
    more = {"date": moment.date().isoformat(), "end": end.isoformat()}
    label = format_datetime(moment, "EEE d MMM y, HH:mm", locale=context.locale)
    return Candidate(value=moment.isoformat(), label=label, more=more)


# ── a day ───────────────────────────────────────────────────────────────────────────────────────


def _day(match: re.Match[str] | None, context: Context, past: bool) -> _Day:
    today = context.local_now.date()
    if match is None:
        return _Day((today,), every=0 if past else 1)
    if match["relative"]:
        return _relative(match, context)
    if match["weekday"]:
        return _weekday(match, context, today, past)
    said = match[0].strip()
    days = _dates(match, context, today, past)
    if not days:
        return _Day(fault=f"“{said}” is not a day in the calendar.")
    if match["named"] and days[0].weekday() != _weekday_number(match["named"], context):
        return _Day(fault=f"“{said}” is not a {match['named']}: say which one is right.")
    return _Day(days)


def _relative(match: re.Match[str], context: Context) -> _Day:
    import dateparser

    now = context.local_now
    said = match["relative"].lower().strip()
    for words, others in IN_OTHER_WORDS.items():
        said = re.sub(rf"\b{words}$", others, said)
    base = now.replace(tzinfo=None)
    found = dateparser.parse(said, languages=[*LANGUAGES], settings={"RELATIVE_BASE": base})
    if found is None:
        return _Day(fault=f"I cannot read “{match[0].strip()}”: say a day and a time.")
    if match["short"]:
        instant = context.now.astimezone(UTC) + (found - base)
        return _Day(instant=instant.astimezone(now.tzinfo).replace(microsecond=0))
    return _Day((found.date(),))


def _weekday(match: re.Match[str], context: Context, today: date, past: bool) -> _Day:
    ahead = (_weekday_number(match["weekday"], context) - today.weekday()) % 7
    if past:
        return _Day((today - timedelta(days=-ahead % 7),))
    if ahead == 0 and (match["ahead"] or "").lower().startswith(("next", "nächst")):
        ahead = 7
    return _Day((today + timedelta(days=ahead),), every=7)


def _weekday_number(name: str, context: Context) -> int:
    return weekdays(context.locale)[name.rstrip(".").lower()]


def _dates(match: re.Match[str], context: Context, today: date, past: bool) -> tuple[date, ...]:
    """Return the days a written date can mean: none, one, or two where the order is unclear."""
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return _existing((year, month, day))
    if match["sep"]:
        return _numeric(match, context.locale)
    n = next(n for n in (1, 2, 3) if match[f"day{n}"])
    name = match[f"month{n}"].rstrip(".").lower()
    month = int(name) if n == 3 else months(context.locale)[name]
    day, year_said = int(match[f"day{n}"]), match[f"year{n}"] if n < 3 else None
    if year_said:
        return _existing((int(year_said), month, day))
    years = [today.year + (-step if past else step) for step in range(YEARS_MAX + 1)]
    near = _existing(*((year, month, day) for year in years))
    return tuple(each for each in near if (each <= today if past else each >= today))[:1]


def _numeric(match: re.Match[str], locale: str) -> tuple[date, ...]:
    """Read 3.12.2026 and 3/12/2026; plain English does not say which of the two comes first."""
    from babel.dates import get_date_format

    a, b, year = int(match["a"]), int(match["b"]), int(match["c"])
    year += 2000 if year < 100 else 0
    day_first, month_first = (year, b, a), (year, a, b)
    if match["sep"] == ".":
        return _existing(day_first)
    if locale == "en":
        return _existing(*dict.fromkeys((day_first, month_first)))
    is_american = str(get_date_format("short", locale).pattern).upper().startswith("M")
    return _existing(month_first if is_american else day_first)


def _existing(*days: tuple[int, int, int]) -> tuple[date, ...]:
    found = []
    for day in days:
        try:
            found.append(date(*day))
        except ValueError:
            continue  # not in the calendar
    return tuple(found)
