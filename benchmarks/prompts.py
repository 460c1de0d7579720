"""How much of a prompt two calls for one purpose share, so that a provider need not read it again.

Every purpose is asked for twice in the sample company, about something else each time; nobody
answers. What counts is the beginning that both prompts have in common, to the letter.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from agents.answers import answering
from agents.checks.evidence import Evidence, Finding
from agents.incoming import mail_reader
from agents.models import listed, probing
from agents.models.door import Answer, Models, NoAnswer
from agents.models.wish import T, Wish
from agents.plans import plan_recalled, plan_wish
from agents.plans.plan_wish import Given
from agents.specialists.enricher import Enricher
from agents.specialists.researcher import Researcher
from agents.writing import composing, judging, revising, strategist, variants
from agents.writing.piece import Piece
from benchmarks._figures import Screen, operator
from bot import minds
from bot.app import open_app
from bot.commands import sample
from bot.surfaces import Heard
from engine.planning.goals import Goal
from engine.planning.plans import Task
from engine.rules.house import House
from memory.db import Clock, system_clock
from memory.events import Event
from memory.recalling.recall import Recalled
from memory.recalling.scope import Within

UNCLEAR = (  # no rule knows them
    "the man with the broken lamp asked about his money",
    "somebody ought to water the plants while I am in Rome",
)
COULD = ("Move it to July.", "Stop project Autumn.")
SAID = (
    "write to Bruno that the file is ready",
    "write to Ada that the course starts on Monday and that she should bring a lamp",
    "/policy add before lunch I do not want refunds of a hundred or more",
    "/policy add on the first of May nobody may publish anything but greetings",
)
DRAFT = "draft.text/5"
ASKED = {
    "what did we agree with Ada about the workshop?": ("It takes place in May.", "60 EUR a head."),
    "who wanted blue lamps?": ("Bruno would like the blue ones.", "Grace, too.", "Not Linus."),
}
PLANNED = ("tell Ada what is new", "ask everybody when they can come in spring")
MAIL = "email.send"
LONG = " It was told at length." * 40
RULE = """\
rules:
  - {id: mine, action: email.send, when: ["exclamations > 0"], then: ask, why: No shouting.}
"""


@dataclass(frozen=True, slots=True)
class Share:
    """How many characters a prompt has, and how many of them two begin with alike."""

    whole: int
    alike: int


MODEL = listed.read({"small": ("home/one",)}, servers=("home=http://127.0.0.1:9/v1",))["small"][0]


class Listening(Models):
    """A door behind which nobody is: it keeps what it was asked."""

    def __init__(self, house: House) -> None:
        super().__init__(house, {"small": (MODEL,)}, minds.none(house).limits)
        self.asked: dict[str, list[Wish[Any]]] = defaultdict(list)

    async def ask(self, wish: Wish[T]) -> Answer[T] | NoAnswer:
        self.asked[wish.wanted.step].append(wish)
        return NoAnswer("Nobody is there.")

    async def tried(
        self, wish: Wish[T], tier: listed.Tier, model: listed.Model, *, anyway: bool = False
    ) -> Answer[T] | NoAnswer:
        return await self.ask(wish)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asked = await wishes(Path(folder) / "sample")
    print(f"{'prompt':20}{'characters':>12}{'alike':>8}{'share':>8}")
    for step, found in sorted(asked.items()):
        one = share([wish.messages for wish in found])
        print(f"{step:20}{one.whole:12}{one.alike:8}{one.alike / one.whole:8.0%}")


async def wishes(
    home: Path, clock: Clock = system_clock, many: int = 1
) -> Mapping[str, Sequence[Wish[Any]]]:
    """Return what models are asked for each purpose, twice for each, in a fresh sample company.

    `many`: how many times as much there is to recall.
    """
    screen, doors = Screen(), list[Listening]()

    def door(house: House) -> Listening:
        doors.append(Listening(house))
        return doors[-1]

    (home / "rules").mkdir(parents=True)
    (home / "rules" / "mine.yaml").write_text(RULE, encoding="utf-8")
    app = await open_app(
        home, lambda db, folder: [screen], clock=clock, prepare=sample.fill, models=door
    )
    await app.start()
    who = await operator(app, screen.name)
    for number, words in enumerate(SAID):
        await app.hear(Heard(who=who, key=f"m{number}", words=words))
        await app.durable.idle()
    [listening] = doors
    for number, words in enumerate(UNCLEAR):
        heard = Event.model_construct(id=f"evt_{number}", body={"conv": who.conv}, at=clock())
        await app.front.unclear.gists.of(heard, words)
    for question, told in ASKED.items():
        asked_in, passages = f"evt_{len(told)}", _recalled(told, many)
        await answering.paragraph(listening, question, "personal", passages, asked_in)
        await Researcher(_nowhere, listening).findings(question, passages, asked_in)
        await Enricher(listening).found(question, passages, asked_in, ())
        mail = {"from_name": "Bruno", "subject": question, "text": "\n".join(told)}
        mailed = Event.model_construct(id=asked_in, body=mail)
        prompt = await listening.pinned.prompt(mail_reader.PURPOSE, asked_in)
        await listening.ask(mail_reader.wish(mailed, prompt))
    for number, said in enumerate(PLANNED):
        await _planned(app.house, listening, said, number, many)
    for place, could in enumerate(COULD):
        body = {"reasons": [f"Project {place} is behind."], "proposals": [{"says": could}]}
        seen = Event.model_construct(id=f"evt_{place}", body=body)
        prompt = await listening.pinned.prompt(strategist.PURPOSE, seen.id)
        await listening.ask(strategist.wish(seen, prompt))
    for wish in tuple(listening.asked[DRAFT]):
        await _checked(listening, wish)
    for _ in range(2):
        assert [one async for one in probing.probe(app.house, listening)]
    await app.close()
    return listening.asked


async def _checked(door: Models, wish: Wish[Any]) -> None:
    """Ask for a draft once more, as where the checks marked it, for several, and for a judge."""
    [draft] = [part.text for part in wish.parts if part.name == "draft"]
    wrong = (Finding("number", "40", f"“40” is a number that I was not given: {len(draft)}."),)
    await revising.again(door, wish, f"{draft} 40", wrong)
    await variants.written(door, wish)
    task = Task.model_construct(id=wish.wanted.task, goal=wish.wanted.goal, agent="writer")
    await judging.remarks(door, task, f"{draft} 40", draft, Evidence((draft,)))


async def _planned(house: House, door: Models, said: str, number: int, many: int) -> None:
    """Ask for a plan, and for the text of a step that one may hold."""
    prompt = await door.pinned.prompt(plan_wish.PURPOSE, f"gol_{number}")

    async def recall(question: str, within: Within) -> list[Recalled]:
        known = _recalled(("It went well.",), many)
        return [one.model_copy(update={"kind": "episode"}) for one in known] + [
            one.model_copy(update={"kind": "note", "id": f"{one.id}n"}) for one in known
        ]

    given = await plan_recalled.with_memory(recall, Given(f"gol_{number}", (said,)))
    await door.ask(plan_wish.wish(house, given, prompt))
    goal = Goal.model_construct(id=f"gol_{number}", slots={"said": [said]})
    about = {"id": f"tsk_{number}", "operation": MAIL, "agent": "writer", "title": "Tell Ada"}
    task = Task.model_construct(after=(), **about)
    piece = Piece("text", what=said, shown=True)
    prompt = await door.pinned.prompt(composing.PURPOSE, f"tsk_{number}")
    await door.ask(await composing.wish(house, goal, task, {}, piece, "small", prompt, ()))


async def _nowhere(question: str, within: Within) -> list[Recalled]:
    return []


def share(prompts: Sequence[Sequence[Mapping[str, str]]]) -> Share:
    """Compare prompts as a provider reads them: message after message."""
    texts = ["\n".join(message["content"] for message in prompt) for prompt in prompts]
    places = zip(*texts, strict=False)
    alike = sum(1 for _ in takewhile(lambda signs: len(set(signs)) == 1, places))
    return Share(sum(map(len, texts)) // len(texts), alike)


def _recalled(told: Sequence[str], many: int) -> list[Recalled]:
    """Return passages that say this, and as long ones that say it again, so many times as much."""
    texts = [*told, *(f"{number}. {said}{LONG}" for number in range(1, many) for said in told)]
    return [
        Recalled(
            id=f"psg_{number}", ref="evt", kind="message", text=text, score=1.0, at=system_clock(),
            trust="operator", sensitivity="personal", record=None, by=None, because="",
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
