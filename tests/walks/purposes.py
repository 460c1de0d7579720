"""What models are asked for, each with a story that asks for it: small, and again and again.

Whoever adds a purpose to the source adds it to a story here, or the walks fail.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import agents
from agents.models import probing
from bot.commands.agents import TITLE
from bot.delivery import buttons_of
from bot.lower import terminal
from tests.chat import Chat
from tests.peers.models import Json, knows, says
from tests.walks import test_intake_reader as intake
from tests.walks.model_office import Office, heard, one
from tests.walks.test_objectives import recorded
from tests.walks.test_planning import ASK, mail, plan
from tests.walks.test_quarter import MONDAY_0930, week
from tests.walks.test_spec_trials import CHANGED, NEW, write
from tests.walks.test_trials import own_prompt, try_out

WRONG = "Hello Bruno, it is ready; you pay 940.00 EUR. Yours, me"
RIGHT = "Dear Bruno, it is ready. Yours, Studio Example"
TO_ADA = "Dear Ada, the hall is booked. Yours, Studio Example"
MENDED = plan(mail(text={"write": "the mail about the hall"}))
DRAFTED = {"text": says({"text": WRONG}), "remarks": says({"remarks": []})}
BETTER = {"what is wrong with it": says({"text": RIGHT})}
PROPOSED = {
    "understood": True,
    "then": "deny",
    "action": "payments.refund",
    "when": ["amount >= 100.0", "hour < 12"],
    "holds_for": {"amount": 100.0, "hour": 11, "recipient_known": True},
    "not_for": [{"amount": 100.0, "hour": 12, "recipient_known": True}],
}


def purposes() -> dict[str, re.Pattern[str]]:
    """Return what models are asked for, as the source has it: “draft.{field}/{prompt}”.

    Texts whose meaning is asked for are in tests/agents/test_embedding.py.
    """
    [folder] = agents.__path__
    sources = "".join(path.read_text("utf-8") for path in Path(folder).rglob("*.py"))
    found = set(re.findall(r'"([a-z][\w.]*(?:\{\w+\})?/(?:\d+|\{\w+\}))"', sources))
    return {one: re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(one))) for one in found}


@dataclass
class Walk:
    """An office in which one thing after the other is asked for."""

    office: Office
    number: int = 0  # of the newest wish
    before: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @property
    def chat(self) -> Chat:
        return self.office.chat

    def begin(self) -> None:
        """From here on `told` is what is new."""
        self.before, self.seen = self._texts(), []

    @property
    def told(self) -> str:
        """Return all that was posted or changed since the last `begin`, and before each tap."""
        return "\n".join((*self.seen, *self._new().values()))

    async def press(self, label: str) -> bool:
        """Tap the button of this label on what is new; False: there is none."""
        self.seen += self._new().values()
        for key in self._new():
            for button in buttons_of(self.chat.shown[key]):
                if label in button.label:
                    await self.chat.press(self.chat.tokens[key, button.label])
                    return True
        return False

    def _texts(self) -> dict[str, str]:
        return {key: terminal.lower(msg) for key, msg in self.chat.shown.items()}

    def _new(self) -> dict[str, str]:
        return {key: said for key, said in self._texts().items() if self.before.get(key) != said}


@dataclass(frozen=True, slots=True)
class Story:
    """`wish` asks for something about a number, and sees it to its end whatever came of it.

    `purposes`: what models are asked for then. `shows`: words in the chat that nobody but a model
    can have written, or what says that one did; they need an answer for the first of `purposes`.
    `money`: a day's budget that pays for a call or two. `begin`: is done once;
    `first`: each time, before a fault comes.
    """

    wish: Callable[[Walk, str], Awaitable[None]]
    purposes: tuple[str, ...]
    answers: Json
    shows: str = ""
    money: str = "0.20"
    first: Callable[[Walk, str], Awaitable[None]] | None = None
    told: Mapping[str, Json] = field(default_factory=dict)
    begin: Callable[[Walk], Awaitable[None]] | None = None

    def well(self, faults: Mapping[int, Json] = MappingProxyType({})) -> Json:
        """Return a model that answers all of it, but for these calls."""
        return knows(self.answers, faults, self.told)


async def a_mail(walk: Walk, about: str) -> None:
    await walk.chat.say(f"write to Bruno that file {about} is ready")
    assert f"file {about} is ready" in walk.told or "it is ready" in walk.told
    assert await walk.press("✓ Send")


async def two_drafts(walk: Walk, about: str) -> None:
    await walk.chat.say(f"be creative: write to Bruno that file {about} is ready")
    assert f"file {about} is ready" in walk.told or "ready" in walk.told
    assert await walk.press("✓ Send")


async def a_hall(walk: Walk) -> None:
    await walk.chat.say("Bruno told me that the hall has no lift and holds 80 people")


async def an_answer(walk: Walk, about: str) -> None:
    await walk.chat.say(f"how many people does the hall number {about} hold?")
    assert "80 people" in walk.told


async def a_mail_that_came(walk: Walk, about: str) -> None:
    name = "".join(chr(ord("a") + int(digit)) for digit in about)
    await walk.chat.drop(intake.mail(f"{intake.TEXT}\nAbout lamp {name}", walk.chat.count))
    assert f"lamp {name}" in walk.told or "Mail from Ada" in walk.told


async def a_rule(walk: Walk, about: str) -> None:
    await walk.chat.say(f"/policy add before lunch I want none of the big refunds {about}")
    await walk.press("No")


async def other_words(walk: Walk, about: str) -> None:
    await walk.chat.say(f"I should be poked on Friday at 9 for lamp {about}")


async def more_of_somebody(walk: Walk, about: str) -> None:
    await walk.chat.say(f"note on Ada: letter {about} says that her work is glassware")
    await walk.chat.say("/enrich Ada")


async def findings(walk: Walk, about: str) -> None:
    await walk.chat.say(f"note on Ada: she wants workshop {about} and pays 60 EUR a head")
    await walk.chat.say(f"/research Ada's workshop {about}")
    assert "60 EUR a head" in walk.told


async def a_plan(walk: Walk, about: str) -> None:
    await walk.chat.say(f"{ASK}, number {about}")
    if await walk.press("▶ Start"):
        await walk.press("✓ Send")


async def an_aim(walk: Walk) -> None:
    clock = walk.office.clock
    said = f"objective: newsletter from 0 to 900 by {clock.now + timedelta(days=40):%-d %B %Y}"
    await recorded(walk.chat, said, "New objective")
    clock.advance(days=14)


async def the_look(walk: Walk, about: str) -> None:
    await walk.chat.say(f"newsletter is at {about}")
    clock = walk.office.clock
    number = (clock.now - MONDAY_0930).days // 7 + 1
    await week(walk.office.app, walk.chat, clock, number)
    assert "Behind this week" in walk.told


async def in_shadow(walk: Walk) -> None:
    await try_out(walk.chat, "prompt 100", "in shadow")
    await walk.chat.say("off-peak is 22 to 6")


async def the_night(walk: Walk, about: str) -> None:
    """Let it become three in the morning, and do what nobody waits for."""
    clock = walk.office.clock
    clock.advance(days=1)
    clock.now = clock.now.replace(hour=2)
    await walk.chat.settle()
    clock.now = clock.now.replace(hour=8)


async def two_mails(walk: Walk, about: str) -> None:
    for what in ("file", "lamp"):
        await walk.chat.say(f"write to Bruno that {what} {about} is ready")
        assert await walk.press("✓ Send")


async def by_another_file(walk: Walk) -> None:
    office, opened = walk.office, walk.office.opened
    for prompt in ("Begin with the weather.", NEW):
        await office.app.close()
        write(office, prompt=prompt)
        await office.open(**opened)
    await walk.chat.tap(CHANGED, "End trial of letters 2")
    await walk.chat.tap(TITLE, "letters 2: in shadow")
    await walk.chat.say("off-peak is 22 to 6")


async def the_doctor(walk: Walk, about: str) -> None:
    office = walk.office
    assert [said async for said in probing.probe(office.app.house, office.models)]


STORIES: Mapping[str, Story] = {
    "a mail": Story(
        a_mail, ("draft.again/", "draft.text/", "draft.judge/"), DRAFTED, RIGHT, told=BETTER
    ),
    "two drafts": Story(
        two_drafts,
        ("draft.variants/",),
        DRAFTED | {"texts": says({"texts": [RIGHT, "Bruno! Good news: come by for it any time."]})},
        "Good news: come by",
        money="0.40",
        told=BETTER,
    ),
    "an answer": Story(
        an_answer,
        ("answer/",),
        {"sentences": says({"sentences": [{"text": "It holds 80 people.", "sources": [1]}]})},
        "It holds 80 people.",
        begin=a_hall,
    ),
    "a mail that came": Story(
        a_mail_that_came, ("intake.read/",), {"asks": intake.REFUND}, "Read by the model"
    ),
    "a rule": Story(
        a_rule, ("rule/",), {"holds_for": says(PROPOSED)}, "Proposed by the model", money="0.30"
    ),
    "other words": Story(
        other_words,
        ("hear.words/",),
        {"heard": heard(one("playbook", playbook="remind", slots={"at": "on Friday at 9"}))},
        "Remind you:",
        money="0.30",
    ),
    "more of somebody": Story(
        more_of_somebody,
        ("enrich/",),
        {"findings": says({"findings": [
            {"attribute": "sector", "value": "glassware", "source": 1}]})},
        "read the sources",
    ),
    "findings": Story(
        findings,
        ("research/",),
        {"findings": says({"findings": [{"text": "Ada pays 60 EUR a head.", "sources": [1]}]})},
        "Written by",
        money="0.40",
    ),
    "a plan": Story(
        a_plan,
        ("compose.text/", "plan.repair/", "plan/"),
        {"steps": plan(mail(to="${adda.email}")), "text": says({"text": TO_ADA}),
         "remarks": says({"remarks": []})},
        TO_ADA,
        money="0.90",
        told={"Mend them and give the whole plan again": MENDED},
    ),
    "the look": Story(
        the_look,
        ("strategy/",),
        {"text": says({"text": "The newsletter is behind.", "chosen": [1]})},
        "Worded by the model",
        begin=an_aim,
    ),
    "shadows": Story(
        the_night,
        ("shadow.draft.text/",),
        DRAFTED
        | {"text": says({"text": RIGHT})}
        | {"drafts": says({"drafts": [{"id": n, "text": RIGHT} for n in (1, 2)]})},
        money="0.40",
        first=two_mails,
        begin=in_shadow,
    ),
    "beside": Story(
        the_night,
        ("beside.text/",),
        DRAFTED | {"text": says({"text": RIGHT})},
        first=a_mail,
        begin=by_another_file,
    ),
    "the doctor": Story(the_doctor, ("probe/",), {"number": says({"number": 7})}),
}  # fmt: skip


async def opened(office: Office, *names: str, **more: object) -> Walk:
    """Open an office in which these stories can be told."""
    own_prompt(office)
    settings = {"model_judge": ("home/one",), "model_judges": True} | more
    await office.open(**settings)
    walk = Walk(office)
    for name in names:
        if (begin := STORIES[name].begin) is not None:
            office.server.script(STORIES[name].well())
            await begin(walk)
    return walk
