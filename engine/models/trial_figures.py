"""Figures of a trial: the new beside the old, from what was answered and what became of it.

Nothing is counted apart: who drafted is read from the calls, what became of it from the cards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import comb
from statistics import median
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from engine.models import became, trial_calls, trials
from engine.models.became import Decided
from engine.models.trial_calls import Asked, Call
from engine.models.trials import Trial
from engine.planning import plans, refinements
from engine.rules.house import House
from engine.voice import style_told
from memory.canon import likeness
from memory.db import Reader
from memory.schema.models import answers, reasons
from memory.schema.work import approvals, decisions, effect_versions, effects
from memory.texts.reach import rowid

ENOUGH = 15  # of each: where none was touched, less than a fifth of all would be, 19 times in 20
CHANCE = 0.05
FEW = "Too few to tell: {old} and {new} of {enough} decided."
FAILS = (
    "Before you use it for all: what is on trial gave no answer in {} of {}, what is in use in {} "
    "of {}. Another model or a template stood in, and what you decided of those counts here, too."
)
NEARER = "nearer to what you sent in {nearer} of {all}, farther in {farther}"


@dataclass(slots=True)
class Figures:
    """What became of one arm's drafts. `touched`: changed by hand or refused."""

    decided: int = 0
    edited: int = 0
    rejected: int = 0
    touched: int = 0
    changed: list[float] = field(default_factory=list)  # the share of words, of each that was sent
    asked: int = 0  # tasks
    missed: int = 0  # of them: who was asked gave no answer; another model or a template stood in
    cost: Decimal = Decimal(0)  # of every call, answered or not
    ms: list[int] = field(default_factory=list)

    def ask(self, asked: Asked | None) -> None:
        """Count what was asked for one task; None: nothing was."""
        if asked is not None:
            self.asked += 1
            self.missed += asked.missed
            self.cost += asked.cost
            self.ms += [] if asked.ms is None else [asked.ms]

    def decide(self, decided: Decided | None) -> None:
        """Count what the operator did with one; None: nothing yet."""
        if decided is not None:
            self.decided += 1
            self.edited += decided.edited
            self.rejected += decided.rejected
            self.touched += decided.edited or decided.rejected

    def told(self, currency: str) -> str:
        """Return them in one line."""
        each = words.cost(self.cost / max(self.asked, 1), currency)
        took = f", {median(self.ms) / 1000:.1f} s at the median" if self.ms else ""
        missed = f"no answer in {self.missed} of {self.asked}, " if self.missed else ""
        asked = f"{missed}{each} each time{took}"
        share = f"{sum(self.changed) / len(self.changed):.0%} of the words" if self.changed else ""
        if self.decided:
            by_hand = f"{self.edited} changed by hand{f' ({share})' if share else ''}"
            return f"{self.decided} decided: {by_hand}, {self.rejected} refused; {asked}"
        if share:  # a shadow
            return f"{len(self.changed)} beside what you sent: {share} differ; {asked}"
        return f"nothing decided yet; {asked}" if self.asked else "nothing asked yet"


@dataclass(slots=True)
class Compared:
    """Both arms. `nearer`, `farther`: of a shadow, how its drafts lie to what was sent."""

    old: Figures = field(default_factory=Figures)
    new: Figures = field(default_factory=Figures)
    nearer: int = 0
    farther: int = 0
    equal: int = 0

    def lay(self, other: float, shown: float) -> None:
        """Count how a shadow lies to what was sent, and how what was shown does."""
        self.new.changed.append(other)
        self.nearer += other < shown
        self.farther += other > shown
        self.equal += other == shown

    @property
    def fails_more(self) -> bool:
        """Say whether what is on trial leaves more of what it is asked without an answer."""
        old, new = self.old, self.new
        return new.missed * max(old.asked, 1) > old.missed * new.asked

    def warned(self) -> str:
        """Return what to know before it is taken for all; "": nothing."""
        old, new = self.old, self.new
        if not self.fails_more:
            return ""
        return FAILS.format(new.missed, new.asked, old.missed, old.asked)

    def verdict(self, *, shadow: bool) -> str:
        """Return what the figures say, in one sentence."""
        return self._of_shadow() if shadow else self._of_share()

    def _of_share(self) -> str:
        old, new = self.old, self.new
        if min(old.decided, new.decided) < ENOUGH:
            return FEW.format(old=old.decided, new=new.decided, enough=ENOUGH)
        chance = fisher(old.touched, old.decided, new.touched, new.decided)
        if chance >= CHANCE:
            return "No difference that could not be chance."
        better = new.touched * old.decided < old.touched * new.decided
        return f"{'Better' if better else 'Worse'}, hardly by chance."

    def _of_shadow(self) -> str:
        both = self.nearer + self.farther + self.equal
        said = NEARER.format(nearer=self.nearer, all=both, farther=self.farther)
        if both < ENOUGH:
            return f"Too few to tell: {both} of {ENOUGH} sent; {said}."
        if sign_test(self.nearer, self.farther) >= CHANCE:
            return f"No difference that could not be chance: {said}."
        better = self.nearer > self.farther
        return f"{'Better' if better else 'Worse'}, hardly by chance: {said}."


async def compared(reader: Reader, house: House, purpose: str, trial: Trial) -> Compared:
    """Return the figures of both arms since the trial began."""
    found = Compared()
    shown, shadows = await _calls(reader, purpose, trial)
    for task, calls in shown.items():
        figures = found.new if _drawn(trial, task, calls) else found.old
        if (asked := trial_calls.asked(calls)) is None:
            continue
        figures.ask(asked)
        if purpose in became.OF:
            figures.decide(await became.of(reader, purpose, task))
            continue
        effect = await _effect(reader, task)
        if effect is None or await refinements.unseen(reader, effect.id):
            continue
        planned = await plans.task(reader, effect.task)
        sent = planned is not None and await count(reader, house, figures, effect.id, planned.args)
        beside = next((call for call in shadows.get(task, ()) if call.state == "answered"), None)
        if sent and planned is not None and beside is not None:
            await _beside(reader, house, found, effect.id, beside, planned.args)
    _count_shadows(found.new, shadows)
    return found


def fisher(one: int, of_one: int, other: int, of_other: int) -> float:
    """Return how likely two shares differ so much by chance: Fisher's exact test, two-sided."""
    both, every = one + other, of_one + of_other

    def likely(x: int) -> float:
        return comb(of_one, x) * comb(of_other, both - x) / comb(every, both)

    seen = likely(one)
    possible = range(max(0, both - of_other), min(both, of_one) + 1)
    return min(1.0, sum(p for x in possible if (p := likely(x)) <= seen * (1 + 1e-9)))


def sign_test(nearer: int, farther: int) -> float:
    """Return how likely so uneven a split is by chance, two-sided; ties count for neither."""
    count, least = nearer + farther, min(nearer, farther)
    tail: float = sum(comb(count, x) for x in range(least + 1)) / 2**count
    return min(1.0, 2 * tail)


async def _calls(
    reader: Reader, purpose: str, trial: Trial
) -> tuple[dict[str, list[Call]], dict[str, list[Call]]]:
    """Return the purpose's calls since the trial began, by task: those shown, and the shadows.

    Requests for several shadows at once belong to no task: they are under "".
    """
    beside = reasons.c.step.startswith(f"{trials.SHADOW}{purpose}.")
    mine = trials.asked_for(purpose) | beside
    shown, shadows = dict[str, list[Call]](), dict[str, list[Call]]()
    for call in await trial_calls.read(reader, mine, reasons.c.at >= trial.since):
        if call.step.startswith(trials.SHADOW):
            shadows.setdefault(call.task or "", []).append(call)
        else:
            shown.setdefault(call.task or call.id, []).append(call)
    return shown, shadows


def _drawn(trial: Trial, task: str, calls: Sequence[Call]) -> bool:
    """Say whether a task was asked what is on trial: it was drawn, and had not begun before."""
    return trial.draws(task) and trials.number_of(calls[0].step) == trial.arm.prompt


def _count_shadows(figures: Figures, shadows: Mapping[str, Sequence[Call]]) -> None:
    """Count the shadows; what was answered for several at once is shared out among them already."""
    for task, calls in shadows.items():
        if task:
            figures.ask(trial_calls.asked(calls))
        else:
            lost = (Decimal(call.cost) for call in calls if call.state != "answered")
            figures.cost += sum(lost, Decimal(0))


async def _effect(reader: Reader, task: str) -> sa.Row[Any] | None:
    """Return the effect of a task, or the first of a goal that what was said became."""
    mine = sa.or_(effects.c.task == task, effects.c.goal == task) & effects.c.undoes.is_(None)
    query = sa.select(effects.c.id, effects.c.task).where(mine)
    return await reader.row(query.order_by(rowid(effects)).limit(1))


async def count(
    reader: Reader, house: House, figures: Figures, effect: str, planned: dict[str, Any]
) -> bool:
    """Count what became of a draft; say whether it was approved."""
    query = sa.select(decisions.c.answer).join(approvals, approvals.c.id == decisions.c.approval)
    answer = await reader.value(query.where(approvals.c.effect == effect).limit(1))
    if answer is None:
        return False
    by_hand = sa.select(effect_versions.c.version).filter_by(effect=effect, author="operator")
    edited = await reader.value(by_hand.limit(1)) is not None
    figures.decided += 1
    figures.edited += edited
    figures.rejected += answer == "reject"
    figures.touched += edited or answer == "reject"
    if answer == "reject":
        return False
    changed = await style_told.changed_of(reader, house, effect, planned)
    figures.changed += [] if changed is None else [changed]
    return True


async def _beside(
    reader: Reader, house: House, found: Compared, effect: str, shadow: sa.Row[Any],
    planned: dict[str, Any],
) -> None:  # fmt: skip
    """Compare a shadow with what was sent in the end, as the shown draft is compared with it."""
    newest = sa.select(effect_versions.c.action).filter_by(effect=effect)
    action = await reader.value(newest.order_by(effect_versions.c.version.desc()).limit(1))
    kept = await reader.value(sa.select(answers.c.value).filter_by(key=shadow.answer))
    name = shadow.step.removeprefix(trials.SHADOW).partition("/")[0].partition(".")[2]
    sent = str(action["args"].get(name, ""))
    shown = await style_told.changed_of(reader, house, effect, planned, name)
    if kept is not None and sent and shown is not None:
        found.lay(likeness.changed(str(kept["text"]), sent), shown)
