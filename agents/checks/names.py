"""Names of people and firms in a draft: whom it greets, and whom it speaks of.

A word counts as a name where its place says so: behind a title or a greeting, with a capital in
the middle of a sentence (German writes all nouns so: there only beside another), or because it is
a usual first name or somebody in the records. What is in the evidence is nobody new.
"""

import re
from collections.abc import Iterator

from agents.checks import dates
from agents.checks.evidence import Evidence, Finding
from agents.checks.language import leaning
from agents.checks.listed import listed
from agents.reading.words import fold

GREETS = "It greets “{}”, and goes to {}."
UNKNOWN = "“{}” is a name that I was not given."
_NAME = r"[^\W\d_](?:[^\W\d_]|[-'\u2019](?=[^\W\d_]))*"
_RUN = re.compile(rf"{_NAME}(?: (?:(?:von|van|de|da|der|le|la|del) )?{_NAME})*")
_WORD = re.compile(_NAME)
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Familie|Firma|Monsieur|Madame|Mme|Mlle|Señora?|Sra?"
    rf"|Don|Doña)\.? (?:Dr\. |Prof\. )?(?P<name>{_NAME}(?: {_NAME})?)"
)
_GREETING = re.compile(
    r"\A\s*(?:dear|hello|hi|hey|good (?:morning|day|afternoon|evening)|hallo|liebe[rs]?|moin"
    r"|servus|guten (?:tag|morgen|abend)|grüß (?:gott|dich)|sehr geehrte[rs]?|bonjour|bonsoir"
    r"|salut|cher|chère|hola|buen(?:os|as)? (?:días?|tardes|noches)|estimad[oa]|querid[oa])\b"
    r"(?P<name>[^\n,!:.;]*(?:\b(?:dr|prof|mr|mrs|ms|sr|sra|m|mme)\.[^\n,!:.;]*)*)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?:^|[.!?:;…\n•\u201c\u201d\"„»«(*\u2013-]|\n\s*\(?\d{1,2}[.)])\s*$")
_JOINS = re.compile(  # before a name in German, where a noun would have an article
    r"(?:\b(?:mit|von|an|bei|für|durch|ohne|gegen|und|oder|hat|habe|haben|ist|wird|dass|wenn|ob|weil"
    r"|als|namens|neben|wie|bitte|sie|rief|sagt|sagte|fragt|fragen|grüßt)|,)\s+$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:Kolleg|Kund|Nachbar|Chef|Partner|Freund|Mitarbeiter|Assistent|Leiter)(?:in|e|en|n)?$"
)
_SHORTENED = re.compile(
    r"(?:i|you|we|they|he|she|it|that|there|here|let)['\u2019](?:m|ve|ll|d|re|s)"
)
_GERMAN_NOUN = re.compile(
    r"(?:ung|ungen|heit|heiten|keit|keiten|schaft|tion|tionen|tät|nis|nisse|ismus|stelle|mail|nummer"
    r"|tag|tage|tagen|woche|wochen|zahlung|kurs|kurse|betrag)$"
)


def greeting(text: str, evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding where the draft greets somebody else than whom it goes to."""
    found = _GREETING.match(text)
    if found is None or not evidence.recipient:
        return
    said = [w for w in _WORD.findall(found["name"]) if w[0].isupper() or _is_usual(w)]
    named = [w for w in said if fold(w) not in listed("titles") | listed("anybody")]
    theirs = _words(evidence.recipient)
    if named and any(not _among(word, theirs) for word in named):
        words = " ".join(named)
        yield Finding("greeting", words, GREETS.format(words, evidence.recipient))


def check(
    text: str, rest: str, evidence: Evidence, german: bool | None = None
) -> Iterator[Finding]:
    """Yield every name that no evidence has, once, in the order of the text.

    `rest`: the text with its links, dates and numbers blanked out. `german`: None where its words
    tell, or what it started from, or else what it was given.
    """
    if german is None:
        german = leaning(text, evidence.template, evidence.text) == "de"
    known = _words(evidence.text)
    greeted = _GREETING.match(text)
    seen: set[str] = set()
    for start, words in sorted(_named(rest, german, evidence)):
        new = [word for word in _WORD.findall(words) if not _among(word, known)]
        in_greeting = greeted is not None and start < greeted.end() and evidence.recipient
        if new and not in_greeting and not any(words in one or one in words for one in seen):
            seen.add(words)
            yield Finding("name", words, UNKNOWN.format(words))


def _named(text: str, german: bool, evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Yield where somebody is named, and how."""
    for match in _TITLED.finditer(text):
        if match["name"][0].isupper():
            yield match.start("name"), _upper_part(match["name"])
    for other in evidence.others:
        yield text.find(other), other
    for match in _RUN.finditer(text):
        for start, run in _capitals(match):
            yield from _in_run(text, start, run, german=german)


def _capitals(match: re.Match[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield runs of words with capitals."""
    run: list[str] = []
    at = match.start()
    for word in _WORD.finditer(match[0]):
        if word[0][0].isupper():
            at = at if run else match.start() + word.start()
            run.append(word[0])
        elif run:
            yield at, run
            run = []
    if run:
        yield at, run


def _in_run(text: str, start: int, run: list[str], *, german: bool) -> Iterator[tuple[int, str]]:
    first = _ENDS.search(text[:start]) is not None
    usual = [word for word in run if _is_usual(word)]
    if usual:  # a usual first name, with the word behind it
        at = run.index(usual[0])
        behind = [w for w in run[at + 1 : at + 2] if not (german and _is_noun(w))]
        yield start, " ".join([usual[0], *(w for w in behind if not _is_no_name(w))])
        return
    names = [word for word in (run[1:] if first else run) if not _is_no_name(word)]
    if names and (not german or _is_german(text[:start], run, names, first=first)):
        yield start, " ".join(word for word in names if not (german and _ROLE.match(word)))


def _is_german(before: str, run: list[str], names: list[str], *, first: bool) -> bool:
    """Say whether capitals in German name somebody: behind a role, or two where no noun stands."""
    if any(_ROLE.match(word) for word in run[:-1]):
        return True
    two = len(names) == len(run) == 2 and not any(map(_is_noun, run))
    return two and not first and _JOINS.search(before) is not None


def _is_no_name(word: str) -> bool:
    said = fold(word)
    return (
        said in listed("no_names") | listed("polite")
        or _SHORTENED.fullmatch(said) is not None
        or said in dates.WEEKDAYS
        or said in dates.LONG
        or (word.isupper() and len(word) <= 5)
    )


def _is_noun(word: str) -> bool:
    return _GERMAN_NOUN.search(word.casefold()) is not None


def _upper_part(words: str) -> str:
    return " ".join(word for word in words.split() if word[0].isupper())


def _is_usual(word: str) -> bool:
    said = fold(word)
    return said in listed("usual") or (said.endswith("s") and said[:-1] in listed("usual"))


def _among(word: str, known: frozenset[str]) -> bool:
    """Say whether a word is there, or its genitive (“Brunos”, “Ada's”)."""
    said = fold(word)
    bare = re.sub(r"['\u2019]s?$", "", said)
    return bare in known or (bare.endswith("s") and bare[:-1] in known) or f"{bare}s" in known


def _words(text: str) -> frozenset[str]:
    found = {fold(word) for word in _WORD.findall(text)}
    return frozenset(found | {re.sub(r"['\u2019]s?$", "", word) for word in found})
