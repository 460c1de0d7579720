"""Canonical records, facts about them, artifacts: what the company knows."""

import sqlalchemy as sa

from memory.schema.columns import json, key, metadata, moment, number, text

records = sa.Table(
    "records",
    metadata,
    key(),
    text("kind"),  # person | company | order | project | meeting …
    text("name"),  # how a person would call it
    text("status"),  # proposed | active | merged | withdrawn | erased
    number("version", 1),
    json("state"),  # the model of its kind, as JSON
    number("schema", 1),  # of the state; older ones are read through memory/canon/upcasters.py
    text("cause", null=True),
    moment("at"),
    text("merged_into", null=True),  # the record that this one is the same as
    sa.Index("records_kind_name", "kind", "name"),
    sa.Index("records_merged_into", "merged_into"),
)

record_versions = sa.Table(
    "record_versions",
    metadata,
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    json("state"),
    number("schema", 1),
    text("name"),
    text("cause", null=True),
    moment("at"),
)

record_keys = sa.Table(
    "record_keys",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),  # email | domain | vat | order | invoice …
    sa.Column("value", sa.Text, primary_key=True),  # normalised
    text("record"),
    moment("ended_at", null=True),  # taken back with the version that brought it: names nobody
    sa.Index("record_keys_record", "record"),
)

facts = sa.Table(
    "facts",
    metadata,
    key(),
    text("record", null=True),  # None: about the operator or the company itself
    text("attribute"),
    json("value"),
    text("unit", null=True),
    moment("valid_from"),
    moment("valid_to", null=True),  # as it was said; what came after it ends it too
    moment("recorded_at"),
    sa.Column("believed", sa.Boolean, nullable=False),  # as it came; what is not was only proposed
    moment("endorsed_at", null=True),  # when the operator said that it is so
    text("endorsed_by", null=True),
    moment("closed_at", null=True),  # withdrawn
    text("closed_by", null=True),
    text("source", null=True),  # the event that told us
    text("author"),  # owner | document | connector | client | agent
    sa.Column("confidence", sa.Float, nullable=False, default=1.0),
    text("cardinality"),  # one | many
    text("status"),  # proposed | active | retracted; what holds now is settled when it is read
    sa.Index("facts_record", "record", "attribute"),
    sa.Index("facts_source", "source"),
)

artifacts = sa.Table(
    "artifacts",
    metadata,
    key(),
    text("kind"),  # attachment | draft | file
    text("title"),
    text("about", null=True),  # a record, goal or event
    number("head", 1),
    text("cause", null=True),
    moment("at"),
)

artifact_versions = sa.Table(
    "artifact_versions",
    metadata,
    sa.Column("artifact", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    text("author"),  # agent | operator | outside
    text("text", null=True),
    text("digest", null=True),  # sha256 of the bytes under blobs/
    text("mime", null=True),
    text("cause", null=True),
    moment("at"),
)

profile = sa.Table(
    "profile",
    metadata,
    key("name"),  # zone | currency | processes | stopped …
    json("value"),
    moment("at"),
)
