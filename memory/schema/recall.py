"""Passages: what can be recalled, as short texts. Derived from the rest and rebuilt from it."""

from collections.abc import Iterable

import sqlalchemy as sa

from memory import dialects
from memory.schema.columns import key, metadata, moment, number, text

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    text("kind"),  # message | mail | note | fact | artifact | episode
    text("ref"),  # the event, artifact or fact it was read in
    text("record", null=True),  # whom or what it is about
    text("conv", null=True),
    text("session"),  # the first passage of those said in one go
    text("by", null=True),  # whose words they are
    text("text"),
    moment("at"),
    text("trust"),  # operator | system | outside
    text("sensitivity"),  # public | business | personal | secret
    sa.Column("traits", sa.Integer, nullable=False),  # memory/texts/traits.py
    sa.Column("embedded", sa.Boolean, nullable=False, default=False),
    sa.Index("passages_ref", "ref"),
    sa.Index("passages_conv", "conv"),
    sa.Index("passages_session", "session"),
    sa.Index("passages_by", sa.text('"by" COLLATE NOCASE')).ddl_if(dialect="sqlite"),
    sa.Index("passages_by_lower", sa.text('lower("by") COLLATE "C"')).ddl_if(dialect="postgresql"),
    sa.Index("passages_record", "record"),
    sa.Index("passages_pending", "embedded", "seq"),
    sqlite_autoincrement=True,  # a number is never given twice: it is the row of the full text
    info={"journaled": False},
)

# What each means, in numbers from -127 to 127. The index can be made anew from them, and what is
# asked within a scope is compared with exactly these.
vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column(
        "seq", sa.Integer, sa.ForeignKey("passages.seq", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("encoder", sa.Text, primary_key=True),  # who made it: only its own questions compare
    sa.Column("numbers", sa.LargeBinary, nullable=False),
    info={"journaled": False},
)

# What was said long ago, out of the way of the questions of today: whole sessions, packed in boxes.
boxes = sa.Table(
    "boxes",
    metadata,
    sa.Column("box", sa.Integer, primary_key=True, autoincrement=True),
    text("topic"),  # what its sessions have in common: a conversation or a record; "": nothing
    number("passages"),
    moment("first_at"),
    moment("last_at"),
    text("text"),  # a summary: its most telling passages
    sa.Column("pack", sa.LargeBinary, nullable=False),  # memory/texts/archive.py
    sa.Index("boxes_topic", "topic"),
    sqlite_autoincrement=True,
    info={"journaled": False},
)

archived = sa.Table(
    "archived",
    metadata,
    key(),  # the passage
    sa.Column("seq", sa.Integer, nullable=False, unique=True),  # its row of the full text
    sa.Column("box", sa.Integer, sa.ForeignKey("boxes.box", ondelete="CASCADE"), nullable=False),
    text("kind"),
    text("ref"),
    text("record", null=True),
    text("conv", null=True),
    text("trust"),
    text("sensitivity"),
    sa.Index("archived_box", "box"),
    sa.Index("archived_ref", "ref"),
    sa.Index("archived_record", "record"),
    info={"journaled": False},
)

archived_words = sa.table(
    "archived_fts",
    sa.column("rowid", sa.Integer),
    sa.column("text", sa.Text),
)

full_text = sa.table(
    "passages_fts",
    sa.column("rowid", sa.Integer),
    sa.column("text", sa.Text),
    sa.column("before", sa.Text),
)


@sa.event.listens_for(passages, "after_create")
def _make_words(_table: sa.Table, conn: sa.Connection, **_: object) -> None:
    _say(conn, dialects.of(conn).words.make)


@sa.event.listens_for(passages, "before_drop")
def _drop_words(_table: sa.Table, conn: sa.Connection, **_: object) -> None:
    _say(conn, dialects.of(conn).words.drop)


@sa.event.listens_for(archived, "after_create")
def _make_packed_words(_table: sa.Table, conn: sa.Connection, **_: object) -> None:
    _say(conn, dialects.of(conn).words.make_packed)


@sa.event.listens_for(archived, "before_drop")
def _drop_packed_words(_table: sa.Table, conn: sa.Connection, **_: object) -> None:
    _say(conn, dialects.of(conn).words.drop_packed)


@sa.event.listens_for(passages, "after_create")
@sa.event.listens_for(vectors, "after_create")
@sa.event.listens_for(boxes, "after_create")
def _count_changes(table: sa.Table, conn: sa.Connection, **_: object) -> None:
    """By their number an answer is known to hold still (memory/recalling/answers.py)."""
    statements = dialects.of(conn).count_changes
    _say(conn, [statement.format(table=table.name) for statement in statements])


def _say(conn: sa.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        conn.exec_driver_sql(statement)
