"""The facts of an action: whom it is for, and the day at the operator's place."""

from typing import Any

import pytest

from bot.app import App
from connectors.contract import Preview
from engine import situation
from memory import records
from policies.rules import Action
from tests.conftest import FakeClock


async def seen(app: App, operation: str, args: dict[str, Any], about: str | None = None) -> Any:
    known = app.house.operation(operation)
    action = Action(
        operation=operation, effect=known.effect, args=args, agent="a", reason="r", about=about
    )
    async with app.db.snapshot() as reader:
        return await situation.facts(reader, known, action, Preview("A test"), "gol_1")


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
