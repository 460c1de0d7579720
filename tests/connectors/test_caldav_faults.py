"""A calendar whose connection breaks: each fault, on each request that changes something."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.calendar import caldav, dav
from connectors.contract import (
    Connector,
    ConnectorError,
    Operation,
    Receipt,
    TransientError,
    UnknownError,
)
from tests.connectors.contracts.houses import BOOKING, COMPANY, START
from tests.peers import calendars, faults
from tests.peers.calendars import Calendar
from tests.peers.faults import EVER, FAULTS, Faulty

KEY, UNDO_KEY = "eff_01", "eff_undo1"
SLOW_S = 1.5  # of one request, where the fault is that no answer comes
LASTS = {"once": 1, "for ever": EVER}
MATRIX = [
    pytest.param(fault, times, id=f"{fault}-{lasts}",
                 marks=[pytest.mark.slow] if fault == "slow" and times == EVER else [])
    for fault in FAULTS for lasts, times in LASTS.items()
]  # fmt: skip


@pytest.fixture
def calendar() -> Calendar:
    return calendars.shared().calendar()


@pytest.fixture
async def proxy(calendar: Calendar) -> AsyncIterator[Faulty]:
    async with faults.before(calendar.url) as made:
        yield made


@pytest.fixture
def connector(calendar: Calendar, proxy: Faulty, tmp_path: Path) -> Connector:
    path = calendar.url.split("/", 3)[3]
    account = replace(calendar.account, url=proxy.url + path)
    return caldav.connect(account, tmp_path, lambda: START, COMPANY)


@pytest.fixture
def book(connector: Connector) -> Operation:
    return connector.operations[0]


async def told(
    run: Callable[[], Awaitable[Receipt]], find: Callable[[], Awaitable[Receipt | None]]
) -> Receipt | ConnectorError:
    """Return what a driver says in the end, asked as the engine asks: a doubt is looked into."""
    try:
        return await run()
    except UnknownError as doubt:
        return await find() or doubt
    except ConnectorError as error:
        return error


@pytest.mark.parametrize("write", ["PUT", "DELETE"])
@pytest.mark.parametrize(("fault", "times"), MATRIX)
async def test_whatever_goes_wrong_nothing_is_doubled_and_nothing_lost(
    calendar: Calendar, proxy: Faulty, book: Operation, write: str, fault: str, times: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    booked = await book.run(BOOKING, KEY) if write == "DELETE" else None
    before = calendar.items()
    undo, find = book.undo, book.find
    assert undo.run is not None and undo.find is not None and find is not None

    async def run() -> Receipt:
        assert undo.run is not None
        return await (undo.run(booked, UNDO_KEY) if booked else book.run(BOOKING, KEY))

    async def look() -> Receipt | None:
        assert undo.find is not None and find is not None
        return await (undo.find(UNDO_KEY) if booked else find(KEY))

    if fault == "slow":
        monkeypatch.setattr(dav, "REQUEST_S", SLOW_S)
    proxy.breaks(fault, write, times=times)
    said = await told(run, look)
    happened = calendar.items() != before
    if isinstance(said, Receipt):
        assert happened
    else:
        assert isinstance(said, UnknownError) or not happened
    proxy.mend()
    monkeypatch.setattr(dav, "REQUEST_S", 60.0)
    again = await look() or await run()
    assert len(calendar.items()) == (0 if booked else 1)
    assert await look() == again
    assert said == again or not isinstance(said, Receipt)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "slow"])
@pytest.mark.parametrize("method", ["PROPFIND", "REPORT", "GET"])
async def test_what_goes_wrong_while_looking_is_no_doubt_about_what_was_done(
    proxy: Faulty, book: Operation, fault: str, method: str
) -> None:
    proxy.breaks(fault, method)
    assert book.find is not None
    with pytest.raises(ConnectorError) as raised:
        await (book.find(KEY) if method == "GET" else book.preview(BOOKING))
    assert not isinstance(raised.value, UnknownError)


async def test_a_server_that_says_when_to_come_again_is_heard(
    proxy: Faulty, book: Operation
) -> None:
    proxy.breaks("429", "PUT")
    with pytest.raises(TransientError, match="too much to do") as raised:
        await book.run(BOOKING, KEY)
    assert raised.value.retry_after_s == 7


async def test_a_doubt_is_answered_by_sending_the_same_once_more(
    calendar: Calendar, proxy: Faulty, book: Operation
) -> None:
    proxy.breaks("drop after", "PUT", times=1)
    receipt = await book.run(BOOKING, KEY)
    assert receipt.id == f"{KEY}@firstmate.local"
    assert proxy.seen.count("PUT") == 2 and len(calendar.items()) == 1
