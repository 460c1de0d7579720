"""The tone of what goes out, counted: how long, how loud, which words. Pure, in no one language."""

import re
from typing import Any

SHOUTED_CHARS_MIN = 5  # IBAN and SEPA are no shouting
CLOSING_LINES = 5  # the last ones, where a sign-off stands
_EDGES = re.compile(r"^[^\w@+#]+|[^\w]+$")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u26ff\u2702\u2705\u2708-\u270d\u2728\u2744\u2763\u2764\u2b50]"
    r"|(?<!\w)[:;]-?[()DPp](?!\w)"
)
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|day|afternoon|evening)|greetings"
    r"|hallo|liebe[rs]?|guten (?:morgen|tag|abend)|sehr geehrte[rs]?|moin|servus|grüß)(?!\w)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:(?:with|warm|kind|best|many|mit|viele|(?:beste|liebe|herzliche|schöne|freundliche)n?)\s+)*"
    r"(?:grüße?n?|gruß|regards|wishes|thanks)"
    r"|yours|sincerely|cheers|best|thank you|(?:vielen )?danke?|bis bald|see you)(?!\w)",
    re.IGNORECASE,
)


def facts(title: str, text: str) -> dict[str, Any]:
    """Return the facts of a title and a text; what is quoted with ">" is not our tone."""
    lines = [line.strip() for line in text.splitlines() if line.strip()[:1] not in ("", ">")]
    own = "\n".join((title, *lines))
    plain = [word for part in own.split() if (word := _EDGES.sub("", part))]
    return {
        "words": sum(any(map(str.isalnum, part)) for line in lines for part in line.split()),
        "exclamations": own.count("!"),
        "emojis": len(_EMOJI.findall(own)),
        "capitals": sum(map(_shouted, plain)),
        "wording": f" {' '.join(plain).lower()} " if plain else "",
        "greets": not lines or _GREETING.match(lines[0]) is not None,
        "signs_off": not lines or any(map(_CLOSING.match, lines[-CLOSING_LINES:])),
    }


def _shouted(word: str) -> bool:
    return len(word) >= SHOUTED_CHARS_MIN and word.isalpha() and word.isupper()
