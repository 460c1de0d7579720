"""The event log: append-only, hash-chained, every change of state inside it."""

import sqlalchemy as sa

from memory.schema.columns import json, metadata, moment, text

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    text("kind"),
    text("source"),
    text("key"),  # the source's own name for it: unique with the source
    text("trust"),  # operator | system | outside
    text("actor"),
    text("cause", null=True),  # the event that led to this one
    text("goal", null=True),
    json("body"),
    moment("at"),
    json("changes"),  # [[table, {column: value}]]: what this event did to the state
    text("salt", null=True),  # forgotten when the content is redacted
    text("digest", null=True),
    text("hash", null=True),
    text("redacted_by", null=True),  # the event that redacted this one
    sa.UniqueConstraint("source", "key"),
    sa.Index("events_goal", "goal"),
    sa.Index("events_kind", "kind"),
    info={"journaled": False},  # it is the journal
)
