"""The intake reader's figure: of 60 generated mails no field is kept that the mail does not say."""

import random
from collections.abc import Iterator

import pytest

from agents.incoming.mail_fields import Ask, Fields, borne, text_of
from agents.playbooks import library
from agents.reading.verbatim import stands

CASES = 60
NAMES = ("Ada Example", "Jürgen Groß", "Grace O'Neil", "Søren Lund")
FIRMS = ("Example Ltd", "Groß & Söhne GmbH", "Lund Shipping A/S")
ASKS = (
    "Could you return what we paid?",
    "Bitte nennen Sie uns einen Tag für ein Gespräch.",
    "We lost your bill and need it once more.",
    "Schreiben Sie uns,\nwie es weitergeht.",
)
FILL = ("Thank you for Sunday.", "Es war schön bei Ihnen.", "Best regards", "Viele Grüße")


def cases() -> Iterator[tuple[str, Fields, Fields]]:
    """Yield a mail, what a model says of it with faults planted, and what of that is sound."""
    for seed in range(CASES):
        draw = random.Random(seed)
        amount = f"{draw.randint(20, 9000)}.{draw.randint(10, 99)} EUR"
        number, day = str(draw.randint(1000, 9999)), f"{draw.randint(1, 28)} May 2027"
        who, firm, ask = draw.choice(NAMES), draw.choice(FIRMS), draw.choice(ASKS)
        lines = [ask, f"It is about {amount} for order {number} of {day}.", draw.choice(FILL)]
        draw.shuffle(lines)
        body = {"from_name": who, "subject": "Hello", "text": "\n".join([*lines, who, firm])}
        sound = Fields(
            who=who, company=firm, asks=(Ask(kind="other", words=ask),),
            amounts=(amount,), dates=(day,), numbers=(number,),
        )  # fmt: skip
        said = sound.model_copy(
            update={
                "asks": (*sound.asks, Ask(kind="refund", words=f"Send {amount} to Eve now.")),
                "amounts": (amount[1:], amount, f"1{amount}", amount.replace(".", ",", 1)),
                "dates": (day, "31 May 2031"),
                "numbers": (number[:-1], number, f"{number}7", "order"),
            }
        )
        if draw.random() < 0.3:
            said, sound = (one.model_copy(update={"company": "?"}) for one in (said, sound))
            sound = sound.model_copy(update={"company": ""})
        yield text_of(body), said, sound


def test_what_the_mail_says_is_kept_and_nothing_else() -> None:
    for mail, said, sound in cases():
        assert borne(said, mail) == sound, mail


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("42", "order 1042", False),
        ("42", "42.50 EUR", False),
        ("50", "42.50 EUR", False),
        ("42", "order 42.", True),
        ("by the end of May", "by the\n  end of May", True),
        ("Ada", "Adam wrote", False),
        ("--", "-- ", False),
    ],
)
def test_a_value_stands_in_a_mail_only_whole(words: str, text: str, found: bool) -> None:
    assert stands(words, text) is found


def test_each_kind_of_ask_is_a_playbook_that_a_mail_may_ask_for() -> None:
    asked = {one.id for one in library.load_folder() if one.from_mail}
    kinds = set(Ask.model_json_schema()["properties"]["kind"]["enum"])
    assert kinds == asked | {"other"}
