"""The qualifier's figure: on 48 generated leads each reason is one that was planted, and named."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from agents.specialists.qualifier import LEAST, MOST, Said, score

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CASES = 48
SAYS = {
    "need": (
        "We need a course for twelve people.",
        "I am looking for lamps.",
        "Wir suchen Lampen.",
    ),
    "money": ("What is your price for this?", "Our budget is 4,000 EUR.", "Was kostet das?"),
    "date": (
        "It must be here by the end of May.",
        "Next week would be fine.",
        "Bis zum 3. Mai bitte.",
    ),
    "decides": (
        "I can sign that myself.",
        "My boss says yes.",
        "Unsere Geschäftsführerin liest mit.",
    ),
    "poor": ("We have no budget for it.", "That is too expensive.", "Das ist uns zu teuer."),
    "later": (
        "We are just looking around.",
        "Not this year, I am afraid.",
        "Wir sind noch nicht so weit.",
    ),
    "leave": ("Please unsubscribe me.", "Stop writing to me.", "Bitte keine Mails mehr."),
}
NEUTRAL = (
    "Thank you for your kind words.", "The weather was lovely on Sunday.", "Greetings to Bruno.",
    "Here is the photo you asked about.", "Danke für den netten Abend.", "The parcel came.",
)  # fmt: skip


def leads() -> Iterator[tuple[list[Said], dict[str, set[int]]]]:
    """Yield what somebody wrote, and which passages hold which signal."""
    for seed in range(CASES):
        draw = random.Random(seed)
        planted: dict[str, set[int]] = {}
        said = []
        for n in range(1, draw.randint(2, 6)):
            sentences = [draw.choice(NEUTRAL)]
            for name in draw.sample(list(SAYS), draw.randint(0, 2)):
                sentences.append(draw.choice(SAYS[name]))
                planted.setdefault(name, set()).add(n)
            draw.shuffle(sentences)
            said.append(Said(n, " ".join(sentences), NOW - timedelta(days=draw.randint(31, 400))))
        yield said, planted


def test_every_reason_is_one_that_was_said_with_the_passages_that_say_it() -> None:
    seen = set()
    for said, planted in leads():
        found = {one.name: set(one.sources) for one in score(said, NOW).reasons}
        assert found == planted, said
        seen.update(planted)
    assert seen == set(SAYS)


def test_the_points_are_those_of_the_reasons_and_stay_between_none_and_a_hundred() -> None:
    for said, planted in leads():
        found = score(said, NOW)
        assert found.points == max(LEAST, min(MOST, 20 + sum(r.points for r in found.reasons)))
        if planted and planted.keys() <= {"poor", "later", "leave"}:
            assert found.says == "cold"
    keen = [Said(1, "We need ten lamps by Friday, our budget is 900 EUR and I decide.", NOW)]
    assert (score(keen, NOW).says, score(keen, NOW).points) == ("hot", 100)


def test_what_speaks_against_it_does_not_speak_for_it_by_the_same_words() -> None:
    [reason] = score([Said(1, "There is no budget.", NOW - timedelta(days=99))], NOW).reasons
    assert (reason.name, reason.points) == ("poor", -35)


def test_of_whom_nothing_is_known_there_is_nothing_to_say() -> None:
    assert score([], NOW).reasons == ()
    assert score([], NOW).says == "cold"
