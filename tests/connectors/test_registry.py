"""All operations under one roof."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import PermanentError
from connectors.registry import Company, Registry, embedded


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    company = Company("Ada & Co", "me@example.com")
    return embedded(tmp_path, lambda: datetime(2026, 11, 21, tzinfo=UTC), company)


def test_the_embedded_drivers_offer_these_operations(registry: Registry) -> None:
    assert {name: operation.effect for name, operation in registry.operations.items()} == {
        "email.send": "share",
        "payments.refund": "money",
        "payments.pay": "money",
        "payments.record": "internal",
        "invoices.issue": "internal",
        "calendar.book": "booking",
        "cms.publish": "share",
    }


def test_no_operation_hides_another(registry: Registry) -> None:
    every = [operation for connector in registry.connectors for operation in connector.operations]
    assert len(every) == len(registry.operations)


def test_an_unknown_operation_is_answered_with_the_nearest(registry: Registry) -> None:
    assert registry.operation("email.send").verb == "Send"
    with pytest.raises(PermanentError, match=r"no operation 'mail.send'. Did you mean email.send"):
        registry.operation("mail.send")


async def test_every_connector_is_well_in_an_empty_folder(registry: Registry) -> None:
    for connector in registry.connectors:
        health = await connector.check()
        assert health.ok and health.says.endswith(".")
