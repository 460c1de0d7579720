"""From a message to its card: stored, planned, judged, drawn and sent, with no model."""

import asyncio
import tempfile
from pathlib import Path

from benchmarks._figures import Screen, operator, percentile, show
from bot.app import App, open_app
from bot.commands import sample
from bot.surfaces import Heard
from engine.acting.taps import Person
from engine.chat.outbox import APPROVAL

MESSAGES = 50


async def main() -> None:
    screen = Screen()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "sample"
        app = await open_app(home, lambda db, folder: [screen], prepare=sample.fill)
        await sample.books(app.house)
        await app.start()
        who = await operator(app, screen.name)
        [first, *later] = [await _ask(app, screen, who, n) for n in range(MESSAGES + 1)]
        await app.close()
    show("message to card, the first (loads what it needs)", first * 1000, "ms", below=10_000)
    show("message to card, p50", percentile(later, 0.50) * 1000, "ms", below=300)
    show("message to card, p95", percentile(later, 0.95) * 1000, "ms", below=300)


async def _ask(app: App, screen: Screen, who: Person, number: int) -> float:
    """Ask for one refund more, each of another amount; return the seconds to its card."""
    await app.durable.idle()
    heard = Heard(who=who, key=f"m{number}", words=f"refund 1.{number:02} EUR of order 1042 to Ada")
    return await screen.seconds_to(lambda due: due.card.priority == APPROVAL, app.hear(heard))


if __name__ == "__main__":
    asyncio.run(main())
