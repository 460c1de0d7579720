"""One operator, one browser, one process that may die at any moment: the story of a refund."""

import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO, TypeVar

import httpx
from bs4 import BeautifulSoup, Tag

from bot.commands.sample import MAIL
from tests.crash.launch import Start, launch

SERVED = re.compile(r"(http://127\.0\.0\.1:\d+)(?:/#([A-Z0-9]{8}))?")
PATIENCE_S = 120.0
LOOK_AGAIN_S = 2.0
STARTS_MAX = 6
NEVER = -1
T = TypeVar("T")


class DiedError(Exception):
    """The process is gone; start it again and go on."""


@dataclass(slots=True)
class Card:
    """What the page shows of one message: its words, and what each button would send."""

    title: str
    text: str
    buttons: dict[str, dict[str, str]]  # label → form


@dataclass(slots=True)
class Browser:
    """A signed-in page: the conversation as drawn, kept up to date by the event stream."""

    url: str
    session: str
    cards: dict[str, Card] = field(default_factory=dict)
    news: threading.Event = field(default_factory=threading.Event)

    def open(self) -> None:
        listening = threading.Event()
        threading.Thread(target=self._listen, args=(listening,), daemon=True).start()
        listening.wait(PATIENCE_S)
        self.look()

    def look(self) -> None:
        with self._client() as client:
            page = client.get("/").raise_for_status().text
        self.cards.update(drawn(page))

    def send(self, path: str, form: dict[str, str], file: bytes | None = None) -> str:
        """Post as the page's script would; return the one sentence of the answer."""
        files = None if file is None else {"file": ("mail.eml", file, "message/rfc822")}
        with self._client() as client:
            answer = client.post(path, data=form, files=files)
        if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
            raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
        return str(answer.json()["text"])

    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            cookies={"firstmate": self.session},
            headers={"accept": "application/json"},
            timeout=PATIENCE_S,
        )

    def _listen(self, listening: threading.Event) -> None:
        try:
            with self._client() as client, client.stream("GET", "/events") as stream:
                for line in stream.iter_lines():
                    listening.set()
                    if line.startswith("data: "):
                        self.cards.update(drawn(json.loads(line[6:])["html"]))
                        self.news.set()
        except httpx.TransportError:
            pass  # the process died: whoever waits finds out
        finally:
            listening.set()
            self.news.set()


class Operator:
    """Follows the story, and starts the process again each time it died.

    `points`: at which write point each process dies in turn; the first is counted from `arm`,
    those after it from the start of their process. Those not named never die.
    """

    def __init__(self, home: Path, session: str = "", points: tuple[int, ...] = ()) -> None:
        self.home, self.session = home, session
        self.env: dict[str, str] = {}
        self.answers: list[str] = []
        self.starts = 0
        self._points = points
        self._armed = home / "armed"
        self._process: BaseProcess | None = None
        self._said: TextIO

    def start(self) -> None:
        """Start until it serves; a process may be killed before it does."""
        while self.starts < STARTS_MAX:
            try:
                self._begin()
            except DiedError:
                continue
            except httpx.TransportError:
                self._died()
                continue
            return
        raise AssertionError(f"It does not start: {self.complaints()}")

    def arm(self) -> None:
        self._armed.touch()

    @property
    def process(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def live(self) -> None:
        """Start it again if it was killed."""
        if not self.alive:
            self._died()
            self.start()

    def stop(self) -> int | None:
        """Ask it to end; return the exit code: it may have been killed before, or on the way."""
        if self._process is None:
            return None
        self._process.terminate()
        return self._gone()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._gone()

    def say(self, id: str, words: str = "", file: bytes | None = None) -> str:
        """Send a message, again if it may not have arrived; return the answer's notice."""
        return self._insist(lambda: self.browser.send("/message", {"id": id, "words": words}, file))

    def tap(self, id: str, title: str, label: str, holding: str = "", **values: str) -> str:
        """Tap a button once it is there; the answer may get lost, then the same tap is sent again.

        A card that changed meanwhile is looked at again, as its answer asks.
        """
        while True:
            card = self.see(title, label, holding)
            [name] = [name for name in card.buttons if label in name]
            form = card.buttons[name] | {f"field.{k}": v for k, v in values.items()} | {"id": id}
            answer = self._insist(partial(self._press, form))
            self.answers.append(answer)
            if not answer.startswith("This changed") or "Edit" in label:
                return answer
            id += "+"

    def _press(self, form: dict[str, str]) -> str:
        return self.browser.send("/tap", form)  # the browser of the process that lives now

    def see(self, title: str, label: str = "", holding: str = "") -> Card:
        """Wait until the newest card of this title has this button and holds these words."""
        until = time.monotonic() + PATIENCE_S

        def found() -> Card | None:
            for card in reversed(list(self.browser.cards.values())):
                fits = title in card.title and holding in card.text
                if fits and (not label or any(label in name for name in card.buttons)):
                    return card
            return None

        while (card := found()) is None:
            if time.monotonic() > until:
                shown = "\n".join(
                    f"{c.title}: {list(c.buttons)}" for c in self.browser.cards.values()
                )
                raise AssertionError(
                    f"No “{title}” [{label}] “{holding}”:\n{shown}\n{self.complaints()}"
                )
            self._insist(self._wait)
        return card

    def complaints(self) -> str:
        """Return what the processes wrote on stderr."""
        return (self.home / "stderr").read_text(encoding="utf-8")

    def reached(self) -> list[str]:
        """Return the write points the first process came by, each with its name."""
        return (self.home / "points.0").read_text(encoding="utf-8").splitlines()

    def _wait(self) -> None:
        self.browser.news.clear()
        if not self.browser.news.wait(LOOK_AGAIN_S):
            self.browser.look()
        if not self.alive:
            raise DiedError

    def _insist(self, call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except (DiedError, httpx.TransportError):
                self._died()
                self.start()

    def _begin(self) -> None:
        point = dict(enumerate(self._points)).get(self.starts, NEVER)
        trace = self.home / f"points.{self.starts}"
        self.starts += 1
        start = Start(self.home, point, self._armed, trace, self.home / "stderr", self.env)
        self._process, self._said = launch(start)
        found = SERVED.search(self._said.readline())
        if found is None:
            self._died()
            raise DiedError
        if not self.session:
            self.session = _paired(found[1], found[2])
        self.open_page(found[1])

    def open_page(self, url: str) -> None:
        self.browser = Browser(url, self.session)
        self.browser.open()

    def _died(self) -> None:
        """Make sure that it is dead because we wanted it to be."""
        ended = self._gone()
        assert ended == -signal.SIGKILL, f"It ended by itself: {ended} {self.complaints()}"

    def _gone(self) -> int | None:
        """Wait for its end; return its exit code."""
        assert self._process is not None
        self._process.join(PATIENCE_S)
        self._said.close()
        return self._process.exitcode


def refund(operator: Operator) -> None:
    """Drop the mail, take the suggestion, edit the amount, approve both, see both done."""
    operator.say("drop", file=MAIL.read_bytes())
    operator.tap("take", "Mail from Ada Example", "Refund")
    operator.see("Send e-mail · ada@example.org", "Send", "120.00 EUR")
    operator.tap("edit", "Refund 120.00 EUR", "Edit", amount="40.00")
    operator.tap("refund", "Refund 40.00 EUR", "✓ Refund")
    operator.tap("reply", "Send e-mail · ada@example.org", "✓ Send", "40.00 EUR")
    operator.see("Refund 40.00 EUR", holding="refunded 40.00 EUR")
    operator.see("Send e-mail · ada@example.org", holding="filed in Sent")
    operator.see("3 of 3 done")


def drawn(html: str) -> Iterator[tuple[str, Card]]:
    """Return the cards of a page or of one event, by key."""
    for article in BeautifulSoup(html, "html.parser").select("article[data-key]"):
        forms = article.select("form")
        card = Card(
            title=str(article["aria-label"]),
            text=article.get_text(" "),
            buttons={_label(form): _values(form) for form in forms},
        )
        yield str(article["data-key"]), card


def _label(form: Tag) -> str:
    holder = form.parent if form.parent is not None and form.parent.name == "details" else form
    named = holder.select_one("summary") or form.select_one("button")
    assert named is not None
    return named.get_text()


def _values(form: Tag) -> dict[str, str]:
    typed = {str(i["name"]): str(i.get("value", "")) for i in form.select("input")}
    texts = {str(t["name"]): t.get_text().removeprefix("\n") for t in form.select("textarea")}
    chosen = {str(s["name"]): _chosen(s) for s in form.select("select")}
    return typed | texts | chosen


def _chosen(select: Tag) -> str:
    option = select.select_one("option[selected]") or select.select_one("option")
    assert option is not None
    return str(option["value"])


def _paired(url: str, code: str) -> str:
    answer = httpx.post(f"{url}/pair", data={"code": code})
    return answer.cookies["firstmate"]
