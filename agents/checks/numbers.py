"""Numbers, amounts and percentages, as English, German, French and Spanish write them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from agents.checks.evidence import Item
from agents.reading.words import fold

GAPS = "\u00a0\u202f\u2009 "
_MARKS = "'\u2019"
_CURRENCIES = {
    "EUR": "€ eur euro euros",
    "USD": "$ us$ usd dollar dollars dolares",
    "GBP": "£ gbp pound pounds pfund livres libras",
    "CHF": "chf fr. sfr. franken francs",
    "JPY": "¥ jpy yen",
    "PLN": "pln zł zloty",
    "CZK": "czk kč",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "CAD": "cad ca$",
    "AUD": "aud a$",
    "NZD": "nz$",
    "BRL": "r$",
    "INR": "₹ rupees rupien",
    "TRY": "₺",
    "RUB": "₽ rubel",
    "KRW": "₩",
    "BTC": "btc ₿ bitcoin bitcoins",
}
_CODE_OF = {fold(word): code for code, said in _CURRENCIES.items() for word in said.split()}
_PERCENT = "%", "percent", "per cent", "prozent", "pour cent", "por ciento"
_UNIT = "|".join(
    sorted((re.escape(word) for word in [*_CODE_OF, "dólares", *_PERCENT]), key=len, reverse=True)
)
_DIGITS = rf"\d{{1,3}}(?:[{GAPS}]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,{_MARKS}]\d+)*"
_CODES = (  # of other currencies, in capitals alone
    "AED ARS BGN BRL CLP CNY COP EGP HKD HUF IDR ILS INR ISK KES KRW MAD MXN MYR NGN NZD PEN PHP"
    " PKR RON RSD RUB SAR SGD THB TRY TWD UAH VND ZAR ETH USDT"
)
_UNIT += rf"|(?-i:{'|'.join(_CODES.split())})"
_CENTS = rf"\d+(?:[.,{_MARKS}]\d{{3}})*[.,]\d\d(?!\d)"
# in “order 7 EUR 40.00” the currency is that of the second number
_NOT_NEXT = rf"(?![{GAPS}]{_CENTS}(?![{GAPS}]?(?:{_UNIT})))"
_AFTER = (
    rf"(?:[{GAPS}-]?|[{GAPS}]?(?P<bracket>\())(?P<after>{_UNIT})(?(bracket)\)|(?!\w))" + _NOT_NEXT
)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?:(?P<open>\()?(?P<before>{_UNIT})(?(open)\)):?[{GAPS}]?)?"
    rf"[-+\u2212]?(?P<digits>{_DIGITS})(?P<more>k(?![^\W\d_]))?(?:[.,][-\u2013]{{1,2}})?"
    rf"(?:{_AFTER}|(?!\w)|(?=[a-zA-Z]{{1,3}}\b))",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(_AFTER, re.IGNORECASE)
_RANGE = re.compile(  # what stands before and between its ends; \0 is the first
    r"\0(?:[-\u2013]|\s+bis\s+)$"
    r"|\b(?:between|zwischen|entre)\s+\0\s+(?:and|und|et|y)\s+$"
    r"|\b(?:from|de|desde)\s+\0\s+(?:to|à|a)\s+$",
    re.IGNORECASE,
)
_OF_LIST = re.compile(r"(?m)^[ \t]*\(?\d{1,2}[.)](?=\s)")
_WORDS = {
    2: "two zwei deux dos",
    3: "three drei trois tres",
    4: "four vier quatre cuatro",
    5: "five fünf cinq cinco",
    6: "six sechs seis",
    7: "seven sieben sept siete",
    8: "eight acht huit ocho",
    9: "nine neun nueve",
    10: "ten zehn dix diez",
    11: "eleven elf onze",
    13: "thirteen dreizehn treize trece",
    14: "fourteen vierzehn quatorze catorce",
    15: "fifteen fünfzehn quinze quince",
    16: "sixteen sechzehn seize",
    17: "seventeen siebzehn",
    18: "eighteen achtzehn",
    19: "nineteen neunzehn",
    20: "twenty zwanzig vingt veinte",
    30: "thirty dreißig trente treinta",
    40: "forty vierzig quarante cuarenta",
    50: "fifty fünfzig cinquante cincuenta",
    60: "sixty sechzig soixante sesenta",
    70: "seventy siebzig septante setenta",
    80: "eighty achtzig octante ochenta",
    90: "ninety neunzig nonante noventa",
    100: "hundred hundert cent cien",
    1000: "thousand tausend mille mil tsd",
    1_000_000: "million millions millionen millón millones mio",
    1_000_000_000: "billion milliarde milliarden milliard milliards mrd",
    12: "twelve zwölf douze doce dozen dutzend",
}
_SPELLED = {fold(word): n for n, said in _WORDS.items() for word in said.split()}
_ANY = "|".join(word for said in _WORDS.values() for word in said.split())
_TENS = [word for n in range(20, 100, 10) for word in _WORDS[n].split()]
_ONES = ["ein", "one", *(word for n in range(2, 10) for word in _WORDS[n].split())]
_SPELLED_OUT = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})-(?P<ones>{'|'.join(_ONES)})"
    r"|(?P<german>\w*(?:hundert|tausend|zig|ßig)\w*)|"
    rf"(?:{_ANY}))\b",
    re.IGNORECASE,
)


def items(text: str) -> list[Item]:
    """Return every number. A bare one means itself; one with a unit means it with that unit.

    The marks of a list ("1.", "2)") are none.
    """
    plain = _OF_LIST.sub(lambda match: " " * len(match[0]), text)
    found = sorted([*_written(plain), *_spelled_out(plain)], key=lambda item: item.start)
    return _shared(plain, found)


def known(found: list[Item]) -> list[Item]:
    """Return items as evidence: “40 EUR” proves “40”. “40” proves no sum and no share."""
    bare = {(*m[:2], "") for item in found for m in item.means}
    return [*found, Item(0, 0, "", frozenset(bare))]


def _written(text: str) -> Iterator[Item]:
    for match in _NUMBER.finditer(text):
        unit = _unit(match["before"] or match["after"] or "")
        times = 1000 if match["more"] else 1
        values = (value * times for value in readings(match["digits"]))
        yield Item(*match.span(), match[0].strip(), _means(values, unit))


def _spelled_out(text: str) -> Iterator[Item]:
    for match in _SPELLED_OUT.finditer(text):
        tens, _, ones = fold(match[0]).partition("-")
        value = _one_word(f"{ones}und{tens}" if ones else tens)
        if value is not None:
            behind = _UNIT_BEHIND.match(text, match.end())
            means = _means([Decimal(value)], _unit(behind["after"]) if behind else "")
            yield Item(*match.span(), match[0], means)


def _shared(text: str, found: list[Item]) -> list[Item]:
    """Return the numbers, both ends of a range with the unit of one: “between 40 and 50 EUR”."""
    made = list(found)
    for at, (one, other) in enumerate(pairwise(found)):
        sign = "-" if other.words.startswith("-") else ""
        joint = f"{text[: one.start]}\0{text[one.end : other.start]}{sign}"
        if _RANGE.search(joint):
            made[at], made[at + 1] = _with_unit(made[at], other), _with_unit(other, made[at])
    return made


def _with_unit(item: Item, beside: Item) -> Item:
    """Return a bare number with the unit of the one beside it."""
    units = {str(m[2]) for m in beside.means}
    means = frozenset((*m[:2], m[2] or unit) for m in item.means for unit in units)
    return replace(item, means=means)


def _means(values: Iterable[Decimal], unit: str) -> frozenset[tuple[object, ...]]:
    return frozenset(("number", value.normalize(), unit) for value in values)


def _one_word(word: str) -> int | None:
    """Return the number of one folded word, as German makes them: neunundneunzigtausend."""
    if word in _SPELLED:
        return _SPELLED[word]
    for unit in ("tausend", "hundert"):
        before, found, behind = word.partition(unit)
        if found:
            count = _one_word(before) if before else 1
            rest = _one_word(behind.removeprefix("und")) if behind else 0
            return None if count is None or rest is None else count * _SPELLED[unit] + rest
    one, _, ten = word.rpartition("und")
    if ten in _SPELLED and one in map(fold, _ONES):
        return _SPELLED[ten] + _SPELLED.get(one, 1)
    return 1 if word == "ein" else None


def _unit(word: str) -> str:
    said = fold(word.strip())
    if said in _PERCENT:
        return "%"
    return _CODE_OF.get(said, said.upper())


def readings(digits: str) -> frozenset[Decimal]:
    """Return what digits can mean: "1.250" is 1250 and 1.25, "1.234,50" is 1234.5 alone."""
    plain = re.sub(rf"[{GAPS}{_MARKS}]", "", digits)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return _values(plain)
    last = marks[-1]
    whole, _, fraction = plain.rpartition(last)
    decimal = re.sub(r"[.,]", "", whole) + "." + fraction
    if len(set(marks)) == 2:
        return _values(decimal)
    joined = plain.replace(last, "")
    if len(marks) > 1:
        return _values(joined)
    if len(fraction) == 3 and len(whole) <= 3 and whole.strip("0"):
        return _values(joined, decimal)
    return _values(decimal)


def _values(*texts: str) -> frozenset[Decimal]:
    return frozenset(Decimal(text).normalize() for text in texts if len(text) <= 40)
