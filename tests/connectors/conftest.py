"""What the tests of drivers share: a server, where one is needed, ends with them."""

from collections.abc import Iterator

import pytest

from tests.peers import calendars


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """End what the drivers needed."""
    yield
    calendars.stop()
