"""The host process: opens the chosen data folder, serves it, and opens another when asked."""

import asyncio
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot import accounts, minds, notices
from bot.app import App, open_app
from bot.commands import onboarding, sample
from bot.settings import Settings
from bot.surfaces import Surface
from bot.web.surface import Web
from connectors import blobs
from engine.chat import conversations
from engine.chat.conversations import Handover
from memory.db import Database

FOLDERS = ("company", "sample")
Print = Callable[[str], None]


def chosen(home: Path) -> str:
    """Return which folder is open now: the operator's own company, or the sample."""
    pointer = home / "current"
    name = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else "company"
    return name if name in FOLDERS else "company"


def choose(home: Path, name: str) -> None:
    """Remember which folder to open from now on."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "current").write_text(name, encoding="utf-8")


def discard_sample(home: Path) -> bool:
    """Throw the sample company away; the operator's own folder is not touched."""
    if chosen(home) == "sample":
        choose(home, "company")
    if not (home / "sample").exists():
        return False
    shutil.rmtree(home / "sample")
    return True


async def run(settings: Settings, tell: Print) -> None:
    """Serve until SIGTERM or SIGINT; a switch of folders keeps who is paired."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    handed: Handover | None = None
    while not stopped.is_set():
        app = await _open(settings, handed, tell)
        settings = settings.model_copy(update={"port": _port(app)})  # open pages find us again
        waiting = asyncio.create_task(stopped.wait())
        ended: set[asyncio.Future[Any]] = {waiting, app.ended}
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        async with app.db.snapshot() as reader:
            handed = await conversations.hand_over(reader)
        await app.close()


def _port(app: App) -> int:
    return next(surface.port for surface in app.surfaces if isinstance(surface, Web))


async def _open(settings: Settings, handed: Handover | None, tell: Print) -> App:
    name = chosen(settings.home)
    app = await open_app(
        settings.home / name,
        lambda db, folder: surfaces_of(settings, tell, db, folder),
        rules=settings.rules,
        encoder=settings.encoder,
        switch=lambda to: choose(settings.home, to),
        prepare=sample.fill if name == "sample" else None,
        models=minds.of(settings),
        encoders=minds.encoders(settings),
        chroma=settings.chroma or "",
        otlp=settings.otlp or "",
        accounts=accounts.of(settings, name),
    )
    if name == "sample":
        await sample.books(app.house)
    if handed is not None:
        async with app.db.transaction() as tx:
            await conversations.take_over(tx, handed)
        for conv in handed.conversations:
            await onboarding.welcome(app.db, conv.id)
    await app.start()
    return app


def surfaces_of(settings: Settings, tell: Print, db: Database, folder: Path) -> list[Surface]:
    """Return the surfaces that the settings ask for; the local web chat is always there."""

    async def alarm(text: str) -> None:
        tell(text)
        await notices.alarm(db, text)

    async def stored(digest: str) -> bytes:
        return await asyncio.to_thread(blobs.get, folder, digest)

    found: list[Surface] = [Web(settings.host, settings.port, settings.names, tell)]
    if settings.telegram_token is not None:
        from bot.telegram.surface import Telegram

        telegram = Telegram(
            settings.telegram_token.get_secret_value(),
            settings.telegram_api,
            db.clock,
            alarm=alarm,
            gap=lambda: notices.after_a_gap(db),
            stored=stored,
        )
        found.append(telegram)
    if settings.slack_bot_token is not None:
        from bot.slack.access import access
        from bot.slack.surface import Slack

        found.append(Slack(access(settings), db.clock, alarm=alarm, stored=stored))
    return found
