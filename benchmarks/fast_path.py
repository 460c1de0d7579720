"""An answer, a question, an edit, a new wish, a tap, while five hundred steps are queued."""

import asyncio
import itertools
import tempfile
from pathlib import Path

from benchmarks._figures import Screen, Wanted, operator, percentile, show
from bot.app import App, open_app
from bot.commands import sample
from bot.delivery import buttons_of
from bot.lower import terminal
from bot.surfaces import Heard
from engine.acting.taps import Person
from engine.chat.outbox import ANSWER, Due
from engine.planning import goals, plans
from memory import events
from memory.canon import records
from memory.db import Tx
from memory.ids import derived_id

QUEUED = 500
KINDS = ("an answer", "a question to memory", "an edit of a draft")
WISHED, DONE = "a wish, to its card", "a tap, to what it did"
ASKED = ("what do we know about Ada?", "/who Bruno Martin", "/help", "/waiting")
NOTED = "Bruno told me that the hall in Berlin holds forty people"
RECALLED = ("what did Bruno say about the hall in Berlin?", "forty people")
DRAFTED = ("write to Bruno that the file is ready", "the file is ready")
TIMES = 20
BELOW_MS = 300
WISHES = 5  # of each state: what they leave behind is looked through by the next
BELOW_DONE_MS = 3000


async def main() -> None:
    screen = Screen()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "sample"
        app = await open_app(home, lambda db, folder: [screen], prepare=sample.fill)
        await app.start()
        who = await operator(app, screen.name)
        talk = Talk(app, screen, who)
        await talk.prepare()
        await talk.round()  # what is used first is loaded first
        quiet = [await talk.round() for _ in range(TIMES)]
        quiet += [await talk.wish() for _ in range(WISHES)]
        await _queue(app, who)
        busy = [await talk.wish() for _ in range(WISHES)]
        busy += [await talk.round() for _ in range(TIMES)]
        left = await _left(app)
        await app.close()
    for name in (*KINDS, WISHED, DONE):
        below = BELOW_MS if name in KINDS else BELOW_DONE_MS
        for state, rounds in (("nothing", quiet), (str(QUEUED), busy)):
            took = [seconds for one in rounds for seconds in one.get(name, ())]
            for share in (0.50, 0.95):
                what = f"{name}, {state} queued, p{share * 100:.0f}"
                show(what, percentile(took, share) * 1000, "ms", below=below)
    print(f"{left} of {QUEUED} steps were not done yet when the last answer came.")


class Talk:
    """The operator's end: each message goes in by the one door, and what comes of it is awaited."""

    def __init__(self, app: App, screen: Screen, who: Person) -> None:
        self._app, self._screen, self._who = app, screen, who
        self._numbers = itertools.count()
        self._draft: str | None = None  # the message that shows it

    async def prepare(self) -> None:
        """Note what is asked for, and draft what is changed."""
        await self._said(NOTED, "")
        await self._drafted(*DRAFTED)

    async def round(self) -> dict[str, list[float]]:
        """Ask each thing once and return the seconds from the message to what came of it."""
        answers = [await self._said(words, "") for words in ASKED]
        recalled = await self._said(*RECALLED)
        subject = f"File{next(self._numbers)}"  # one word, which no difference takes apart
        edited = await self._drafted(f"/tap edit\nSubject: {subject}", subject)
        return dict(zip(KINDS, (answers, [recalled], [edited]), strict=True))

    async def wish(self) -> dict[str, list[float]]:
        """Wish for a post, say yes to it; return the seconds to its card, and until it is done."""
        title, cards = f"Post{next(self._numbers)}", list[str]()

        def asked(due: Due) -> bool:
            mine = any(button.action == "approve" for button in buttons_of(due.card.msg))
            if mine and title in due.card.msg.summary:
                cards.append(due.card.key)
            return bool(cards)

        def done(due: Due) -> bool:
            return due.card.key == cards[0] and "· done" in due.card.msg.summary

        wished = await self._seconds(f"publish {title}: it is ready", asked)
        tapped = await self._seconds("/tap publish", done, reply_to=cards[0])
        return {WISHED: [wished], DONE: [tapped]}

    async def _said(self, words: str, holds: str) -> float:
        """Say it; return the seconds to the answer in this conversation, which holds this."""

        def answers(due: Due) -> bool:
            mine = due.card.priority == ANSWER and due.card.conv == self._who.conv
            return mine and holds in terminal.lower(due.card.msg)

        return await self._seconds(words, answers)

    async def _drafted(self, words: str, holds: str) -> float:
        """Say it, as a reply to the draft; return the seconds to the draft that holds this."""

        def shown(due: Due) -> bool:
            mine = any(button.action == "edit" for button in buttons_of(due.card.msg))
            if not mine or holds not in terminal.lower(due.card.msg):
                return False
            self._draft = due.card.key
            return True

        return await self._seconds(words, shown, reply_to=self._draft)

    async def _seconds(self, words: str, wanted: Wanted, *, reply_to: str | None = None) -> float:
        heard = Heard(who=self._who, key=f"m{next(self._numbers)}", words=words, reply_to=reply_to)
        return await self._screen.seconds_to(wanted, self._app.hear(heard))


async def _queue(app: App, who: Person) -> None:
    """Let 500 steps that hang together by nothing be turned to: notes, one plan for each."""
    async with app.db.snapshot() as reader:
        [about, *_] = await records.of_kind(reader, "person")
    async with app.db.transaction() as tx:
        for number in range(QUEUED):
            await _plan(tx, who, f"queued {number}", about.id)


async def _plan(tx: Tx, who: Person, text: str, about: str) -> None:
    asked = await events.note(tx, "benchmark.asked", None)
    slots = {"values": {}, "said": [text], "mail": None, "outcome": {"kind": "notes"}}
    goal_id = derived_id("gol", text)
    await goals.open_goal(
        tx, goal_id, text, asked_by=asked.id, conv=who.conv, playbook=None, slots=slots
    )
    goal = await goals.get(tx, goal_id)
    assert goal is not None
    args = {"record": about, "text": text}
    step = plans.Step(
        key="note", title=text, operation="records.note", agent="librarian", args=args
    )
    await plans.make(tx, goal, (step,), "For a benchmark.", asked.id)


async def _left(app: App) -> int:
    async with app.db.snapshot() as reader:
        ids = [derived_id("gol", f"queued {number}") for number in range(QUEUED)]
        found = [one for id in ids for one in await plans.of_goal(reader, id)]
    return sum(one.state not in plans.ENDED for one in found)


if __name__ == "__main__":
    asyncio.run(main())
