"""The check of cited sentences: what their sources do not bear is found, true ones are left alone.

The figure of the researcher and of answers from notes; `python -m benchmarks.cited` prints it.
"""

from collections import Counter
from types import ModuleType

import pytest

from agents.checks import cited, denial
from tests.agents import paraphrases, paraphrases_held
from tests.agents.claims import FAULTS, Claim, claims

CASES = 60
CAUGHT_MIN, REFUSED_MAX = 0.97, 0.02  # of generated answers, all of which are like their source
OTHERS_CAUGHT_MIN, OTHERS_REFUSED_MAX = 0.90, 0.10  # of those in other words
OTHERS = (paraphrases, paraphrases_held)
PRICE = "Ada pays 60 EUR a head in May."


def found(one: Claim) -> str:
    named = [text for n, text in enumerate(one.sources, 1) if n == one.source]
    others = [text for n, text in enumerate(one.sources, 1) if n != one.source]
    return cited.fault(one.text, named, others, one.question)


def measured(cases: int) -> tuple[Counter[str], Counter[str]]:
    """Return how many claims were made with each fault ("" is whole), how many were refused."""
    made: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for one in (each for seed in range(cases) for each in claims(seed)):
        made[one.fault] += 1
        refused[one.fault] += found(one) != ""
    return made, refused


def refused_in_other_words(of: ModuleType, said: tuple[tuple[str, str], ...]) -> list[str]:
    """Return which of these sentences are refused, each with the key of what it names."""
    return [
        text
        for key, text in said
        if cited.fault(
            text,
            [of.PASSAGES[key]],
            [told for name, told in of.PASSAGES.items() if name != key],
            "What was said?",
        )
    ]


def test_of_planted_faults_nearly_all_are_caught_and_of_whole_answers_nearly_none_is_refused() -> (
    None
):
    made, refused = measured(CASES)
    assert all(made[fault] >= CASES / 5 for fault in FAULTS)
    for fault in FAULTS:
        assert refused[fault] >= CAUGHT_MIN * made[fault], fault
    assert refused[""] <= REFUSED_MAX * made[""]


@pytest.mark.parametrize("of", OTHERS, ids=["looked at", "held back"])
def test_in_other_words_true_sentences_are_seldom_refused_and_false_ones_mostly(
    of: ModuleType,
) -> None:
    refused = refused_in_other_words(of, of.TRUE)
    assert len(refused) <= OTHERS_REFUSED_MAX * len(of.TRUE), refused
    caught = refused_in_other_words(of, of.FALSE)
    assert len(caught) >= OTHERS_CAUGHT_MIN * len(of.FALSE), caught


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Ada pays 60 EUR a head.", ""),
        ("Ada pays 90 EUR a head.", cited.FROM_NOWHERE),
        ("Ada pays 60 EUR a head in June.", cited.FROM_NOWHERE),
        ("Ada pays 60 EUR a head, see evil.example.", cited.FROM_NOWHERE),
        ("Write to ada@evil.example on the 60 EUR.", cited.FROM_NOWHERE),
        ("Linus pays 60 EUR a head.", cited.NAMELESS),
        ("Quirina's course costs 60 EUR a head.", cited.NAMELESS),
        ("It is Quirina who pays 60 EUR a head.", cited.NAMELESS),
        ("Ada does not pay 60 EUR a head.", cited.DENIED),
        ("Ada never pays 60 EUR a head.", cited.DENIED),
        ("The red lamp is broken.", cited.ELSEWHERE),
    ],
)
def test_what_is_wrong_with_a_sentence_is_told(text: str, why: str) -> None:
    question = "what do Ada and Linus pay, 90 EUR in June?"
    assert cited.fault(text, [PRICE], ["The red lamp of the hall is broken."], question) == why


def test_the_question_proves_nothing_but_what_is_said_not_to_be_known() -> None:
    question = "does Linus pay 90 EUR?"
    assert cited.fault("Linus pays 90 EUR.", [PRICE], [], question)
    assert not cited.fault("The sources do not say what Linus pays.", [PRICE], [], question)
    assert cited.fault("The sources do not say that Quirina pays 95 EUR.", [PRICE], [], question)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Invoice No. 7 is paid.", False),
        ("La facture n° 5 est payée.", False),
        ("Not only Ada comes.", False),
        ("She can’t come.", True),
        ("Elle n’est pas là.", True),
        ("Er hat keinen Aufzug.", True),
        ("No viene nadie.", True),
    ],
)
def test_a_not_is_found_however_it_is_written(text: str, *, denied: bool) -> None:
    assert denial.denies(text) is denied


def test_who_does_not_answer_mails_is_not_a_source_that_is_silent() -> None:
    assert not denial.of_silence("Ada does not answer mails.")
    assert denial.of_silence("In den Quellen steht nicht, wer zahlt.")


def test_cancelled_may_bear_a_not_and_does_not_bear_not_cancelled() -> None:
    source = ["Ada cancelled the workshop."]
    assert not cited.fault("There will be no workshop with Ada.", source, [], "is there one?")
    assert cited.fault("Ada did not cancel the workshop.", source, [], "is there one?")
