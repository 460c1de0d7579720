"""What a specialist's own file asks of its texts: how long, in which language, what never."""

import re
from collections.abc import Iterator

from agents.checks import language
from agents.checks.evidence import Finding
from agents.specialists.spec_checks import NAMES, Checks

LONG = "It has {} words; by the specialist's file it may have {}."
NEVER = "“{}” is never to be said, by the specialist's file."
OTHER = "It is in {}; by the specialist's file it is to be in {}."


def check(text: str, checks: Checks) -> Iterator[Finding]:
    """Yield what the file says otherwise, worst last; `judge` is asked elsewhere."""
    got = language.of(text)
    if checks.language is not None and got and got != checks.language:
        says = OTHER.format(language.NAMES[got], NAMES[checks.language])
        yield Finding("language", "", says)
    if checks.words is not None and len(text.split()) > checks.words:
        yield Finding("length", "", LONG.format(len(text.split()), checks.words))
    for phrase in checks.never:
        if found := _said(phrase).search(text):
            yield Finding("tone", found[0], NEVER.format(found[0]))


def _said(phrase: str) -> re.Pattern[str]:
    """Match a phrase as whole words, however it is broken over lines."""
    words = r"\s+".join(map(re.escape, phrase.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
