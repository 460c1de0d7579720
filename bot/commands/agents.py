"""The command /agents: what each agent did and cost, and a new prompt or model on trial."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from agents.hearing import gist
from agents.hearing.front import Command
from agents.models.door import Models
from agents.playbooks.disputes import Disputes
from agents.specialists.crew import Crew
from agents.specialists.manner import Manner
from agents.writing.drafting import Drafting
from bot.commands.crew import Crewed
from bot.commands.purposes import DRAFTS, IN_USE, OTHERS, WHAT_YOU_SAY
from bot.commands.tried import STALE, Rows, Tried, how, para
from bot.remembering import Remembering
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import (
    BUTTON_ROWS_MAX,
    BUTTONS_PER_ROW_MAX,
    Bullets,
    Heading,
    Msg,
    Part,
)
from engine.chat.tokens import Tap
from engine.models import agents_told, trials
from engine.models.trials import DRAFT, Arm, Pin
from engine.rules.house import House
from engine.voice import style_told
from memory import profile
from memory.db import Reader, Tx
from memory.events import Event

TITLE = "The agents"
SINCE = f"In the last {agents_told.DAYS} days:"
NOBODY = f"No agent did anything in the last {agents_told.DAYS} days."
NOT_THERE = "There is no such prompt or model any more. Say /agents to see what there is."
BEGUN = "On trial from now on: {arm}, {how}. /agents compares."
Done = Callable[[Tx, Tried, Pin, str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Agents:
    """`tried`: what can be on trial, by purpose."""

    house: House
    models: Models
    tried: Mapping[str, Tried]
    crewed: Crewed

    def commands(self) -> dict[str, Command]:
        return {"agents": self.agents}

    def verbs(self) -> dict[str, Callable[..., Awaitable[Reply]]]:
        return {
            "trial.begin": self.begin,
            "trial.promote": self.promote,
            "trial.end": self.end,
            "trial.back": self.back,
            **self.crewed.verbs(self._board),
        }

    async def agents(self, event: Event, rest: str) -> Msg:
        """Show what each agent did and what is on trial, with what can be tapped about it.

        With the name of a purpose: only which prompt it has, and which others could be tried.
        """
        about = rest.strip().casefold()
        async with self.house.db.snapshot() as reader:
            return await self._board(reader, f"agents:{event.id}", about)

    async def begin(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Try a prompt or model, on a share of the tasks or in shadow."""
        share, number, model = tap.item.split("|", 2)
        arm = Arm(prompt=int(number), model=model)
        if arm not in self.tried[tap.ref or DRAFT].arms():
            return Reply(NOT_THERE, refused=True)

        async def do(tx: Tx, tried: Tried, pin: Pin, cause: str) -> str:
            if pin.trial is not None or arm not in tried.others(pin):
                return ""
            trial = await trials.begin(tx, tried.purpose, pin, arm, int(share), cause)
            return BEGUN.format(arm=arm, how=how(trial))

        return await self._done(tap, who, key, do)

    async def promote(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Let what is on trial answer everything."""

        async def do(tx: Tx, tried: Tried, pin: Pin, cause: str) -> str:
            if pin.trial is None or pin.trial.id != tap.item:
                return ""
            await trials.promote(tx, tried.purpose, pin, cause)
            return tried.words.promoted.format(arm=pin.trial.arm)

        return await self._done(tap, who, key, do)

    async def end(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Let what is in use answer everything again."""

        async def do(tx: Tx, tried: Tried, pin: Pin, cause: str) -> str:
            if pin.trial is None or pin.trial.id != tap.item:
                return ""
            await trials.end(tx, tried.purpose, pin, cause)
            return tried.words.ended.format(arm=pin.now)

        return await self._done(tap, who, key, do)

    async def back(self, _: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
        """Go back to what was in use before."""

        async def do(tx: Tx, tried: Tried, pin: Pin, cause: str) -> str:
            if pin.before is None or str(pin.before) != tap.item:
                return ""
            await trials.back(tx, tried.purpose, pin, cause)
            return tried.words.promoted.format(arm=pin.before)

        return await self._done(tap, who, key, do)

    async def _done(self, tap: Tap, who: Person, key: str, do: Done) -> Reply:
        """Carry out a tap, and show how it is now."""
        tried = self.tried[tap.ref or DRAFT]
        async with self.house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, {})
            said = await do(tx, tried, await tried.pin(tx), cause)
            if not said:
                return Reply(STALE, refused=True)
            await outbox.post(tx, await self._board(tx, f"agents:{cause}", tried.purpose), who.conv)
        return Reply(said)

    async def _board(self, reader: Reader, key: str, about: str = "") -> Msg:
        """Return it all; of a purpose that stands behind the others, that alone."""
        currency = (await profile.read(reader))["currency"]
        if about in OTHERS and self.models.set_up:
            alone, taps = await self.tried[about].told(reader, currency)
            return _msg(key, alone, taps)
        drafts = await style_told.sent(reader, self.house)
        parts: list[Part] = []
        if lines := await agents_told.lines(reader, drafts, currency):
            parts += [para(SINCE), Bullets(items=tuple(lines))]
        else:
            parts.append(para(NOBODY))
        rows: Rows = []
        if self.models.set_up:
            more, rows = await self._prompts(reader, currency)
            parts += more
        more, taps = await self.crewed.told(reader, currency)
        parts, rows = parts + more, rows + taps
        return _msg(key, parts, rows)

    async def _prompts(self, reader: Reader, currency: str) -> tuple[list[Part], Rows]:
        """Return the prompts of drafts and hearing, whatever is on trial, and the other prompts."""
        parts, rows, others = list[Part](), Rows(), list[str]()
        for tried in self.tried.values():
            pin = await tried.pin(reader)
            if tried.purpose in OTHERS:
                others.append(f"{tried.purpose} {pin.now.prompt}")
            if tried.purpose not in OTHERS or pin.trial is not None:
                more, taps = await tried.told(reader, currency)
                parts, rows = parts + more, rows + taps
        return [*parts, para(IN_USE.format(", ".join(others)))], rows


def _msg(key: str, parts: Sequence[Part], rows: Rows) -> Msg:
    return Msg(
        key=key,
        summary=TITLE,
        parts=(Heading(text=TITLE), *parts),
        buttons=tuple(_fitting(rows)),
    )


def _fitting(rows: Rows) -> Rows:
    """Return the rows, as many made one as it takes for a message to hold them."""
    each = -(-len(rows) // BUTTON_ROWS_MAX) or 1
    made = (tuple(chain(*rows[at : at + each])) for at in range(0, len(rows), each))
    return [row[:BUTTONS_PER_ROW_MAX] for row in made]


def of(drafting: Drafting, crew: Crew) -> Agents:
    """Return the command, with every prompt there is and your specialists' files."""
    house, models = drafting.house, drafting.models
    tried = (
        Tried(DRAFT, house, models, DRAFTS),
        Tried(gist.PURPOSE, house, models, WHAT_YOU_SAY, shadow=False),
        *(Tried(name, house, models, words, shadow=False) for name, words in OTHERS.items()),
    )
    return Agents(house, models, {one.purpose: one for one in tried}, Crewed(house, crew))


def drafting_of(
    house: House, models: Models, remembering: Remembering, crew: Crew, disputes: Disputes
) -> Drafting:

    def manner(agent: str, version: str) -> Manner:
        return crew.roster.manner(agent, version)

    return Drafting(house, models, remembering.recall, remembering.bundled, manner, disputes)
