"""A cited sentence, held against the sources that it names: they alone bear it.

Neither the question nor another source proves anything, but for a sentence that tells what its
sources do not say. What is checked are words, not their meaning: a sentence may be wrong and pass.
"""

from collections.abc import Sequence

from agents.checks import denial, facts, names, strangers
from agents.checks.clauses import stems
from agents.checks.evidence import Evidence
from agents.checks.facts import Facts
from agents.checks.language import likeliest

FROM_NOWHERE = "a number, date, link or address in it stands in no source that its sentence names"
NAMELESS = "a name in it stands in no source that its sentence names"
DENIED = "it has a “not” that no source it names has, or lacks one"
ELSEWHERE = "its words stand in another source than the sentence names"
WORDS_ELSEWHERE_MIN = 2


def fault(text: str, named: Sequence[str], others: Sequence[str], question: str) -> str:
    """Return what of a sentence the sources it names do not bear, in a few words; "": they do.

    `others`: what else its writer was given.
    """
    silent = denial.of_silence(text)
    known = "\n".join([*named, question] if silent else named)
    said = Facts(text)
    if any(facts.from_nowhere(said, Facts(known, proves=True))):
        return FROM_NOWHERE
    german = (likeliest(text) or likeliest(question)) == "de"
    if any(names.check(text, said.rest, Evidence((known,)), german=german)):
        return NAMELESS
    if silent:
        return ""
    if strangers.stranger(text, known, german=german):
        return NAMELESS
    if _elsewhere(text, named, others):
        return ELSEWHERE
    return DENIED if denial.disagrees(text, named) else ""


def _elsewhere(text: str, named: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether another source has its words, and those it names have not half as many."""
    words = stems(text)
    here = len(words & stems("\n".join(named)))
    there = max((len(words & stems(one)) for one in others), default=0)
    return there >= WORDS_ELSEWHERE_MIN and 2 * here < there
