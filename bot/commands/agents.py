"""The command /agents: what each agent did and cost, and a new prompt or model on trial."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agents.hearing.front import Command
from agents.models import prompts
from agents.models.door import Models
from agents.writing.drafting import Drafting
from bot.remembering import Remembering
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Heading, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.models import agents_told, trial_figures, trials
from engine.models.trials import DRAFT, SHARE, Arm, Pin
from engine.rules.house import House
from engine.voice import style_told
from memory import profile
from memory.db import Reader, Tx
from memory.events import Event

TITLE = "The agents"
SINCE = f"In the last {agents_told.DAYS} days:"
NOBODY = f"No agent did anything in the last {agents_told.DAYS} days."
IN_USE = "Drafts are written with {arm}."
TRYING = "On trial: {arm}, {how}."
ON_SHARE = "on {share} of 100 tasks"
IN_SHADOW = "in shadow: it is asked besides, and only the old one is shown"
FAVOURS = "What was shown has it easier: you changed that, not the other."
OTHERS = "These could be tried beside it:"
OFFERED_MAX = 4
STALE = "That is no longer so. Say /agents to see how it is now."
NOT_THERE = "There is no such prompt or model any more. Say /agents to see what there is."
BEGUN = "On trial from now on: {arm}, {how}. /agents compares."
PROMOTED = "From now on drafts are written with {arm}."
ENDED = "The trial is over; drafts are written with {arm}, as before."


@dataclass(frozen=True, slots=True)
class Agents:
    drafting: Drafting

    def commands(self) -> dict[str, Command]:
        return {"agents": self.agents}

    def verbs(self) -> dict[str, Callable[..., Awaitable[Reply]]]:
        return {
            "trial.begin": self.begin,
            "trial.promote": self.promote,
            "trial.end": self.end,
            "trial.back": self.back,
        }

    async def agents(self, event: Event, rest: str) -> Msg:
        """Show what each agent did and what is on trial, with what can be tapped about it."""
        async with self.drafting.house.db.snapshot() as reader:
            return await self._board(reader, f"agents:{event.id}")

    async def begin(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Try a prompt or model, on a share of the tasks or in shadow."""
        share, number, model = tap.item.split("|", 2)
        arm = Arm(prompt=int(number), model=model)
        if arm not in self._arms():
            return Reply(NOT_THERE, refused=True)

        async def do(tx: Tx, pin: Pin, cause: str) -> str:
            if pin.trial is not None or arm not in self._others(pin):
                return ""
            trial = await trials.begin(tx, DRAFT, pin, arm, int(share), cause)
            return BEGUN.format(arm=arm, how=_how(trial))

        return await self._done(tap, who, key, do)

    async def promote(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Let what is on trial write everything."""

        async def do(tx: Tx, pin: Pin, cause: str) -> str:
            if pin.trial is None or pin.trial.id != tap.item:
                return ""
            await trials.promote(tx, DRAFT, pin, cause)
            return PROMOTED.format(arm=pin.trial.arm)

        return await self._done(tap, who, key, do)

    async def end(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Let what is in use write everything again."""

        async def do(tx: Tx, pin: Pin, cause: str) -> str:
            if pin.trial is None or pin.trial.id != tap.item:
                return ""
            await trials.end(tx, DRAFT, pin, cause)
            return ENDED.format(arm=pin.now)

        return await self._done(tap, who, key, do)

    async def back(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Go back to what was in use before."""

        async def do(tx: Tx, pin: Pin, cause: str) -> str:
            if pin.before is None or str(pin.before) != tap.item:
                return ""
            await trials.back(tx, DRAFT, pin, cause)
            return PROMOTED.format(arm=pin.before)

        return await self._done(tap, who, key, do)

    async def _done(
        self, tap: Tap, who: Person, key: str, do: Callable[[Tx, Pin, str], Awaitable[str]]
    ) -> Reply:
        """Carry out a tap, and show how it is now."""
        async with self.drafting.house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, {})
            said = await do(tx, await self.drafting.pin(tx), cause)
            if not said:
                return Reply(STALE, refused=True)
            await outbox.post(tx, await self._board(tx, f"agents:{cause}"), who.conv)
        return Reply(said)

    async def _board(self, reader: Reader, key: str) -> Msg:
        house = self.drafting.house
        currency = (await profile.read(reader))["currency"]
        drafts = await style_told.sent(reader, house)
        parts: list[Part] = [Heading(text=TITLE)]
        if lines := await agents_told.lines(reader, drafts, currency):
            parts += [_para(SINCE), Bullets(items=tuple(lines))]
        else:
            parts.append(_para(NOBODY))
        rows: list[tuple[Button, ...]] = []
        if self.drafting.models.set_up:
            pin = await self.drafting.pin(reader)
            more, rows = await (self._trying if pin.trial else self._offered)(reader, pin, currency)
            parts += [_para(IN_USE.format(arm=pin.now)), *more]
            if pin.before is not None:
                label = f"Back to {pin.before}"[:24]
                rows.append((Button(label=label, action="trial.back", item=str(pin.before)),))
        return Msg(key=key, summary=TITLE, parts=tuple(parts), buttons=tuple(rows))

    async def _trying(
        self, reader: Reader, pin: Pin, currency: str
    ) -> tuple[list[Part], list[tuple[Button, ...]]]:
        """Return the figures of both, and the taps that end the trial."""
        trial = pin.trial
        assert trial is not None
        seen = await trial_figures.compared(reader, self.drafting.house, DRAFT, trial)
        lines = (
            f"in use, {pin.now}: {seen.old.told(currency)}",
            f"on trial, {trial.arm}: {seen.new.told(currency)}",
        )
        verdict = seen.verdict(shadow=trial.shadow) + (f" {FAVOURS}" if trial.shadow else "")
        parts: list[Part] = [
            _para(TRYING.format(arm=trial.arm, how=_how(trial))),
            Bullets(items=lines),
            _para(verdict),
        ]
        yes = Button(label="Use it for all", action="trial.promote", item=trial.id, style="ok")
        no = Button(label="End the trial", action="trial.end", item=trial.id)
        return parts, [(yes, no)]

    async def _offered(
        self, reader: Reader, pin: Pin, currency: str
    ) -> tuple[list[Part], list[tuple[Button, ...]]]:
        """Return what could be tried: another prompt with this model, another model with this."""
        other = self._others(pin)
        if not other:
            return [], []
        lines = tuple(f"{number}. {arm}" for number, arm in enumerate(other, 1))
        rows: list[tuple[Button, ...]] = [
            (
                _begins(f"{number}: on {SHARE} of 100", SHARE, arm),
                _begins(f"{number}: in shadow", 0, arm),
            )
            for number, arm in enumerate(other, 1)
        ]
        return [_para(OTHERS), Bullets(items=lines)], rows

    def _others(self, pin: Pin) -> list[Arm]:
        """Return what differs from what is in use by its prompt or by its model alone."""
        return [
            arm
            for arm in self._arms()
            if (arm.prompt == pin.now.prompt) != (arm.model == pin.now.model)
        ][:OFFERED_MAX]

    def _arms(self) -> list[Arm]:
        """Return every pair of a prompt and a model, the newest prompt first."""
        named = dict.fromkeys(model.name for _, model in self.drafting.models.listed())
        models = ["", *list(named)[1:]]  # the first one is asked anyhow
        numbers = sorted(self.drafting.prompts, reverse=True)
        return [Arm(prompt=number, model=model) for number in numbers for model in models]


def drafting_of(
    house: House, models: Models, remembering: Remembering, own: Mapping[str, str] | None = None
) -> Drafting:
    """PromptError: a file in the folder “prompts” cannot be meant."""
    known = prompts.of(DRAFT, house.blobs / "prompts")
    return Drafting(house, models, remembering.recall, remembering.bundled, known, own or {})


def _begins(label: str, share: int, arm: Arm) -> Button:
    item = f"{share}|{arm.prompt}|{arm.model}"
    return Button(label=label, action="trial.begin", item=item)


def _how(trial: trials.Trial) -> str:
    return IN_SHADOW if trial.shadow else ON_SHARE.format(share=trial.share)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
