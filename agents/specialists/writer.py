"""The writer: drafts from templates, in the operator's voice, with what the records say.

The voice is what the operator confirmed of their style, whatever the language.
"""

from pathlib import Path
from typing import Any

from engine.chat import words
from engine.voice.style import Style, applied

FOLDER = Path(__file__).parent / "drafts"
VOICE = {  # what is written when no style fact says otherwise
    "en": {"greeting": "Hello {name},", "closing": "Kind regards", "signature": "{company}"},
    "de": {"greeting": "Guten Tag {name},", "closing": "Viele Grüße", "signature": "{company}"},
}
COMMON = {  # words that tell the languages apart
    "en": {"the", "and", "you", "please", "is", "my", "for", "with", "have", "would", "back"},
    "de": {"und", "der", "die", "das", "ich", "bitte", "nicht", "mit", "ist", "für", "habe"},
}
EMPTY: dict[str, Any] = {"mail": {}, "customer": {}, "order": {}, "invoice": {}, "payment": {}}


def draft(name: str, scope: dict[str, Any], style: Style) -> str:
    """Return the text of a draft for this situation, in the recipient's language and your style."""
    from jinja2 import FileSystemLoader
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    room = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    language = language_of(scope)
    frame = _frame(scope, VOICE[language] | style.single)
    voice = {"money": words.money, "short": style.short, "familiar": style.familiar}
    template = room.get_template(f"{name}.{language}.txt")
    text = template.render(EMPTY | scope | frame | voice).strip()
    said = str(scope.get("text", {}).get("value", ""))
    return applied(text, style, str(recipient(scope).get("name") or ""), said)


def recipient(scope: dict[str, Any]) -> dict[str, Any]:
    """Return the record of whom a draft is for, {} if there is none."""
    found: dict[str, Any] = scope.get("customer") or scope.get("to") or {}
    return found


def language_of(scope: dict[str, Any]) -> str:
    """Return the language to write in: the customer's, else the mail's, else English."""
    told = str(scope.get("customer", {}).get("language") or "")[:2]
    if told in VOICE:
        return told
    read = set(str(scope.get("mail", {}).get("text", "")).casefold().split())
    return max(COMMON, key=lambda language: len(COMMON[language] & read))


def _frame(scope: dict[str, Any], voice: dict[str, str]) -> dict[str, str]:
    first = str(recipient(scope).get("name") or "").split(" ")[0]
    greeting = voice["greeting"].replace("{name}", first).replace(" ,", ",")
    company = str(scope.get("company", {}).get("company", ""))
    sign = voice["signature"].replace("{company}", company)
    return {"greeting": greeting, "closing": f"{voice['closing']}\n{sign}".strip()}
