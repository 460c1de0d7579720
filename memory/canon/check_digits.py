"""Whether the check digits of a number are right, whoever wrote it. Without signs between them."""

from functools import lru_cache


def account(number: str) -> bool:
    """Say whether this is an IBAN, in capitals: its country's letters and digits, and they sum up.

    Whether there is such a bank is not asked.
    """
    from schwifty.registry import get_iban_spec
    from stdnum.iso7064 import mod_97_10

    spec = get_iban_spec(number[:2])
    fits = spec.regex.fullmatch(number[4:]) is not None
    return fits and bool(mod_97_10.is_valid(number[4:] + number[:4]))


def luhn(number: str) -> bool:
    """Say whether this is right as cards and some countries' company numbers are."""
    from stdnum import luhn

    return bool(luhn.is_valid(number))


def spanish(number: str) -> bool:
    """Say whether this is right as a person's number in Spain."""
    from stdnum.es import dni, nie

    return bool(dni.is_valid(number) or nie.is_valid(number))


@lru_cache(None)
def account_length(country: str) -> int:
    """Return how many letters an IBAN of this country has; 0: it has none."""
    from schwifty.exceptions import SchwiftyException
    from schwifty.registry import get_iban_spec

    try:
        return int(get_iban_spec(country).iban_length)
    except SchwiftyException:
        return 0
