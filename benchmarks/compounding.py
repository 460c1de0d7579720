"""One story, ten times: what it asks of you, what you change, with memory and with memory off.

A seeded operator with a hidden style answers: they change what is not in it, say yes
to what is asked of their style, and let run what earned it. With memory off the story is lived as
often in one company, too: nothing runs by rules of the operator's (`/autonomy off`), no offer is
taken, nothing is recalled, and what they change by hand is not kept. The last two have no switch,
so they are cut here.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from agents.models import listed
from agents.models.door import Answer, Models, NoAnswer
from agents.models.wish import T, Wish
from agents.plans.plan_wish import Proposed
from agents.writing.drafted import Drafted
from bot import minds
from bot.app import open_app
from bot.commands import sample
from bot.delivery import buttons_of
from bot.remembering import Remembering
from engine.chat.messages import Button
from engine.rules.house import House
from engine.voice import habits, style
from engine.voice.style import Letter, Style, Trait
from memory.canon.likeness import changed
from memory.db import system_clock
from memory.recalling.recall import Recalled
from tests.chat import Chat

TIMES = 10
CHARS_PER_TOKEN = 4
ANSWERS_MAX = 40  # to one time of the story: a limit against going round
STORY = (
    "write to Ada that lesson {number} is online",
    "refund PAY-1042 {number} EUR",
    "prepare the fair for {who}",  # no playbook does this: a model plans it, until one is made
)
FAIR = {"Ada Example": "ada_example", "Bruno Muster": "bruno_muster"}
WHOM = "Ada Example"
GREETINGS = ("Hi {name},", "Hello {name}!", "{name},")
CLOSINGS = ("Best", "Cheers", "All the best")
STRUCK = (
    "If anything is still open, just answer this mail.",
    "Your bank usually shows it within a few working days.",
)
INSTEAD = ("thank you → thanks", "I have refunded → I refunded")
YES = ("approve", "plan.start")
OFFERS = ("style.keep", "always.yes", "playbook.keep")  # to remember something
SAID = (
    "Seconds are the processor's: the model answers at once, so its own time is not in them. The "
    "machine had a load of {load:.1f} on {cpus} processors."
)
MODEL = listed.read({"small": ("home/one",)}, servers=("home=http://127.0.0.1:9/v1",))["small"][0]


@dataclass(frozen=True, slots=True)
class Time:
    """One time of the story. `changed`: the share of words of its drafts that was changed.

    `seconds`: of the processor, which say the same on a busy machine.
    """

    questions: int = 0
    edits: int = 0
    changed: float = 0.0
    drafts: int = 0  # tokens of drafting
    plans: int = 0  # tokens of planning
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        return self.drafts + self.plans


class Copying(Models):
    """A model that writes the draft it was given and plans the fair; it counts its characters."""

    def __init__(self, house: House) -> None:
        super().__init__(house, {"small": (MODEL,)}, minds.none(house).limits)
        self.chars = {Drafted: 0, Proposed: 0}

    async def ask(self, wish: Wish[T]) -> Answer[T] | NoAnswer:
        read = sum(len(message["content"]) for message in wish.messages)
        if issubclass(wish.gives, Drafted):
            said: dict[str, Any] = {
                "text": next(part.text for part in wish.parts if part.name == "draft")
            }
            self.chars[Drafted] += read + len(said["text"])
        elif issubclass(wish.gives, Proposed):
            said = _fair(str(wish.messages))
            self.chars[Proposed] += read + len(str(said))
        else:
            return NoAnswer("It drafts and plans.")
        return Answer(wish.gives.model_validate(said), MODEL.name)


def _fair(asked: str) -> dict[str, Any]:
    """Return the plan of the fair for whom it is asked."""
    who = next(one for name, one in FAIR.items() if f"fair for {name}" in asked)
    told = {"to": f"${{{who}.email}}", "subject": "Fair", "text": f"${{{who}.name}}, it is near."}
    noted = {"record": f"${{{who}.id}}", "text": "Told about the fair."}
    steps = [
        {"key": "tell", "title": f"Tell ${{{who}.name}}", "operation": "email.send", "args": told,
         "why": "They are to know.", "risk": "The date may still change."},
        {"key": "noted", "title": "Note it", "operation": "records.note", "args": noted,
         "after": ["tell"], "why": "It is not told twice."},
    ]  # fmt: skip
    return {"understood": True, "title": "Prepare the fair", "steps": steps}


class Operator:
    """Who answers the cards, and writes in a style that nobody told Firstmate."""

    def __init__(self, chat: Chat, hidden: Style, taps: Sequence[str]) -> None:
        self.chat, self.hidden, self.taps = chat, hidden, taps
        self.questions, self.edits = 0, 0
        self.changes: list[float] = []  # of each draft, by the share of words
        self._written: set[str] = set()

    async def answer(self) -> None:
        """Answer all that is asked, until nothing is."""
        for _ in range(ANSWERS_MAX):
            if (found := self._open()) is None:
                return
            key, button = found
            self.questions += 1
            if button.action == "approve" and await self._changed(key):
                continue  # a change is asked again, as a card of its own
            await self._press(key, button)
        raise SystemExit("It asks and asks.")

    async def _changed(self, key: str) -> bool:
        """Put the draft on a card into one's own words; say whether that took a change."""
        edit = next((b for b in buttons_of(self.chat.shown[key]) if b.action == "edit"), None)
        fields = () if edit is None or edit.form is None else edit.form.fields
        drafted = next((one.initial for one in fields if one.id == "text"), "")
        if edit is None or not drafted or not style.read(drafted, WHOM).sign:
            return False
        wanted = rewritten(drafted, self.hidden)
        if drafted not in self._written:
            self.changes.append(changed(drafted, wanted))
        if wanted == drafted:
            return False
        self._written.add(wanted)
        self.edits += 1
        await self._press(key, edit, text=wanted)
        return True

    async def _press(self, key: str, button: Button, **values: str) -> None:
        reply = await self.chat.press(self.chat.tokens[key, button.label], **values)
        if reply.refused:
            raise SystemExit(reply.text)

    def _open(self) -> tuple[str, Button] | None:
        for key in self.chat.order:
            for button in buttons_of(self.chat.shown[key]):
                for_one = button.action == "style.keep" and button.item  # what is for Ada alone
                if button.action in self.taps and not button.disabled and not for_one:
                    return key, button
        return None


async def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(f"{'':6}{'with memory':>62}   {'with memory off':>62}")
    head = f"{'questions':>10}{'edits':>7}{'changed':>9}{'drafts':>9}{'plans':>9}{'tokens':>9}"
    head += f"{'seconds':>9}  "
    print(f"{'time':6}{head}   {head}")
    with tempfile.TemporaryDirectory() as folder:
        learnt = await lived(Path(folder) / "on", TIMES, seed)
        off = await lived(Path(folder) / "off", TIMES, seed, memory=False)
    for number, (one, other) in enumerate(zip(learnt, off, strict=True), 1):
        print(f"{number:<6}{_row(one)}   {_row(other)}")
    print(SAID.format(load=os.getloadavg()[0], cpus=os.cpu_count()))


async def lived(folder: Path, times: int, seed: int, *, memory: bool = True) -> list[Time]:
    """Live the story so many times in one sample company, a day apart."""
    with nullcontext() if memory else _forgetful():
        return await _lived(folder, times, seed, memory=memory)


@contextmanager
def _forgetful() -> Iterator[None]:
    """Recall nothing, and keep nothing of what is changed by hand."""

    async def nothing(*_: object) -> list[Recalled]:
        return []

    with patch.object(Remembering, "_found", nothing), patch.object(habits, "keep", nothing):
        yield


async def _lived(folder: Path, times: int, seed: int, *, memory: bool) -> list[Time]:
    chat, doors, now = Chat(), list[Copying](), [system_clock()]

    def clock() -> datetime:
        return now[0]

    def door(house: House) -> Copying:
        doors.append(Copying(house))
        return doors[-1]

    app = await open_app(
        folder / "sample", lambda db, _: [chat], clock=clock, prepare=sample.fill, models=door
    )
    await sample.books(app.house)
    await app.start()
    await chat.pair(app)
    if not memory:
        await chat.say("/autonomy off")
    found, taps = [], (*YES, *OFFERS) if memory else YES
    for number in range(1, times + 1):
        now[0] += timedelta(days=1)
        found.append(await _time(Operator(chat, hidden(seed), taps), doors[0], number))
    await app.close()
    return found


def hidden(seed: int) -> Style:
    """Return how the operator of this seed writes."""
    dice = random.Random(seed)
    single = {"greeting": dice.choice(GREETINGS), "closing": dice.choice(CLOSINGS)}
    several = (Trait("strike", dice.choice(STRUCK)), Trait("instead", dice.choice(INSTEAD)))
    return Style(single | {"signature": "Sam"}, several)


def rewritten(text: str, own: Style) -> str:
    """Return a draft as this operator would have written it."""
    letter = style.read(style.applied(text, own, WHOM), WHOM)
    greeting = own.single["greeting"].replace("{name}", WHOM.split()[0])
    new = replace(letter, greeting=greeting, sign=(own.single["closing"], own.single["signature"]))
    return _whole(new)


async def _time(operator: Operator, door: Copying, number: int) -> Time:
    began, before = time.process_time(), dict(door.chars)
    who = list(FAIR)[number % len(FAIR)]
    for words in STORY:
        await operator.chat.say(words.format(number=number, who=who))
        await operator.answer()
    changes = operator.changes
    return Time(
        questions=operator.questions,
        edits=operator.edits,
        changed=sum(changes) / len(changes) if changes else 0.0,
        drafts=(door.chars[Drafted] - before[Drafted]) // CHARS_PER_TOKEN,
        plans=(door.chars[Proposed] - before[Proposed]) // CHARS_PER_TOKEN,
        seconds=time.process_time() - began,
    )


def _whole(letter: Letter) -> str:
    return "\n\n".join((letter.greeting, letter.body, "\n".join(letter.sign)))


def _row(one: Time) -> str:
    return (
        f"{one.questions:>10}{one.edits:>7}{one.changed:>9.0%}{one.drafts:>9,}{one.plans:>9,}"
        f"{one.tokens:>9,}{one.seconds:>9.1f}  "
    )


if __name__ == "__main__":
    asyncio.run(main())
