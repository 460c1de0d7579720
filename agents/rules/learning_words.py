"""Hears what is not to be remembered, in English or German, and makes a rule of it. Pure."""

from typing import Any

from agents.rules.phrases import compiled, taken_apart
from agents.rules.rule_made import ENDS, Made
from policies.house import LEARN
from policies.rules import Outcome, Rule

# what is said → its condition, its words, and facts it holds for
WHAT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "health": ("health", "What speaks of somebody's health", {"health": True}),
    "mail": ("kind in ['mail', 'record'] && trust == 'outside'", "What a mail says",
             {"kind": "mail", "trust": "outside"}),
    "file": ("kind == 'file'", "What a file says", {"kind": "file", "trust": "outside"}),
    "record": ("kind == 'record'", "A new person from a mail",
               {"kind": "record", "trust": "outside"}),
    "fact": ("kind == 'fact'", "A remark about what you changed or refused",
             {"kind": "fact", "trust": "operator"}),
}  # fmt: skip
PHRASES = compiled({
    "ask": r"ask(?: me)?|frage?(?: du)?(?: mich)?",
    "never": r"never|don['\u2019]t|do not|no|nie(?:mals)?|keine?",
    "remember": r"remember(?:ing)?|learn(?:ing)?|merke?(?: dir)?|merkst",
    "health": r"health(?: data)?|medical data|illness(?:es)?|gesundheitsdaten|krankheiten",
    "mail": r"(?:e-?)?mails?",
    "file": r"files?|documents?|dateien|dokumenten?",
    "record": r"(?:new )?(?:people|persons|contacts)|(?:neue )?(?:personen|kontakte)",
    "fact": r"remarks?|lessons?|anmerkungen",
    "filler": r"please|bitte|before|you|what|anything|everything|say|says|from|in|of|about|an?|the"
    r"|bevor|du|dir|etwas|alles|was|aus|von|über|in|eine[mnr]?|den|die|der|steht",
})  # fmt: skip


def heard(words: str) -> Made | None:
    """Return the rule that was said. None: it is none."""
    found = taken_apart(words, PHRASES)
    if found is None or "remember" not in found:
        return None
    about = WHAT.keys() & found.keys()
    if len(about) != 1 or ("ask" in found) == ("never" in found):
        return None
    then: Outcome = "deny" if "never" in found else "ask"
    [name] = about
    clause, noun, given = WHAT[name]
    rule = Rule(
        id=f"said-{then}-remember-{name}",
        why=f"You said: {words.strip().rstrip('.! ')}.",
        then=then,
        action=LEARN,
        when=(clause,),
    )
    end = "I do not remember it" if then == "deny" else f"{ENDS[then]} before I remember it"
    return Made(rule, f"{noun}: {end}.", (given, {"kind": "note"}))
