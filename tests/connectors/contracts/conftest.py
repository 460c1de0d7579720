"""Every driver of a kind runs that kind's suite; every operation keeps the common promises."""

from pathlib import Path
from typing import Any

import pytest

from tests.connectors.contracts.houses import (
    CASES,
    DRIVERS,
    REMOTE,
    Case,
    Connect,
    House,
    account_s,
    prepared,
)
from tests.peers.mail import mail_servers as mail_servers

EXAMPLES = [(name, case, connect) for name, case in CASES.items() for connect in DRIVERS[case.kind]]


def pytest_generate_tests(metafunc: Any) -> None:
    alone = metafunc.function.__name__ in getattr(metafunc.module, "ON_DISK_ALONE", ())
    if "case" in metafunc.fixturenames:
        # Each point of a kill is a mail sent over real servers: a matrix of its own.
        matrix = metafunc.function.__name__.endswith("_or_not_at_all")
        examples = [
            pytest.param(
                case,
                connect,
                id=f"{name}-{connect.__module__}",
                marks=[pytest.mark.slow] if matrix and connect is account_s else [],
            )
            for name, case, connect in EXAMPLES
            if not alone or connect not in REMOTE
        ]
        metafunc.parametrize(("case", "connect"), examples)
    elif "connect" in metafunc.fixturenames:
        every = getattr(metafunc.module, "ONLY", None) or DRIVERS[metafunc.module.KIND]
        drivers = [each for each in every if not alone or each not in REMOTE]
        metafunc.parametrize("connect", drivers, ids=lambda driver: driver.__module__)


@pytest.fixture(autouse=True)
def account(request: pytest.FixtureRequest) -> None:
    """Start the mail servers for a driver that needs some."""
    if "connect" in request.fixturenames and request.node.callspec.params["connect"] is account_s:
        request.getfixturevalue("mail_servers")


@pytest.fixture
async def house(
    tmp_path: Path, request: pytest.FixtureRequest, connect: Connect, account: None
) -> House:
    """A fresh house; with `case`, one where everything happened that the case needs."""
    case: Case | None = request.node.callspec.params.get("case")
    return await prepared(tmp_path, connect, case)
