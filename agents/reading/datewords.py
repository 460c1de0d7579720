"""The grammar of moments: patterns of days, parts of the day and clock times in four languages.

Names of days and months come from babel, so the operator's own language is read as well.
"""

import re
from functools import cache
from typing import NamedTuple

LANGUAGES = ("en", "de", "fr", "es")
PARTS = {  # minutes since midnight
    "morning": 9 * 60,
    "noon": 12 * 60,
    "afternoon": 15 * 60,
    "evening": 19 * 60,
    "midnight": 24 * 60,
}
ODD = {  # minutes to add to the hour that follows
    "half past": 30,
    "quarter past": 15,
    "quarter to": -15,
    "halb": -30,
    "viertel nach": 15,
    "viertel vor": -15,
}
HOURS = {  # "at one" is left out: "at one of our sites"
    name: hour
    for names in (
        "two three four five six seven eight nine ten eleven twelve",
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    )
    for hour, name in enumerate(names.split(), start=2)
}

_PART = (
    r"(?:in the|at|am|por la|de la|du)?\s*\b(?:(?P<morning>morning|früh|vormittags?|matin"
    r"|(?<=la )mañana)|(?P<noon>noon|midday|mittags?|midi|mediodía)"
    r"|(?P<afternoon>afternoon|nachmittags?|après-midi|tarde)"
    r"|(?P<evening>evening|night|abends?|soir|noche)"
    r"|(?P<midnight>midnight|mitternacht|minuit|medianoche))\b"
)
_AHEAD = r"(?:next|this|coming|nächste[nrs]?|kommende[nrs]?|diese[nrs]?)"
_ON = r"(?:(?:on|by|until|till|for|am|bis|für|zum|vom|le|du|el|den|the)\s+){0,2}"
_COUNT = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty"
    r"|half an|eine[mnr]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|une?|deux|trois|quatre"
    r"|cinq|una?)"
)
_SHORT = r"(?:minutes?|mins?|hours?|hrs?|h|minuten?|stunden?|minutos?|heures?|horas?)"
_LONG = (
    r"(?:days?|weeks?|months?|tag(?:e|en)?|wochen?|monat(?:e|en)?|jours?|semaines?|mois|días?"
    r"|semanas?|mes(?:es)?)"
)
_RELATIVE = (
    rf"(?:in|dans|en|dentro de)\s+{_COUNT}\s*(?:(?P<short>{_SHORT})|{_LONG})\b"
    rf"|{_COUNT}\s+{_LONG}\s+ago|vor\s+{_COUNT}\s+{_LONG}\b"
    r"|day after tomorrow|tomorrow|yesterday|today|tonight|next week|next month"
    r"|this(?=\s(?:morning|afternoon|evening))|übermorgen|morgen|heute|gestern|nächste woche"
    r"|après-demain|demain|aujourd['\u2019]hui|ce(?=\s(?:soir|matin))"
    r"|pasado mañana|mañana|hoy|ayer|esta(?=\s(?:noche|tarde))"
)
_HOUR = rf"\d{{1,2}}|(?:{'|'.join(HOURS)})\b"
_NOT_MONEY = r"(?![.,:/-]?\d|\s*(?:[€$£%+]|(?:eur|euros?|usd|gbp|chf|dollars?|percent)\b))"
TO = re.compile(r"[\s,]*(?:on|at|the|am|um|den|le|el|à|in the)?[\s,]*", re.IGNORECASE)


class Grammar(NamedTuple):
    """`day` has the groups of one way to name it; `part` those of PARTS; `clock` two times."""

    day: re.Pattern[str]
    part: re.Pattern[str]
    clock: re.Pattern[str]


@cache
def grammar(locale: str) -> Grammar:
    clock = (
        rf"(?<![\w.,:/#-])(?P<at>(?:at|by|around|um|gegen|ab|à|a las?|@)\s*)?"
        rf"(?:(?P<odd>{'|'.join(ODD)})\s+)?{_clock(1)}"
        rf"(?:\s*(?:-|\u2013|to|until|bis)\s*{_clock(2)})?{_NOT_MONEY}"
    )
    return Grammar(
        re.compile(_day_pattern(locale), re.IGNORECASE),
        re.compile(_PART, re.IGNORECASE),
        re.compile(clock, re.IGNORECASE),
    )


@cache
def months(locale: str) -> dict[str, int]:
    """Return the names of months, long and short, lower case, and their numbers."""
    from babel.dates import get_month_names

    return {
        name.rstrip(".").lower(): number
        for language in _languages(locale)
        for width in ("wide", "abbreviated")
        for form in ("format", "stand-alone")
        for number, name in get_month_names(width, form, language).items()
    }


@cache
def weekdays(locale: str) -> dict[str, int]:
    """Return the names of weekdays, lower case, and their numbers (Monday is 0)."""
    from babel.dates import get_day_names

    days = {
        name.lower(): number
        for language in _languages(locale)
        for number, name in get_day_names("wide", "format", language).items()
    }
    return days | {name[:3].lower(): n for n, name in get_day_names("wide", "format", "en").items()}


def _languages(locale: str) -> list[str]:
    own = locale.partition("_")[0]
    return [own, *(language for language in LANGUAGES if language != own)]


def _day_pattern(locale: str) -> str:
    long = "|".join(name for name in weekdays(locale) if len(name) > 3)
    weekday = rf"(?:{long}|(?-i:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b\.?)"
    month = rf"(?:{'|'.join(sorted(months(locale), key=len, reverse=True))})\b\.?"
    ordinal = r"(?:(?:st|nd|rd|th|er)\b|\.)?"
    dated = (
        rf"(?P<day1>\d{{1,2}}){ordinal}\s*(?:of\s+|de\s+)?(?P<month1>{month}){_year(1)}"
        rf"|(?P<month2>{month})\s+(?P<day2>\d{{1,2}})(?![:\d]){ordinal}{_year(2)}"
    )
    numeric = (
        r"(?P<iso>\d{4}-\d{2}-\d{2})"
        r"|(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})(?!\d)"
        r"|(?<=[a-z]\s)(?P<day3>\d{1,2})\.(?P<month3>\d{1,2})\.(?!\d)"
    )
    return (
        rf"(?<![\w.,/-]){_ON}(?:(?:(?P<named>{weekday}),?\s+{_ON})?(?:{dated}|{numeric})"
        rf"|(?P<ahead>{_AHEAD}\s+)?(?P<weekday>{weekday})(?:\s+(?:prochain|próximo))?(?!\w)"
        rf"|(?P<relative>{_RELATIVE})(?!\w))"
    )


def _year(n: int) -> str:
    return rf"(?:,?\s+(?:de\s+)?(?P<year{n}>\d{{4}})(?![:\d]))?"


def _clock(n: int) -> str:
    return (
        rf"(?P<hour{n}>{_HOUR})(?:(?P<mark{n}>[:.h])(?P<minute{n}>\d{{2}}))?(?!\d)"
        rf"(?:\s?(?P<half{n}>[ap]\.?m\b\.?|uhr\b|h\b|o['\u2019]clock\b))?"
    )
