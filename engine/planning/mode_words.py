"""How a wish is to be gone about, as the operator says it: “explore …”, “be creative: …”. Pure.

It stands in the operator's own words of the goal, before the wish itself.
"""

import re

EXPLORATORY, DETERMINISTIC, CREATIVE, USUAL = "exploratory", "deterministic", "creative", ""
SAYS = {
    EXPLORATORY: "exploratory: it only looks, and ends in what it found",
    DETERMINISTIC: "deterministic: by rules and templates, no language model writes",
    CREATIVE: "creative: several drafts to choose from",
    USUAL: "the usual way: a template, which a language model may write better",
}
PREFIX = {EXPLORATORY: "explore: ", DETERMINISTIC: "by the book: ", CREATIVE: "be creative: "}
NAMES = {"explore": EXPLORATORY, "usual": USUAL} | {mode: mode for mode in PREFIX}
_END = r"(?:\s*[:,;]\s*|\s+[\u2013-]\s+)"
_SAID = re.compile(
    r"\s*(?:please\s+|bitte\s+)?(?:"
    rf"(?P<exploratory>(?:only\s+)?explore(?:{_END}|\s+)|(?:just|only)\s+look{_END}"
    rf"|erkunde(?:{_END}|\s+)|nur\s+schauen{_END})"
    rf"|(?P<deterministic>(?:(?:strictly\s+)?by\s+the\s+book|deterministic(?:ally)?|strictly"
    rf"|nach\s+vorlage|deterministisch){_END})"
    rf"|(?P<creative>(?:be|get|sei)\s+(?:creative|kreativ){_END}|(?:creatively|creative|kreativ){_END})"
    r")(?=\S)",
    re.IGNORECASE,
)


def heard(said: str) -> tuple[str, str]:
    """Return the mode that words begin with, "" without one, and the words without it."""
    found = _SAID.match(said)
    if found is None or found.lastgroup is None:
        return USUAL, said
    return found.lastgroup, said[found.end() :]
