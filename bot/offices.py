"""What the commands do in a data folder: pair, explain, verify, copy, restore, check rules."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from agents.specialists import crew, roster
from bot.commands.rechecking import CHECKS
from bot.host import chosen
from bot.lower import terminal
from bot.settings import Settings
from connectors import blobs
from connectors.company import Company
from connectors.contract import PermanentError
from connectors.payments import exporting
from engine.chat import conversations
from engine.desks import undoing
from engine.keeping.notebook import Notebook
from engine.models import circuits
from engine.outside import tools
from engine.rules import own_rules, rulebook
from engine.rules.house import House
from engine.why import asked, subject
from engine.why.rejudging import Again
from engine.why.rerun import of as again
from memory import profile, upgrade
from memory.copying import restoring, rollback, soundness, transfer
from memory.copying import verify as checking
from memory.db import Database, system_clock
from policies import book, trial
from policies.facts import FACTS, fault_in
from policies.house import OPERATIONS
from policies.rules import Verdict

DATABASE = "firstmate.db"
DRIVERS_FOLDERS = (
    *("blobs", "mail", "ledger", "transfers", "calendar", "site", "rules"),
    *("mcp.yaml", "fields.yaml", "specialists"),
)


async def pairing_code(settings: Settings, surface: str) -> str:
    """Return a fresh one-time code; the running Firstmate accepts it."""
    async with _open(settings) as db, db.transaction() as tx:
        return await conversations.new_code(tx, surface)


async def why(settings: Settings, wanted: str) -> str | None:
    """Return the explanation of what is wanted as text; None when there is no such thing."""
    async with _open(settings) as db, db.snapshot() as reader:
        found = await subject.find(reader, wanted)
        return None if found is None else terminal.lower(await asked.told(reader, found, CHECKS))


async def rerun(settings: Settings, wanted: str) -> list[Again] | None:
    """Decide again by what was kept then; None when there is no such thing."""
    async with _open(settings) as db, db.snapshot() as reader:
        found = await subject.find(reader, wanted)
        return None if found is None else await again(reader, found, CHECKS)


async def verified(settings: Settings, head: str | None) -> checking.Report:
    """Recompute and replay the log; compare files, passages and vectors with what it says."""
    data = _folder(settings)
    async with _open(settings) as db:
        report = await checking.verify(db, head)
        beside = await soundness.faults(db, lambda digest: blobs.path(data, digest))
    return report.model_copy(update={"faults": (*report.faults, *beside)})


async def rehearsed(copy: Path) -> checking.Report:
    """Restore a backup or an export to nowhere, to see that it can be. RefusedError."""
    with TemporaryDirectory(prefix="firstmate-") as folder:
        return await _from(copy)(copy, Path(folder) / "company")


async def exported(settings: Settings, folder: Path) -> Path:
    """Write everything into open formats."""
    data = _folder(settings)
    async with _open(settings) as db:
        await transfer.export(db, folder, [data / name for name in DRIVERS_FOLDERS])
    return folder


def books(settings: Settings, folder: Path) -> str:
    """Write the books for other programs; return what was written. PermanentError."""
    made = exporting.export(_folder(settings))
    first, second = exporting.write(folder, made)
    return f"{exporting.said(made)} They are in {first} and {second.name}."


async def taken_in(settings: Settings, export: Path) -> checking.Report:
    """Make an export the data folder, which must be new or empty. RefusedError."""
    return await restoring.take_in(export, _folder(settings))


async def restored(settings: Settings, backup: Path) -> checking.Report:
    """Make a backup the data folder, which must be new or empty. RefusedError."""
    return await restoring.restore(backup, _folder(settings))


async def backed_up(settings: Settings, folder: Path | None) -> Path:
    """Copy the data folder as it stands."""
    data = _folder(settings)
    extra = [data / name for name in DRIVERS_FOLDERS]
    async with _open(settings) as db:
        target = folder or settings.home / "backups"
        return await transfer.backup(db, target, system_clock, extra)


async def checked_rules(settings: Settings, files: Sequence[Path] | None) -> str:
    """Return what the rules say in plain sentences, with warnings. BookError: every fault."""
    made = await _book(settings, files)
    rules = made.book
    told = [f"The rules are fine: {len(rules.entries)} of them, rule book {rules.bundle}."]
    told += [f"Warning: {warning}" for warning in rules.warnings]
    told += [f"Warning: {rule} is set aside: {why}" for rule, why in made.aside.items()]
    return "\n".join([*told, *(f"• {line}" for line in rules.describe())])


async def providers(settings: Settings) -> dict[str, str]:
    """Return of each provider of models that is left alone, or to be tried again, how it stands."""
    if not await asyncio.to_thread((_folder(settings) / DATABASE).exists):
        return {}
    async with _open(settings) as db, db.snapshot() as reader:
        found = await circuits.failing(reader)
        return {one.provider: await circuits.told(reader, one) for one in found}


async def tried(settings: Settings, operation: str, facts: Sequence[str]) -> Verdict:
    """Return the verdict on an operation under facts written as name=value."""
    known = {**OPERATIONS, **await _operations(settings)}
    if operation not in known:
        raise PermanentError(f"There is no operation “{operation}”. There are: {', '.join(known)}.")
    given = dict(_fact(text) for text in facts)
    rules = (await _book(settings, None)).book
    return trial.try_out(rules, operation, known[operation], given)


async def rolled_back(settings: Settings, to: str, home: Path) -> rollback.Rolled:
    """Make the company as it was at an event or moment, in a new home. RefusedError, ValueError."""
    data = _folder(settings)
    async with _open(settings) as db:
        async with db.snapshot() as reader:
            point = moment(to, (await profile.read(reader))["zone"])
        extra = [data / name for name in DRIVERS_FOLDERS]
        return await rollback.rollback(db, point, home / "company", extra)


def moment(text: str, zone: str) -> str | datetime:
    """Return “2026-11-20” or “2026-11-20 09:00” as that moment in the zone; else the text."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))


def _from(copy: Path) -> Callable[[Path, Path], Awaitable[checking.Report]]:
    return restoring.restore if (copy / DATABASE).exists() else restoring.take_in


def _fact(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise PermanentError(f"“{text}” is no fact. Write it like amount=40.")
    if name not in FACTS:
        raise PermanentError(str(fault_in(name, value)))
    kind = FACTS[name].kind
    try:
        typed = READ[kind](value)
    except ValueError:
        raise PermanentError(f"“{value}” is no {kind} for {name}.") from None
    return name, typed


def _truth(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(value)
    return value == "true"


READ: dict[str, Callable[[str], Any]] = {
    "int": int,
    "double": float,
    "string": str,
    "bool": _truth,
}


async def _book(settings: Settings, files: Sequence[Path] | None) -> rulebook.Composed:
    """Return the rules as the next start would compose them: files, then the operator's own."""
    own = settings.rules or _folder(settings) / "rules"
    mine = list(files) if files else sorted(own.glob("*.yaml"))
    known = await _operations(settings)
    specialists = roster.of(_folder(settings), known)
    base = book.load_files([*book.default_files(), *mine], known, made=specialists.texts())
    if not await asyncio.to_thread((_folder(settings) / DATABASE).exists):
        return rulebook.Composed(base, {})
    async with _open(settings) as db, db.snapshot() as reader:
        base = book.instead(base, (await crew.lined_up(reader, specialists)).texts())
        return rulebook.compose(base, await own_rules.every(reader))


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[House]:
    """Open the chosen folder with the rules in force, and without any operation."""
    made = await _book(settings, None)
    async with _open(settings) as db:
        yield House(db, {}, rulebook.Rulebook(made.book), _folder(settings))


async def _operations(settings: Settings) -> dict[str, str]:
    """Return every operation with its effect class; "" for a tool that has none."""
    from connectors import registry

    folder = _folder(settings)
    company = Company(name="", email="me@localhost.invalid")
    drivers = registry.embedded(folder, system_clock, company).operations.values()
    own = Notebook(Database(folder / DATABASE)).operations()
    both = undoing.with_undo((*drivers, *own))
    known: dict[str, str] = {name: operation.effect or "" for name, operation in both.items()}
    if await asyncio.to_thread((folder / DATABASE).exists):
        async with _open(settings) as db, db.snapshot() as reader:
            known |= {one.operation: one.effect or "" for one in await tools.every(reader)}
    return known


def _folder(settings: Settings) -> Path:
    return settings.home / chosen(settings.home)


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Database]:
    """Open the chosen folder's database; a folder that is new gets its tables first."""
    path = _folder(settings) / DATABASE
    if not await asyncio.to_thread(path.exists):
        await asyncio.to_thread(upgrade.upgrade, path)
    db = Database(path)
    try:
        yield db
    finally:
        await db.close()
