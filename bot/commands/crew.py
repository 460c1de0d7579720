"""What /agents says of your own specialists' files: the version in use and the one on trial."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agents.specialists import spec_told
from agents.specialists.crew import Crew, read
from agents.specialists.spec import AgentSpec
from agents.specialists.spec_changes import differences
from bot.commands.tried import FAVOURS, STALE, Rows, para
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Msg, Part
from engine.chat.tokens import Tap
from engine.models import spec_figures
from engine.planning import specs
from engine.planning.specs import Standing, Trial, Version
from engine.rules.house import House
from memory.db import Reader, Tx

IN_USE = "“{name}” goes by version {number} of its file."
TRYING = "Version {number} is on trial: {how}."
WAITS = "Version {number} of its file waits for you:"
COULD_NOT = "It would have done nothing {times}; the last time: {why}"
BEGUN = "Version {number} of “{name}” is on trial from now on: {how}."
TAKEN = "From now on “{name}” goes by version {number} of its file."
ENDED = "The trial is over; “{name}” goes by version {number}, as before."
GONE = "Version {number} or the one in use is not kept as it was, so this cannot be done."
Turn = Callable[[Tx, Standing], tuple[Standing, str] | None]
Verb = Callable[..., Awaitable[Reply]]
Board = Callable[[Reader, str], Awaitable[Msg]]


@dataclass(frozen=True, slots=True)
class Crewed:
    house: House
    crew: Crew

    def verbs(self, board: Board) -> dict[str, Verb]:
        """Return what the buttons do; each shows the board as it is then."""

        def verb(do: Callable[[Tap, Person, str, Board], Awaitable[Reply]]) -> Verb:
            async def tapped(_: object, tap: Tap, who: Person, key: str, given: object) -> Reply:
                return await do(tap, who, key, board)

            return tapped

        return {
            "spec.begin": verb(self.begin),
            "spec.take": verb(self.take),
            "spec.end": verb(self.end),
        }

    async def told(self, reader: Reader, currency: str) -> tuple[list[Part], Rows]:
        """Return how it stands with every file that has more than one version, and the taps."""
        standings, versions = await specs.standings(reader), await specs.versions(reader)
        parts: list[Part] = []
        rows: Rows = []
        for file in self.crew.files.own:
            standing, known = standings[file.name], versions[file.name]
            if len(known) == 1:
                continue
            if (now := read(file, known, standing.now)) is None:
                new = known[standing.file].number
                parts.append(para(spec_told.LOST.format(name=file.name, new=new)))
                parts.append(Bullets(items=spec_told.holds(file)))
            else:
                number = known[standing.now].number
                parts.append(para(IN_USE.format(name=file.name, number=number)))
                if standing.trial is not None:
                    parts += await self._trying(reader, file.name, standing.trial, known, currency)
                elif standing.file != standing.now:
                    parts += _waiting(now, file, known)
            rows += spec_told.buttons(file.name, standing, known, lost=now is None)
        return parts, rows

    async def _trying(
        self, reader: Reader, name: str, trial: Trial, known: Mapping[str, Version], currency: str
    ) -> list[Part]:
        seen = await spec_figures.compared(reader, self.house, name, trial)
        number = known[trial.version].number
        lines = (
            f"in use: {seen.old.told(currency)}",
            f"on trial, version {number}: {seen.new.told(currency)}",
        )
        parts: list[Part] = [
            para(TRYING.format(number=number, how=spec_told.how(trial))),
            Bullets(items=lines),
            para(seen.verdict(shadow=trial.shadow) + (f" {FAVOURS}" if trial.shadow else "")),
        ]
        if warned := seen.warned():
            parts.append(para(warned))
        if why := await spec_figures.left_out(reader, trial):
            times = "once" if len(why) == 1 else f"{len(why)} times"
            parts.append(para(COULD_NOT.format(times=times, why=why[-1])))
        return parts

    async def begin(self, tap: Tap, who: Person, key: str, board: Board) -> Reply:
        """Try the version of the file, on a share of the wishes or in shadow."""
        share, _, version = tap.item.partition("|")

        def turn(tx: Tx, old: Standing) -> tuple[Standing, str] | None:
            if old.trial is not None or version != old.file or version == old.now:
                return None
            new = specs.tried(tx, old, version, int(share))
            assert new.trial is not None
            return new, BEGUN.replace("{how}", spec_told.how(new.trial))

        return await self._turned(tap, who, key, board, version, turn)

    async def take(self, tap: Tap, who: Person, key: str, board: Board) -> Reply:
        """Let a version do everything: the one on trial, of the file, or from before."""

        def turn(tx: Tx, old: Standing) -> tuple[Standing, str] | None:
            on_trial = "" if old.trial is None else old.trial.version
            if tap.item == old.now or tap.item not in (on_trial, old.file, old.before):
                return None
            return specs.taken(old, tap.item), TAKEN

        return await self._turned(tap, who, key, board, tap.item, turn)

    async def end(self, tap: Tap, who: Person, key: str, board: Board) -> Reply:
        """End the trial; what was in use stays in use."""

        def turn(tx: Tx, old: Standing) -> tuple[Standing, str] | None:
            over = old.trial is not None and old.trial.id == tap.item
            return (specs.ended(old), ENDED) if over else None

        return await self._turned(tap, who, key, board, "", turn)

    async def _turned(
        self, tap: Tap, who: Person, key: str, board: Board, version: str, turn: Turn
    ) -> Reply:
        """Carry out a tap, and show how it is now."""
        async with self.house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, {})
            file = next((one for one in self.crew.files.own if one.name == tap.ref), None)
            turned = None if file is None else turn(tx, (await specs.standings(tx))[tap.ref])
            if file is None or turned is None:
                return Reply(STALE, refused=True)
            known, (new, said) = (await specs.versions(tx))[tap.ref], turned
            gone = version and not (read(file, known, version) and read(file, known, new.now))
            if gone:
                return Reply(GONE.format(number=known[version].number), refused=True)
            await self.crew.stand(tx, self.house.rulebook, tap.ref, new, cause)
            await outbox.post(tx, await board(tx, f"agents:{cause}"), who.conv)
        return Reply(said.format(name=tap.ref, number=known[version or new.now].number))


def _waiting(now: AgentSpec, file: AgentSpec, known: Mapping[str, Version]) -> list[Part]:
    """Return what the file says otherwise than the version in use."""
    head, lines = para(WAITS.format(number=known[file.version].number)), differences(now, file)
    return [head, *([Bullets(items=lines)] if lines else [])]
