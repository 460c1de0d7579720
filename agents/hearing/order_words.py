"""Does a clause begin like an order: “book a flight”, “buche einen Flug”? English, German. Pure.

Nobody need know what is ordered: it tells a wish of its own from the rest of the one before it.
"""

import re

_LEAD = (
    r"(?:(?:please|also|then|maybe|just|finally|could you|can you|bitte|auch|dann|noch|außerdem)"
    r"[\s,]+)*"
)
_VERBS = (  # that are nothing else, or hardly ever, at the beginning of a clause
    r"add|arrange|ask|bring|build|buy|cancel|clean|collect|create|deliver|download|email|fetch|file"
    r"|find|fix|forward|get|give|hire|invite|make|move|organi[sz]e|pack|pay|pick|postpone|prepare"
    r"|print|publish|put|refund|remove|renew|repair|replace|reply|reschedule|reserve|rewrite|sell"
    r"|send|submit|subscribe|summari[sz]e|tell|throw|translate|update|upload|wash|write"
    r"|besorge?|bestelle?|bitte|buche?|bringe?|drucke?|erstatte|erstelle?|finde?|frage?|gib|hole?"
    r"|kaufe?|kündige?|lade|lösche?|mache?|miete|nimm|organisiere?|prüfe?|reserviere?|sage?"
    r"|schicke?|schreibe?|sende|stelle?|trage?|überweise?|übersetze?|vereinbare?|verschiebe?"
    r"|veröffentliche?|zahle?"
)
_NOUNS = "book|call|check|contact|draft|meet|order|phone|plan|review|visit"  # that are verbs, too
_ITS = (  # what stands behind a verb, and hardly ever behind a noun
    r"(?:an?|the|my|our|his|her|their|this|that|these|those|him|them|it|us|me|all|every|another|some"
    r"|eine?[nmrs]?|de[nmr]|die|das|meine?[nmrs]?|unsere?[nmrs]?|ihn|sie|ihr|ihm|ihnen|es|alle)"
)
_NO_VERB = (
    r"(?:an?|the|my|our|his|her|their|its|this|that|these|those|it|he|she|they|we|i|you|there|who|what"
    r"|when|where|why|how|which|because|since|if|as|for|from|to|in|on|at|by|of|with|without|about"
    r"|after|before|until|not|no|all|both|each|every|some|any|is|are|was|were|has|have|had|will"
    r"|would|did|does|do|now|today|tomorrow|later|eine?[nmrs]?|der|die|das|dem|den|ich|du|er|sie|es"
    r"|wir|ihr|weil|wenn|als|für|von|zu|in|im|an|am|auf|bei|mit|ohne|nach|vor|bis|nicht|kein\w*"
    r"|ist|sind|war|hat|haben|wird|heute|morgen|half|twice)"
)
_ORDER = re.compile(
    rf"\s*{_LEAD}(?:(?:{_VERBS})\s+(?!of\b|from\b|is\b|was\b|and\b|or\b|von\b|und\b|\d)\S"
    rf"|(?:{_NOUNS})\s+(?:{_ITS}\b|(?!{_NO_VERB}\b|and\b|or\b|und\b)[^\W\d])"
    rf"|(?!{_NO_VERB}\b)[a-zäöü]+\s+{_ITS}\b)",
    re.IGNORECASE,
)
_STANDS_FOR = re.compile(
    r"\b(?:it|them|that|this|these|those|everything|es|ihn|das|dies\w*|alles)\b", re.IGNORECASE
)
_STATES = re.compile(
    r"\s*(?:[\w'\u2019-]+\s+){1,4}?(?:is|are|was|were|has|have|had|prefers?|likes?|lives?|costs?"
    r"|ist|sind|war|waren|hat|haben|kostet|mag|wohnt)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(  # what follows may be what somebody wants or says
    r"\b(?:to|will|would|should|shall|can|could|must|may|might|wants?|asks?|asked|sa(?:id|ys)|wrote"
    r"|told|tells|zu|will|soll\w*|muss|kann|möchte|sagt\w*|schrieb|bittet|bat)\b|[:“\"]",
    re.IGNORECASE,
)


def begins(said: str) -> bool:
    """Say whether the clause begins like something to be done."""
    return _ORDER.match(said) is not None


def leans(said: str) -> bool:
    """Say whether it speaks of what was said before: “… and send it to Ada”."""
    return _STANDS_FOR.search(said) is not None


def states(said: str) -> bool:
    """Say whether the words tell how something is, and nothing that somebody is to do."""
    return _STATES.match(said) is not None and not begins(said) and not _GOES_ON.search(said)
