"""Which language a text is in, by its commonest words: English, German, French or Spanish."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from agents.checks.evidence import Evidence, Finding
from agents.checks.listed import listed
from agents.reading.words import fold

NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
HITS_MIN = 3.0  # fewer common words tell nothing; one of two languages counts half
LEAD = 1.5  # times as many as of the next language
SAYS = "It is in {}, and what it started from is in {}."
_COMMON = {
    "en": "the and you your we our is are was will be have has this that for with from "
    "please to of it not i in on at as by if can thank thanks hello dear would there "
    "been me my",
    "de": "der die das und ist sind war wird nicht ich wir sie ihr ihre ihren ihnen mit von "
    "für auf ein eine einen den dem im zu zum zur bitte haben hat guten vielen dank "
    "dass wie auch bei noch es kann liebe hallo sehr geehrte geehrter unsere unser am",
    "fr": "le la les et est sont nous vous votre vos notre nos je un une des du de pour "
    "avec dans que qui ne pas sur au aux en ce cette bonjour merci cher chère été "
    "avons il elle plus sera",
    "es": "el la los las y es son nosotros usted su sus nuestro un una de del para con en "
    "que no por se lo al hola gracias estimado estimada este esta hemos ha le más "
    "como será muy",
}
_WORDS = {language: frozenset(said.split()) for language, said in _COMMON.items()}
_SHARED = Counter(word for known in _WORDS.values() for word in known)
_WEIGHT = {word: 1 / languages for word, languages in _SHARED.items()}
_GERMAN = re.compile(r"[äöüß]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def of(text: str) -> str:
    """Return the language of a text, "" where its words do not tell."""
    best, most, rest = _hits(text)
    return best if most >= HITS_MIN and most >= LEAD * rest else ""


def likeliest(text: str) -> str:
    """Return the language that a short text is in most likely, "" where nothing tells."""
    best, most, rest = _hits(text)
    return best if most > rest else ""


def leaning(*texts: str) -> str:
    """Return the language of the first of these that tells it at all: of a short mail, its signs.

    Signs are words that say little and tell a language: “Viele Grüße”. "" where nothing tells.
    """
    for text in texts:
        if sure := of(text):
            return sure
        words = [fold(word) for word in _WORD.findall(text)]
        signs = {one: sum(word in listed(f"signs_{one}") for word in words) for one in NAMES}
        signs["de"] += len(_GERMAN.findall(text))
        best, most, rest = _hits(text, signs)
        if most > rest:
            return best
    return ""


def is_common(word: str) -> bool:
    """Say whether a word is among the commonest of a language, and so tells nothing."""
    return word.casefold() in _SHARED


def _hits(text: str, more: Mapping[str, int] | None = None) -> tuple[str, float, float]:
    """Return the language with the most common words, how many, and those of the next.

    `more`: what else counts for a language.
    """
    said = [word.casefold() for word in _WORD.findall(text)]
    hits = {
        language: sum(_WEIGHT[word] for word in said if word in known)
        + (more or {}).get(language, 0)
        for language, known in _WORDS.items()
    }
    best, most = max(hits.items(), key=lambda one: one[1])
    return best, most, max(count for language, count in hits.items() if language != best)


def check(text: str, evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding where the draft is surely in another language than its template."""
    wanted, got = of(evidence.template), of(text)
    if wanted and got and wanted != got:
        yield Finding("language", "", SAYS.format(NAMES[got], NAMES[wanted]))
