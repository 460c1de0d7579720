"""What a provider read before and kept is cheaper, and `/why` says how much of it there was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from agents.models import listed
from agents.models.completion import of_body
from agents.models.door import Answer, Models
from agents.models.listed import Price
from engine.drawing import model_told
from engine.models.model_calls import Limits
from engine.planning.ledger import Budget
from tests.agents.desk import Desk, wish

Usage = dict[str, Any]
OPENAI: Usage = {"prompt_tokens_details": {"cached_tokens": 60}}
DEEPSEEK: Usage = {"prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 40}


def body(more: Usage) -> dict[str, Any]:
    usage = {"prompt_tokens": 100, "completion_tokens": 20, **more}
    message = {"role": "assistant", "content": '{"text": "Hello Ada"}'}
    return {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}


@pytest.mark.parametrize(
    ("more", "cached"),
    [
        (OPENAI, 60),
        (DEEPSEEK, 60),
        ({}, 0),
        ({"prompt_tokens_details": None}, 0),
        ({"prompt_tokens_details": {"cached_tokens": None}}, 0),
        ({"prompt_tokens_details": {"cached_tokens": -5}}, 0),
        ({"prompt_tokens_details": {"cached_tokens": 900}}, 100),  # no more than went in
    ],
)
def test_how_many_tokens_were_kept_is_read_as_providers_say_it(more: Usage, cached: int) -> None:
    assert of_body(body(more)).tokens_cached == cached


def test_a_third_price_is_for_what_was_kept_and_without_it_all_costs_alike() -> None:
    names = {"small": ("home/a", "home/b")}
    prices = ("home/a=10:100:1", "home/b=10:100")
    first, second = listed.read(names, servers=("home=http://127.0.0.1:9/v1",), prices=prices)[
        "small"
    ]
    assert first.price is not None and second.price is not None
    assert first.price.of(100, 20, 60) == Decimal("0.00246")
    assert second.price.of(100, 20, 60) == second.price.of(100, 20) == Decimal("0.003")


@pytest.mark.parametrize(
    ("price", "says"),
    [
        ("10:100:11", "what is read from a cache costs more than anew"),
        ("10:100:-1", "not below zero"),
        ("10:100:nan", "not below zero"),
        ("10:100:1:1", "is not like 0.15:0.60"),
        ("10", "is not like 0.15:0.60"),
    ],
)
def test_a_price_that_cannot_be_meant_is_said(price: str, says: str) -> None:
    with pytest.raises(ValueError) as error:
        listed.read({}, prices=(f"home/a={price}",))
    assert says in str(error.value)


@asynccontextmanager
async def provider(more: Usage) -> AsyncIterator[str]:
    """Yield the address of a server that answers so; aimock cannot say what was kept."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(body(more))

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def test_a_call_is_settled_at_that_price_and_why_tells_it(desk: Desk) -> None:
    async with provider(OPENAI) as url:
        model = listed.Model("home/one", url, False, Price(Decimal(10), Decimal(100), Decimal(1)))
        limits = Limits(Budget(Decimal(5), Decimal(5)))
        models = Models(desk.app.house, {"small": (model,)}, limits)
        assert isinstance(await models.ask(wish(task="tsk_1")), Answer)
    [reason], [cost] = await desk.reasons(), await desk.costs()
    assert reason.tokens_cached == 60
    assert Decimal(reason.cost) == Decimal(cost.amount) == Decimal("0.00246")
    line = model_told.line(reason, "EUR")
    assert "100 (60 of them cached) + 20 tokens" in line
    assert "0.0025 EUR" in line
