"""What nobody waits for, asked by night in one request, beside one request for each.

The sample company writes some mails with a model in shadow; a server on this machine answers in the
shape that was asked for and counts four characters a token, what was sent and what it wrote.
"""

import asyncio
import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agents.writing import shadows
from benchmarks._figures import Screen, operator
from benchmarks.models import PRICE_READ, PRICE_WRITTEN, TOKEN_CHARS, Server, serving, tokens
from bot import minds
from bot.app import App, open_app
from bot.commands import sample
from bot.settings import Settings
from bot.surfaces import Heard
from engine.flow import offpeak
from engine.models import trials
from engine.models.trials import DRAFT, Arm
from memory import profile

MAILS = tuple(f"write to Ada that {what} is ready" for what in (
    "the hall", "the catalogue", "her invoice", "the lamp", "the new course", "the parcel",
))  # fmt: skip
DAY, NIGHT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC), timedelta(hours=14)
WROTE = "Dear Ada,\n\nwhat we spoke of is ready; come by when it suits you.\n\nKind regards\nSam"


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """Return a text for each draft that the request asks for."""
    numbers = re.findall(r'<data name="(\d+): draft"', body["messages"][1]["content"])
    if not numbers:
        return {"text": WROTE}
    return {"drafts": [{"id": int(number), "text": WROTE} for number in numbers]}


async def main() -> None:
    for said, most in (("one by one", 1), ("together", shadows.TOGETHER_MAX)):
        shadows.TOGETHER_MAX = most
        async with serving(answer) as server:
            with tempfile.TemporaryDirectory() as folder:
                await night(Path(folder) / "sample", server)
        read = sum(tokens([m["content"] for m in body["messages"]]) for body in server.bodies)
        written = sum(len(json.dumps(answer(body))) for body in server.bodies) // TOKEN_CHARS
        cost = (read * PRICE_READ + written * PRICE_WRITTEN) / 1_000_000
        print(f"{len(MAILS)} drafts in shadow, {said}: {len(server.bodies)} requests, "
              f"{read:,} tokens read, {written:,} written, {cost:.6f}")  # fmt: skip


async def night(folder: Path, server: Server) -> None:
    """Write the mails by day, and leave on the server what was asked by night."""
    now = [DAY]
    screen = Screen()
    settings = Settings(model=SecretStr(f"{server.url} small"), model_budget_day=1000)
    app = await open_app(
        folder, lambda db, home: [screen], prepare=sample.fill, models=minds.of(settings),
        clock=lambda: now[0],
    )  # fmt: skip
    await app.start()
    await _shadowed(app)
    who = await operator(app, screen.name)
    for number, words in enumerate(MAILS):
        await app.hear(Heard(who=who, key=f"m{number}", words=words))
        await app.durable.idle()
    server.bodies.clear()
    now[0] += NIGHT
    await app.durable.idle()
    await app.close()


async def _shadowed(app: App) -> None:
    """Put the prompt in use on trial in shadow, at night alone."""
    async with app.db.snapshot() as reader:
        pin = await app.runner.drafting.pin(reader)
    async with app.db.transaction() as tx:
        await profile.save(tx, None, **{offpeak.NAME: "22-6"})
        await trials.begin(tx, DRAFT, pin, Arm(prompt=pin.now.prompt), 0, "")


if __name__ == "__main__":
    asyncio.run(main())
