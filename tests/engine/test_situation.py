"""The facts of an action: whom it is for, and the day at the operator's place."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from connectors.contract import Preview
from engine.acting import situation
from memory.canon import records
from memory.schema.work import effects
from policies.rules import Action
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_plan_lock import QUESTION


async def seen(app: App, operation: str, args: dict[str, Any], about: str | None = None) -> Any:
    known = app.house.operation(operation)
    action = Action(
        operation=operation, effect=known.effect, args=args, agent="a", reason="r", about=about
    )
    async with app.db.snapshot() as reader:
        return await situation.facts(
            reader, known, action, Preview("A test"), "gol_1", operations=app.house.operations
        )


async def person(app: App, name: str) -> str:
    async with app.db.snapshot() as reader:
        [found] = [p for p in await records.of_kind(reader, "person") if p.name == name]
    return found.id


@pytest.mark.parametrize(
    ("to", "cc", "whom"),
    [
        ("bruno@example.com", [], "Bruno Muster"),
        ("BRUNO@example.com", ["bruno@example.com"], "Bruno Muster"),
        ("bruno@example.com", ["ada@example.org"], ""),
        ("bruno@example.com", ["eve@evil.example"], ""),
        ("eve@evil.example", [], "eve@evil.example"),
    ],
)
async def test_a_counterpart_is_one_record_or_one_address(
    app: App, to: str, cc: list[str], whom: str
) -> None:
    """Whom it is about does not count where it names where it goes."""
    ada = await person(app, "Ada Example")
    facts = await seen(app, "email.send", {"to": to, "cc": cc}, about=ada)
    wanted = await person(app, whom) if whom == "Bruno Muster" else whom
    assert facts["counterpart"] == wanted


@pytest.mark.parametrize(
    ("to", "thread", "refused"),
    [
        ("ada@example.org", "<q1@example.org>", False),
        ("ADA@example.org", "<q1@example.org>", False),
        ("eve@evil.example", "<q1@example.org>", True),
        ("ada@example.org", "<unheard@of.example>", True),
    ],
)
async def test_a_thread_counts_only_towards_whoever_wrote_in_it(
    app: App, chat: Chat, to: str, thread: str, refused: bool
) -> None:
    await chat.drop(QUESTION)
    facts = await seen(app, "email.send", {"to": to, "in_reply_to": thread})
    assert facts.get("in_thread", True) is not refused
    copied = await seen(app, "email.send", {"to": to, "cc": ["x@y.example"], "in_reply_to": thread})
    assert copied["in_thread"] is False


async def test_what_goes_nowhere_is_for_whom_it_is_about(app: App) -> None:
    ada = await person(app, "Ada Example")
    post = {"title": "T", "slug": "t", "text": "x", "tags": []}
    assert (await seen(app, "cms.publish", post, about=ada))["counterpart"] == ada
    assert (await seen(app, "cms.publish", post))["counterpart"] == ""
    assert (await seen(app, "cms.publish", post, about="rec_gone"))["counterpart"] == ""


async def test_today_is_the_operators_date(app: App, clock: FakeClock) -> None:
    post = {"title": "T", "slug": "t", "text": "x", "tags": []}
    clock.advance(hours=13, minutes=59)  # 23:59 in Berlin
    assert (await seen(app, "cms.publish", post))["today"] == "2026-11-20"
    clock.advance(minutes=1)
    assert (await seen(app, "cms.publish", post))["today"] == "2026-11-21"


BRUNO = "bruno@example.com"


async def to(app: App, *addresses: str, about: str | None = None) -> int:
    first, *others = addresses
    facts = await seen(app, "email.send", {"to": first, "cc": others}, about=about)
    return int(facts["done_today_to"])


async def mailed(chat: Chat, words: str) -> None:
    await chat.say(words)
    await chat.tap("Send e-mail", "✓ Send")


async def test_what_went_to_somebody_today_is_counted_whoever_else_is_reached(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    assert await to(app, BRUNO) == 0
    await mailed(chat, "write to Bruno that the file is ready")
    await mailed(chat, "write to Bruno that the second file is ready")
    await mailed(chat, "write to Ada that the file is ready")
    await mailed(chat, "write to eve@evil.example that the file is ready")
    assert await to(app, BRUNO) == 2
    assert await to(app, "BRUNO@example.com ") == 2
    assert await to(app, "ada@example.org", BRUNO) == 2  # the one who got most
    assert await to(app, "eve@evil.example", "new@evil.example") == 1
    assert await to(app, "new@evil.example") == 0
    ada = await person(app, "Ada Example")
    assert await to(app, "new@evil.example", about=ada) == 0
    clock.advance(days=1)
    assert await to(app, BRUNO) == 0


async def test_another_address_of_the_same_person_counts_as_the_same(app: App, chat: Chat) -> None:
    await mailed(chat, "write to Bruno that the file is ready")
    bruno = await person(app, "Bruno Muster")
    async with app.db.transaction() as tx:
        await records.revise(tx, bruno, None, email="bm@example.net")
    assert await to(app, "bm@example.net") == 1
    assert await to(app, BRUNO) == 1


@pytest.mark.parametrize(
    ("state", "times"), [("running", 1), ("unknown", 1), ("waiting", 0), ("failed", 0)]
)
async def test_what_runs_or_may_have_happened_counts_too(
    app: App, chat: Chat, state: str, times: int
) -> None:
    await mailed(chat, "write to Bruno that the file is ready")
    async with app.db.transaction() as tx:
        await tx.conn.execute(
            sa.update(effects)
            .where(effects.c.action["operation"].as_string() == "email.send")
            .values(state=state, done_at=None)
        )
    assert await to(app, BRUNO) == times


async def test_other_classes_of_effects_are_counted_apart(app: App, chat: Chat) -> None:
    await mailed(chat, "write to Bruno that the file is ready")
    event = {"title": "Call", "start": "2026-11-24T14:00", "attendees": [BRUNO]}
    assert (await seen(app, "calendar.book", event))["done_today_to"] == 0


async def test_of_an_operation_no_longer_offered_any_argument_may_say_whom_it_reached(
    app: App, chat: Chat
) -> None:
    await mailed(chat, "write to Bruno that the file is ready")
    operations = {n: o for n, o in app.house.operations.items() if n != "email.send"}
    known = app.house.operation("email.send")
    action = Action(
        operation="email.send", effect="share", args={"to": BRUNO}, agent="a", reason="r"
    )
    async with app.db.snapshot() as reader:
        facts = await situation.facts(
            reader, known, action, Preview("A test"), "gol_1", operations=operations
        )
    assert facts["done_today_to"] == 1
