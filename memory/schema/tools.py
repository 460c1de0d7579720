"""Tools of others as they described themselves, and what the operator said that they do."""

import sqlalchemy as sa

from memory.schema.columns import json, metadata, moment, text

tools = sa.Table(
    "tools",
    metadata,
    sa.Column("operation", sa.Text, primary_key=True),  # server.tool
    sa.Column("version", sa.Integer, primary_key=True),  # each change is a new one, none is lost
    text("state"),  # new | changed | classified | forgotten
    text("digest"),  # of what follows: the tool that a class was given to
    text("description"),  # somebody else's words
    json("takes"),  # its arguments, as a JSON schema
    text("effect", null=True),  # its class; only while it is classified
    json("roles"),  # argument → role
    text("actor", null=True),  # who said so
    text("cause", null=True),
    moment("at"),
)
