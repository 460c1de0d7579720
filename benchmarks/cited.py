"""How many faults planted in cited sentences are caught, and how many true ones are refused.

Answers in four languages are made by a seed (tests/agents/claims.py); they are like their sources.
Those in other words (tests/agents/paraphrases.py) are written by hand, the second set after the
checks. The sentences are ours, so this measures what is checked, and not all that models write.
"""

from benchmarks._figures import MISSED
from tests.agents.claims import FAULTS
from tests.agents.test_cited import (
    CAUGHT_MIN,
    OTHERS,
    OTHERS_CAUGHT_MIN,
    OTHERS_REFUSED_MAX,
    REFUSED_MAX,
    measured,
    refused_in_other_words,
)

CASES = 400


def main() -> None:
    made, refused = measured(CASES)
    print(f"{CASES} answers in four languages, {made.total() - made['']} planted faults")
    for fault in FAULTS:
        print(f"  {fault:16}{refused[fault]:5} of {made[fault]}")
    faulty = made.total() - made[""]
    _told("caught, like their source", sum(refused[one] for one in FAULTS), faulty, CAUGHT_MIN)
    _told("refused wrongly, like their source", refused[""], made[""], REFUSED_MAX, most=True)
    for which, of in zip(("looked at", "held back"), OTHERS, strict=True):
        caught, wrongly = (len(refused_in_other_words(of, said)) for said in (of.FALSE, of.TRUE))
        _told(f"caught, in other words ({which})", caught, len(of.FALSE), OTHERS_CAUGHT_MIN)
        called = f"refused wrongly, in other words ({which})"
        _told(called, wrongly, len(of.TRUE), OTHERS_REFUSED_MAX, most=True)


def _told(which: str, count: int, of: int, bound: float, *, most: bool = False) -> None:
    good = count <= bound * of if most else count >= bound * of
    print(f"{which}: {count} of {of} (at {'most' if most else 'least'} {bound:.0%}) {_word(good)}")


def _word(good: bool) -> str:
    return "ok" if good else MISSED


if __name__ == "__main__":
    main()
