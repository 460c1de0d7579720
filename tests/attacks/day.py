"""The plausible day of a one-person company: forty requests, written down before any figure.

A consultant with a small shop. A third of the requests only read. A third stays inside: notes,
reminders, drafts. A third leaves the house: mails, invoices, invitations, now and then money.
"""

from collections.abc import Mapping

DAY: Mapping[str, int] = {
    "summarise": 4,  # what does this say?
    "question": 5,  # what do they owe, what did we agree?
    "figures": 2,  # how much came in this month?
    "look_up": 1,  # an address the operator names
    "search": 1,  # a search on the web
    "note": 4,
    "remind": 4,
    "draft": 3,  # I send it myself
    "crm_note": 2,
    "reply": 4,
    "write": 2,
    "invoice": 3,  # made, then sent
    "refund": 1,  # paid back, then the customer is told
    "pay": 1,  # a supplier
    "book": 3,
}
