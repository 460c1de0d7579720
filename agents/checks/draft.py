"""All checks of one draft, in the order in which they are told."""

from agents.checks import blanks, facts, language, length, names
from agents.checks.evidence import Evidence, Finding, Kind
from agents.checks.facts import Facts

FINDINGS_MAX = 12
SAYS: dict[Kind, str] = {
    "number": "“{}” is a number that I was not given.",
    "date": "“{}” is a date or time that I was not given.",
    "link": "“{}” is a link that I was not given.",
    "address": "“{}” is an address or number that I was not given.",
}


def findings(text: str, evidence: Evidence) -> tuple[Finding, ...]:
    """Return what is wrong with a draft. Where nothing is, every fact in it has its evidence."""
    said, known = Facts(text), Facts(evidence.text)
    unproven = facts.from_nowhere(said, known)
    found = (
        *names.greeting(blanks.without(text), evidence),
        *(Finding(kind, one.words, SAYS[kind].format(one.words)) for kind, one in unproven),
        *names.check(text, blanks.without(said.rest), evidence),
        *blanks.check(text),
        *language.check(text, evidence),
        *length.check(text, evidence),
    )
    return tuple(dict.fromkeys(found))[:FINDINGS_MAX]
