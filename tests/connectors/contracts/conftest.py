"""Every driver of a kind runs that kind's suite; every operation keeps the common promises."""

from pathlib import Path
from typing import Any

import pytest

from tests.connectors.contracts.houses import CASES, DRIVERS, REMOTE, Case, Connect, House, prepared

EXAMPLES = [
    pytest.param(case, connect, id=f"{name}-{connect.__module__}")
    for name, case in CASES.items()
    for connect in DRIVERS[case.kind]
]
ON_DISK = [each for each in EXAMPLES if each.values[1] not in REMOTE]


def pytest_generate_tests(metafunc: Any) -> None:
    alone = metafunc.function.__name__ in getattr(metafunc.module, "ON_DISK_ALONE", ())
    if "case" in metafunc.fixturenames:
        metafunc.parametrize(("case", "connect"), ON_DISK if alone else EXAMPLES)
    elif "connect" in metafunc.fixturenames:
        drivers = [
            each for each in DRIVERS[metafunc.module.KIND] if not alone or each not in REMOTE
        ]
        metafunc.parametrize("connect", drivers, ids=lambda driver: driver.__module__)


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest, connect: Connect) -> House:
    """A fresh house; with `case`, one where everything happened that the case needs."""
    case: Case | None = request.node.callspec.params.get("case")
    return await prepared(tmp_path, connect, case)
