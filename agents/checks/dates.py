"""Dates and times of day, as English, German, French and Spanish write them."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from agents.checks.evidence import Item
from agents.reading.words import fold

_MONTHS = (
    "january januar jänner janvier enero",
    "february februar février febrero",
    "march märz mars marzo",
    "april avril abril",
    "may mai mayo",
    "june juni juin junio",
    "july juli juillet julio",
    "august août agosto",
    "september septembre septiembre setiembre",
    "october oktober octobre octubre",
    "november novembre noviembre",
    "december dezember décembre diciembre",
)
_SHORT = (
    "jan janv ene", "feb febr févr", "mar mär", "apr avr abr", "mai", "jun", "jul juil", "aug ago",
    "sep sept", "oct okt", "nov", "dec dez déc dic",
)  # fmt: skip
_WEEKDAYS = (
    "monday mondays montag montags lundi lunes",
    "tuesday tuesdays dienstag dienstags mardi martes",
    "wednesday wednesdays mittwoch mittwochs mercredi miércoles",
    "thursday thursdays donnerstag donnerstags jeudi jueves",
    "friday fridays freitag freitags vendredi viernes",
    "saturday saturdays samstag samstags sonnabend samedi sábado",
    "sunday sundays sonntag sonntags dimanche domingo",
)
_RELATIVE = {
    "tomorrow": "tomorrow demain",  # and “morgen” in small letters, unless it is the morning
    "after": "übermorgen après-demain",
    # not “hier”, for it is a German word, too
    "yesterday": "yesterday gestern ayer",
}


def _numbered(rows: tuple[str, ...], first: int) -> dict[str, int]:
    return {fold(word): n for n, said in enumerate(rows, first) for word in said.split()}


def _either(rows: Any) -> str:
    words = {word for said in rows for word in said.split()}
    return "|".join(sorted(words | set(map(fold, words)), key=lambda word: (-len(word), word)))


LONG, SHORT = _numbered(_MONTHS, 1), _numbered(_SHORT, 1)
WEEKDAYS = _numbered(_WEEKDAYS, 0)
_NAMED = {fold(word): day for day, said in _RELATIVE.items() for word in said.split()}
_MONTH = rf"(?:{_either((*_MONTHS, *_SHORT))})\b\.?"
_YEAR = r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>\d{4})(?!\d))?"
_OF = r"(?:st|nd|rd|th|er|\u00ba|\.)?\s*(?:of\s+|de\s+)?"
_JOIN = r"(?:-|\u2013|to|and|until|bis|und|au|et|al|y|a)"
_I = re.IGNORECASE
_DATED = re.compile(rf"(?<![\d.,:/-])(?P<day>\d{{1,2}}){_OF}(?P<month>{_MONTH}){_YEAR}", _I)
_AMERICAN = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]|[.,]\d){_YEAR}", _I
)
_BEFORE = re.compile(
    rf"(?<![\d.,:/-])(?P<first>\d{{1,2}})(?:st|nd|rd|th|\.)?\s*{_JOIN}\s*(?:the\s+|le\s+|el\s+|den\s+)?$",
    _I,
)
_ISO = re.compile(
    r"(?<![\d/-])(?P<year>\d{4})(?P<sep>[/-])(?P<month>\d\d)(?P=sep)(?P<day>\d\d)(?![\d/-])"
)
_DOTTED = re.compile(
    r"(?<![\w.,/])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?:\s?(?P<year>\d{4}|\d{2}))?(?![\d,]|\.\d)"
)
_SLASHED = re.compile(
    r"(?<![\w.,/-])(?P<a>\d{1,2})(?P<sep>[/-])(?P<b>\d{1,2})"
    r"(?:(?P=sep)(?P<year>\d{4}|\d{2})|(?<=/\d)|(?<=/\d\d))(?![\w/%]|[.,]\d)"
)
_ALONE = re.compile(
    rf"\b(?P<month>{_either(_MONTHS)})\b(?:\s+(?:de\s+)?(?P<year>\d{{4}})(?!\d))?", _I
)
_UNSURE = ("may", "march", "mars", "august", "april", "june")  # words, or somebody's name
_WORDS_TOO = ("may", "march", "august", "mars")  # in small letters
_IN = re.compile(r"(?:in|of|until|since|by|late|early|mid|next|this|last|end|through|im|ab|bis|seit"
                 r"|ende|anfang|mitte|en|de|fin|début|desde|hasta)[\s-]+$", _I)  # fmt: skip
_WEEKDAY = re.compile(rf"\b(?:{_either(_WEEKDAYS)})\b", _I)
_RELATED = re.compile(
    rf"\b(?:{_either(_RELATIVE.values())}"
    r"|(?<!guten )(?<!heute )(?<!gestern )(?<!jeden )(?-i:morgen))\b",
    _I,
)
_CLOCK = re.compile(
    r"(?<![\w.,:/+-])(?P<hour>[01]?\d|2[0-4])(?:"
    r":(?P<m1>[0-5]\d)(?::[0-5]\d)?(?:\s?(?P<p1>[ap])(?:m\b|\.m\.))?"
    r"|(?:[.:](?P<m2>[0-5]\d))?\s?uhr\b(?:\s(?P<m3>[0-5]\d)\b)?"
    r"|(?:[.:](?P<m4>[0-5]\d))?\s?(?P<p2>[ap])(?:m\b|\.m\.)"
    r"|\s?h(?:\s?(?P<m5>[0-5]\d))?\b)(?![\d:])",
    _I,
)  # fmt: skip


def items(text: str, *, proves: bool = False) -> list[Item]:
    """Return every date, weekday and time of day. What is unclear (4/5/2026) means both.

    `proves`: it is evidence, so that “June” alone is a month, and nobody’s name.
    """
    found: list[Item] = []
    months = _every_month if proves else _months
    for make in (_iso, _times, _dated, _american, _dotted, _slashed, _weekdays, _related, months):
        taken = [(item.start, item.end) for item in found]
        for item in make(text):
            if not any(item.start < end and start < item.end for start, end in taken):
                found.append(item)
    return sorted(found, key=lambda item: item.start)


def known(found: list[Item]) -> list[Item]:
    """Return items as evidence: a date proves its day without the year, its weekday, its month."""
    means = {meaning for item in found for meaning in item.means}
    more: set[tuple[object, ...]] = set()
    for meaning in means:
        match meaning:
            case ("date", year, int(month), int(day)):
                more |= {("date", None, month, day), ("month", year, month), ("month", None, month)}
                if isinstance(year, int):
                    more.add(("weekday", date(year, month, day).weekday()))
                else:
                    more |= {("date", one, month, day) for one in _years(means)}
            case ("month", _, month):
                more.add(("month", None, month))
            case _:
                pass
    return [*found, Item(0, 0, "", frozenset(more))]


def _years(means: set[tuple[object, ...]]) -> set[object]:
    return {m[1] for m in means if m[0] in ("date", "month") and m[1] is not None}


def _iso(text: str) -> Iterator[Item]:
    for match in _ISO.finditer(text):
        yield from _day(match, match.start(), match["year"], match["month"], match["day"])


def _dated(text: str) -> Iterator[Item]:
    for match in _DATED.finditer(text):
        yield from _with_name(text, match)


def _american(text: str) -> Iterator[Item]:
    for match in _AMERICAN.finditer(text):
        yield from _with_name(text, match)


def _with_name(text: str, match: re.Match[str]) -> Iterator[Item]:
    """Yield a day of a named month, and the day before it in “3 to 5 May”."""
    month = _month(match["month"])
    yield from _day(match, match.start(), match["year"], month, match["day"])
    if first := _BEFORE.search(text[: match.start()]):
        yield from _day(first, first.start(), match["year"], month, first["first"])


def _dotted(text: str) -> Iterator[Item]:
    for match in _DOTTED.finditer(text):
        yield from _day(match, match.start(), match["year"], match["month"], match["day"])


def _slashed(text: str) -> Iterator[Item]:
    for match in _SLASHED.finditer(text):
        year, a, b = match["year"], match["a"], match["b"]
        means = {m for d, mo in ((a, b), (b, a)) for m in _means(year, mo, d)}
        if means:
            yield Item(*match.span(), match[0], frozenset(means))


def _months(text: str) -> Iterator[Item]:
    for match in _ALONE.finditer(text):
        name, year = fold(match["month"]), match["year"]
        sure = year or name not in _UNSURE or _IN.search(text[: match.start()])
        if sure and (match[0][0].isupper() or name not in _WORDS_TOO):
            month = _month(name)
            yield Item(*match.span(), match[0], frozenset({("month", _full(year), month)}))


def _every_month(text: str) -> Iterator[Item]:
    for match in _ALONE.finditer(text):
        if match[0][0].isupper() or fold(match["month"]) not in _WORDS_TOO:
            means = frozenset({("month", _full(match["year"]), _month(match["month"]))})
            yield Item(*match.span(), match[0], means)


def _weekdays(text: str) -> Iterator[Item]:
    for match in _WEEKDAY.finditer(text):
        yield Item(*match.span(), match[0], frozenset({("weekday", WEEKDAYS[fold(match[0])])}))


def _related(text: str) -> Iterator[Item]:
    for match in _RELATED.finditer(text):
        yield Item(
            *match.span(), match[0], frozenset({("day", _NAMED.get(fold(match[0]), "tomorrow"))})
        )


def _times(text: str) -> Iterator[Item]:
    for match in _CLOCK.finditer(text):
        hour = int(match["hour"])
        minute = int(next((match[f"m{n}"] for n in range(1, 6) if match[f"m{n}"]), 0))
        half = (match["p1"] or match["p2"] or "").lower()
        if half:
            hours = {hour % 12 + (12 if half == "p" else 0)}
        else:
            hours = {hour % 24} | ({hour + 12} if 0 < hour < 12 else set())
        yield Item(*match.span(), match[0], frozenset(("time", h * 60 + minute) for h in hours))


def _day(
    match: re.Match[str], start: int, year: str | None, month: str | int, day: str
) -> Iterator[Item]:
    if means := _means(year, month, day):
        end = match.end() if match.lastgroup != "first" else match.end("first")
        yield Item(start, end, match.string[start:end].strip(), frozenset(means))


def _means(year: str | None, month: str | int, day: str) -> set[tuple[object, ...]]:
    """Return the date as a meaning; nothing where there is no such day."""
    full, m, d = _full(year), int(month), int(day)
    try:
        date(full or 2024, m, d)
    except ValueError:
        return set()
    return {("date", full, m, d)}


def _full(year: str | None) -> int | None:
    if year is None:
        return None
    return int(year) if len(year) == 4 else 2000 + int(year)


def _month(word: str) -> int:
    name = fold(word).rstrip(".")
    return LONG.get(name) or SHORT[name]
