"""Language models: what each call was asked, what it answered, what it cost."""

import sqlalchemy as sa

from memory.schema.columns import json, key, metadata, moment, number, text

costs = sa.Table(
    "costs",
    metadata,
    key(),
    text("task", null=True),
    text("goal", null=True),
    text("agent"),
    text("tier"),
    text("model"),
    text("state"),  # reserved | settled | lost
    text("ceiling"),  # a decimal: the most the call can cost, in the company's currency
    text("amount"),  # a decimal: what counts, the ceiling until it is settled
    moment("at"),  # the day it counts for
    moment("settled_at", null=True),
    sa.Index("costs_at", "at"),
    sa.Index("costs_goal", "goal"),
    sa.Index("costs_state", "state"),
)

reasons = sa.Table(
    "reasons",
    metadata,
    key(),
    text("task", null=True),
    text("goal", null=True),
    text("step"),  # what it was asked for, and the version of the prompt: "draft.text/1"
    text("agent"),
    text("tier"),
    text("model"),  # "": no model was asked
    text("basis"),  # digest of what the answer is for: the same task and basis get the same one
    json("prompt"),  # the messages as they left, [] when none did
    json("recalled"),  # [[id, score]]: what of the memory was in them
    json("verdict"),  # outcome, rules and facts, as judged before it left
    text("answer", null=True),  # the key of the kept answer
    text("state"),  # answered | refused | declined | empty | cut | invalid | … | gave_up | short
    text("why"),  # one sentence when there is no answer
    number("tokens_in"),
    number("tokens_cached"),  # of those: what the provider had read before, and kept
    number("tokens_out"),
    text("cost"),  # a decimal, in the company's currency
    number("ms"),
    sa.Column("cached", sa.Boolean, nullable=False),
    moment("at"),
    sa.Index("reasons_task", "task", "step", "basis"),
    sa.Index("reasons_at", "at"),
    sa.Index("reasons_step", "step"),
)

answers = sa.Table(
    "answers",
    metadata,
    key("key"),  # digest of model, version of the prompt, what was asked, shape of the answer
    json("value"),  # the answer as it was checked against its shape
    moment("at"),
    info={"journaled": False},  # a cache: asking again would make it anew
)
