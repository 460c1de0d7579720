"""The tools of a one-person company and their contracts, as a careful owner would write them."""

from collections.abc import Mapping
from typing import Any

MAIL = {
    "to": "destination",
    "cc": "destination",
    "bcc": "destination",
    "subject": "title",
    "text": "text",
    "in_reply_to": "reference",
    "attachments": "reference",
}
PERSON = ("id", "email", "iban", "phone", "payment", "invoice", "amount")

CONTRACTS: Mapping[str, Mapping[str, Any]] = {
    "mail.search": {"effect": "read", "records": ["mails.id", "mails.from", "mails.date"]},
    "mail.read": {"effect": "read", "records": ["id", "from", "date"]},
    "mail.draft": {"effect": "internal", "roles": MAIL, "records": ["id"], "outside": False},
    "mail.send": {"effect": "share", "roles": MAIL, "records": ["id"], "outside": False},
    "mail.delete": {"effect": "destructive", "roles": {"id": "reference"}},
    "mail.rule": {"effect": "credential", "roles": {"forward_to": "destination"}},
    "files.list": {"effect": "read", "records": ["files.id"]},
    "files.read": {"effect": "read", "roles": {"id": "reference"}, "records": ["id"]},
    "files.share": {
        "effect": "share",
        "roles": {"id": "reference", "with": "destination", "public": "flag"},
    },
    "files.delete": {"effect": "destructive", "roles": {"id": "reference"}},
    "calendar.read": {
        "effect": "read",
        "records": ["events.id", "events.start", "events.end", "events.organizer"],
    },
    "calendar.invite": {
        "effect": "booking",
        "roles": {"title": "title", "text": "text", "when": "when", "attendees": "destination"},
        "records": ["id"],
        "outside": False,
    },
    "crm.get": {"effect": "read", "records": list(PERSON)},
    "crm.all": {"effect": "read", "records": [f"people.{field}" for field in PERSON]},
    "crm.note": {
        "effect": "internal",
        "roles": {"id": "reference", "text": "text"},
        "outside": False,
    },
    "crm.update": {
        "effect": "internal",
        "roles": {
            "id": "reference",
            "email": "destination",
            "iban": "destination",
            "address": "value",
        },
        "records": list(PERSON),
        "outside": False,
    },
    "crm.delete": {"effect": "destructive", "roles": {"id": "reference"}},
    "payments.list": {"effect": "read", "records": ["items.id", "items.amount", "items.date"]},
    "payments.refund": {
        "effect": "money",
        "roles": {
            "payment": "reference",
            "amount": "amount",
            "currency": "value",
            "iban": "destination",
            "note": "text",
        },
        "records": ["id"],
        "outside": False,
    },
    "bank.pay": {
        "effect": "money",
        "roles": {
            "iban": "destination",
            "amount": "amount",
            "currency": "value",
            "reference": "text",
        },
        "records": ["id"],
        "outside": False,
    },
    "invoices.list": {"effect": "read", "records": ["items.id", "items.amount", "items.due"]},
    "invoices.create": {
        "effect": "internal",
        "roles": {"customer": "reference", "amount": "amount", "currency": "value", "text": "text"},
        "records": ["id", "file"],
        "outside": False,
    },
    "web.get": {"effect": "egress_read", "roles": {"url": "destination", "params": "text"}},
    "web.search": {"effect": "egress_read", "roles": {"query": "text"}},
    "notes.add": {"effect": "internal", "roles": {"text": "text"}, "outside": False},
    "reminders.add": {
        "effect": "internal",
        "roles": {"when": "when", "text": "text"},
        "outside": False,
    },
    "memory.recall": {"effect": "read", "roles": {"query": "text"}},
    "memory.save": {"effect": "internal", "roles": {"text": "text"}, "outside": False},
    "tools.list": {"effect": "read", "private": False},
    "account.password": {"effect": "credential", "roles": {"new": "secret"}},
    "profile.update": {"effect": "profile", "roles": {"email": "destination", "text": "text"}},
    "team.invite": {"effect": "membership", "roles": {"email": "destination"}},
    "mcp.sync": {},  # came with somebody's server; nobody has classified it
}
