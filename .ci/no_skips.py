"""In CI a skipped test has failed, unless it is the kernel that does not allow it."""

from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _failed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _failed((yield))


def _failed(report: Report) -> Report:
    expected = hasattr(report, "wasxfail") or "kernel" in str(report.longrepr)
    if report.skipped and not expected:
        report.outcome = "failed"
    return report
