"""A small company in a real database, for the tests of what words mean."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agents.reading.words import Context
from bot.app import App
from memory.canon import records
from memory.db import Database, Reader
from memory.schema import metadata
from tests.agents.desk import Desk
from tests.peers.models import model_server

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # a Friday, 10:30 in Berlin

Document = tuple[str, str, str, dict[str, Any]]  # kind, number, customer, the rest of its state


@pytest.fixture
def context() -> Context:
    return Context(NOW, "Europe/Berlin")


@pytest.fixture
async def desk(app: App) -> AsyncIterator[Desk]:
    async with model_server() as server:
        yield Desk(app, server)


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return the file of a small company and the ids of its records, by name or number."""
    path = tmp_path_factory.mktemp("company") / "company.db"
    return path, asyncio.run(_found(path))


@pytest.fixture
async def company(
    company_file: tuple[Path, dict[str, str]],
) -> AsyncIterator[tuple[Reader, dict[str, str]]]:
    """Yield a reader over the company's records, and their ids. Tests only read."""
    path, ids = company_file
    db = Database(path, lambda: NOW)
    async with db.snapshot() as reader:
        yield reader, ids
    await db.close()


async def _found(path: Path) -> dict[str, str]:
    db = Database(path, lambda: NOW)
    async with db.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    ids: dict[str, str] = {}
    async with db.transaction() as tx:
        for name, email, aliases in PEOPLE:
            person = {"name": name, "email": email, "aliases": aliases}
            ids[name] = (await records.create(tx, "person", person, None)).id
        for kind, number, customer, state in DOCUMENTS:
            holder = {"customer": ids[customer], "number": number, "name": f"{kind} {number}"}
            ids[number] = (await records.create(tx, kind, {**holder, **state}, None)).id
    await db.close()
    return ids


def _invoice(number: str, customer: str, total: str, day: str) -> Document:
    state = {"total": total, "issued_on": day, "currency": "EUR"}
    kept = {"document": "0" * 64, "document_name": f"{number}.pdf"}
    return "invoice", number, customer, {**state, **kept}


def _payment(number: str, customer: str, amount: str, day: str, **more: str) -> Document:
    state = {"amount": amount, "paid_on": day, "currency": "EUR", **more}
    return "payment", number, customer, state


PEOPLE = (
    ("Ada Example", "ada@example.org", ()),
    ("Bob Sample", "bob@example.org", ("Bobby",)),
    ("Björn Müller", "bjoern@example.org", ()),
    ("Ann Twin", "ann.one@example.org", ()),
    ("Ann Other", "ann.two@example.org", ()),
    ("May Winter", "may@example.org", ()),
)
DOCUMENTS = (
    _invoice("INV-2026-007", "Ada Example", "80.00", "2026-10-03"),
    _invoice("INV-2026-017", "Ada Example", "90.00", "2026-11-02"),
    _invoice("INV-2025-044", "Ada Example", "70.00", "2025-10-09"),
    _invoice("INV-2026-050", "Ada Example", "60.00", "2026-12-24"),  # dated ahead of now
    _invoice("INV-2026-031", "Bob Sample", "55.00", "2026-10-20"),
    ("order", "1042", "Ada Example", {"total": "80.00", "currency": "EUR"}),
    _payment("PAY-1042", "Ada Example", "80.00", "2026-10-04", order="1042", refunded="30.00"),
    _payment("PAY-88", "Bob Sample", "55.00", "2026-10-22"),
    _payment("PAY-89", "Bob Sample", "25.00", "2026-11-01"),
    _payment("PAY-90", "Björn Müller", "9.00", "2026-11-01", refunded="9.00"),
    _payment("PAY-91", "May Winter", "-120.00", "2026-11-03"),  # ours to her
)
