"""What a model may say of one mail: typed fields, each of which stands in the mail as it is said.

Pure. Whatever the mail does not say letter by letter is dropped, so a model can point at words of
the mail and add none of its own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from agents.reading.verbatim import plain, stands

CHARS_MAX = 8000  # of a mail; further on nothing is looked for
SHORT, WORDS = 120, 400
ASKS_MAX, VALUES_MAX = 3, 6
Kind = Literal["refund", "book-meeting", "send-invoice", "pay-bill", "write-mail", "other"]
SAYS: Mapping[str, str] = {  # how a field is called on the card
    "who": "who writes",
    "company": "company",
    "asks": "asks",
    "amounts": "amount",
    "dates": "date",
    "numbers": "number",
}
_DIGIT = re.compile(r"\d")


class Ask(BaseModel, frozen=True):
    """One thing that is asked; `words` are the mail's own."""

    kind: Kind
    words: str = Field(min_length=1, max_length=WORDS)


class Fields(BaseModel, frozen=True):
    """Copied from the mail letter by letter; "" and [] where it does not say."""

    who: str = Field("", max_length=SHORT)
    company: str = Field("", max_length=SHORT)
    asks: tuple[Ask, ...] = Field((), max_length=ASKS_MAX)
    amounts: tuple[str, ...] = Field((), max_length=VALUES_MAX)
    dates: tuple[str, ...] = Field((), max_length=VALUES_MAX)
    numbers: tuple[str, ...] = Field((), max_length=VALUES_MAX)  # of orders, invoices, payments

    def said(self) -> Iterator[tuple[str, str]]:
        """Yield each field that has a value: how it is called, and the words."""
        for name, value in self:
            for one in [value] if isinstance(value, str) else value:
                words = one.words if isinstance(one, Ask) else one
                if words:
                    yield SAYS[name], words


def text_of(body: Mapping[str, Any]) -> str:
    """Return what is read of a mail: who wrote it, its subject and its text."""
    head = f"From: {body['from_name']}\nSubject: {body['subject']}"
    return f"{head}\n\n{body['text']}"[:CHARS_MAX]


def borne(fields: Fields, mail: str) -> Fields:
    """Return the fields that stand in the mail; amounts and numbers only with a digit."""

    def kept(values: tuple[str, ...], *, digit: bool) -> tuple[str, ...]:
        ours = (plain(one)[:SHORT] for one in values)
        found = [one for one in ours if stands(one, mail) and (_DIGIT.search(one) or not digit)]
        return tuple(dict.fromkeys(found))

    return Fields(
        who=plain(fields.who) if stands(fields.who, mail) else "",
        company=plain(fields.company) if stands(fields.company, mail) else "",
        asks=tuple(one for one in fields.asks if stands(one.words, mail)),
        amounts=kept(fields.amounts, digit=True),
        dates=kept(fields.dates, digit=False),
        numbers=kept(fields.numbers, digit=True),
    )
