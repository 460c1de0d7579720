"""The writer: drafts from templates, in the operator's voice, with what the records say.

Style facts are facts about the company itself: `style.greeting`, `style.closing`,
`style.signature`; the newest one counts, whatever the language.
"""

from pathlib import Path
from typing import Any

from engine import words
from memory import facts
from memory.db import Reader

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


async def style(reader: Reader) -> dict[str, str]:
    """Return the operator's known style facts by name: greeting, closing, signature."""
    prefix = f"{facts.STYLE}."
    known = [f for f in await facts.current(reader, None) if f.attribute.startswith(prefix)]
    active = [f for f in reversed(known) if f.status == "active"]  # the newest one last: it wins
    return {f.attribute.removeprefix(prefix): str(f.value) for f in active}


def draft(name: str, scope: dict[str, Any], known: dict[str, str]) -> str:
    """Return the text of a draft for this situation, in the recipient's language."""
    from jinja2 import FileSystemLoader
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    room = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    language = language_of(scope)
    frame = _frame(scope, VOICE[language] | known)
    template = room.get_template(f"{name}.{language}.txt")
    return template.render(EMPTY | scope | frame | {"money": words.money}).strip()


def language_of(scope: dict[str, Any]) -> str:
    """Return the language to write in: the customer's, else the mail's, else English."""
    told = str(scope.get("customer", {}).get("language") or "")[:2]
    if told in VOICE:
        return told
    read = set(str(scope.get("mail", {}).get("text", "")).casefold().split())
    return max(COMMON, key=lambda language: len(COMMON[language] & read))


def _frame(scope: dict[str, Any], voice: dict[str, str]) -> dict[str, str]:
    person = scope.get("customer") or scope.get("to") or {}
    first = str(person.get("name") or "").split(" ")[0]
    greeting = voice["greeting"].replace("{name}", first).replace(" ,", ",")
    company = str(scope.get("company", {}).get("company", ""))
    sign = voice["signature"].replace("{company}", company)
    return {"greeting": greeting, "closing": f"{voice['closing']}\n{sign}"}
