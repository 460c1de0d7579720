"""Hears how mails and posts are to be written, in English or German, and makes a rule of it. Pure.

“Never” refuses; “no” and “without” ask, so that a slip of the tone costs a look and nothing more.
"""

import re
from collections.abc import Mapping
from typing import Any

from agents.rules.phrases import compiled, taken_apart
from agents.rules.rule_made import ENDS, Made
from policies.rules import Outcome, Rule

OVER = r"(?:more than|over|longer than|mehr als|über|länger als)"
BOUNDS = {
    "words": rf"{OVER}\s+(?P<words>\d{{1,5}})\s+(?:words|wörtern?|worten?)",
    "exclamations": rf"(?:{OVER}\s+(?P<exclamations>\d{{1,3}}|one|an?|eine[mn]?)\s+)?"
    r"(?:exclamation (?:marks?|points?)|ausrufezeichen)",
    "emojis": r"emojis?|smileys?|emoticons?",
    "capitals": r"(?:all )?(?:capitals|caps|capital letters)"
    r"|großbuchstaben|shout(?:ing)?|schreien?",
    "greets": r"without (?:a |any )?(?:greeting|salutation)|ohne (?:anrede|begrüßung)",
    "signs_off": r"without (?:a |any )?(?:sign-?off|closing)|ohne (?:grußformel|gruß)",
    "wording": r"['\"\u2018\u201a\u201c\u201e\u00ab](?P<wording>\w[\w -]{0,40})"
    r"['\"\u2018\u2019\u201c\u201d\u00bb]",
}
PLACES = {
    "mail": r"(?:e-?)?mails?",
    "post": r"posts?|beiträgen?",
    "all": r"everything|anything|alles",
}
PHRASES = compiled({
    "ask": r"ask(?: me)?|frage?(?: du)?(?: mich)?",
    "twice": r"twice|zweimal",
    "never": r"never|nie(?:mals)?",
    **BOUNDS,
    "no": r"no|don['\u2019]t|do not|keine?[nr]?",
    **PLACES,
    "filler": r"please|bitte|always|immer|say(?:ing)?|use|using|write|writing|send(?:ing)?|with"
    r"|contain(?:s|ing)?|the words?|in|an?|the|my|any|for|about|if|that|sage?n?|schreibe?n?"
    r"|verwenden?|benutzen?|sende|schicke?|mit|d(?:em|as) wort|eine[mnr]?|meinen?|der|die|das|den"
    r"|wenn|für|bei",
})  # fmt: skip
ABOUT: Mapping[str, tuple[str | None, str | None, str]] = {
    "mail": ("email.send", "share", "An e-mail"),
    "post": ("cms.publish", "share", "A post"),
    "all": (None, "share", "What somebody outside reads"),
}


def heard(words: str) -> Made | None:
    """Return the rule that was said. None: it is none."""
    found = taken_apart(words, PHRASES)
    if found is None:
        return None
    bounds, places = BOUNDS.keys() & found.keys(), PLACES.keys() & found.keys()
    outcomes = found.keys() & {"ask", "never", "no"}
    if len(bounds) != 1 or len(outcomes) != 1 or len(places) > 1:
        return None
    then: Outcome = "deny" if "never" in found else "ask"
    if "twice" in found:
        then = "ask_twice"
    if "twice" in found and "ask" not in found:
        return None
    name = next(iter(bounds))
    return _made(words, then, next(iter(places), "mail"), name, _said(name, found[name]))


def _said(name: str, match: re.Match[str]) -> str:
    """Return the number or the word of a bound, "" of one that has none."""
    said = match.groupdict().get(name)
    return "" if said is None else " ".join(said.lower().split())


def _made(words: str, then: Outcome, place: str, name: str, said: str) -> Made:
    action, effect, noun = ABOUT[place]
    clause, text, within, beyond = _bound(name, said)
    named = re.sub(r"[^a-z0-9]+", "-", said).strip("-") if name == "wording" else ""
    parts = ("said", then.replace("_", "-"), place, name.replace("_", "-"), named)
    rule = Rule(
        id="-".join(filter(None, parts)),
        why=f"You said: {words.strip().rstrip('.! ')}.",
        then=then,
        action=action,
        effect=effect,
        when=(clause,),
    )
    common = {"recipient_known": True, "recipients": 1, "goes_out": True, "effect": "share"}
    given = ({**common, name: within}, {**common, name: beyond})
    return Made(rule, f"{noun} {text}: {ENDS[then]}.", given)


def _bound(name: str, said: str) -> tuple[str, str, Any, Any]:
    """Return the clause of a bound, its words, and the fact within and just beyond it."""
    if name == "wording":
        return f"wording.contains(' {said} ')", f"that says “{said}”", f" {said} ", " "
    if name in ("greets", "signs_off"):
        what = "greeting" if name == "greets" else "sign-off"
        return f"!{name}", f"without a {what}", False, True
    most = int(said) if said.isdigit() else int(bool(said))
    noun = {"exclamations": "exclamation marks", "capitals": "words in capitals"}.get(name, name)
    text = f"with more than {most} {noun}" if most else f"with {noun}"
    return f"{name} > {most}", text, most + 1, most
