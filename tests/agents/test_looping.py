"""What a loop is, and what only looks like one."""

import json

import pytest

from agents.models.looping import REPEATED_MAX, UNIT, answer_loops, repeated

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
    assert answer_loops(text)


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
    assert not answer_loops(text)
    assert repeated(UNIT.findall(text.casefold())) < REPEATED_MAX - 0.05


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMES = ("Ada", "Bruno", "Dorota", "Erik", "Fay", "Gus", "Hana", "Ivo", "Jana", "Kim", "Lea", "Max")
COMES = "has confirmed and will come to the party on Friday."


@pytest.mark.parametrize(
    "text",
    [
        "; ".join(f"{day} 09:00-12:00 and 13:00-17:00" for day in DAYS),
        "\n".join(f"- {day}: 9 am to noon and 1 pm to 5 pm, by appointment" for day in DAYS),
        "\n".join(f"| Monday {n} | 09:00 - 10:00 | free |" for n in range(1, 15)),
        "\n".join(f"{day} {n}:00-{n + 1}:00 free" for day in DAYS for n in range(8, 18)),
        "\n".join(f"- {name}: {COMES}" for name in NAMES),
        "\n".join(f"{n}. Call {name} until Friday for the offer" for n, name in enumerate(NAMES)),
        "\n".join(f"- Invoice 2026-{n:03} of 120.00 EUR, due on 2026-11-{n:02}" for n in range(30)),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("shape", ["alone", "in an answer", "cut"])
def test_hours_timetables_and_lists_are_none(text: str, shape: str) -> None:
    told = {"alone": text, "in an answer": json.dumps({"text": text})}
    assert not answer_loops(told.get(shape, told["in an answer"][:-2]))


def steps(count: int) -> str:
    """Return a plan of steps that are alike but for whom they are for, as a model writes it."""
    each = [
        {"key": name.lower(), "title": f"Invite {name}", "operation": "email.send", "after": []}
        | {"why": "You want to invite them.", "risk": "They may not come."}
        | {"args": {"to": f"${{{name.lower()}.email}}", "subject": "Our summer party"}}
        for name in NAMES[:count]
    ]
    return json.dumps({"understood": True, "title": "Invitations", "question": "", "steps": each})


@pytest.mark.parametrize("count", range(2, 13))
def test_a_plan_of_steps_that_are_alike_is_none_at_any_moment_of_its_stream(count: int) -> None:
    whole = steps(count)
    assert not any(answer_loops(whole[:end]) for end in (*range(40, len(whole), 400), len(whole)))


def test_a_loop_in_one_text_among_others_is_one() -> None:
    plan = json.loads(steps(3))
    plan["steps"][1]["risk"] = "It is so. " * 60
    assert answer_loops(json.dumps(plan))
    assert answer_loops(json.dumps(plan)[: json.dumps(plan).index("It is so") + 500])


def test_a_list_of_the_same_entry_again_and_again_is_one() -> None:
    entry = {"text": "The lamp is red.", "sources": [1]}
    assert answer_loops(json.dumps({"sentences": [entry] * 20}))
    assert not answer_loops(json.dumps({"sources": [1] * 60, "amounts": ["40.00 EUR"] * 9}))
