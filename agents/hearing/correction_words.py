"""How people correct what they said: “no, the other Ada”, “I meant 50”, “not Friday, Monday”.

English and German. Pure: it only says which words stand for what is meant and what is not.
"""

import re
from dataclasses import dataclass

CHARS_MAX = 200

_WRONG = (
    r"(?:(?:that was |das war )?(?:the |die |der |das )?(?:wrong|falsche[rsn]?)\s"
    r"(?:person|one|customer|client|name|amount|sum|day|date|time|kund\w+|betrag|tag|datum"
    r"|uhrzeit|summe))"
)
_LEAD = (
    rf"(?P<lead>(?:(?:{_WRONG}|"
    r"no|nope|nein|nee|sorry|oops|ups|wait|moment|actually|rather|ach|oh|pardon"
    r"|entschuldigung|wrong|falsch|lieber|doch)\b[\s,.:;!\u2013-]*)+)?"
)
_MEANT = (
    r"(?P<meant>(?:i meant?|i wanted|make (?:it|that)|(?:it|that) should (?:be|say|have been)"
    r"|(?:change|set|correct) (?:it|that|this|the \w+) to|take|use|nimm|nehmen wir|lieber"
    r"|(?:ändere?|setze?|korrigiere?) (?:es|das|ihn|den \w+|die \w+) (?:auf|in|zu)"
    r"|ich meinte|ich meine|gemeint (?:war|ist)|mach(?:e)? daraus|es sollte)\b[\s,:]*)?"
)
_OTHER = (
    r"(?:(?:for|to|with|für|an|mit)\s)?(?:the|that|den|die|das|der|dem)\s(?:other|andere[nrsm]?)"
    r"(?:\s(?P<what>.+?))??(?:\s(?:of|with|by)\s(?:that|the\ssame)\sname|\sgleichen\snamens)?"
)
_NOT = (
    r"(?:not|nicht|kein\w*)\s(?P<old>.+?)(?:\s*[,;\u2013-]\s*(?:(?:but|sondern|rather)\s)?"
    r"|\s(?:but|sondern)\s)(?P<new>.+)"
)
_INSTEAD = (
    r"(?P<new2>.+?)(?:,?\s(?:instead\sof|rather\sthan|statt|anstatt)\s(?P<old2>.+)"
    r"|,\s(?:and\s)?(?:not|nicht)\s(?P<old3>.+)|,?\s(?:instead|stattdessen)(?P<instead>))"
)
_NEW_NOT = (  # “45 not 40”, without a comma: a few words, no sentence
    r"(?P<new3>\S+(?:\s\S+){0,2}?)\s(?:(?:and|und)\s)?(?:not|nicht)\s"
    r"(?P<old4>[^\s,]+(?:\s[^\s,]+)?)"
)
_DROPS = re.compile(  # “cancel that, refund 30 instead”
    r"\W*(?:(?:no|nein|sorry|oops|ach|oh)\b[\s,.!]*)*"
    r"(?:(?:cancel|drop|forget|scratch|stop|undo|skip|leave)\s(?:that|it|this)(?:\sone)?"
    r"|never\s?mind(?:\s(?:that|it))?|brich\s(?:das|es)\sab"
    r"|(?:lass|vergiss|streich|storniere?|stopp)\s(?:das|es)(?:\ssein|\sbleiben)?)"
    r"(?:\s*[,.:;!\u2013-]+\s*|\s+(?:and|und|but|aber)\s+)"
    r"(?:(?:and|und|but|aber|please|bitte|rather|instead|lieber|stattdessen)[\s,]+)*"
    r"(?P<new>.+?)(?:[\s,]+(?:instead|stattdessen|lieber))?[\s.!?]*",
    re.IGNORECASE | re.DOTALL,
)
_RATHER = re.compile(r"^(\S+)\s(?:lieber|stattdessen|rather|besser)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|nope|nein|nee|wrong|falsch\w*)\b", re.IGNORECASE)
_SHAPES = tuple(
    re.compile(rf"\W*{_LEAD}{_MEANT}(?:{shape})[\s.!?]*", re.IGNORECASE | re.DOTALL)
    for shape in (_OTHER, _NOT, _INSTEAD, _NEW_NOT, r"(?P<new>.+?)")
)


@dataclass(frozen=True, slots=True)
class Correction:
    """`new` is meant, not `old`. `other`: another of what was found, of this name or kind.

    `sure`: it says so (“no, …”, “I meant …”). Else its form alone does, and a sentence that is a
    wish by itself may be one: “oh, remind me …”, “tell Ada that it is Monday, not Friday”.
    `drops`: the last wish is called off, and `new` is wanted: “cancel that, refund 30 instead”.
    """

    new: str = ""
    old: str = ""
    other: str | None = None
    sure: bool = False
    drops: bool = False


def read(said: str) -> Correction | None:
    """Return what the words correct, if they are made like a correction; else None."""
    if len(said) > CHARS_MAX or "\n" in said.strip():
        return None
    if (called_off := _DROPS.fullmatch(said)) is not None:
        return Correction(_RATHER.sub(r"\1", called_off["new"]), sure=True, drops=True)
    for shape in _SHAPES:
        found = shape.fullmatch(said)
        if found is not None and (made := _made(found, shape)) is not None:
            return made
    return None


def _made(found: re.Match[str], shape: re.Pattern[str]) -> Correction | None:
    told = found.groupdict()
    sure = bool(told["meant"] or _NO.search(told["lead"] or ""))
    if shape is _SHAPES[0]:
        what = re.sub(r"(?i)\b(?:ones?|person|customer|kund\w+)\b", "", told["what"] or "").strip()
        return Correction(other=what, sure=True)
    if shape is _SHAPES[1]:
        return Correction(new=told["new"], old=told["old"], sure=sure)
    if shape is _SHAPES[2]:
        old = told["old2"] or told["old3"] or ""
        return Correction(new=told["new2"], old=old, sure=sure)
    if shape is _SHAPES[3]:
        return Correction(new=told["new3"], old=told["old4"], sure=sure)
    return Correction(new=told["new"], sure=sure) if told["lead"] or told["meant"] else None
