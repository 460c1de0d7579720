"""Numbers that name somebody, however they are parted: by check digits, shape, or the word before.

What digits alone do not tell (a SIREN in one piece, a Portuguese NIF) counts behind its label.
Order numbers, days and amounts stay. Pure.
"""

import re
from collections.abc import Callable, Iterator

from memory.canon import check_digits

Span = tuple[int, int, str]
_PARTED = r"[\s_./:·\-\u2010-\u2013\u00ad\u200b-\u200d\u2060\ufeff]{0,2}"
_FROM, _TO = r"(?<![^\W_])", r"(?![^\W_])"
_HEAD = re.compile(rf"{_FROM}[A-Za-z]{{2}}{_PARTED}\d{_PARTED}\d(?={_PARTED}[A-Za-z0-9])")
_NEXT = re.compile(rf"{_PARTED}([A-Za-z0-9])")
_CARD = re.compile(  # 2221 is the least that begins with 2: no year does
    rf"{_FROM}(?:2[2-7]\d\d|[3-6]\d{{3}})(?:(?:{_PARTED}\d{{4}}){{2}}{_PARTED}\d{{2,7}}"
    rf"|{_PARTED}\d{{6}}{_PARTED}\d{{4,5}}){_TO}"
)
_SHAPES = re.compile(
    _FROM
    + "(?:"
    + "|".join(
        (
            r"(?i:che)[-. ]?\d{3}[. ]?\d{3}[. ]?\d{3}",  # Switzerland
            r"(?i:be) ?[01]\d{3}[. ]\d{3}[. ]\d{3}",
            r"(?i:nl) ?\d{9} ?(?i:b)\d{2}",
            r"(?i:cy) ?\d{8}[A-Za-z]",
            r"(?i:ie) ?\d[A-Za-z+*]\d{5}[A-Za-z]{1,2}",
            r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}",  # Poland, NIP
            r"[ABCDEFGHJNPQRSUVW]-?\d{8}|[ABCDEFGHJNPQRSUVW]-?\d{7}[A-J]",  # Spain, companies
            r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}",  # Brazil, CPF and CNPJ
            r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]",  # United Kingdom, NINO
            r"\d{6}[-+A]\d{3}[A-Y]",  # Finland
            r"\d{2,3}/\d{3}/\d{4} ?\d",  # Germany, Steuernummer
        )
    )
    + ")"
    + _TO
)
_MONEY = r"(?!\s?(?:EUR|USD|GBP|CHF|PLN|SEK|€|\$|£|%))"
_CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(rf"{_FROM}\d{{8}}[- ]?[A-HJ-NP-TV-Z]{_TO}"), check_digits.spanish),
    (re.compile(rf"{_FROM}[XYZ][- ]?\d{{7}}[- ]?[A-Z]{_TO}"), check_digits.spanish),
    (re.compile(rf"{_FROM}\d{{6}}-\d{{4}}{_TO}"), check_digits.luhn),  # Sweden
    (  # France, SIREN and SIRET
        re.compile(rf"{_FROM}\d{{3}} \d{{3}} \d{{3}}(?: \d{{5}})?{_TO}(?! ?\d){_MONEY}"),
        check_digits.luhn,
    ),
)
_LABEL = (
    r"NIP|NIF|CIF|NIE|DNI|NIPC|SIRENE?|SIRET|TIN|EIN|ITIN|SSN|NINO|UTR|CPF|CNPJ|ABN|ACN|CVR|KVK|BTW"
    r"|RSIN|BSN|PESEL|REGON|CUIT|RFC|OIB|EORI|AHV|AVS|NIR|UID|USt\.?-?\s?Id(?:Nr)?\.?|USt\.?-?Nr\.?"
    r"|USt|MwSt|Umsatzsteuer(?:-?ID(?:entifikationsnummer)?|nummer)?|St\.?-?\s?(?:Nr|Nummer)\.?"
    r"|Steuer(?:nummer|-?\s?Nr\.?|-?\s?ID|identifikationsnummer)|Id\.?-?Nr\.?|VAT|TVA|IVA|P\.?\s?IVA"
    r"|partita\s+IVA|codice\s+fiscale|tax(?:payer)?|org\.?\s?n(?:r|umme)r?\.?|organi[sz]ationsnummer"
    r"|(?:national\s+insurance|social\s+security|company|registration|passport|identity\s+card)"
    r"|(?:Sozialversicherungs|Rentenversicherungs|Ausweis|Reisepass|Pass)-?(?:nummer|nr\.?)"
    r"|(?:sécurité\s+sociale|pasaporte|passeport)"
)
_LABELLED = re.compile(
    rf"(?i:{_FROM}(?:{_LABEL})(?![^\W_])[\s_:.#°()-]{{0,4}}"
    r"(?:(?:id|no|nr|n°|number|nummer|numéro|numero|número|num|reg|registration|intracommunautaire"
    r"|is|was|ist|lautet|est|es|of)\b[\s:.#°()-]{0,4}){0,4})"
    r"(?P<number>(?!\d{4}-\d\d?-\d\d?\b|\d\d?[./]\d\d?[./]\d{4}\b|[\d.,]*\d[.,]\d\d\b(?![.,/-]?\d))"
    rf"(?=(?:[A-Za-z]?{_PARTED}){{0,6}}(?:\d[A-Za-z]?{_PARTED}){{6}})"
    rf"[A-Za-z0-9](?:[ _./:\-\u00a0]?[A-Z0-9]){{5,19}}){_TO}{_MONEY}"
)


def found(text: str) -> Iterator[Span]:
    """Yield where such numbers stand: from, to and their kind. They may overlap."""
    yield from _ibans(text)
    for match in _CARD.finditer(text):
        if check_digits.luhn("".join(filter(str.isdigit, match[0]))):
            yield match.start(), match.end(), "CARD"
    for match in _SHAPES.finditer(text):
        yield match.start(), match.end(), "TAX"
    for pattern, valid in _CHECKED:
        for match in pattern.finditer(text):
            if valid(re.sub(r"[ -]", "", match[0])):
                yield match.start(), match.end(), "TAX"
    for match in _LABELLED.finditer(text):
        yield match.start("number"), match.end("number"), "TAX"


def _ibans(text: str) -> Iterator[Span]:
    """Yield each IBAN: a country and check digits, with as much after it as its country has."""
    for head in _HEAD.finditer(text):
        letters = [one for one in head[0] if one.isalnum()]
        length = check_digits.account_length("".join(letters[:2]).upper())
        at = head.end()
        while len(letters) < length and (following := _NEXT.match(text, at)):
            letters.append(following[1])
            at = following.end()
        compact = "".join(letters).upper()
        if length and len(letters) == length and check_digits.account(compact):
            yield head.start(), at, "IBAN"
