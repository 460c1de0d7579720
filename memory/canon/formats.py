"""Formats: how an address, a telephone number, an account … is written down, once and for all.

Each takes what a person wrote and returns what is kept; ValueError says in one sentence what is
wrong. The libraries that know the countries are loaded when the first such value comes.
"""

import re

_PART = r"[^\s@,;:<>()\[\]\"“”]+"
_EMAIL = re.compile(rf"{_PART}@{_PART}\.{_PART}")


def email(text: str) -> str:
    """Return the address without spaces around it."""
    if not _EMAIL.fullmatch(text.strip()):
        raise ValueError(f"“{text}” is not an e-mail address")
    return text.strip()


def phone(text: str, country: str | None = None) -> str:
    """Return the number as E.164 (“+49301234567”); `country` (“DE”) reads one without “+49”.

    Words behind it are refused: they would be read as its keys, “or” as 67.
    """
    import phonenumbers  # 0.1 s

    said = re.sub(r"^\s*00(?=[1-9])", "+", text)
    try:
        number = phonenumbers.parse(said, country)
    except phonenumbers.NumberParseException:
        why = "is not a phone number"
        if country is None and sum(map(str.isdigit, said)) > 2 and not said.startswith("+"):
            why = "lacks its country; write it like +49 30 1234567"
        raise ValueError(f"“{text}” {why}") from None
    behind = re.findall(r"[^\W\d_]+", re.sub(r"^\D*", "", said))
    if len(behind) > (1 if number.extension else 0):
        raise ValueError(f"“{text}” is not a phone number")
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"“{text}” has too few or too many digits for a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def iban(text: str) -> str:
    """Return the account without spaces, in capitals; its check digits are right."""
    from schwifty import IBAN  # its bank registry takes 0.1 s
    from schwifty.exceptions import SchwiftyException

    try:
        return str(IBAN(text))
    except SchwiftyException:
        raise ValueError(f"“{text}” is not a valid IBAN") from None


def vat_id(text: str) -> str:
    """Return the VAT id with its country and without spaces; its check digits are right."""
    from stdnum import get_cc_module
    from stdnum.eu import vat
    from stdnum.exceptions import ValidationError

    country = text.strip()[:2].lower()
    known = vat if country in (*vat.MEMBER_STATES, "el") else get_cc_module(country, "vat")
    if known is None:
        raise ValueError(f"“{text}” is not a VAT id; it begins with its country, like DE136695976")
    try:
        number = str(known.validate(text))
    except ValidationError:
        raise ValueError(f"“{text}” is not a valid VAT id") from None
    return number if number[:2].isalpha() else f"{country.upper()}{number}"
