"""Recalls: what was recalled for whom, what of it was told, and whether that was right."""

import sqlalchemy as sa

from memory.schema.columns import json, key, metadata, moment, number, text

recalls = sa.Table(
    "recalls",
    metadata,
    key(),
    text("event"),  # the question or wish it was for
    text("conv", null=True),
    text("purpose"),  # question | about
    json("found"),  # [id]: the passages that recall gave, best first
    json("used"),  # [id]: those of them that the answer told or cited
    number("sources"),  # facts and lines of records that were told besides
    number("tokens"),  # of the passages told
    number("ms"),
    moment("at"),
    moment("wrong_at", null=True),  # when the operator said that it was wrong
    sa.Index("recalls_at", "at"),
    info={"journaled": False},  # a measurement; it holds no words
)
