"""The approval card: redrawn by every verb that changes an effect, in the same transaction.

Decide first, draw second: the card shows what the database says and nothing else. Each version of
an effect has a card of its own; an older one says that it changed. Only a better draft that comes
before the operator began to decide takes over the card of the first.
"""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_jsonable_python

from connectors.contract import Change, Option, Preview
from engine.chat import conversations, outbox
from engine.chat.messages import Evidence, Msg
from engine.drawing import face, model_told
from engine.drawing.face import key
from engine.drawing.sight import Sight
from engine.planning import aftermath, refinements, specs
from memory import events, profile
from memory.canon import records
from memory.db import Tx
from memory.schema.work import approvals, decisions, effect_versions, effects, goals, tasks

__all__ = ["key", "preview", "preview_json", "show"]
QUIET = ("approved", "running")  # what ran by itself is told when it is done
LABEL_CHARS_MAX = 60


def preview_json(preview: Preview) -> dict[str, Any]:
    """Return the preview as JSON, to be kept with the version it was shown for."""
    kept: dict[str, Any] = to_jsonable_python(asdict(preview) | {"facts": dict(preview.facts)})
    return kept


def preview(kept: dict[str, Any]) -> Preview:
    """Return the preview that was kept."""
    changes = tuple(Change(**change) for change in kept["changes"])
    options = tuple(Option(**option) for option in kept.get("options", ()))
    return Preview(
        kept["title"],
        changes,
        kept["text"],
        tuple(kept["notes"]),
        kept["facts"],
        options,
        tuple(kept.get("papers", ())),
    )


async def show(tx: Tx, effect_id: str, *, menu: str = "") -> None:
    """Draw the effect's newest card as the database stands, and void the one before it."""
    effect = await tx.row(sa.select(effects).filter_by(id=effect_id))
    assert effect is not None
    if not await _worth_showing(tx, effect):
        return
    query = sa.select(effect_versions).filter_by(effect=effect_id)
    versions = await tx.rows(query.order_by(effect_versions.c.version))
    if len(versions) > 1 and await outbox.get(tx, key(effect_id, versions[-2].version)) is not None:
        await _post(tx, face.voided(versions[-2], versions[-1]), versions[-1])
    asked = await tx.row(sa.select(approvals).filter_by(effect=effect_id, version=effect.version))
    decided = None
    if asked is not None:
        decided = await tx.row(sa.select(decisions).filter_by(approval=asked.id))
    evidence = await _evidence(tx, effect.action["evidence"])
    settings = await profile.read(tx)
    surfaces = await conversations.surfaces(tx)
    better = await refinements.of_effect(tx, effect_id)
    shown = not better or "came" in better.values()
    cost = await model_told.on_card(tx, effect.task, settings["currency"], shown=shown)
    wrong = effect.state in face.OUTSIDE
    left = await aftermath.of_goal(tx, effect.goal, effect.task) if wrong else None
    mode, whose = await _mode(tx, effect)
    sight = Sight(
        effect, versions, asked, decided, evidence, settings, menu, surfaces, cost, left, mode,
        better=asked is not None and better.get(asked.id) == "awaited", whose=whose,
    )  # fmt: skip
    await _post(tx, face.draw(sight), versions[-1])


async def show_failed(tx: Tx, goal_id: str) -> None:
    """Draw anew what went wrong in a plan: its cards say what else is done, and can be undone."""
    query = sa.select(effects.c.id).where(effects.c.goal == goal_id, effects.c.undoes.is_(None))
    for row in await tx.rows(query.where(effects.c.state.in_(face.OUTSIDE))):
        await show(tx, row.id)
    await aftermath.show_refused(tx, goal_id)


async def _worth_showing(tx: Tx, effect: sa.Row[Any]) -> bool:
    """What policy let pass is told once it is done, and within a plan only when it went wrong.

    What was shown once is drawn anew whatever comes of it.
    """
    if effect.verdict["outcome"] not in ("allow", "notify"):
        return True
    if await outbox.get(tx, key(effect.id, effect.version)) is not None:
        return True
    if effect.state in QUIET:
        return False
    count = sa.select(sa.func.count()).select_from(tasks).filter_by(goal=effect.goal)
    alone = int(await tx.value(count)) < 2
    return alone or effect.verdict["outcome"] == "notify" or effect.state != "done"


async def _mode(tx: Tx, effect: sa.Row[Any]) -> tuple[str, str]:
    """Return how it is gone about, and whose file says so where the wish itself does not."""
    if mode := await tx.value(sa.select(goals.c.mode).filter_by(id=effect.goal)):
        return str(mode), ""
    whose, says = await specs.says_of(tx, effect.task)
    return str(says.get("mode") or ""), whose


async def _evidence(tx: Tx, refs: list[str]) -> tuple[Evidence, ...]:
    return tuple([Evidence(label=await _label(tx, ref), ref=ref) for ref in refs])


async def _label(tx: Tx, ref: str) -> str:
    """Return what a person calls an event or a record."""
    if ref.startswith("evt_"):
        event = await events.get(tx, ref)
        subject = str(event.body.get("subject") or event.kind) if event else ref
        return f"the mail “{subject[:LABEL_CHARS_MAX]}”"
    record = await records.get(tx, ref)
    return record.name[:LABEL_CHARS_MAX] if record else ref


async def _post(tx: Tx, msg: Msg, newest: sa.Row[Any]) -> None:
    """Say it in its order; what the operator wrote by hand comes back to them like an answer."""
    by_hand = newest.author == "operator"
    await outbox.post(tx, msg, None, priority=outbox.WANTED if by_hand else outbox.APPROVAL)
