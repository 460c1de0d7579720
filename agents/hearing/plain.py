"""Plain words: what has a command is also heard without its slash, and courtesies are answered.

Only a whole message counts, never a part of one: “undo” is a command, “undo the button” is not.
"""

import re

from engine.desks import stop

_COMMANDS = {
    "help": (
        r"help(?: me)?|what can (?:i (?:say|do)|you do)(?: for me)?|hilfe|was kannst du(?: alles)?"
    ),
    "waiting": (
        r"what(?: is|'s| else is)? (?:waiting|waits|open|pending)(?: for me)?|anything waiting"
        r"|was (?:wartet|steht an|ist offen)(?: auf mich)?|was liegt an|wartet etwas(?: auf mich)?"
        r"|qu'est-ce qui (?:m'attend|attend|est en attente)|qu'y a-t-il en attente"
        r"|qué (?:está|hay|queda) pendiente|qué (?:me )?espera|hay algo pendiente"
    ),
    "undo": (
        r"undo(?: that| it| this)?|take (?:that|it) back|mach (?:das|es) (?:wieder )?rückgängig"
        r"|rückgängig(?: machen)?|nimm das (?:wieder )?zurück|deshacer|deshaz(?:lo| eso| esto)?"
    ),
    "cancel": (  # what may mean a question that is open is never taken for /undo
        r"cancel|never ?mind|abbrechen|annule[rz]?(?: (?:ça|cela))?|laisse tomber|cancelar?"
    ),
    "triage": r"what went wrong|did anything (?:fail|go wrong)|was ging schief|ging etwas schief",
    "cost": (
        r"what (?:did|do|does) (?:you|it|this|that) cost(?: me)?|how much (?:did|do) you cost"
        r"|was (?:kostest du|hat das gekostet|kostet das)"
    ),
    "why": r"why(?: did you do (?:that|this|it))?|warum(?: hast du das (?:gemacht|getan))?",
    "reminders": (
        r"(?:(?:please )?(?:cancel|delete|remove|drop|show(?: me)?|list)|(?:what|which)(?: are)?"
        r"|bitte)? ?(?:all |the |my |this |die |meine |alle )*(?:reminders?|erinnerung(?:en)?)"
        r"(?: do i have| are set| habe ich| löschen| streichen| zeigen)?"
    ),
    "resume": r"resume",
}
_KINDS = {
    "person": r"customers?|clients?|contacts?|people|kunden|kundinnen|kontakte",
    "company": r"companies|firms?|firmen",
    "order": r"orders?|bestellungen|aufträge",
    "invoice": r"invoices?|bills?|rechnungen",
    "payment": r"payments?|zahlungen",
    "project": r"projects?|projekte",
    "deal": r"deals?|angebote",
    "task": r"tasks?|to-?dos?|aufgaben",
    "content": r"posts?|articles?|beiträge",
}
_KIND = "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items())
_LIST = re.compile(
    r"(?:(?:please |bitte )?(?:show|list|give|zeig|zeige|liste)(?: me| mir)?|(?:who|what) are"
    r"|wer sind|was sind|which|welche|how many|wie viele)(?: all| alle)?(?: of)?"
    rf"(?: my| our| the| meine| unsere| die)? (?:{_KIND})"
    r"(?: do (?:i|we) have| are there| habe ich| haben wir| gibt es)?"
)
PLAN = re.compile(r"^/plan(?:@\w+)?\s*", re.IGNORECASE)  # “/plan WORDS”
_COMMAND = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _COMMANDS.items()))
_THANKS = (
    r"(?:ok(?:ay)?,? )?(?:(?:many |great,? )?thanks(?: a lot| so much| very much)?|thx|cheers"
    r"|thank you(?: so much| very much)?|(?:vielen |besten )?dank(?:e)?(?: (?:dir|schön|sehr))?"
    r"|merci|gracias)"
)
_HELLO = (
    r"(?:hi|hello|hey|hallo|moin|servus|bonjour|hola|good (?:morning|afternoon|evening)"
    r"|guten (?:morgen|tag|abend))(?: (?:there|firstmate|zusammen))?"
)
_GOOD = r"👍|👍🏻|👍🏼|👍🏽|👍🏾|👍🏿|🙏|❤️|🎉|great|perfect|nice|super|prima|toll|perfekt"
_COURTESY = re.compile(rf"(?P<thanks>{_THANKS})|(?P<hello>{_HELLO})|(?P<good>{_GOOD})")
_SAYS = {
    "thanks": "You are welcome.",
    "hello": "Hello. Write what you want, forward a mail, or say /help.",
    "good": "Good. It decides nothing: tap a card's button, or reply “yes” to the card.",
}


def command(said: str) -> str:
    """Return the command these words stand for, with its slash; else the words as they are."""
    if stop.is_said(said):
        return "/stop"
    if match := _COMMAND.fullmatch(_plain(said)):
        return f"/{match.lastgroup}"
    match = _LIST.fullmatch(_plain(said))
    return said if match is None else f"/records {match.lastgroup}"


def courtesy(said: str) -> str:
    """Return the answer to a greeting, a thank-you or a nod that says nothing besides; else ""."""
    match = _COURTESY.fullmatch(_plain(said))
    return "" if match is None or match.lastgroup is None else _SAYS[match.lastgroup]


def tells_nothing(said: str) -> bool:
    """Say whether there is nothing in these words to remember."""
    return command(said) != said or courtesy(said) != ""


def _plain(said: str) -> str:
    return " ".join(said.casefold().replace("\u2019", "'").split()).strip("¿¡ .!?")
