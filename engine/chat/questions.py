"""Question: the one thing Firstmate needs to know to go on. As durable as an approval."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change, insert_once
from memory.ids import derived_id
from memory.schema.chat import questions
from memory.schema.events import events as log

ASKED, ANSWERED, DROPPED = "question.asked", "question.answered", "question.dropped"
OPENED = "question.opened"  # its turn has come
OPEN = ("open", "queued")  # queued: behind another, of the same message or newer
ASIDE_MAX = 3  # as often a newer one goes before; then it is dropped
ONCE = ("setup",)  # of these kinds the newer takes the place of the older


class Question(BaseModel, frozen=True):
    """`ref` is the playbook or setting it is for; `body` what is known so far."""

    id: str
    conv: str
    kind: str
    ref: str
    body: dict[str, Any]
    state: str
    at: datetime


async def ask(tx: Tx, conv: str, kind: str, ref: str, body: dict[str, Any], cause: str) -> Question:
    """Ask in a conversation; an older open question there is put aside, so an answer is clear.

    It comes back when this one is settled (`go_on`). Where `body["message"]` says that both are
    about wishes of the same message, this one waits. For the same cause again it is asked already.
    """
    id = derived_id("qst", cause, kind, ref)
    before = await open_in(tx, conv)
    same = before is not None and before.id != id and _message(before.body) == _message(body)
    state = "queued" if same and _message(body) else "open"
    turn = len(await _queued(tx, conv)) if state == "queued" else 0
    body = body | {"turn": turn}
    row = {"id": id, "conv": conv, "kind": kind, "ref": ref, "body": body, "state": state}
    if await insert_once(tx, questions, {**row, "at": tx.now}):
        if state == "open":
            await _put_aside(tx, conv, id, kind, _message(body), cause)
        await events.note(tx, ASKED, cause, question=id, about=ref)
    asked = await get(tx, id)
    assert asked is not None
    return asked


async def go_on(tx: Tx, conv: str, cause: str) -> Question | None:
    """Open the question that has waited longest for its turn, unless one is open."""
    if await open_in(tx, conv) is not None:
        return None
    waiting = await _queued(tx, conv)
    if not waiting:
        return None
    row = min(waiting, key=lambda row: (_aside(row), int(row.body["turn"])))
    await change(tx, questions, {"id": row.id}, state="open")
    await events.note(tx, OPENED, cause, question=row.id)
    return await get(tx, row.id)


async def _queued(reader: Reader, conv: str) -> list[sa.Row[Any]]:
    return list(await reader.rows(sa.select(questions).filter_by(conv=conv, state="queued")))


async def _put_aside(tx: Tx, conv: str, id: str, kind: str, message: str, cause: str) -> None:
    others = sa.select(questions).filter_by(conv=conv).where(questions.c.id != id)
    for old in await tx.rows(others.where(questions.c.state.in_(OPEN))):
        if message and _message(old.body) == message:
            continue
        if kind == old.kind in ONCE or _aside(old) >= ASIDE_MAX:
            await settle(tx, old.id, "dropped", cause)
            continue
        body = old.body | {"aside": _aside(old) + 1}
        await change(tx, questions, {"id": old.id}, state="queued", body=body)
        await events.note(tx, "question.put_aside", cause, question=old.id)


def _aside(row: sa.Row[Any]) -> int:
    return int(row.body.get("aside", 0))


def _message(body: dict[str, Any]) -> str:
    return str(body.get("message") or "")


async def settle(
    tx: Tx, question_id: str, state: Literal["answered", "dropped"], cause: str
) -> bool:
    """End an open question, once."""
    still = questions.c.state.in_(OPEN)
    if not await change(tx, questions, {"id": question_id}, still, state=state):
        return False
    await events.note(tx, f"question.{state}", cause, question=question_id)
    return True


async def dropped_by(reader: Reader, cause: str) -> bool:
    """Say whether this event has dropped a question."""
    query = sa.select(log.c.id).filter_by(cause=cause, kind=DROPPED)
    return await reader.row(query.limit(1)) is not None


async def put_before(reader: Reader, question_id: str, event: str) -> bool:
    """Say whether this event came after the question was put, or put again."""
    put = sa.select(sa.func.max(log.c.seq)).where(
        log.c.kind.in_((ASKED, OPENED)), log.c.body["question"].as_string() == question_id
    )
    later = sa.select(log.c.id).filter_by(id=event).where(log.c.seq > put.scalar_subquery())
    return await reader.row(later) is not None


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
