"""A rule in the operator's own words: what goes out, its tone, or how long something is kept."""

from agents import keeping_words, rule_made, rule_words, tone_words
from agents.rule_made import Made
from agents.words import Context
from connectors.contract import PermanentError


def heard(words: str, context: Context) -> Made | None:
    """Return the rule that was said. None: it is none. PermanentError: no such rule can be."""
    if (made := keeping_words.heard(words) or tone_words.heard(words)) is not None:
        return made
    found = rule_words.heard(words, context)
    return None if found is None else rule_made.made(found, context.local_now.date())


def is_one(words: str, context: Context) -> bool:
    """Say whether every word is a rule's, even if no such rule can be."""
    try:
        return heard(words, context) is not None
    except PermanentError:
        return True
