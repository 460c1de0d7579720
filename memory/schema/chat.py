"""Conversations, questions, suggestions, cards and their deliveries: what was said, and where."""

import sqlalchemy as sa

from memory.schema.columns import json, key, metadata, moment, number, text

WAITING, PENDING = sa.text("state = 'waiting'"), sa.text("pending")

conversations = sa.Table(
    "conversations",
    metadata,
    key(),  # surface:chat
    text("surface"),
    text("chat"),
    text("user"),  # the platform's verified id of the person
    text("state"),  # paired | revoked
    moment("at"),
    moment("rich_since", null=True),  # since when rich messages are shown: they can be read here
)

pairings = sa.Table(
    "pairings",
    metadata,
    key("hash"),  # of the code; the code itself is shown once, on the host
    text("surface"),
    number("tries"),
    moment("expires_at"),
    moment("used_at", null=True),
    info={"journaled": False},
)

arrivals = sa.Table(
    "arrivals",
    metadata,
    key("key"),  # surface:the platform's own name for it
    text("surface"),
    text("kind"),  # message | tap | …: what the surface does with it
    json("body"),  # as it was delivered
    text("state"),  # waiting | done | set aside
    number("tries"),
    text("error", null=True),
    moment("at"),
    sa.Index("arrivals_waiting", "surface", "kind", sqlite_where=WAITING, postgresql_where=WAITING),
    info={"journaled": False},  # a platform's delivery; what it says becomes an event
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    key(),
    text("event"),  # the mail or message it was read in
    text("playbook"),
    json("slots"),
    text("title"),
    text("state"),  # offered | taken | dropped
    text("conv", null=True),
    moment("at"),
)

questions = sa.Table(
    "questions",
    metadata,
    key(),
    text("conv"),
    text("kind"),  # slot | edit | choice
    text("ref"),
    json("body"),
    text("state"),  # open | queued (behind another of its message) | answered | dropped
    moment("at"),
    sa.Index("questions_open", "conv", "state"),
)

cards = sa.Table(
    "cards",
    metadata,
    key("key"),
    text("conv", null=True),  # None: every conversation of the operator
    number("version", 1),
    number("priority"),  # 0 approvals, 1 answers, 2 progress
    json("msg"),
    text("became", null=True),  # the card that took its place in the message, a better draft
    moment("at"),
    moment("changed_at"),
    sa.Index("cards_changed", "changed_at"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("card", sa.Text, primary_key=True),
    sa.Column("conv", sa.Text, primary_key=True),
    number("version"),  # the newest version that was shown
    sa.Column("pending", sa.Boolean, nullable=False),  # a newer one waits to be shown
    sa.Column("wanted", sa.Boolean, nullable=False, default=False),  # it was asked for again
    text("message", null=True),  # the platform's id of it
    number("attempts"),
    moment("due_at", null=True),
    text("error", null=True),
    moment("posted_at"),  # when it last came to the bottom of the conversation
    moment("at"),
    sa.Index("deliveries_pending", "conv", sqlite_where=PENDING, postgresql_where=PENDING),
    info={"journaled": False},
)

tokens = sa.Table(
    "tokens",
    metadata,
    key("hash"),
    text("action"),
    text("ref"),
    text("item"),
    text("conv"),
    text("user"),
    moment("expires_at"),
    moment("used_at", null=True),
    sa.Index("tokens_expiry", "expires_at"),
    info={"journaled": False},
)

cursors = sa.Table(
    "cursors",
    metadata,
    key("name"),  # how far we have read a source
    text("value"),
    moment("at"),
    info={"journaled": False},
)
