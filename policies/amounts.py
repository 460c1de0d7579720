"""Numbers as people write them: 1.250,00 € and 1,250.00 and 1 250,00 are the same.

Three digits after a single mark are thousands ("1.250" is 1250): money has two decimals or none.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

_NUMBER_CHARS_MAX = 40
_CURRENCY = re.compile(
    r"(?<![^\W\d_])(?:aud|cad|chf|czk|dkk|euros?|eur|gbp|huf|jpy|kr|kč|nok|pln|sek|usd|zł)"
    r"(?![^\W\d_])|[€$£¥]",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_EDGE = r"(?<!\w)(?<!\w[-+.,/_#@'\u2019])(?<!\d:)"  # not the 40 of PAY-40 or of 10:40
_STOP = r"(?!\w)(?![-.,:/_@'\u2019]\w)"
_WRITTEN = re.compile(rf"{_EDGE}[-+]?\d+(?:[.,'\u2019]\d+)*{_STOP}")
_SPACED = re.compile(rf"{_EDGE}[-+]?\d{{1,3}}(?: \d{{3}})+(?:[.,]\d+)?{_STOP}")
_READINGS = (  # the whole number, the marks between its thousands, the marks before its decimals
    (r"[1-9]\d{0,2}(?:,\d{3})+", ",", r"\."),
    (r"[1-9]\d{0,2}(?:\.\d{3})+", ".", ","),
    (r"[1-9]\d{0,2}(?:['\u2019 ]\d{3})+", "'\u2019 ", "[.,]"),
    (r"(?:0|[1-9]\d*)", "", "[.,]"),
)
_FORMS = tuple(
    (re.compile(rf"[-+]?{whole}(?:{point}\d+)?"), str.maketrans("", "", marks), re.compile(point))
    for whole, marks, point in _READINGS
)


def number_in(value: str) -> Decimal | None:
    """Return the number a value is as a whole ("40,00 €" is 40), None when it is not one."""
    if len(value) > _NUMBER_CHARS_MAX or not _DIGIT.search(value):
        return None
    return _read(_CURRENCY.sub("", value).strip())


def numbers_in(text: str) -> Iterator[Decimal]:
    """Yield every number that stands alone in a text; "order 7 400,00" is read both ways."""
    text = _CURRENCY.sub(" ", text)
    for form in (_WRITTEN, _SPACED):
        for match in form.finditer(text):
            if (number := _read(match[0])) is not None:
                yield number


def _read(token: str) -> Decimal | None:
    for form, thousands, point in _FORMS:
        if form.fullmatch(token):
            return Decimal(point.sub(".", token.translate(thousands)))
    return None
