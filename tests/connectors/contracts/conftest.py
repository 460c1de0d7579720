"""Every driver of a kind runs that kind's suite; every operation keeps the common promises."""

from pathlib import Path
from typing import Any

import pytest

from tests.connectors.contracts.houses import CASES, DRIVERS, Case, Connect, House, prepared

EXAMPLES = [
    pytest.param(case, connect, id=f"{name}-{connect.__module__}")
    for name, case in CASES.items()
    for connect in DRIVERS[case.kind]
]


def pytest_generate_tests(metafunc: Any) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize(("case", "connect"), EXAMPLES)
    elif "connect" in metafunc.fixturenames:
        drivers = DRIVERS[metafunc.module.KIND]
        metafunc.parametrize("connect", drivers, ids=lambda driver: driver.__module__)


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest, connect: Connect) -> House:
    """A fresh house; with `case`, one where everything happened that the case needs."""
    case: Case | None = request.node.callspec.params.get("case")
    return await prepared(tmp_path, connect, case)
