"""Likeness: how alike two names are, of people and of companies, however they were written.

“MÜLLER, Thomas”, “Dr. Thomas Mueller” and “Mueller T.” are compared as given and family names
without accents and titles; “Example GmbH & Co. KG” as the name and the legal form.
"""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

Level = Literal["same", "close", "short", "part", "different", "unknown"]
CLOSE, CLOSE_CHARS_MIN = 0.92, 4  # Jaro-Winkler; shorter words are too easily alike
KEPT_MAX = 50_000
DATA = Path(__file__).parents[1] / "data" / "names.toml"


class PersonName(NamedTuple):
    """Words of a name, folded; either side may be empty."""

    given: tuple[str, ...]
    family: tuple[str, ...]


class CompanyName(NamedTuple):
    words: tuple[str, ...]
    form: str


def folded(text: str) -> str:
    """Return a text as it is compared: small, “ä”, “ae” and “a” alike, only letters and digits."""
    small = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ł", "l"))
    bare = "".join(sign for sign in small if not unicodedata.combining(sign))
    for pair, single in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        bare = bare.replace(pair, single)
    return " ".join(re.findall(r"[^\W_]+", bare))


@lru_cache(KEPT_MAX)
def person(name: str) -> PersonName:
    """Return what is given and what is family in a name; a word alone may be either."""
    last, comma, first = name.partition(",")
    if "@" in name:
        return PersonName((), ())
    if comma and first.strip():
        name = f"{first} {last}"
    words = [word for word in name.split() if folded(word) and not _is_title(word)]
    if len(words) < 2:
        return PersonName(tuple(folded(name).split()) if words else (), ())
    at = len(words) - 1
    while at > 1 and folded(words[at - 1]) in _known("particles"):
        at -= 1
    given = [part for word in words[:at] for part in folded(word).split()]
    family = [part for word in words[at:] for part in folded(word).split()]
    family = [part for part in family if part not in _known("particles")]
    return PersonName(tuple(given), tuple(family or given[-1:]))


@lru_cache(KEPT_MAX)
def company(name: str) -> CompanyName:
    """Return the words of a company's name, and its legal form or “”."""
    text = f" {folded(name)} "
    for form, written in _known("forms").items():
        for one in written:
            if text.endswith(f" {one} ") and text.strip() != one:
                return CompanyName(tuple(text.removesuffix(f" {one} ").split()), form)
    return CompanyName(tuple(text.split()), "")


def given(one: PersonName, other: PersonName) -> Level:
    """Compare the given names: initials and short forms of each other are “short”."""
    if not one.given or not other.given:
        return "unknown"
    first, second = one.given[0], other.given[0]
    if first == second:
        return "same"
    if first in other.given or second in one.given:
        return "short"
    brief, long = sorted((first, second), key=len)
    if long[:-1] in (brief, brief[:-1]):
        return "different"  # Andrea and Andreas, Maria and Mario
    if long.startswith(brief) and len(brief) != 2:
        return "short"
    return "close" if _close(first, second) else "different"


def family(one: PersonName, other: PersonName) -> Level:
    """Compare the family names: of a double name either half is a “part”."""
    if not one.family or not other.family:
        return "unknown"
    if one.family == other.family:
        return "same"
    if set(one.family) & set(other.family):
        return "part"
    if {len(one.family[0]), len(other.family[0])} & {1} and one.family[0][0] == other.family[0][0]:
        return "short"
    return "close" if _close("".join(one.family), "".join(other.family)) else "different"


def words(one: CompanyName, other: CompanyName) -> Level:
    """Compare the names of two companies without their legal forms."""
    if not one.words or not other.words:
        return "unknown"
    first, second = "".join(one.words), "".join(other.words)
    if first == second:
        return "same"
    if set(one.words) <= set(other.words) or set(other.words) <= set(one.words):
        return "part"
    return "close" if _close(first, second) else "different"


def form(one: CompanyName, other: CompanyName) -> Level:
    if not one.form or not other.form:
        return "unknown"
    return "same" if one.form == other.form else "different"


def changed(before: str, after: str) -> float:
    """Return the share of words by which two texts differ: 0 not at all, 1 wholly."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_distance(before.split(), after.split())


def _close(one: str, other: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

    if min(len(one), len(other)) < CLOSE_CHARS_MIN:
        return False
    slips = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    return slips == 1 or (slips == 2 and JaroWinkler.similarity(one, other) >= CLOSE)


def _is_title(word: str) -> bool:
    return all(part in _known("titles") for part in folded(word).split())


@cache
def _known(which: str) -> Any:
    return tomllib.loads(DATA.read_text("utf-8"))[which]
