"""A platform that goes away leaves nothing open behind it."""

import asyncio
import gc
import socket
import warnings

import pytest
from aiohttp import web

from tests.peers.door import Door, served


@pytest.mark.parametrize("turns", range(7))
async def test_who_connects_while_it_closes_is_not_left_open(turns: int) -> None:
    door = Door()
    url = await door.open(web.Application())
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    with socket.create_connection(address), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(turns):
            await asyncio.sleep(0)
        await door.close()
        await asyncio.sleep(0.01)
        gc.collect()
    assert [str(each.message) for each in warned] == []


async def test_a_door_that_opens_again_has_its_address() -> None:
    door = Door()
    url = await door.open(web.Application())
    await door.close()
    assert await door.open(web.Application()) == url
    await door.close()


async def test_a_closed_door_refuses() -> None:
    async with served(web.Application()) as url:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        socket.create_connection(address).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
