"""What can be on trial: a purpose of models, its prompts, and how its trial is told and tapped."""

from dataclasses import dataclass

from agents.models.door import Models
from engine.chat.messages import Bullets, Button, Para, Part, Span
from engine.models import trial_figures, trials
from engine.models.trials import SHARE, Arm, Pin
from engine.rules.house import House
from memory.db import Reader

Rows = list[tuple[Button, ...]]

TRYING = "On trial: {arm}, {how}."
ON_SHARE = "on {share} of 100 tasks"
IN_SHADOW = "in shadow: it is asked besides, and only the old one is shown"
FAVOURS = "What was shown has it easier: you changed that, not the other."
OTHERS = "These could be tried beside it:"
STALE = "That is no longer so. Say /agents to see how it is now."
OFFERED_MAX = 4
UNDECIDED = ("research", "enrich", "rule", "strategy")  # no card of a task shows them
COST_ALONE = "What becomes of it is not counted: compare what it costs and how long it takes."


@dataclass(frozen=True, slots=True)
class Words:
    """How a purpose is spoken of, and what its buttons say; {} is an arm or a number."""

    in_use: str
    promoted: str
    ended: str
    begin: str = "{}: on {} of 100"
    promote: str = "Use it for all"
    end: str = "End the trial"
    back: str = "Back to {}"


@dataclass(frozen=True, slots=True)
class Tried:
    """`shadow`: whether it can be asked besides, with nobody shown what it says."""

    purpose: str
    house: House
    models: Models
    words: Words
    shadow: bool = True

    async def pin(self, reader: Reader) -> Pin:
        return await self.models.pinned.pin(reader, self.purpose)

    async def told(self, reader: Reader, currency: str) -> tuple[list[Part], Rows]:
        """Return what is in use, what is on trial or could be, and the taps about it."""
        pin = await self.pin(reader)
        if pin.trial is not None:
            more, rows = await self._trying(reader, pin, pin.trial, currency)
        else:
            more, rows = self._offered(pin)
        if pin.before is not None:
            label = self.words.back.format(pin.before)
            rows.append((self._button(label, "trial.back", str(pin.before)),))
        return [para(self.words.in_use.format(arm=pin.now)), *more], rows

    async def _trying(
        self, reader: Reader, pin: Pin, trial: trials.Trial, currency: str
    ) -> tuple[list[Part], Rows]:
        """Return the figures of both, and the taps that end the trial."""
        seen = await trial_figures.compared(reader, self.house, self.purpose, trial)
        lines = (
            f"in use, {pin.now}: {seen.old.told(currency)}",
            f"on trial, {trial.arm}: {seen.new.told(currency)}",
        )
        verdict = seen.verdict(shadow=trial.shadow) + (f" {FAVOURS}" if trial.shadow else "")
        verdict = COST_ALONE if self.purpose in UNDECIDED else verdict
        parts: list[Part] = [
            para(TRYING.format(arm=trial.arm, how=how(trial))),
            Bullets(items=lines),
            para(verdict),
        ]
        yes = self._button(self.words.promote, "trial.promote", trial.id)
        no = self._button(self.words.end, "trial.end", trial.id)
        if warned := seen.warned():
            return [*parts, para(warned)], [(no, yes)]
        return parts, [(yes.model_copy(update={"style": "ok"}), no)]

    def _offered(self, pin: Pin) -> tuple[list[Part], Rows]:
        """Return what could be tried: another prompt with this model, another model with this."""
        other = self.others(pin)
        if not other:
            return [], []
        rows: Rows = []
        for number, arm in enumerate(other, 1):
            item = f"|{arm.prompt}|{arm.model}"
            label = self.words.begin.format(number, SHARE)
            row = (self._button(label, "trial.begin", f"{SHARE}{item}"),)
            besides = self._button(f"{number}: in shadow", "trial.begin", f"0{item}")
            rows.append((*row, besides) if self.shadow else row)
        lines = tuple(f"{number}. {arm}" for number, arm in enumerate(other, 1))
        return [para(OTHERS), Bullets(items=lines)], rows

    def others(self, pin: Pin) -> list[Arm]:
        """Return what differs from what is in use by its prompt or by its model alone."""
        return [
            arm
            for arm in self.arms()
            if (arm.prompt == pin.now.prompt) != (arm.model == pin.now.model)
        ][:OFFERED_MAX]

    def arms(self) -> list[Arm]:
        """Return every pair of a prompt and a model, the newest prompt first."""
        named = dict.fromkeys(model.name for _, model in self.models.listed())
        models = ["", *list(named)[1:]]  # the first one is asked anyhow
        numbers = sorted(self.models.pinned.known[self.purpose], reverse=True)
        return [Arm(prompt=number, model=model) for number in numbers for model in models]

    def _button(self, label: str, action: str, item: str) -> Button:
        return Button(label=label[:24], action=action, ref=self.purpose, item=item)


def how(trial: trials.Trial) -> str:
    """Return on which tasks a trial runs."""
    return IN_SHADOW if trial.shadow else ON_SHARE.format(share=trial.share)


def para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
