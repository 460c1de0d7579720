"""Amounts: exact decimals with two places, never floats; and accounts as they are printed."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

CENT = Decimal("0.01")
AMOUNT_MAX = Decimal("999999999.99")  # the most one SEPA transfer can carry


def in_words(amount: Decimal, currency: str) -> str:
    """Return `1234.50 EUR`, the way the ledger writes it."""
    return f"{amount:.2f} {currency}"


def spaced(iban: str) -> str:
    """Return an account as it is printed: in groups of four."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def _no_float(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError('give the amount as text, such as "40.00"')
    return value


def _cents(amount: Decimal) -> Decimal:
    if amount != amount.quantize(CENT):
        raise ValueError("an amount has at most two decimals")
    return amount.quantize(CENT)


Amount = Annotated[
    Decimal, BeforeValidator(_no_float), Field(gt=0, le=AMOUNT_MAX), AfterValidator(_cents)
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
