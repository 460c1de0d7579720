"""Is a sentence a question, a request, or unclear? English and German. Pure.

What asks never becomes a plan, and what requests is never answered from memory. A question mark
alone proves neither: “send Ada the invoice?” is a wish, “Ada paid 60 EUR?” is not.
"""

import re
from typing import Literal

from agents.playbooks.routing import Route

Form = Literal["question", "request", "open", "other"]
CHARS_MAX = 400

_LEAD = re.compile(
    r"(?:(?:hey|hi|hello|hallo|so|and|but|ok|okay|well|now|please|bitte|also|und|aber|na|hm+"
    r"|sag mal|thanks|thank you|danke(?: dir)?|(?:a |one )?quick question|kurze frage|frage"
    r"|by the way|übrigens)[\s,.:!\u2013-]+)*",
    re.IGNORECASE,
)
_W = (
    r"(?:who|whom|whose|what|which|when|where|why|how|wer|wem|wen|wessen|was|welche[mnrs]?|wann|wo"
    r"|wohin|woher|warum|wieso|weshalb|wie|wieviele?|wo(?:ran|rauf|raus|rin|rüber|rum|von|mit|zu"
    r"|für|bei|durch|gegen|nach))"
)
_BEFORE = (
    r"(?:(?:with|for|to|from|by|at|in|on|of|about|since|until|under|mit|für|an|von|bei|zu|um|ab"
    r"|seit|bis|auf|über|unter|nach|aus)\s)?"
)
_AUX = (
    r"(?:is|are|was|were|am|did|do|does|has|have|had|will|would|can|could|should|shall|may|might"
    r"|must)(?:n['\u2019]t)?"
)
_THEY = (
    r"(?:we|i|you|they|he|she|it|the|our|my|their|his|her|any|all|these|those|there|this|that"
    r"|anyone|anybody|anything|somebody|someone|customers?|clients?)"
)
_YOU = r"(?:du|sie|ihr)"
_WHOSE = rf"{_BEFORE}{_W}\b(?!\s(?:(?:else|much|many|often)\s)?to\b)"  # “what to buy” is to be done
_INFORM = (
    r"(?:tell me|show me|remind me|find out|check|look up|see|say|explain|remember|recall"
    r"|(?:mir )?sagen|(?:mir )?zeigen|nachsehen|nachschauen|(?:sag|zeig)e? mir|sag mal"
    r"|erinnere? mich|schau(?: mal)? nach|finde? heraus)"
)
_AGAIN = r"(?:\s(?:again|once more|mal|noch ?mal|noch einmal|doch|please|bitte))*"
_WHETHER = rf"(?:if|whether|ob|{_WHOSE})"

# “what Ada needs is a refund” and “when she pays, send her the receipt” ask nothing.
_ASKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_BEFORE}(?:what|when|where)(?:['\u2019]s|\s{_AUX})\b",
        rf"{_BEFORE}(?:who|whom|whose|which|how|why|wer|wem|wen|wessen|welche[mnrs]?|wann|warum"
        r"|wieso|weshalb|wieviele?|was|wo|wie|wo(?:her|hin|ran|rauf|raus|rin|rüber|rum|von|mit|zu"
        r"|für|bei|gegen|nach))(?:['\u2019]s)?\b",
        r"(?:(?:did|does|has|is|are|was|were|had|am)(?:n['\u2019]t)?)\b",
        rf"(?:do|have|will|should|shall|must|may|might)(?:n['\u2019]t)?\s(?!you\b){_THEY}\b",
        r"(?:do|have)\syou\s(?:know|remember|recall|have|see|seen|hear|heard|sen[dt]|paid|told"
        r"|written|got)\b",
        r"(?:hat|haben|hatten?|ist|sind|war(?:en)?|wurden?|wird|gibt|gab|kam|schulde[tn]|gehört"
        r"|stimmt|soll(?:en|ten?)?|muss|müssen|musste|darf|dürfen)\b(?!,)",
        r"(?:wei(?:ß|ss)t|kennst|erinnerst)\sdu\b|wissen\swir\b|kennen\swir\b",
        r"any\s(?:news|word|idea|update)\b|anything\s(?:new\s)?(?:about|from|on)\b",
        r"(?:i(?:['\u2019]d| would) like to know|i want to know|i need to know|i wonder|i forgot"
        r"|do you know|any idea|ich (?:möchte|will|würde gerne?|muss) wissen|ich frage mich"
        rf"|mich interessiert)\b,?\s{_WHETHER}",
        rf"{_INFORM}{_AGAIN},?{_AGAIN}\s{_WHETHER}",
    )
)
_ELSEWHERE = re.compile(  # French and Spanish, where a mark asks as well
    r"¿?\s*(?:(?:à|de|a|en|con|avec|por|pour)\s)?(?:qui|que|quoi|qu['\u2019]|combien|quand|pourquoi"
    r"|comment|où|quel\w*|qu[eé]|qui[eé]n(?:es)?|cu[aá]nt[oa]s?|cu[aá]ndo|d[oó]nde|c[oó]mo"
    r"|cu[aá]l\w*)\b",
    re.IGNORECASE,
)
_WHAT_NOUN = re.compile(  # “what price did we agree on”
    rf"{_BEFORE}[Ww]hat\s(?!(?:i|you|he|she|we|they|it)\b)(?:[a-z][\w-]*\s){{1,3}}"
    rf"{_AUX}\s"
)
_ASKED_TO = re.compile(  # “can you …”, and what is said to suggest it
    r"(?:(?:can|could|would|will|won['\u2019]t)\s(?:you|u|we|i)\b|shall\s(?:we|i)\sjust\b"
    rf"|(?:kannst|könntest|würdest|magst|willst|machst)\s{_YOU}\b|(?:können|könnten|würden)\ssie\b"
    r"|(?:kann|können|könnten)\s(?:ich|wir)\b|(?:would|do)\syou\smind\b|do\syou\swant\b"
    r"|how\s(?:about|come\syou\sdon)|what\s(?:about|if)\b|why\s(?:don['\u2019]t|not)\b"
    r"|what\s(?:can|could)\syou\sdo\b|which\sreminds\sme|was\skannst\sdu\b|let['\u2019]?s\b"
    r"|wie\s(?:wäre?|wär['\u2019]s|besprochen|vereinbart|gewünscht|gesagt|immer|üblich|abgemacht"
    r"|versprochen|oben)\b|was\shältst\sdu\b|warum\s(?:nicht|schickst|machst)\b)",
    re.IGNORECASE,
)
_POLITELY = re.compile(
    r"(?:(?:can|could|would|will)\syou\s|(?:kannst|könntest|würdest)\sdu\s"
    r"|(?:können|könnten|würden)\ssie\s)(?:please\s|bitte\s|maybe\s|mal\s|noch\s?mal\s)*",
    re.IGNORECASE,
)
_GERMAN_LAST = re.compile(  # “kannst du mir sagen, was …”: the verb stands where it stands
    rf"(?:mir\s)?(?:bitte\s|mal\s|noch\s?mal\s)*{_INFORM},?\s{_WHETHER}", re.IGNORECASE
)
_LATER = re.compile(  # “remind me on Friday what …” is for Friday
    r"\b(?:tomorrow|tonight|on\s(?:mon|tues|wednes|thurs|fri|satur|sun)day|at\s\d|next\s"
    r"|in\s(?:an?|\d+|two|three|a\sfew)\s(?:hour|minute|day|week|month)|morgen|übermorgen|um\s\d"
    r"|am\s(?:mon|diens|mitt|donners|frei|sams|sonn)\w+|nächste\w*|in\s\w+\s(?:stunde|tag|woche))",
    re.IGNORECASE,
)
_REMIND = re.compile(r"(?:remind\sme|erinnere?\smich|tell\sme|check)\b", re.IGNORECASE)
_WHEN_IT_IS = re.compile(r"when\b(?!.*\b(?:did|was|were|had|last|paid|said|wrote|agreed)\b)", re.I)
_TO_THEM = re.compile(r"\b(?:you|your|yours|du|dich|dir|dein\w*|euch|ihr|Sie|Ihnen|Ihr\w*)\b")
_WE_DID = re.compile(r"\b(?:(?:did|have|had)\s(?:we|i)|(?:haben|hatten)\swir|habe\sich)\b", re.I)
_SUBJECT = re.compile(
    r"(?:we|i|she|he|they|it|there|wir|ich|er|sie|es|das|the|our|der|die|unser\w*"
    r"|[\w.-]+['\u2019]s)\b",
    re.IGNORECASE,
)


def form(said: str) -> Form:
    """Return what the sentence is by its form. “open”: only its mark asks."""
    text = " ".join(said[_begins(said) :].split())
    if not text or len(text) > CHARS_MAX:
        return "other"
    polite = _POLITELY.match(text)
    inner = text[polite.end() :] if polite else text
    if polite and (_informs(inner) or _GERMAN_LAST.match(inner)):
        return "question"
    if _ASKED_TO.match(text):
        return "request"
    if _REMIND.match(text):
        return "question" if _informs(text) else "other"
    if any(pattern.match(text) for pattern in _ASKS) or _WHAT_NOUN.match(text):
        return "question"
    if not text.endswith("?"):
        return "other"
    asked = re.match(rf"{_BEFORE}{_W}\b", text, re.IGNORECASE) or _ELSEWHERE.match(text)
    return "question" if asked else "open"


def asks(said: str, route: Route) -> bool:
    """Say whether it is to be answered and not planned, given what it would be as a wish."""
    if route.how == "command":
        return False
    match form(said):
        case "question":
            return True
        case "open":
            return _states(said, route)
    return False


def of_memory(said: str, route: Route, names_somebody: bool) -> bool:
    """Say whether it asks what is known here, also while something else is open to be answered.

    Words meant for somebody outside speak to them (“when can you come?”) and do not name them.
    """
    if not asks(said, route) or _TO_THEM.search(said):
        return False
    return names_somebody or _WE_DID.search(said) is not None


def _informs(text: str) -> bool:
    """Say whether it wants to be told something now, not done or told later."""
    asked = _ASKS[-1].match(text)
    if asked is None:
        return False
    later = _LATER.search(text) or _WHEN_IT_IS.search(text)
    return not (_REMIND.match(text) and later)


def _states(said: str, route: Route) -> bool:
    """Say whether it begins with who does it, as a statement and never a wish does."""
    at = _begins(said)
    named = min((start for start, _ in route.groups.values()), default=-1)
    return named == at or _SUBJECT.match(said[at:]) is not None


def _begins(said: str) -> int:
    lead = _LEAD.match(said)
    return lead.end() if lead else 0
