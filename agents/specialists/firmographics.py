"""Firmographics by rules: company, role, sector, size, web and country, as somebody's words say.

Pure. A value is always words that stand in the passage it is from; of what nobody says nothing is
guessed. English and German.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

ATTRIBUTES = ("company", "role", "sector", "size", "web", "country")
VALUE_CHARS_MAX = 80
_WORD = r"[A-ZÄÖÜ][\w&'\u2019-]*"
_NAME = rf"{_WORD}(?: (?:(?:&|\+|and|und|of|für) )?{_WORD}){{0,4}}"
_FORM = (
    r"(?:GmbH(?: & Co\. KG)?|gGmbH|UG|AG|KG|OHG|e\. ?V\.|e\. ?K\.|Ltd\.?|Limited|Inc\.?|LLC"
    r"|LLP|PLC|S\.?A\.?R\.?L\.?|SAS|B\.?V\.?|A/S|ApS|AB|Oy|S\.?p\.?A\.?|S\.?r\.?l\.?)"
)
_COMPANY = (
    re.compile(rf"(?P<v>{_NAME} {_FORM})(?!\w)"),
    re.compile(rf"\b(?:work(?:ing)?|am) (?:at|for) (?P<v>{_NAME})"),
    re.compile(rf"\barbeite(?:n)? (?:bei|für)(?: der| dem)? (?P<v>{_NAME})"),
)
_TITLE = (
    r"(?:(?:Co-)?Founder|Owner|CEO|CTO|CFO|COO|CMO|Managing Director|Partner|(?:Vice )?President"
    r"|(?:[A-Z]\w+ ){0,2}(?:Manager|Director|Officer|Engineer|Assistant|Lead|Consultant|Accountant)"
    r"|Head of (?:[A-Z]\w+)(?: (?:and|&) [A-Z]\w+)?"
    r"|(?:Mit)?[Gg]ründer(?:in)?|Inhaber(?:in)?|Geschäftsführer(?:in)?|Prokurist(?:in)?"
    r"|(?:[A-ZÄÖÜ]\w+)?[Ll]eiter(?:in)?(?: (?:der |des |für )?[A-ZÄÖÜ]\w+)?|Vorstand"
    r"|Buchhalter(?:in)?|Sekretär(?:in)?)"
)
_ROLE = (
    re.compile(rf"\b(?:I am|I'm|I work as|as) (?:the |an? |our )?(?P<v>{_TITLE})(?!\w)"),
    re.compile(rf"\b[Ii]ch bin (?:die |der |eine? )?(?P<v>{_TITLE})(?!\w)"),
    re.compile(rf"^(?:[^\n,|]{{2,40}}[,|·] ?)?(?P<v>{_TITLE})(?:\s*(?:[,|·]|at\b|bei\b|$))", re.M),
)
_COUNT = r"\d{1,3}(?:[.,]\d{3})*|\d{1,6}"
_WHO = r"employees|people|staff|colleagues|Mitarbeiter\w*|Beschäftigte\w*|Leute|Kolleg\w+"
_SIZE = (
    re.compile(rf"\b(?P<v>(?:{_COUNT}) (?:employees|staff|Mitarbeiter\w*|Beschäftigte\w*))\b"),
    re.compile(
        rf"\b(?:[Ww]e are|[Ww]ir sind)(?: about| rund| etwa)? (?P<v>(?:{_COUNT}) (?:{_WHO}))"
    ),
    re.compile(rf"\b(?P<v>[Tt]eam (?:of|von) (?:{_COUNT}))\b"),
)
_SECTOR_WORD = (
    r"bakery|brewery|publisher|publishing house|law firm|tax firm|agency|hotel|restaurant|caf[eé]"
    r"|school|university|clinic|practice|shop|studio|workshop|farm|museum|charity|insurer|bank"
    r"|software company|shipping company|consultancy|retailer|wholesaler|manufacturer|start-?up"
    r"|\w*[Bb]äckerei|\w*[Bb]rauerei|\w*[Vv]erlag|\w*[Kk]anzlei|\w*[Aa]gentur|\w*[Pp]raxis"
    r"|\w*[Ss]chule|\w*[Hh]andel|\w*[Bb]etrieb|\w*[Ww]erkstatt|\w*[Hh]ersteller|\w*[Vv]erein"
    r"|\w*[Ss]pedition|\w*[Bb]eratung|\w*[Bb]üro"
)
_SECTOR = (
    re.compile(
        rf"\b(?:[Ww]e are|[Ww]e're|[Ww]e run|I run|I own)(?: an?)? "
        rf"(?P<v>(?:(?!and\b)[\w-]+ ){{0,2}}(?:{_SECTOR_WORD}))\b"
    ),
    re.compile(
        rf"\b(?:[Ww]ir sind|[Ww]ir haben|[Ww]ir führen|ich führe)(?: eine?n?)? "
        rf"(?P<v>(?:[\w-]+ ){{0,2}}(?:{_SECTOR_WORD}))\b"
    ),
    re.compile(r"\bin the (?P<v>(?:[\w-]+ ){1,2}(?:industry|sector|trade))\b"),
    re.compile(r"\bin der (?P<v>[A-ZÄÖÜ]\w+branche)\b"),
)
_WEB = (re.compile(r"(?:https?://|\b)(?P<v>www\.[\w-]+(?:\.[\w-]+)+|(?<=://)[\w-]+(?:\.[\w-]+)+)"),)


_OF_US = re.compile(r"\b(?:i|we|my|our|ich|wir|mein\w*|unser\w*)\b", re.IGNORECASE)
_BEFORE = 8  # letters before a value's own sentence, in which it says of whom


@dataclass(frozen=True, slots=True)
class Said:
    """One passage; `n` is its number on the card. `by_us`: “I” and “we” in it are not them."""

    n: int
    text: str
    by_us: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of an attribute, as it stands in each of these passages."""

    attribute: str
    value: str
    sources: tuple[int, ...]


def found(said: Sequence[Said], ours: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return every value that is said, by attribute. `ours`: names and hosts of our own company."""
    values: dict[tuple[str, str], tuple[str, list[int]]] = {}
    for one in said:
        for attribute, value in _values(one):
            if is_ours(value, ours):
                continue
            key = (attribute, value.casefold().rstrip("."))
            _, sources = values.setdefault(key, (value, []))
            sources += [] if one.n in sources else [one.n]
    every = [Finding(key[0], value, tuple(n)) for key, (value, n) in values.items()]
    return tuple(sorted(every, key=lambda one: ATTRIBUTES.index(one.attribute)))


def is_ours(value: str, ours: Collection[str]) -> bool:
    """Say whether a value names our own company or host, whole: “Art” is not in “Cartier”."""
    own = "|".join(re.escape(one) for one in ours if one)
    return bool(own) and re.search(rf"(?<!\w)(?:{own})(?!\w)", value, re.IGNORECASE) is not None


def disputed(findings: Sequence[Finding]) -> set[str]:
    """Return the attributes that have several values: one of them at most is right."""
    named = [one.attribute for one in findings]
    return {one for one in named if named.count(one) > 1}


def _values(one: Said) -> Iterator[tuple[str, str]]:
    patterns = (
        ("company", _COMPANY), ("role", _ROLE), ("sector", _SECTOR), ("size", _SIZE),
        ("web", _WEB), ("country", _country()),
    )  # fmt: skip
    for attribute, several in patterns:
        for pattern in several:
            for match in pattern.finditer(one.text):
                before = one.text[max(0, match.start() - _BEFORE) : match.start("v")]
                if one.by_us and _OF_US.search(before):
                    continue
                value = " ".join(match["v"].split()).strip(" ,;")
                if 0 < len(value) <= VALUE_CHARS_MAX:
                    yield attribute, value


@cache
def _country() -> tuple[re.Pattern[str], ...]:
    """Return how a country is named: at the end of a line of an address, or after “based in”."""
    from babel import Locale

    named = {
        name
        for locale in (Locale("en"), Locale("de"))
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "ZZ")
    }
    names = "|".join(sorted(map(re.escape, named), key=len, reverse=True))
    return (
        re.compile(rf"^(?:[^\n]{{2,60}}[,·|] ?)?(?P<v>{names})\s*$", re.MULTILINE),
        re.compile(
            rf"\b(?:based in|located in|mit Sitz in|aus)(?: [A-ZÄÖÜ]\w+,)? (?P<v>{names})\b"
        ),
    )
