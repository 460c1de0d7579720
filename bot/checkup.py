"""`firstmate doctor`: what is set up, what is missing, and the one sentence that helps."""

import asyncio
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from agents.specialists import roster
from agents.specialists.spec import SpecError
from bot import accounts
from bot.host import chosen
from bot.settings import LOCAL_HOSTS, Settings
from connectors import quality
from connectors.contract import Connector
from connectors.mcp import Server
from memory import upgrade
from memory.vectors import embed
from memory.vectors.embed import EncoderDownError, Encodes
from memory.vectors.index import Index
from policies import book

PYTHON_MIN = (3, 11)
SQLITE_SUBSECOND = (3, 42, 0)
FREE_BYTES_MIN = 200 * 1024 * 1024
SLACK_STEPS = (
    "not set up. Make an app from deploy/slack-manifest.yaml at api.slack.com/apps, install it, "
    "then set FIRSTMATE_SLACK_BOT_TOKEN and FIRSTMATE_SLACK_APP_TOKEN."
)
NO_MODEL = (
    "no language model is set up; templates and rules do the work. One line sets one up: "
    "FIRSTMATE_MODEL=mistral/mistral-small-latest KEY. See docs/models.md."
)


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    ok: bool
    says: str


async def examine(settings: Settings) -> list[Finding]:
    """Return every finding; nothing is changed by looking."""
    found = [_python(), _folder(settings), _database(settings), _rules(settings)]
    found += [_encoder(settings), *await _index(settings), *await _models(settings)]
    found += [_web(settings)]
    found += await _telegram(settings)
    found += [*await _slack(settings), *await _drivers(settings), _tools(settings)]
    return found


def sqlite_fault(python: tuple[int, ...], sqlite: tuple[int, ...]) -> str | None:
    """Return why this pair of Python and SQLite cannot keep durable work; None when it can."""
    if python >= (3, 12) and sqlite < SQLITE_SUBSECOND:
        return (
            f"SQLite {'.'.join(map(str, sqlite))} is too old for Python 3.12: use Python 3.11, or "
            "a newer SQLite (3.42)."
        )
    return None


def refuse_unfit_python() -> None:
    """Raise OSError with the sentence that helps when this machine cannot keep durable work."""
    fault = sqlite_fault(sys.version_info[:3], sqlite3.sqlite_version_info)
    if fault is not None:
        raise OSError(fault)


def _python() -> Finding:
    version = sys.version_info[:3]
    fault = sqlite_fault(version, sqlite3.sqlite_version_info)
    here = f"Python {'.'.join(map(str, version))}, SQLite {sqlite3.sqlite_version}"
    return Finding("Python", fault is None, fault or here)


def _folder(settings: Settings) -> Finding:
    import shutil

    home = settings.home
    parent = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(parent).free
    if free < FREE_BYTES_MIN:
        says = f"Only {free >> 20} MB are free on the disk of {home}. Make room."
        return Finding("Data folder", False, says)
    return Finding("Data folder", True, f"{home}, open now: {chosen(home)}")


def _database(settings: Settings) -> Finding:
    path = settings.home / chosen(settings.home) / "firstmate.db"
    schema = upgrade.current(path)
    says = f"schema {schema}" if schema else "none yet; the first start makes it"
    return Finding("Database", True, says)


def _rules(settings: Settings) -> Finding:
    own = settings.rules or settings.home / chosen(settings.home) / "rules"
    mine = sorted(own.glob("*.yaml"))
    try:
        contracts = roster.of(settings.home / chosen(settings.home)).texts()
        rules = book.load_files([*book.default_files(), *mine], made=contracts)
    except (book.BookError, SpecError) as error:
        return Finding("Rules", False, str(error))
    return Finding("Rules", True, f"{len(rules.entries)} rules, {len(mine)} files of yours")


def _encoder(settings: Settings) -> Finding:
    if embed.find_encoder(settings.encoder) is None and not settings.embedding:
        says = "not found: recall and routing go by words alone"
        return Finding("Encoder", False, says)
    if settings.embedding:
        says = f"{settings.embedding}; `firstmate doctor --models` asks it"
        return Finding("Encoder", True, says)
    return Finding("Encoder", True, "bundled; it is loaded at first use")


async def _index(settings: Settings) -> list[Finding]:
    """Say whether a server of the vector index answers; our own needs no looking at."""
    if not settings.chroma:
        return []
    index = Index(settings.home, settings.chroma)
    await index.agrees(0)
    await index.close()
    away = f"{index.away}. Start it (`chroma run`), or unset FIRSTMATE_CHROMA."
    says = away if index.away else f"{settings.chroma} answers"
    return [Finding("Vector index", not index.away, says)]


async def _models(settings: Settings) -> list[Finding]:
    """Say of each provider whether its models are asked; nobody is asked to find that out."""
    from bot import minds, offices

    named = minds.named(settings)
    if not named:
        return [Finding("Models", True, NO_MODEL)]
    failing = await offices.providers(settings)
    names = dict.fromkeys(name.partition("/")[0] for name in named)
    fine = "set up; `firstmate doctor --models` asks its models"
    return [
        Finding(f"Models of {name}", name not in failing, failing.get(name, fine)) for name in names
    ]


def _web(settings: Settings) -> Finding:
    where = f"http://{settings.host}:{settings.port}"
    if settings.host not in LOCAL_HOSTS:
        says = f"{where} is open to the network. Put TLS and a login of your own in front of it."
        return Finding("Web chat", False, says)
    return Finding("Web chat", True, f"{where}, this machine only")


async def _telegram(settings: Settings) -> list[Finding]:
    if settings.telegram_token is None:
        says = "not set up. Take a token from @BotFather and set FIRSTMATE_TELEGRAM_TOKEN."
        return [Finding("Telegram", True, says)]
    from bot.telegram.surface import identify

    token = settings.telegram_token.get_secret_value()
    fault, name = await identify(token, settings.telegram_api)
    return [Finding("Telegram", fault is None, fault or f"@{name}; `firstmate pair telegram`")]


async def _slack(settings: Settings) -> list[Finding]:
    """Say which steps of the setup are left: token, way in, and each missing permission."""
    if settings.slack_bot_token is None:
        return [Finding("Slack", True, SLACK_STEPS)]
    from bot.slack.access import SCOPES, access, identify

    fault, who = await identify(access(settings))
    if fault is not None or who is None:
        return [Finding("Slack", False, fault or "")]
    way = "Socket Mode" if settings.slack_app_token else f"HTTP on port {settings.slack_port}"
    says = f"@{who.name} in {who.team}, {way}; `firstmate pair slack`"
    lacking = sorted(SCOPES - who.scopes)
    if not lacking:
        return [Finding("Slack", True, says)]
    steps = "Add them under “OAuth & Permissions”, then reinstall the app."
    return [
        Finding("Slack", True, says),
        Finding("Slack permissions", False, f"missing: {', '.join(lacking)}. {steps}"),
    ]


async def _drivers(settings: Settings) -> list[Finding]:
    from bot.app import company_of
    from connectors import registry
    from memory.db import system_clock
    from memory.profile import DEFAULTS

    folder: Path = settings.home / chosen(settings.home)
    try:
        set_up = accounts.of(settings, folder.name)
    except ValueError as error:
        return [Finding("email", False, str(error))]
    drivers = registry.connected(folder, system_clock, company_of(DEFAULTS), set_up).connectors
    health = await asyncio.gather(*(driver.check() for driver in drivers))
    return [
        Finding(f"{driver.name} ({driver.driver})", one.ok, f"{one.says} {_proven(driver)}".strip())
        for driver, one in zip(drivers, health, strict=True)
    ]


def _proven(driver: Connector) -> str:
    said = quality.of(driver.name, driver.driver)
    return "" if said is None else f"Its quality: {said.level}."


def _tools(settings: Settings) -> Finding:
    from connectors.mcp.settings import FILE, ServersError, read

    try:
        servers = read(settings.home / chosen(settings.home))
    except ServersError as error:
        return Finding("Tools of others", False, str(error))
    named = ", ".join(f"{one.name} (answers: {_classes(one)})" for one in servers)
    says = f"{named}; /tools says how each stands" if named else f"none; {FILE} would name them"
    return Finding("Tools of others", True, says)


def _classes(server: Server) -> str:
    """Return how private what its tools answer is: of all, and of those that differ."""
    own = (f"{tool}: {of}" for tool, of in sorted(server.classes.items()))
    return "; ".join([server.data_class, *own])


async def ask_models(settings: Settings) -> list[Finding]:
    """Ask each model one tiny question, and say what it answered and what that cost."""
    from agents.models.probing import probe
    from bot import minds, offices

    async with offices.house(settings) as house:
        models = minds.of(settings)(house)
        found = [Finding(name, ok, says) async for name, ok, says in probe(house, models)]
        if (encoder := minds.encoders(settings)(house)("")) is not None:
            found.append(await _meaning(encoder))
    return found or [Finding("Models", True, NO_MODEL)]


async def _meaning(encoder: Encodes) -> Finding:
    what = f"embedding: {encoder.name}"
    try:
        [vector] = await encoder.vectors(["There are seven days in a week."])
    except EncoderDownError as error:
        return Finding(what, False, str(error))
    return Finding(what, True, f"answers with {len(vector)} numbers")
