"""Numbers, amounts and percentages, as English, German, French and Spanish write them."""

import re
from collections.abc import Iterator
from decimal import Decimal

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
_NUMBER = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_UNIT})[{GAPS}]?)?[-+\u2212]?(?P<digits>{_DIGITS})"
    rf"(?:[.,][-\u2013]{{1,2}})?(?:[{GAPS}-]?(?P<after>{_UNIT})(?!\w)|(?!\w)|(?=(?P<more>[a-zA-Z]{{1,3}})\b))",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?<![^\W\d])(?:{_UNIT})(?![^\W\d])", re.IGNORECASE)
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
    return sorted([*_written(plain), *_spelled_out(plain)], key=lambda item: item.start)


def known(found: list[Item], text: str) -> list[Item]:
    """Return items as evidence: a bare number goes with a currency that is named anywhere there."""
    units = {_unit(match[0]) for match in _NAMED.finditer(text)} - {"%", ""}
    more = {(*m[:2], unit) for item in found for m in item.means if not m[2] for unit in units}
    bare = {(*m[:2], "") for item in found for m in item.means}
    return [*found, Item(0, 0, "", frozenset(more | bare))]


def _written(text: str) -> Iterator[Item]:
    for match in _NUMBER.finditer(text):
        unit = _unit(match["before"] or match["after"] or "")
        times = 1000 if (match["more"] or "").lower() == "k" else 1
        values = (value * times for value in readings(match["digits"]))
        means = frozenset(("number", value.normalize(), unit) for value in values)
        yield Item(*match.span(), match[0].strip(), means)


def _spelled_out(text: str) -> Iterator[Item]:
    for match in _SPELLED_OUT.finditer(text):
        tens, _, ones = fold(match[0]).partition("-")
        value = _one_word(f"{ones}und{tens}" if ones else tens)
        if value is not None:
            means = frozenset({("number", Decimal(value).normalize(), "")})
            yield Item(*match.span(), match[0], means)


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
