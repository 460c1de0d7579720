"""Blanks: places of a draft that somebody was still to fill in."""

import re
from collections.abc import Iterator

from agents.checks.evidence import Finding

SAYS = "“{}” looks like a place that was still to be filled in."
_WORD = r"[^\W\d_]"
_BLANK = re.compile(
    rf"\{{\{{[^}}\n]*\}}\}}?|\$?\{{[a-z_][\w. ]{{0,40}}\}}|\{{%[^\n]*?%\}}"
    rf"|\[(?!\w{{1,20}}-\d+-[0-9a-f]{{4,}}\]){_WORD}[^\[\]\n]{{1,60}}\](?!\()"
    rf"|<(?=[a-z])[\w ]{{2,30}}>|<<[^>\n]+>>|%\w{{3,30}}%"
    r"|\b(?:TODO|TBD|TBC|FIXME|XXX+|N\.N\.|lorem ipsum)(?!\w)|_{3,}|\?{3,}",
    re.IGNORECASE,
)
_LOUD = ("todo", "tbd", "tbc", "fixme")  # in capitals alone: “todo” is Spanish


def check(text: str) -> Iterator[Finding]:
    """Yield “[NAME]”, “TODO”, “{{ amount }}” and the like. A mark of redaction is none."""
    for match in _BLANK.finditer(text):
        if match[0].casefold() not in _LOUD or match[0].isupper():
            yield Finding("blank", match[0], SAYS.format(match[0]))


def without(text: str) -> str:
    """Return the text with its blanks taken out, each as a break; all else keeps its place."""
    return _BLANK.sub(lambda match: "\n" * len(match[0]), text)
