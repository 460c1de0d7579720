"""`firstmate read`: what intake makes of a mail or file, without keeping anything."""

import asyncio
from pathlib import Path
from typing import Any

from agents.playbooks import library
from agents.playbooks.routing import wishes
from connectors.files import reading
from connectors.files.shapes import Person, Reading


async def told(path: Path) -> dict[str, Any]:
    """Return the reading as JSON: sender, recipients, subject, words, attachments, suggestions.

    For a forward, `from`, `to`, `subject`, `date` and `body` are those of the forwarded message.
    """
    data = await asyncio.to_thread(path.read_bytes)
    read = await reading.read(data, path.name, None)
    found: dict[str, Any] = {
        "kind": read.kind,
        "text": read.text,
        "cut_chars": read.cut_chars,
        "refused": read.refused,
        "warnings": list(read.warnings),
        "suggestions": [],
    }
    return found | _mail(read) if read.mail is not None else found


def lines(found: dict[str, Any]) -> str:
    """Return the same for a person to read."""
    if found["refused"]:
        return str(found["refused"])
    shown = [f"{name}: {_plain(value)}" for name, value in found.items() if value]
    return "\n".join(shown)


def _mail(read: Reading) -> dict[str, Any]:
    mail = read.mail
    assert mail is not None
    matter = mail.original
    sender = matter.sender if matter else mail.sender
    recipients = matter.to if matter else mail.to
    date = matter.date if matter else mail.date
    subject = (matter.subject if matter else "") or mail.subject
    asked = wishes(f"{subject}\n{mail.body}", library.load_folder())
    return {
        "message_id": mail.message_id,
        "from": _person(sender),
        "to": [_person(one) for one in recipients],
        "subject": subject,
        "date": date.isoformat() if date else None,
        "own_words": mail.own_words,
        "body": mail.body,
        "quoted": mail.quoted,
        "hidden": list(mail.hidden),
        "forwarded_by": _person(mail.sender) if matter else None,
        "attachments": [
            {
                "name": one.name,
                "mime": one.mime,
                "text": one.reading.text,
                "refused": one.reading.refused,
                "warnings": list(one.reading.warnings),
            }
            for one in mail.attachments
        ],
        "suggestions": [{"playbook": p.id, "title": p.title} for p in asked],
    }


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "address": person.address}


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    if isinstance(value, list):
        return "; ".join(_plain(part) for part in value)
    return str(value)
