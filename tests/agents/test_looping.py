"""What a loop is, and what only looks like one."""

import json

import pytest

from agents.models.looping import REPEATED_MAX, UNIT, loops, repeated

GOOD = (
    "Dear Bruno, thank you for your patience. The new lamp arrived on Monday and has been tested "
    "since. It will leave our workshop on Thursday, so you should have it by Friday noon. If the "
    "colour is not what you hoped for, send it back within thirty days and we will exchange it. "
    "The invoice is attached; it is due in two weeks. Yours, Lamp & Light"
)
SORRY = "Thank you for waiting so long, we are sorry and hope to hear from you."
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@pytest.mark.parametrize(
    "text",
    [
        "Hello " * 60,
        "x" * 3000,
        "\u4f60\u597d\u5417" * 400,
        "!" * 2000,
        "\n\t" + "{" * 900,
        "The file is ready. " * 30,
        json.dumps({"text": GOOD + " and so on" * 60}),  # good at first
        '{"text": "' + "I am sorry, I cannot open the file. Please try again. " * 12,  # cut off
        json.dumps({"text": "\n".join(f"{n}. {SORRY}" for n in range(40))}),
        (GOOD + " ") * 5,
    ],
    ids=range(10),
)
def test_what_says_the_same_again_and_again_is_a_loop(text: str) -> None:
    assert loops(text)


LISTED = "\n".join(
    f"Invoice INV-2026-{n:03} of {n} May over {n * 7}.50 EUR is open." for n in range(1, 29)
)
SENTENCES = {
    "sentences": [
        {"text": f"{name.capitalize()} lamps were sold on day {n}.", "sources": [n]}
        for n, name in enumerate(NUMBERS)
    ]
}
TABLE = "| lamp | sold | left |\n|------|------|------|\n" + "\n".join(
    f"| {name} | {n * 3} | {40 - n} |" for n, name in enumerate(NUMBERS)
)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        json.dumps({"text": GOOD}),
        LISTED,
        json.dumps(SENTENCES),
        TABLE,
        "no " * 30,  # short
        f"{GOOD}\n\n> {GOOD}",  # quoted once
        "-" * 120,
        "",
    ],
    ids=range(9),
)
def test_what_only_has_a_form_is_none(text: str) -> None:
    assert not loops(text)
    assert repeated(UNIT.findall(text.casefold())) < REPEATED_MAX - 0.05
