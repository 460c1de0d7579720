"""Crew: the roster in force. What is in use stays in use when its file changes, until you tap.

a file ─▶ seen first: in use
      └─▶ changed ─▶ bounds as before: on trial, on a share of the wishes ─▶ a tap takes or ends it
                 └─▶ it may more: nothing until a tap
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from pydantic import ValidationError

from agents.specialists import spec_changes, spec_told
from agents.specialists.roster import Roster, Tried
from agents.specialists.spec import AgentSpec
from engine.chat import outbox
from engine.planning import specs
from engine.planning.specs import SIGNAL, Standing, Version
from engine.rules.rulebook import Rulebook
from memory.db import Database, Reader, Tx
from policies import book


class Daily(Mapping[str, Decimal]):
    """What models may cost each specialist a day by the contracts in force at this moment."""

    def __init__(self, crew: "Crew") -> None:
        self._crew = crew

    def __getitem__(self, agent: str) -> Decimal:
        return self._crew.roster.budgets[agent]

    def __iter__(self) -> Iterator[str]:
        return iter(self._crew.roster.budgets)

    def __len__(self) -> int:
        return len(self._crew.roster.budgets)


class Crew:
    """`roster` is who works now; it changes with the commit that says so, and all at once."""

    def __init__(self, files: Roster) -> None:
        self.files = files
        self.roster = files
        self.daily = Daily(self)
        self._made: dict[int, Roster] = {}
        self._numbers = 0

    @classmethod
    async def opened(cls, db: Database, files: Roster) -> "Crew":
        """Settle what becomes of files that changed, say it, and follow every tap from now on."""
        crew = cls(files)
        async with db.transaction() as tx:
            for spec in files.own:
                await _settle(tx, spec)
            crew.roster = await lined_up(tx, files)
        db.listen(SIGNAL, crew._committed)
        return crew

    async def stand(
        self, tx: Tx, rulebook: Rulebook, agent: str, standing: Standing, cause: str
    ) -> None:
        """Let it stand so with a specialist from the commit on, its contract with it."""
        await specs.save(tx, agent, standing, cause)
        await self._line_up(tx, rulebook, cause)

    async def again(self, db: Database, rulebook: Rulebook) -> None:
        """Go by what is kept now: whoever was forgotten may have been named in a version."""
        async with db.transaction() as tx:
            for spec in self.files.own:
                await _settle(tx, spec)
            await self._line_up(tx, rulebook, None)

    async def _line_up(self, tx: Tx, rulebook: Rulebook, cause: str | None) -> None:
        made = await lined_up(tx, self.files)
        await rulebook.stand_on(tx, book.instead(rulebook.base, made.texts()), cause)
        self._numbers += 1
        self._made[self._numbers] = made
        tx.signal(SIGNAL, str(self._numbers))

    def of(self, operation: str, goal: str) -> tuple[str, str]:
        """Return who carries out an operation of a wish, and by which version of their file."""
        return self.roster.of(operation, goal)

    def _committed(self, ref: str) -> None:
        self.roster = self._made.pop(int(ref))


async def lined_up(reader: Reader, files: Roster) -> Roster:
    """Return the roster with the versions that are in use or on trial in the place of the files.

    A version that cannot be read any more does nothing.
    """
    standings, versions = await specs.standings(reader), await specs.versions(reader)
    own: list[AgentSpec] = []
    tried: dict[str, Tried] = {}
    for spec in files.own:
        standing, known = standings.get(spec.name), versions.get(spec.name, {})
        if standing is None:  # a file that no start has seen yet
            own.append(spec)
            continue
        if (now := read(spec, known, standing.now)) is not None:
            own.append(now)
        trial = standing.trial
        if now and trial and (other := read(spec, known, trial.version)) is not None:
            tried[spec.name] = Tried(other, trial)
    return replace(files, own=tuple(own), tried=tried)


def read(file: AgentSpec, known: Mapping[str, Version], version: str) -> AgentSpec | None:
    """Return what a version says; None where it is not kept as it was any more.

    This Firstmate cannot read it, or it named somebody who was forgotten since.
    """
    if file.version == version:
        return file
    try:
        kept = AgentSpec.model_validate(known[version].says)
    except (KeyError, ValidationError):
        return None
    return kept if kept.version == version else None


async def _settle(tx: Tx, spec: AgentSpec) -> None:
    """Keep a file that is new or changed since the last start, and decide what becomes of it."""
    version, old = spec.version, (await specs.standings(tx)).get(spec.name)
    if await specs.keep(tx, spec.name, version, spec.says) == 1 and old is None:
        await specs.save(tx, spec.name, Standing(now=version, file=version), None)
        await outbox.post(tx, spec_told.new(tx.id("spec"), spec))
        return
    known = (await specs.versions(tx))[spec.name]
    old = old or Standing(now="", file="")  # it went with somebody of that name who was forgotten
    now = read(spec, known, old.now)
    standing = specs.ended(old).model_copy(update={"file": version})
    if now is None:  # said once, whatever the file
        if standing != old:
            await specs.save(tx, spec.name, standing, None)
        await outbox.post(tx, spec_told.changed(version, None, spec, standing, known))
        return
    if old.file == version:
        return
    if version != old.now and not spec_changes.wider(now, spec):
        standing = specs.tried(tx, standing, version, specs.SHARE)
    await specs.save(tx, spec.name, standing, None)
    if version != old.now or old.trial is not None:
        await outbox.post(tx, spec_told.changed(tx.id("spec"), now, spec, standing, known))
