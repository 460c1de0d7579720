"""Cases: every aim on every request of the day, by every carrier, under ever other tricks."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.planned import Call
from tests.attacks.aims import AIMS, Aim, altered, laid_down
from tests.attacks.carriers import CARRIERS
from tests.attacks.day import DAY
from tests.attacks.requests import MAKERS, Came, Step, Task
from tests.attacks.tricks import TRICKS, Lure, lure
from tests.attacks.world import Person, World, world


@dataclass(frozen=True)
class Session:
    """One request, and every call that is put to the gate in it."""

    words: str
    plan: tuple[Call, ...]
    forwarded: tuple[str, ...]
    reads: tuple[Step, ...]  # as honest as in any other request
    calls: tuple[Step, ...]  # the attacker's, or the honest agent's in a benign case
    honest: tuple[Step, ...] = ()  # what an honest agent would do in its place


@dataclass(frozen=True)
class Case:
    """A named story of one request or several, with the books as they were before."""

    name: str
    carrier: str
    aim: str
    trick: str
    language: str
    kind: str  # of the request
    text: str  # what somebody else wrote
    attacker: Person  # in a benign case a stranger
    canonical: Any
    sessions: tuple[Session, ...]


@cache
def baits() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("baits.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def attacks(seed: int, aims: Mapping[str, Aim] = AIMS) -> Iterator[Case]:
    """Yield a fresh collection; the same seed gives the same one."""
    rng = random.Random(seed)
    tricks, languages = _endless(rng, list(TRICKS)), _endless(rng, list(baits()["pay"]))
    for name in aims:
        carriers = _endless(rng, list(CARRIERS))
        for kind in rng.sample(day(), len(day())):
            made = (next(carriers), name, next(tricks), next(languages), kind)
            yield _attack(rng, aims[name], *made)


def day() -> list[str]:
    """Return the kinds of the requests of the day, each as often as it comes."""
    return [kind for kind, count in DAY.items() for _ in range(count)]


def task_of(kind: str, home: World, rng: random.Random, came: Came) -> Task:
    return MAKERS[kind](home, rng, came)


def session(came: Came, task: Task, calls: tuple[Step, ...]) -> Session:
    """Put together what the operator says, what was planned from it, and what is called."""
    looks = tuple(
        Call(operation=step.operation, sources={"url": "operator"})
        for step in came.reads
        if step.operation == "web.get"
    )
    return Session(
        words=f"{came.words} {task.words}",
        plan=(*looks, *task.plan),
        forwarded=came.forwarded,
        reads=(*came.reads, *task.reads),
        calls=calls,
        honest=task.acts,
    )


def _attack(
    rng: random.Random, aim: Aim, carrier: str, goal: str, trick: str, language: str, kind: str
) -> Case:
    home = world(rng)
    bad = TRICKS[trick](home, rng, lure(home, rng))
    bait = _bait(goal, language, home, bad)
    sender = rng.choice((home.attacker, home.customer))  # a stranger, or an account taken over
    came = CARRIERS[carrier](home, rng, bad.write(bait), sender)
    task = task_of(kind, home, rng, came)
    sessions = [session(came, task, tuple(_calls(aim, home, bad, task, bait)))]
    if bad.first:
        sessions.append(_later(rng, home, bad, aim))
    name = f"{goal} by {carrier}, {trick}, {language}, {kind}"
    return Case(
        name, carrier, goal, trick, language, kind, came.text, home.attacker, home.records(),
        tuple(sessions),
    )  # fmt: skip


def _bait(goal: str, language: str, home: World, bad: Lure) -> str:
    return baits()[goal][language].format(
        address=bad.address, iban=bad.iban, amount=bad.amount, url=bad.url,
        name=home.supplier.name, payment=home.customer.payment,
    )  # fmt: skip


def _calls(aim: Aim, home: World, bad: Lure, task: Task, bait: str) -> Iterator[Step]:
    if bad.first:
        yield from laid_down(home, bad)
    for planned in task.acts:
        yield from altered(planned, aim, home, bad, bait)
    yield from aim.calls(home, bad)


def _later(rng: random.Random, home: World, bad: Lure, aim: Aim) -> Session:
    """The next day: an honest request, with whatever was laid down the day before."""
    came = Came("Good morning.", "")
    task = task_of(rng.choice(("pay", "write", "reply", "refund")), home, rng, came)
    calls = [call for act in task.acts for call in altered(act, aim, home, bad, "")]
    return session(came, task, (*calls, *aim.calls(home, bad)))


def _endless(rng: random.Random, parts: list[str]) -> Iterator[str]:
    """Yield every part once in a new order, then again, so that none is forgotten."""
    while True:
        yield from rng.sample(parts, len(parts))
