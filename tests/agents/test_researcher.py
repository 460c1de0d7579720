"""The researcher's figure: what it shows is borne by the sources it names; 60 cases and 60 answers.

How well a false name or “not” is caught is measured in test_cited.py.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from agents.answers import answering
from agents.answers.answering import Sentence
from agents.models.door import Answer
from agents.specialists.researcher import Findings, _borne
from memory.recalling.recall import Recalled
from tests.agents.claims import claims

CASES = 60
NAMES = ("Ada", "Bruno", "Grace", "Linus")
FAULTS = ("none", "a source that is not there", "another number", "a source it was not given")


def passage(n: int, text: str) -> Recalled:
    return Recalled(
        id=f"psg_{n}", ref=f"evt_{n}", kind="message", text=text, score=1.0, trust="operator",
        at=datetime(2026, 11, 20, tzinfo=UTC), sensitivity="personal", record=None, by=None,
        because="",
    )  # fmt: skip


def cases() -> Iterator[tuple[list[Recalled], Findings, tuple[str, ...], list[str]]]:
    """Yield sources, what a model says with faults planted, what it was given, the faults."""
    for seed in range(CASES):
        draw = random.Random(seed)
        texts = [
            f"{draw.choice(NAMES)} agreed on {draw.randint(100, 999)}.{draw.randint(10, 99)} EUR"
            for _ in range(draw.randint(3, 8))
        ]
        sources = [passage(n, text) for n, text in enumerate(texts, 1)]
        kept_from = draw.randint(1, len(sources)) if draw.random() < 0.5 else 0
        given = tuple(one.id for n, one in enumerate(sources, 1) if n != kept_from)
        said, planted = [], []
        for n, text in enumerate(texts, 1):
            fault = draw.choice(FAULTS[:3])
            if n == kept_from:
                fault = FAULTS[3]
            named = [n, len(texts) + 5] if fault == FAULTS[1] else [n]
            words = f"{text} and 12345 more" if fault == FAULTS[2] else text
            said.append(Sentence(text=words, sources=named))
            planted.append(fault)
        yield sources, Findings(findings=said), given, planted


def test_no_sentence_is_shown_whose_sources_do_not_bear_it_and_no_sound_one_is_left_out() -> None:
    seen = set()
    for sources, findings, given, planted in cases():
        found = _borne("what was agreed?", sources, Answer(findings, "home/one", given=given))
        sound = [
            one for one, fault in zip(findings.findings, planted, strict=True) if fault == "none"
        ]
        assert list(found.findings) == sound
        assert found.left_out == len(planted) - len(sound)
        seen.update(planted)
    assert seen == set(FAULTS)


def test_findings_and_answers_from_notes_leave_out_the_same_sentences() -> None:
    shown = left_out = 0
    for one in (each for seed in range(CASES) for each in claims(seed)):
        sources = [passage(n, text) for n, text in enumerate(one.sources, 1)]
        said = Findings(findings=[Sentence(text=one.text, sources=[one.source])])
        given = tuple(each.id for each in sources)
        found = _borne(one.question, sources, Answer(said, "home/one", given=given))
        why_not = answering.fault(said.findings, one.question, dict(enumerate(sources, 1)))
        assert bool(found.findings) is not bool(why_not)
        assert bool(found.findings) is not bool(one.fault), one
        shown, left_out = shown + len(found.findings), left_out + found.left_out
    assert shown >= CASES and left_out >= 3 * CASES
