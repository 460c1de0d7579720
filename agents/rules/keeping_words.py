"""Hears how long something is to be kept, in English or German, and makes a rule of it. Pure."""

from agents.rules.phrases import compiled, taken_apart
from agents.rules.rule_made import Made
from connectors.contract import PermanentError
from policies.house import EXPIRE
from policies.rules import Rule

UNIT = r"(?:days?|weeks?|months?|years?|tage?n?|wochen?|monate?n?|jahre?n?)"
THINGS = {  # what is said → the kind, as the facts name it
    "message": r"(?:chat[ -]?)?messages?|chats?|(?:chat-?)?nachrichten",
    "mail": r"(?:e-?)?mails?",
    "file": r"files?|documents?|dateien|dokumente",
    "note": r"notes?|notizen",
    "fact": r"remarks?|lessons?|anmerkungen",
}
ABOUT = {  # … → the kind of record it is about
    "invoice": r"invoices?|bills?|rechnungen",
    "order": r"orders?|bestellungen|aufträge",
    "payment": r"payments?|zahlungen",
    "person": r"people|persons|customers?|clients?|personen|kunden",
}
PHRASES = compiled({
    "never": r"never|nie(?:mals)?",
    "ever": r"for\s?ever|always|für immer|immer",
    "age": rf"(?P<count>\d{{1,5}}|an?|one|eine[mnr]?|ein)\s+(?P<unit>{UNIT})",
    "forget": r"forget|delete|vergiss|lösche?",
    "keep": r"keep|behalte|bewahre",
    **THINGS,
    **ABOUT,
    "filler": r"please|bitte|all|old|my|the|only|for|about|on|after|when|older than|then|they are"
    r"|alle|alten?|meine|die|nur|lang|auf|nach|über|zu|älter als|sind|wenn|sie",
})  # fmt: skip
DAYS = {"d": 1, "t": 1, "w": 7, "m": 31, "y": 366, "j": 366}  # by the first letter: never too few
DAYS_MAX = 100 * 366
NOUNS = {
    "message": "Chat messages",
    "mail": "Mails",
    "file": "Files",
    "note": "Notes",
    "fact": "Remarks about what you changed or refused",
    "": "What came in",
}
GOES = "{noun}{about} go {days} days after they came; I forget them in the night and tell you."
STAYS = "{noun}{about}: never forgotten."
OWN = "{about} records themselves are never forgotten by age. Say what is: “forget mails after …”."
LONG = "That is longer than I count, or no time at all. Say from 1 day to 100 years."


def heard(words: str) -> Made | None:
    """Return the rule that was said. None: it is none. PermanentError: no such rule can be."""
    found = taken_apart(words, PHRASES)
    if found is None or ("forget" in found) == ("keep" in found):
        return None
    things, about = THINGS.keys() & found.keys(), ABOUT.keys() & found.keys()
    if len(things) > 1 or len(about) > 1 or not (things or about):
        return None
    thing, topic = next(iter(things), ""), next(iter(about), "")
    stays = "never" in found if "forget" in found else "ever" in found
    if stays == ("age" in found) or (("never" in found) and "keep" in found):
        return None
    if stays:
        return _made(words, thing, topic, None)
    if not thing:
        raise PermanentError(OWN.format(about=topic.capitalize()))
    count, unit = found["age"]["count"], found["age"]["unit"]
    days = (int(count) if count.isdigit() else 1) * DAYS[unit[0].lower()]
    if not 1 <= days <= DAYS_MAX:
        raise PermanentError(LONG)
    return _made(words, thing, topic, days)


def _made(words: str, thing: str, topic: str, days: int | None) -> Made:
    """Return the rule; `days` None: what it is about stays for ever."""
    when = [f"kind == '{thing}'"] if thing else []
    when += [f"about.contains('{topic}')"] if topic else []
    when += [] if days is None else [f"age_days >= {days}"]
    names = ["said", "keep" if days is None else "forget", thing, f"about-{topic}" if topic else ""]
    rule = Rule(
        id="-".join(filter(None, names)),
        why=f"You said: {words.strip().rstrip('.! ')}.",
        then="deny" if days is None else "notify",
        action=EXPIRE,
        when=tuple(when),
    )
    about = f" about {'people' if topic == 'person' else f'{topic}s'}" if topic else ""
    given = {"kind": thing or "mail", "about": topic, "age_days": days or DAYS_MAX}
    beyond = {**given, "age_days": days - 1} if days else {**given, "kind": "", "about": ""}
    says = (STAYS if days is None else GOES).format(noun=NOUNS[thing], about=about, days=days)
    return Made(rule, says, (given, beyond))
