"""The same story over a messenger: the platform lives on, the process may die at any moment."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.commands.sample import MAIL
from tests.crash.story import LOOK_AGAIN_S, PATIENCE_S, Operator
from tests.peers.slack import APP_TOKEN, BOT_TOKEN, DM, USER, Workspace, slack
from tests.peers.telegram import TOKEN, FakeTelegram

LOOK_S = 0.05
AWAY_S = 1.5  # how long the platform is gone when it is restarted
T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, for platforms that synchronous tests talk to."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def call(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        async def called() -> T:
            return work(*args, **more)

        return self.run(called())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()


class Messenger(Protocol):
    """The operator's end of a platform."""

    conv: tuple[str, str, str]  # surface, chat, user
    env: dict[str, str]

    def say(self, words: str) -> None: ...

    def drop(self, name: str, data: bytes) -> None: ...

    def shows(self, title: str, label: str, holding: str) -> bool: ...

    def tap(self, title: str, label: str, holding: str) -> bool:
        """Tap; False: the platform lost the tap and showed so."""

    def fill_in(self, title: str, **values: str) -> None:
        """Fill in the form that Edit opened, if it is there; nothing otherwise."""

    def restart(self) -> None: ...

    def close(self) -> None: ...


class OnTelegram:
    conv = ("telegram", "7001", "7001")

    def __init__(self) -> None:
        self._loop, self._peer = Loop(), FakeTelegram()
        self._loop.run(self._peer.start())
        self.env = {"FIRSTMATE_TELEGRAM_TOKEN": TOKEN, "FIRSTMATE_TELEGRAM_API": self._peer.url}

    def say(self, words: str) -> None:
        self._loop.call(self._peer.say, words)

    def drop(self, name: str, data: bytes) -> None:
        self._loop.call(self._peer.send_file, name, data)

    def shows(self, title: str, label: str, holding: str) -> bool:
        return self._find(title, label, holding) is not None

    def _find(self, title: str, label: str, holding: str) -> Any:
        def found() -> Any:
            for one in reversed(self._peer.messages):
                fits = title in one.text and holding in one.text
                if fits and (not label or any(label in name for name in one.labels)):
                    return one
            return None

        return self._loop.call(found)

    def tap(self, title: str, label: str, holding: str) -> bool:
        self._loop.call(self._peer.tap, self._find(title, label, holding), label)
        return True  # Telegram delivers it again until it is confirmed

    def fill_in(self, title: str, **values: str) -> None:
        prompt = self._find("Edit before it is done", "", "")
        if prompt is not None:
            lines = "\n".join(f"{name}: {value}" for name, value in values.items())
            self._loop.call(self._peer.reply, prompt, lines)

    def restart(self) -> None:
        self._loop.run(self._peer.stop())
        time.sleep(AWAY_S)
        self._loop.run(self._peer.start())

    def close(self) -> None:
        self._loop.run(self._peer.stop())
        self._loop.close()


class OnSlack:
    conv = ("slack", DM, USER)

    def __init__(self) -> None:
        self._loop = Loop()
        self._peer: Workspace = slack(repeats_interactions=False)
        self._loop.run(self._peer.start())
        self.env = {
            "FIRSTMATE_SLACK_BOT_TOKEN": BOT_TOKEN,
            "FIRSTMATE_SLACK_APP_TOKEN": APP_TOKEN,
            "FIRSTMATE_SLACK_API": f"{self._peer.url}/api/",
        }
        self._loop.call(self._peer.open_dm, USER)

    def say(self, words: str) -> None:
        self._loop.call(self._peer.say, DM, words)

    def drop(self, name: str, data: bytes) -> None:
        def said() -> None:
            file = self._peer.upload(name, data, "message/rfc822")
            self._peer.say(DM, "", files=[file])

        self._loop.call(said)

    def shows(self, title: str, label: str, holding: str) -> bool:
        return self._find(title, label, holding) is not None

    def _find(self, title: str, label: str, holding: str) -> Any:
        def found() -> Any:
            for one in reversed(self._peer.answers(DM)):
                fits = title in one.words and holding in one.words
                if fits and (not label or any(label in name for name in one.labels)):
                    return one
            return None

        return self._loop.call(found)

    def tap(self, title: str, label: str, holding: str) -> bool:
        envelope = self._loop.call(self._peer.tap, self._find(title, label, holding), label)
        until = time.monotonic() + LOOK_AGAIN_S
        while time.monotonic() < until:
            if self._loop.call(lambda: envelope in self._peer.acks):
                return True
            time.sleep(LOOK_S)
        return False

    def fill_in(self, title: str, **values: str) -> None:
        async def filled() -> None:
            view = self._peer.modal(USER)
            if view is not None and "submit" in view.body:
                await self._peer.submit(view.id, values, USER, LOOK_AGAIN_S)

        # When nobody answers, a person presses Save again, or finds that it was saved.
        with suppress(AssertionError):
            self._loop.run(filled())

    def restart(self) -> None:
        self._loop.run(self._peer.stop())
        time.sleep(AWAY_S)
        self._loop.run(self._peer.start())

    def close(self) -> None:
        self._loop.run(self._peer.stop())
        self._loop.close()


class Correspondent(Operator):
    """Follows the story over a messenger, and starts the process again each time it died."""

    def __init__(self, home: Path, messenger: Messenger, points: tuple[int, ...] = ()) -> None:
        super().__init__(home, "nobody", points)
        self.messenger, self.env = messenger, messenger.env

    def open_page(self, url: str) -> None:
        """There is no page to open."""

    def refund(self, restart_at: int = -1) -> None:
        """Forward the mail, take the suggestion, edit the amount, approve both, see both done."""
        steps: list[Callable[[], None]] = [
            lambda: self.messenger.drop("forwarded.eml", MAIL.read_bytes()),
            lambda: self.press("This mail asks for", "Refund"),
            lambda: self.look("Send e-mail · ada@example.org", "Send", "120.00 EUR"),
            self.edit,
            lambda: self.press("Refund 40.00 EUR", "✓ Refund"),
            lambda: self.press("Send e-mail · ada@example.org", "✓ Send", "40.00 EUR"),
            lambda: self.look("Refund 40.00 EUR", holding="refunded 40.00 EUR"),
            lambda: self.look("Send e-mail · ada@example.org", holding="filed in Sent"),
            lambda: self.look("Plan:", holding="✓ Note it on"),
        ]
        for place, step in enumerate(steps):
            if place == restart_at:
                self.messenger.restart()
            step()

    def edit(self) -> None:
        """Open the form and save it, as often as it takes until the new version is there."""
        until = time.monotonic() + PATIENCE_S
        while not self.messenger.shows("Refund 40.00 EUR", "✓ Refund", ""):
            assert time.monotonic() < until, f"It cannot be edited: {self.complaints()}"
            if self.messenger.shows("Refund 120.00 EUR", "Edit", ""):
                self.messenger.tap("Refund 120.00 EUR", "Edit", "")
                self.wait_for(lambda: False, LOOK_AGAIN_S / 2)
                self.messenger.fill_in("Edit before it is done", Amount="40")
            self.wait_for(
                lambda: self.messenger.shows("Refund 40.00 EUR", "✓ Refund", ""), LOOK_AGAIN_S
            )

    def press(self, title: str, label: str, holding: str = "") -> None:
        """Tap a button once it is there, again when the platform says that it was lost."""
        self.look(title, label, holding)

        def heard() -> bool:  # the card has changed
            return not self.messenger.shows(title, label, holding)

        while not heard() and not self.messenger.tap(title, label, holding):
            self.wait_for(heard, LOOK_AGAIN_S)

    def look(self, title: str, label: str = "", holding: str = "") -> None:
        """Wait until a message of this title has this button and holds these words."""
        if not self.wait_for(lambda: self.messenger.shows(title, label, holding), PATIENCE_S):
            raise AssertionError(f"No “{title}” [{label}] “{holding}”:\n{self.complaints()}")

    def wait_for(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait, starting the process again when it died; say whether it holds."""
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                return False
            self.live()
            time.sleep(LOOK_S)
        return True
