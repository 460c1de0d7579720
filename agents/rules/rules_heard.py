"""A rule in the operator's own words: what goes out, its tone, what is kept, what models see."""

from agents.reading.words import Context
from agents.rules import (
    keeping_words,
    learning_words,
    model_words,
    rule_made,
    rule_words,
    tone_words,
)
from agents.rules.rule_made import Made
from connectors.contract import PermanentError


def heard(words: str, context: Context) -> Made | None:
    """Return the rule that was said. None: it is none. PermanentError: no such rule can be."""
    for hear in (keeping_words.heard, tone_words.heard, learning_words.heard):
        if (made := hear(words)) is not None:
            return made
    if (made := model_words.made(words, context)) is not None:
        return made
    found = rule_words.heard(words, context)
    return None if found is None else rule_made.made(found, context.local_now.date())


def is_one(words: str, context: Context) -> bool:
    """Say whether every word is a rule's, even if no such rule can be."""
    try:
        return heard(words, context) is not None
    except PermanentError:
        return True
