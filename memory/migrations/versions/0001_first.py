"""The first schema: every table of version 0.1, frozen by memory.migrations.freeze."""

from alembic import op

revision = "0001"
down_revision: str | None = None

UP = (
    """
CREATE TABLE conversations (
    id TEXT NOT NULL,
    surface TEXT NOT NULL,
    chat TEXT NOT NULL,
    user TEXT NOT NULL,
    state TEXT NOT NULL,
    at DATETIME NOT NULL,
    rich_since DATETIME,
    PRIMARY KEY (id)
)
""",
    """
CREATE TABLE pairings (
    hash TEXT NOT NULL,
    surface TEXT NOT NULL,
    tries INTEGER NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    PRIMARY KEY (hash)
)
""",
    """
CREATE TABLE arrivals (
    "key" TEXT NOT NULL,
    surface TEXT NOT NULL,
    kind TEXT NOT NULL,
    body JSON,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    error TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY ("key")
)
""",
    """
CREATE INDEX arrivals_waiting
    ON arrivals (surface, kind)
    WHERE state = 'waiting'
""",
    """
CREATE TABLE suggestions (
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    playbook TEXT NOT NULL,
    slots JSON,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    conv TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (id)
)
""",
    """
CREATE TABLE questions (
    id TEXT NOT NULL,
    conv TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    body JSON,
    state TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX questions_open
    ON questions (conv, state)
""",
    """
CREATE TABLE cards (
    "key" TEXT NOT NULL,
    conv TEXT,
    version INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    msg JSON,
    became TEXT,
    at DATETIME NOT NULL,
    changed_at DATETIME NOT NULL,
    PRIMARY KEY ("key")
)
""",
    """
CREATE INDEX cards_changed
    ON cards (changed_at)
""",
    """
CREATE TABLE deliveries (
    card TEXT NOT NULL,
    conv TEXT NOT NULL,
    version INTEGER NOT NULL,
    pending BOOLEAN NOT NULL,
    wanted BOOLEAN NOT NULL,
    message TEXT,
    attempts INTEGER NOT NULL,
    due_at DATETIME,
    error TEXT,
    posted_at DATETIME NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (card, conv)
)
""",
    """
CREATE INDEX deliveries_pending
    ON deliveries (conv)
    WHERE pending
""",
    """
CREATE TABLE tokens (
    hash TEXT NOT NULL,
    action TEXT NOT NULL,
    ref TEXT NOT NULL,
    item TEXT NOT NULL,
    conv TEXT NOT NULL,
    user TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    PRIMARY KEY (hash)
)
""",
    """
CREATE INDEX tokens_expiry
    ON tokens (expires_at)
""",
    """
CREATE TABLE cursors (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (name)
)
""",
    """
CREATE TABLE events (
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    "key" TEXT NOT NULL,
    trust TEXT NOT NULL,
    actor TEXT NOT NULL,
    cause TEXT,
    goal TEXT,
    body JSON,
    at DATETIME NOT NULL,
    changes JSON,
    salt TEXT,
    digest TEXT,
    hash TEXT,
    redacted_by TEXT,
    PRIMARY KEY (seq),
    UNIQUE (source, "key"),
    UNIQUE (id)
)
""",
    """
CREATE INDEX events_goal
    ON events (goal)
""",
    """
CREATE INDEX events_kind
    ON events (kind)
""",
    """
CREATE TABLE costs (
    id TEXT NOT NULL,
    task TEXT,
    goal TEXT,
    agent TEXT NOT NULL,
    tier TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    ceiling TEXT NOT NULL,
    amount TEXT NOT NULL,
    at DATETIME NOT NULL,
    settled_at DATETIME,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX costs_at
    ON costs (at)
""",
    """
CREATE INDEX costs_goal
    ON costs (goal)
""",
    """
CREATE INDEX costs_state
    ON costs (state)
""",
    """
CREATE TABLE reasons (
    id TEXT NOT NULL,
    task TEXT,
    goal TEXT,
    step TEXT NOT NULL,
    agent TEXT NOT NULL,
    tier TEXT NOT NULL,
    model TEXT NOT NULL,
    basis TEXT NOT NULL,
    prompt JSON,
    recalled JSON,
    verdict JSON,
    answer TEXT,
    state TEXT NOT NULL,
    why TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_cached INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost TEXT NOT NULL,
    ms INTEGER NOT NULL,
    cached BOOLEAN NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX reasons_at
    ON reasons (at)
""",
    """
CREATE INDEX reasons_step
    ON reasons (step)
""",
    """
CREATE INDEX reasons_task
    ON reasons (task, step, basis)
""",
    """
CREATE TABLE answers (
    "key" TEXT NOT NULL,
    value JSON,
    at DATETIME NOT NULL,
    PRIMARY KEY ("key")
)
""",
    """
CREATE TABLE passages (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    record TEXT,
    conv TEXT,
    session TEXT NOT NULL,
    "by" TEXT,
    text TEXT NOT NULL,
    at DATETIME NOT NULL,
    trust TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    traits INTEGER NOT NULL,
    embedded BOOLEAN NOT NULL,
    UNIQUE (id)
)
""",
    """
CREATE INDEX passages_by
    ON passages ("by" COLLATE NOCASE)
""",
    """
CREATE INDEX passages_conv
    ON passages (conv)
""",
    """
CREATE TRIGGER passages_delete AFTER delete ON passages BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE TRIGGER passages_insert AFTER insert ON passages BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE INDEX passages_pending
    ON passages (embedded, seq)
""",
    """
CREATE INDEX passages_record
    ON passages (record)
""",
    """
CREATE INDEX passages_ref
    ON passages (ref)
""",
    """
CREATE INDEX passages_session
    ON passages (session)
""",
    """
CREATE TRIGGER passages_update AFTER update ON passages BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE VIRTUAL TABLE passages_fts USING fts5(
    text, before, tokenize = 'porter unicode61 remove_diacritics 2'
)
""",
    """
CREATE TABLE recall_changes (one INTEGER PRIMARY KEY, number INTEGER NOT NULL)
""",
    """
CREATE TABLE boxes (
    box INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    passages INTEGER NOT NULL,
    first_at DATETIME NOT NULL,
    last_at DATETIME NOT NULL,
    text TEXT NOT NULL,
    pack BLOB NOT NULL
)
""",
    """
CREATE TRIGGER boxes_delete AFTER delete ON boxes BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE TRIGGER boxes_insert AFTER insert ON boxes BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE INDEX boxes_topic
    ON boxes (topic)
""",
    """
CREATE TRIGGER boxes_update AFTER update ON boxes BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE TABLE recalls (
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    conv TEXT,
    purpose TEXT NOT NULL,
    found JSON,
    used JSON,
    sources INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    at DATETIME NOT NULL,
    wrong_at DATETIME,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX recalls_at
    ON recalls (at)
""",
    """
CREATE TABLE records (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    state JSON,
    schema INTEGER NOT NULL,
    cause TEXT,
    at DATETIME NOT NULL,
    merged_into TEXT,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX records_kind_name
    ON records (kind, name)
""",
    """
CREATE INDEX records_merged_into
    ON records (merged_into)
""",
    """
CREATE TABLE record_versions (
    record TEXT NOT NULL,
    version INTEGER NOT NULL,
    state JSON,
    schema INTEGER NOT NULL,
    name TEXT NOT NULL,
    cause TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (record, version)
)
""",
    """
CREATE TABLE record_keys (
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    record TEXT NOT NULL,
    ended_at DATETIME,
    PRIMARY KEY (scheme, value)
)
""",
    """
CREATE INDEX record_keys_record
    ON record_keys (record)
""",
    """
CREATE TABLE facts (
    id TEXT NOT NULL,
    record TEXT,
    attribute TEXT NOT NULL,
    value JSON,
    unit TEXT,
    valid_from DATETIME NOT NULL,
    valid_to DATETIME,
    recorded_at DATETIME NOT NULL,
    believed BOOLEAN NOT NULL,
    endorsed_at DATETIME,
    endorsed_by TEXT,
    closed_at DATETIME,
    closed_by TEXT,
    source TEXT,
    author TEXT NOT NULL,
    confidence FLOAT NOT NULL,
    cardinality TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX facts_record
    ON facts (record, attribute)
""",
    """
CREATE INDEX facts_source
    ON facts (source)
""",
    """
CREATE TABLE artifacts (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    about TEXT,
    head INTEGER NOT NULL,
    cause TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (id)
)
""",
    """
CREATE TABLE artifact_versions (
    artifact TEXT NOT NULL,
    number INTEGER NOT NULL,
    author TEXT NOT NULL,
    text TEXT,
    digest TEXT,
    mime TEXT,
    cause TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (artifact, number)
)
""",
    """
CREATE TABLE profile (
    name TEXT NOT NULL,
    value JSON,
    at DATETIME NOT NULL,
    PRIMARY KEY (name)
)
""",
    """
CREATE TABLE own_rules (
    rule TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    body JSON,
    says TEXT NOT NULL,
    cause TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (rule, version)
)
""",
    """
CREATE TABLE bundles (
    hash TEXT NOT NULL,
    rules JSON,
    at DATETIME NOT NULL,
    PRIMARY KEY (hash)
)
""",
    """
CREATE TABLE own_playbooks (
    id TEXT NOT NULL,
    shape TEXT NOT NULL,
    state TEXT NOT NULL,
    body JSON,
    cause TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (shape)
)
""",
    """
CREATE TABLE specs (
    agent TEXT NOT NULL,
    version TEXT NOT NULL,
    number INTEGER NOT NULL,
    says JSON,
    at DATETIME NOT NULL,
    PRIMARY KEY (agent, version)
)
""",
    """
CREATE TABLE spec_drafts (
    task TEXT NOT NULL,
    version TEXT NOT NULL,
    texts JSON,
    why TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (task, version)
)
""",
    """
CREATE INDEX spec_drafts_version
    ON spec_drafts (version)
""",
    """
CREATE TABLE tools (
    operation TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    digest TEXT NOT NULL,
    description TEXT NOT NULL,
    takes JSON,
    effect TEXT,
    roles JSON,
    actor TEXT,
    cause TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (operation, version)
)
""",
    """
CREATE TABLE work (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    lane TEXT NOT NULL,
    state TEXT NOT NULL,
    round INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at DATETIME NOT NULL,
    error TEXT,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX work_open
    ON work (state, lane, due_at)
""",
    """
CREATE TABLE goals (
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    conv TEXT,
    playbook TEXT,
    project TEXT,
    slots JSON,
    at DATETIME NOT NULL,
    due_at DATETIME,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX goals_project
    ON goals (project)
""",
    """
CREATE TABLE outcomes (
    goal TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT,
    currency TEXT,
    succeeded BOOLEAN NOT NULL,
    failure TEXT,
    minutes_saved INTEGER NOT NULL,
    cost TEXT NOT NULL,
    touches INTEGER NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (goal)
)
""",
    """
CREATE INDEX outcomes_kind
    ON outcomes (kind, at)
""",
    """
CREATE TABLE plans (
    id TEXT NOT NULL,
    goal TEXT NOT NULL,
    version INTEGER NOT NULL,
    because TEXT NOT NULL,
    proposed JSON,
    foretold JSON,
    texts JSON,
    started_at DATETIME,
    cause TEXT NOT NULL,
    at DATETIME NOT NULL,
    back TEXT,
    halted TEXT,
    PRIMARY KEY (id),
    UNIQUE (goal, version)
)
""",
    """
CREATE TABLE tasks (
    id TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    goal TEXT NOT NULL,
    "key" TEXT NOT NULL,
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    operation TEXT NOT NULL,
    agent TEXT NOT NULL,
    spec TEXT NOT NULL,
    args JSON,
    origins JSON,
    fixed JSON,
    "after" JSON,
    reports JSON,
    without JSON,
    tried JSON,
    by_hand JSON,
    state TEXT NOT NULL,
    error TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE ("plan", "key")
)
""",
    """
CREATE INDEX tasks_goal
    ON tasks (goal)
""",
    """
CREATE TABLE effects (
    id TEXT NOT NULL,
    task TEXT NOT NULL,
    goal TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    action JSON,
    digest TEXT NOT NULL,
    verdict JSON,
    receipt JSON,
    error TEXT,
    failure TEXT,
    tries JSON,
    undoes TEXT,
    cause TEXT NOT NULL,
    at DATETIME NOT NULL,
    done_at DATETIME,
    PRIMARY KEY (id),
    UNIQUE (task, digest)
)
""",
    """
CREATE INDEX effects_digest
    ON effects (digest)
""",
    """
CREATE INDEX effects_done
    ON effects (done_at)
""",
    """
CREATE INDEX effects_goal
    ON effects (goal)
""",
    """
CREATE INDEX effects_state
    ON effects (state, at)
""",
    """
CREATE TABLE effect_versions (
    effect TEXT NOT NULL,
    version INTEGER NOT NULL,
    operation TEXT NOT NULL,
    counterpart TEXT NOT NULL,
    action JSON,
    digest TEXT NOT NULL,
    verdict JSON,
    preview JSON,
    author TEXT NOT NULL,
    cause TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (effect, version)
)
""",
    """
CREATE INDEX effect_versions_like
    ON effect_versions (operation, counterpart, at)
""",
    """
CREATE TABLE approvals (
    id TEXT NOT NULL,
    effect TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    bundle TEXT NOT NULL,
    cause TEXT NOT NULL,
    asked_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    snoozed_until DATETIME,
    first_on TEXT,
    first_at DATETIME,
    PRIMARY KEY (id),
    UNIQUE (effect, version)
)
""",
    """
CREATE INDEX approvals_state
    ON approvals (state, asked_at)
""",
    """
CREATE TABLE refinements (
    approval TEXT NOT NULL,
    effect TEXT NOT NULL,
    state TEXT NOT NULL,
    at DATETIME NOT NULL,
    ended_at DATETIME,
    PRIMARY KEY (approval)
)
""",
    """
CREATE INDEX refinements_effect
    ON refinements (effect)
""",
    """
CREATE TABLE postponed (
    event TEXT NOT NULL,
    kind TEXT NOT NULL,
    goal TEXT NOT NULL,
    card TEXT NOT NULL,
    conv TEXT,
    state TEXT NOT NULL,
    at DATETIME NOT NULL,
    due_at DATETIME,
    PRIMARY KEY (event)
)
""",
    """
CREATE INDEX postponed_state
    ON postponed (state, at)
""",
    """
CREATE TABLE decisions (
    approval TEXT NOT NULL,
    answer TEXT NOT NULL,
    "by" TEXT NOT NULL,
    channel TEXT NOT NULL,
    first_on TEXT,
    note TEXT,
    at DATETIME NOT NULL,
    PRIMARY KEY (approval)
)
""",
    """
CREATE TABLE batches (
    id TEXT NOT NULL,
    operation TEXT NOT NULL,
    verb TEXT NOT NULL,
    conv TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (id)
)
""",
    """
CREATE INDEX batches_cause
    ON batches (cause)
""",
    """
CREATE INDEX batches_open
    ON batches (conv, state)
""",
    """
CREATE TABLE batch_items (
    batch TEXT NOT NULL,
    position INTEGER NOT NULL,
    approval TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    included BOOLEAN NOT NULL,
    why TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (batch, position)
)
""",
    """
CREATE TABLE alarms (
    "key" TEXT NOT NULL,
    due_at DATETIME NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY ("key")
)
""",
    """
CREATE INDEX alarms_due
    ON alarms (state, due_at)
""",
    """
CREATE TABLE vectors (
    seq INTEGER NOT NULL,
    encoder TEXT NOT NULL,
    numbers BLOB NOT NULL,
    PRIMARY KEY (seq, encoder),
    FOREIGN KEY(seq) REFERENCES passages (seq) ON DELETE CASCADE
)
""",
    """
CREATE TRIGGER vectors_delete AFTER delete ON vectors BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE TRIGGER vectors_insert AFTER insert ON vectors BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE TRIGGER vectors_update AFTER update ON vectors BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
""",
    """
CREATE TABLE archived (
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    box INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    record TEXT,
    conv TEXT,
    trust TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (seq),
    FOREIGN KEY(box) REFERENCES boxes (box) ON DELETE CASCADE
)
""",
    """
CREATE INDEX archived_box
    ON archived (box)
""",
    """
CREATE INDEX archived_record
    ON archived (record)
""",
    """
CREATE INDEX archived_ref
    ON archived (ref)
""",
    """
CREATE VIRTUAL TABLE archived_fts USING fts5(
    text, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
)
""",
)

DOWN = (
    "DROP TABLE archived_fts",
    "DROP TABLE archived",
    "DROP TABLE vectors",
    "DROP TABLE alarms",
    "DROP TABLE batch_items",
    "DROP TABLE batches",
    "DROP TABLE decisions",
    "DROP TABLE postponed",
    "DROP TABLE refinements",
    "DROP TABLE approvals",
    "DROP TABLE effect_versions",
    "DROP TABLE effects",
    "DROP TABLE tasks",
    "DROP TABLE plans",
    "DROP TABLE outcomes",
    "DROP TABLE goals",
    "DROP TABLE work",
    "DROP TABLE tools",
    "DROP TABLE spec_drafts",
    "DROP TABLE specs",
    "DROP TABLE own_playbooks",
    "DROP TABLE bundles",
    "DROP TABLE own_rules",
    "DROP TABLE profile",
    "DROP TABLE artifact_versions",
    "DROP TABLE artifacts",
    "DROP TABLE facts",
    "DROP TABLE record_keys",
    "DROP TABLE record_versions",
    "DROP TABLE records",
    "DROP TABLE recalls",
    "DROP TABLE boxes",
    "DROP TABLE recall_changes",
    "DROP TABLE passages_fts",
    "DROP TABLE passages",
    "DROP TABLE answers",
    "DROP TABLE reasons",
    "DROP TABLE costs",
    "DROP TABLE events",
    "DROP TABLE cursors",
    "DROP TABLE tokens",
    "DROP TABLE deliveries",
    "DROP TABLE cards",
    "DROP TABLE questions",
    "DROP TABLE suggestions",
    "DROP TABLE arrivals",
    "DROP TABLE pairings",
    "DROP TABLE conversations",
)


def upgrade() -> None:
    for statement in UP:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.get_bind().exec_driver_sql(statement)
