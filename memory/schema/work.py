"""Goals, plans, tasks, effects, approvals: the work and the questions it asks."""

import sqlalchemy as sa

from memory.schema.columns import json, key, metadata, moment, number, text

work = sa.Table(
    "work",
    metadata,
    key(),
    text("kind"),  # the handler: understand | dispatch | perform | ring …
    text("ref"),  # what it is about: an event, a task, an effect
    text("lane", default="today"),  # now | next | today | behind | off_peak: see flow/lanes.py
    text("state"),  # ready | done | quarantined
    number("round"),  # how often it failed and was set out again: part of the workflow's id
    number("attempts"),  # how often it was started, crashes included
    moment("due_at"),
    text("error", null=True),
    sa.Index("work_open", "state", "lane", "due_at"),
    info={"journaled": False},  # how far we are with it, not what happened
)

goals = sa.Table(
    "goals",
    metadata,
    key(),
    text("text"),
    text("mode"),  # deterministic | exploratory | creative; "": nothing was said of it
    text("state"),  # open | done | failed | stopped
    text("asked_by"),  # the event
    text("conv", null=True),  # where the answer belongs
    text("playbook", null=True),
    text("project", null=True),  # the record it is done for
    json("slots"),
    moment("at"),
    moment("due_at", null=True),
    sa.Index("goals_project", "project"),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    key("goal"),
    text("kind"),
    text("value", null=True),  # a decimal, in `currency`
    text("currency", null=True),
    sa.Column("succeeded", sa.Boolean, nullable=False),
    text("failure", null=True),  # its class
    number("minutes_saved"),
    text("cost"),  # a decimal, in the company's currency
    number("touches"),  # how often the operator was needed
    moment("at"),
    sa.Index("outcomes_kind", "kind", "at"),
)

plans = sa.Table(
    "plans",
    metadata,
    key(),
    text("goal"),
    number("version", 1),
    text("because"),
    json("proposed"),  # as a model wrote it and we checked it; null: by a playbook, or typed
    json("foretold"),  # by step: what the rules said of it before it was begun
    json("texts"),  # what those that models write may cost, beside what is left for them
    moment("started_at", null=True),
    text("cause"),
    moment("at"),
    text("back", null=True),  # the event that asked to take back what its steps did
    text("halted", null=True),  # the event that stopped it; what it left out stays so
    sa.UniqueConstraint("goal", "version"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    key(),
    text("plan"),
    text("goal"),
    text("key"),  # its name within the plan
    number("position"),  # its place in the plan, from 1
    text("title"),
    text("operation"),
    text("agent"),
    text("spec", default=""),  # the version of the agent's file that carries it out; see specs
    json("args"),
    json("origins"),  # by argument: the least trusted one it may have
    json("fixed"),  # by argument: the only values it may have
    json("after"),  # keys of tasks that must be done first
    json("reports"),  # keys of tasks that it says were done
    json("without"),  # keys of tasks that were left out before it
    json("tried"),  # the arguments that it could not be prepared with, and the form for others
    json("by_hand"),  # the names of the arguments that the operator wrote in that form
    text("state"),  # pending | running | waiting | done | failed | skipped | compensated
    text("error", null=True),
    moment("at"),
    sa.UniqueConstraint("plan", "key"),
    sa.Index("tasks_goal", "goal"),
)

effects = sa.Table(
    "effects",
    metadata,
    key(),  # the idempotency key of the call, the same for every attempt
    text("task"),
    text("goal"),
    number("version", 1),
    text("state"),
    json("action"),
    text("digest"),
    json("verdict"),
    json("receipt"),
    text("error", null=True),
    text("failure", null=True),  # the class of what went wrong: see engine/drawing/failures.py
    json("tries"),  # [{at, failure, said, ruled_out}]: every call that was made
    text("undoes", null=True),  # the effect this one takes back
    text("cause"),
    moment("at"),
    moment("done_at", null=True),
    sa.UniqueConstraint("task", "digest"),
    sa.Index("effects_goal", "goal"),
    sa.Index("effects_state", "state", "at"),
    sa.Index("effects_digest", "digest"),
    sa.Index("effects_done", "done_at"),
)

effect_versions = sa.Table(
    "effect_versions",
    metadata,
    sa.Column("effect", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    text("operation"),
    text("counterpart"),  # the one record or address it is for; "": nobody, or several
    json("action"),
    text("digest"),
    json("verdict"),
    json("preview"),  # what it would change, as shown on the card
    text("author"),  # agent | operator
    text("cause"),
    moment("at"),
    sa.Index("effect_versions_like", "operation", "counterpart", "at"),
)

approvals = sa.Table(
    "approvals",
    metadata,
    key(),
    text("effect"),
    number("version", 1),
    text("digest"),
    text("state"),  # open | decided | expired | withdrawn | superseded
    text("bundle"),
    text("cause"),
    moment("asked_at"),
    moment("expires_at"),
    moment("snoozed_until", null=True),
    text("first_on", null=True),  # the surface of the first yes, where two are wanted
    moment("first_at", null=True),
    sa.UniqueConstraint("effect", "version"),
    sa.Index("approvals_state", "state", "asked_at"),
)

refinements = sa.Table(
    "refinements",
    metadata,
    key("approval"),  # the question whose draft is written better meanwhile
    text("effect"),
    text("state"),  # awaited | begun | came | left | none | refused | stopped | late | broken
    moment("at"),
    moment("ended_at", null=True),
    sa.Index("refinements_effect", "effect"),
)

postponed = sa.Table(
    "postponed",
    metadata,
    key("event"),  # what asks for what no model was paid for
    text("kind"),  # plan | answer | research | enrich | rule
    text("goal"),  # that a plan is for; it may not be there yet
    text("card"),  # what says that it waits
    text("conv", null=True),
    text("state"),  # asked | tomorrow | taken | dropped
    moment("at"),
    moment("due_at", null=True),
    sa.Index("postponed_state", "state", "at"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    key("approval"),  # decided once
    text("answer"),  # approve | reject
    text("by"),
    text("channel"),
    text("first_on", null=True),  # where the first of two yeses was given
    text("note", null=True),
    moment("at"),
)

batches = sa.Table(
    "batches",
    metadata,
    key(),
    text("operation"),
    text("verb"),  # what the yes does, as on the cards
    text("conv"),  # where the list was asked for
    text("state"),  # open | decided | replaced
    text("cause"),
    moment("at"),
    sa.Index("batches_open", "conv", "state"),
    sa.Index("batches_cause", "cause"),
)

batch_items = sa.Table(
    "batch_items",
    metadata,
    sa.Column("batch", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    text("approval"),
    number("version", 1),  # of the effect, as it was listed
    text("digest"),
    sa.Column("included", sa.Boolean, nullable=False),
    text("why"),  # why it was left out at first; "" when it was not
    text("told"),  # what the decision about the batch did with it; "" before
)

alarms = sa.Table(
    "alarms",
    metadata,
    key("key"),
    moment("due_at"),
    text("kind"),
    text("ref"),
    text("state"),  # set | fired | off
    text("cause"),
    sa.Index("alarms_due", "state", "due_at"),
)
