"""How long a draft is beside what it started from."""

from collections.abc import Iterator

from agents.checks.evidence import Evidence, Finding

TIMES_MAX = 3  # as long as its template
WORDS_FREE = 80  # a short template may well become this much longer
SHARE_MIN = 1 / 4
WORDS_KEPT = 12  # from so many on a template may be cut too short
LONG = "It has {} words; what it started from has {}."


def check(text: str, evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding where it is several times as long as its template, or cut to a quarter."""
    if not evidence.template:
        return
    got, began = len(text.split()), len(evidence.template.split())
    short = began >= WORDS_KEPT and got < began * SHARE_MIN
    if got > max(began * TIMES_MAX, began + WORDS_FREE) or short:
        yield Finding("length", "", LONG.format(got, began))
