"""Figures of a specialist's new version beside the one in use, from what became of their steps."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.models import trial_calls, trial_figures, trials
from engine.models.trial_calls import Asked
from engine.models.trial_figures import Compared
from engine.planning import refinements
from engine.planning.specs import Trial
from engine.rules.house import House
from engine.voice import style_told
from memory.canon import likeness
from memory.db import Reader
from memory.ids import derived_id
from memory.schema.models import reasons
from memory.schema.specs import spec_drafts
from memory.schema.work import effect_versions, effects, tasks
from memory.texts.reach import rowid


async def compared(reader: Reader, house: House, agent: str, trial: Trial) -> Compared:
    """Return the figures of both versions since the trial began."""
    found = Compared()
    query = sa.select(tasks).filter_by(agent=agent).where(tasks.c.at >= trial.since)
    for task in await reader.rows(query.order_by(rowid(tasks))):
        drawn = not trial.shadow and task.spec == trial.version
        figures = found.new if drawn else found.old
        figures.ask(await _asked(reader, task.id))
        if trial.shadow:
            found.new.ask(await _asked(reader, shadow_of(task.id, trial.version)))
        effect = await reader.value(sa.select(effects.c.id).filter_by(task=task.id, undoes=None))
        if effect is None or await refinements.unseen(reader, effect):
            continue
        sent = await trial_figures.count(reader, house, figures, effect, task.args)
        if trial.shadow:
            beside = await _beside(reader, task.id, trial.version)
            if sent and beside:
                await _compare(reader, house, found, effect, beside, task.args)
    return found


async def left_out(reader: Reader, trial: Trial) -> Sequence[str]:
    """Return why a version in shadow would have done nothing, for each such step."""
    query = sa.select(spec_drafts.c.why).filter_by(version=trial.version)
    rows = await reader.rows(query.where(spec_drafts.c.at >= trial.since, spec_drafts.c.why != ""))
    return [row.why for row in rows]


def shadow_of(task: str, version: str) -> str:
    """Return under which id the calls of a version in shadow are kept, apart from the step's."""
    return derived_id("shd", task, version)


async def _asked(reader: Reader, task: str) -> Asked | None:
    """Return what the calls of a step came to; a prompt's shadows are not its own."""
    calls = await trial_calls.read(reader, reasons.c.task == task)
    return trial_calls.asked(call for call in calls if not call.step.startswith(trials.SHADOW))


async def _beside(reader: Reader, task: str, version: str) -> dict[str, str]:
    """Return what a version in shadow would have drafted for a step."""
    texts = sa.select(spec_drafts.c.texts).filter_by(task=task, version=version)
    return dict(await reader.value(texts) or {})


async def _compare(
    reader: Reader, house: House, found: Compared, effect: str, beside: dict[str, str],
    planned: dict[str, Any],
) -> None:  # fmt: skip
    """Compare what it drafted with what was sent, as what was shown is compared with it."""
    newest = sa.select(effect_versions.c.action).filter_by(effect=effect)
    action = await reader.value(newest.order_by(effect_versions.c.version.desc()).limit(1))
    for name, text in beside.items():
        sent = str(action["args"].get(name, ""))
        shown = await style_told.changed_of(reader, house, effect, planned, name)
        if sent and shown is not None:
            found.lay(likeness.changed(text, sent), shown)
