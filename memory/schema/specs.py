"""Specs: versions of your specialists' files, and what one on trial would have drafted."""

import sqlalchemy as sa

from memory.schema.columns import json, metadata, moment, number, text

specs = sa.Table(
    "specs",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),  # digest of what it says
    number("number"),  # as it is called: the first that was read is 1
    json("says"),  # all of it: contract, prompt and code, so that it can be put back
    moment("at"),  # when it was first read
)

spec_drafts = sa.Table(
    "spec_drafts",
    metadata,
    sa.Column("task", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),  # in shadow: nobody was shown it
    json("texts"),  # by argument; {}: it would have done nothing
    text("why"),  # why it would have done nothing; "" where it would
    moment("at"),
    sa.Index("spec_drafts_version", "version"),
)
