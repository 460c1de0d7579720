"""Amounts of money people write ("1.250,00 €", "40 EUR"), read by the operator's locale."""

import re
from decimal import Decimal
from functools import cache

from agents.reading.words import Candidate, Context, Found

DIGITS_MAX = 12
SYMBOLS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD"),
    "us$": ("USD",),
    "ca$": ("CAD",),
    "a$": ("AUD",),
    "r$": ("BRL",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "fr.": ("CHF",),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "pounds": ("GBP",),
    "dollar": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "dollars": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "francs": ("CHF",),
    "franken": ("CHF",),
    "kronor": ("SEK",),
    "kroner": ("NOK", "DKK"),
    "rupees": ("INR",),
}
COMMON_CODES = ("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CAD", "AUD", "INR", "JPY")

_GAPS = "\u00a0\u202f'\u2019"  # what may part thousands beside "." and ","
_COUNTED = (  # a number before one of these counts something else: "40 BTC", "40 days"
    r"(?:%|(?-i:[A-Z]{3}\b)|(?:percent|prozent|pct|x|times|h|uhr|hours?|days?|weeks?|months?"
    r"|years?|minutes?|mins?|stunden?|tagen?|wochen?|monaten?|jahren?|minuten?|invoices?|orders?|payments?)\b)"
)


def find(text: str, context: Context, taken: list[tuple[int, int]]) -> list[Found]:
    """Return the amounts: those with a currency, or else bare numbers outside `taken`.

    A bare number is in the company's currency. Where both "." and "," could be the decimal mark
    the locale decides; when that gives an impossible amount ("1.250 EUR" in English, where cents
    have two digits), both readings stay.
    """
    pattern = _pattern(context.locale, context.currency)
    free = [match for match in pattern.finditer(text) if _is_free(match, taken)]
    with_currency = [match for match in free if _unit(match)]
    return [_found(match, context) for match in with_currency or free]


@cache
def _pattern(locale: str, company: str) -> re.Pattern[str]:
    from babel.numbers import get_group_symbol, list_currencies

    space = r" " if get_group_symbol(locale).isspace() else ""
    any_case = sorted({*SYMBOLS, *COMMON_CODES, company}, key=len, reverse=True)
    unit = "|".join(map(re.escape, any_case)) + f"|(?-i:{'|'.join(sorted(list_currencies()))})"
    number = rf"\d+(?:[.,{_GAPS}{space}]\d+)*(?:,-{{1,2}}(?!\d))?"
    return re.compile(
        rf"(?<![\w#/:.,-])(?P<minus>[-\u2212]\s?)?(?:(?P<before>{unit})\s?(?P<minus2>[-\u2212])?)?"
        rf"(?P<number>{number})(?:\s?(?P<after>{unit})(?!\w)|(?![\w/:-]|[.,]\d|\s*{_COUNTED}))",
        re.IGNORECASE,
    )


def _is_free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    return not Found(match.start(), match.end()).overlaps(taken)


def _unit(match: re.Match[str]) -> str:
    return (match["before"] or match["after"] or "").lower()


def _found(match: re.Match[str], context: Context) -> Found:
    currency = _currency(_unit(match), context.currency)
    is_long = len(re.sub(r"\D", "", match["number"])) > DIGITS_MAX
    numbers = [] if is_long else _numbers(match["number"], currency, context.locale)
    fault = _fault(match, numbers, currency, is_long=is_long)
    readings = () if fault else tuple(_candidate(number, currency) for number in numbers)
    return Found(match.start(), match.end(), readings, fault)


def _currency(unit: str, company: str) -> str:
    """Return the code a unit means; a symbol of several currencies means the company's first."""
    codes = SYMBOLS.get(unit, (unit.upper() or company,))
    return company if company in codes else codes[0]


def _numbers(text: str, currency: str, locale: str) -> list[Decimal]:
    """Return what the digits can mean: one amount, two where it is unclear, none if impossible."""
    from babel.numbers import get_currency_precision, get_decimal_symbol

    places = get_currency_precision(currency)
    ours = "," if get_decimal_symbol(locale) == "," else "."
    theirs = "." if ours == "," else ","
    digits = re.sub(r",-+$", "", text)
    expected = _as(digits, ours)
    if expected is not None and _places(expected) <= places:
        return [_exactly(expected, places)]
    readings = [number for number in (_as(digits, theirs), expected) if number is not None]
    return [_exactly(number, places) for number in readings if number == _exactly(number, places)]


def _as(digits: str, point: str) -> Decimal | None:
    """Return the number if `point` is its decimal mark and the rest are proper groups."""
    whole, mark, fraction = digits.rpartition(point) if point in digits else (digits, "", "")
    grouping = "." if point == "," else ","
    groups = re.split(rf"[{grouping}{_GAPS} ]", whole)
    grouped = len(groups[0]) <= 3 and all(2 <= len(group) <= 3 for group in groups[1:])
    if len(groups) > 1 and not (grouped and len(groups[-1]) == 3):
        return None
    if not (fraction.isdigit() or not mark) or not all(group.isdigit() for group in groups):
        return None
    return Decimal("".join(groups) + (f".{fraction}" if mark else ""))


def _places(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def _exactly(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places))


def _candidate(number: Decimal, currency: str) -> Candidate:
    return Candidate(value=str(number), label=f"{number} {currency}", more={"currency": currency})


def _fault(match: re.Match[str], numbers: list[Decimal], currency: str, *, is_long: bool) -> str:
    said = match[0].strip()
    if match["minus"] or match["minus2"]:
        return f"“{said}” is below zero: say the amount without a minus."
    if is_long:
        return f"“{said}” is larger than any amount I handle."
    if not numbers:
        return f"“{said}” is not an amount of {currency}."
    return "" if all(numbers) else f"“{said}” is nothing: say an amount above zero."
