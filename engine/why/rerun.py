"""Rerun: a decision again from its prompt, what was recalled, the rules and the answer as kept.

Nobody is asked and nothing happens: a kept answer stands for its model, as it does for a retry.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.models import model_calls
from engine.planning import refinements
from engine.why import rejudging
from engine.why.rejudging import NO_FACTS, Again
from memory.db import Reader
from memory.schema.models import reasons
from memory.schema.recall import passages
from memory.schema.work import effect_versions, effects
from memory.texts.reach import rowid

TOLD = "{same} of {all} came out the same."


async def again(reader: Reader, effect: str) -> list[Again]:
    """Do it all again, oldest first: the calls to models, the verdicts, the answers."""
    task = await reader.value(sa.select(effects.c.task).filter_by(id=effect))
    query = sa.select(reasons).filter_by(task=task).order_by(rowid(reasons))
    found: list[Again] = []
    for row in await reader.rows(query):
        found += await _call(reader, effect, row)
    return [*found, *await rejudging.versions(reader, effect)]


def lines(done: list[Again]) -> str:
    """Return a line for each, and one that counts them."""
    told = [f"{'≠' if one.differs else '='} {one.what}{_how(one)}" for one in done]
    same = sum(not one.differs for one in done)
    return "\n".join([*told, TOLD.format(same=same, all=len(done))])


def _how(one: Again) -> str:
    return f": {one.differs}" if one.differs else ""


async def _call(reader: Reader, effect: str, row: sa.Row[Any]) -> list[Again]:
    what = f"{row.step}, {row.model or 'nobody'}: {row.state}"
    found = [] if row.verdict is None else [Again(f"{what}, judged", await _judged(reader, row))]
    found += [Again(f"{what}, given {id}", says) for id, says in await _recalled(reader, row)]
    if row.answer is not None:
        found.append(Again(f"{what}, its answer", await _answer(reader, effect, row)))
    return found


async def _judged(reader: Reader, row: sa.Row[Any]) -> str:
    facts = row.verdict.get("situation")
    if facts is None:
        return NO_FACTS
    action = model_calls.action(row.agent, row.step)
    return await rejudging.verdict(reader, action, facts, row.verdict)


async def _recalled(reader: Reader, row: sa.Row[Any]) -> list[tuple[str, str]]:
    """Compare what was recalled with the same passages of today, where it was sent as it is."""
    if not row.prompt or _redacted(row):
        return []
    sent = row.prompt[-1]["content"] if len(row.prompt) < 3 else row.prompt[1]["content"]
    found = []
    for id, _ in row.recalled:
        text = await reader.value(sa.select(passages.c.text).filter_by(id=id))
        says = "it is not kept any more" if text is None else "it says something else today"
        found.append((id, "" if text is not None and text in sent else says))
    return found


async def _answer(reader: Reader, effect: str, row: sa.Row[Any]) -> str:
    """Say whether the prompt leads to the answer that is kept, and this to what was drafted."""
    kept = await model_calls.kept(reader, row.answer)
    if kept is None:
        return "it is not kept any more"
    if row.prompt and not _redacted(row) and _key(row) != row.answer:
        return "it is kept for another prompt than the one that was sent"
    text = kept.get("text") if isinstance(kept, Mapping) else None
    return "" if text is None or await _drafted(reader, effect, text) else "nothing was drafted so"


def _redacted(row: sa.Row[Any]) -> bool:
    return bool(row.verdict and row.verdict["facts"].get("redacted"))


def _key(row: sa.Row[Any]) -> str:
    """Return the key of the answer to what was sent; without what was said to repair one.

    The wanted shape is the last line of our own words (agents/models/wish.py).
    """
    asked = row.prompt[:2]
    schema = json.loads(asked[0]["content"].rpartition("\n")[2])
    return model_calls.digest(row.model, row.step, asked, schema)


async def _drafted(reader: Reader, effect: str, text: str) -> bool:
    """Say whether a version of the effect holds exactly these words, or they came too late."""
    if await refinements.unseen(reader, effect):
        return True
    query = sa.select(effect_versions.c.action).filter_by(effect=effect)
    rows = await reader.rows(query)
    return any(text.strip() in map(str, row.action["args"].values()) for row in rows)
