"""Question: the one thing Firstmate needs to know to go on. As durable as an approval."""

from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change, insert_once
from memory.ids import derived_id
from memory.schema.chat import questions
from memory.schema.events import events as log

ASKED, ANSWERED = "question.asked", "question.answered"


class Question(BaseModel, frozen=True):
    """`ref` is the playbook or setting it is for; `body` what is known so far."""

    id: str
    conv: str
    kind: str
    ref: str
    body: dict[str, Any]
    state: str


async def ask(tx: Tx, conv: str, kind: str, ref: str, body: dict[str, Any], cause: str) -> str:
    """Ask in a conversation; an older open question there is dropped, so an answer is clear.

    For the same cause again it is asked already.
    """
    id = derived_id("qst", cause, kind, ref)
    row = {"id": id, "conv": conv, "kind": kind, "ref": ref, "body": body, "state": "open"}
    if await insert_once(tx, questions, {**row, "at": tx.now}):
        others = sa.select(questions.c.id).filter_by(conv=conv, state="open")
        for old in await tx.rows(others.where(questions.c.id != id)):
            await settle(tx, old.id, "dropped", cause)
        await events.note(tx, ASKED, cause, question=id, about=ref)
    return id


async def settle(
    tx: Tx, question_id: str, state: Literal["answered", "dropped"], cause: str
) -> bool:
    """End an open question, once."""
    still = questions.c.state == "open"
    if not await change(tx, questions, {"id": question_id}, still, state=state):
        return False
    await events.note(tx, f"question.{state}", cause, question=question_id)
    return True


async def get(reader: Reader, question_id: str) -> Question | None:
    row = await reader.row(sa.select(questions).filter_by(id=question_id))
    return None if row is None else _question(row)


async def open_in(reader: Reader, conv: str) -> Question | None:
    """Return the question this conversation has not answered yet."""
    row = await reader.row(sa.select(questions).filter_by(conv=conv, state="open"))
    return None if row is None else _question(row)


async def for_words(reader: Reader, conv: str, event: str) -> Question | None:
    """Return the question that what was said in this event answers, if one is open.

    Heard again after a crash, it answers what it answered then and not what it made us ask.
    """
    query = sa.select(log.c.kind, log.c.body).filter_by(cause=event)
    query = query.where(log.c.kind.in_((ASKED, ANSWERED))).order_by(log.c.kind)  # ANSWERED first
    before = await reader.row(query.limit(1))
    if before is None:
        return await open_in(reader, conv)
    return await get(reader, before.body["question"]) if before.kind == ANSWERED else None


def _question(row: sa.Row[Any]) -> Question:
    return Question(**{name: row._mapping[name] for name in Question.model_fields})
