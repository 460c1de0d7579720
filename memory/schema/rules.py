"""The operator's own rules, made in the chat, and the words of every rule book that judged."""

import sqlalchemy as sa

from memory.schema.columns import json, key, metadata, moment, text

own_rules = sa.Table(
    "own_rules",
    metadata,
    sa.Column("rule", sa.Text, primary_key=True),  # its id in the book
    sa.Column("version", sa.Integer, primary_key=True),  # each change is a new one, none is lost
    text("state"),  # active | paused | removed
    json("body"),  # the rule, as policies/rules.py has it
    text("says"),  # what it means, in a sentence for the operator
    text("cause"),
    moment("at"),
)

bundles = sa.Table(
    "bundles",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    json("rules"),  # every rule of the book, as it stood
    moment("at"),
)

own_playbooks = sa.Table(
    "own_playbooks",
    metadata,
    key(),
    text("shape"),  # a digest of what the plans it was made of have in common
    text("state"),  # offered | kept | declined | dropped
    json("body"),  # the playbook as JSON
    text("cause"),
    moment("at"),
    sa.UniqueConstraint("shape"),
)
