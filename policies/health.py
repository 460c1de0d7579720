"""Says whether a text speaks of somebody's health: by a list of words, English and German. Pure."""

import re

_WORDS = re.compile(
    r"(?<!\w)(?:diagnos(?:is|ed|e|en)|illness(?:es)?|sick(?: leave|ness)?|disease|cancer"
    r"|depress(?:ion|ed)"
    r"|pregnan(?:t|cy)|surgery|hospital|medication|prescription|therap(?:y|ist|ie|eut)|disab(?:led|ility)"
    r"|diabet\w+|allerg\w+|hiv|doctor['\u2019]s note|krank\w*|erkrank\w+|schwanger\w*|klinik"
    r"|medikament\w*|rezept vom arzt|arzt|ärztin|behindert?\w*|depression\w*|krebs|operiert)(?!\w)",
    re.IGNORECASE,
)


def spoken_of(text: str) -> bool:
    """Say whether one of the words stands in it; it may be missed, and be meant otherwise."""
    return _WORDS.search(text) is not None
