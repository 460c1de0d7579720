"""Of a draft every version stays, by whoever wrote it."""

import asyncio

from memory import artifacts
from memory.copying.verify import verify
from memory.db import Database
from tests.memory.conftest import BOTH

pytestmark = BOTH


async def draft(db: Database, text: str = "Dear Ada") -> str:
    async with db.transaction() as tx:
        return await artifacts.keep(
            tx, "draft", "Reply", artifact_id="art_1", author="agent", cause="evt_1", text=text
        )


async def texts(db: Database) -> list[tuple[int, str, str | None]]:
    async with db.snapshot() as reader:
        found = await artifacts.versions(reader, "art_1")
    return [(version.number, version.author, version.text) for version in found]


async def test_every_version_stays_oldest_first(db: Database) -> None:
    await draft(db)
    async with db.transaction() as tx:
        assert await artifacts.revise(tx, "art_1", "operator", None, text="Hello Ada") == 2
        assert await artifacts.revise(tx, "art_1", "agent", None, text="Hi Ada") == 3
    assert await texts(db) == [
        (1, "agent", "Dear Ada"), (2, "operator", "Hello Ada"), (3, "agent", "Hi Ada"),
    ]  # fmt: skip
    assert (await verify(db)).faults == ()


async def test_a_step_that_runs_again_keeps_the_first_draft(db: Database) -> None:
    assert await draft(db) == await draft(db, "another draft")
    assert await texts(db) == [(1, "agent", "Dear Ada")]
    assert (await verify(db)).events == 1


async def test_revisions_at_once_all_get_their_own_number(db: Database) -> None:
    await draft(db)

    async def revise(number: int) -> int:
        async with db.transaction() as tx:
            return await artifacts.revise(tx, "art_1", "operator", None, text=str(number))

    numbers = await asyncio.gather(*(revise(number) for number in range(10)))
    assert sorted(numbers) == list(range(2, 12))


async def test_a_file_is_kept_by_the_fingerprint_of_its_bytes(db: Database) -> None:
    async with db.transaction() as tx:
        await artifacts.keep(
            tx, "attachment", "scan.pdf", artifact_id="art_2", author="outside", cause="evt_1",
            about="evt_1", digest="a" * 64, mime="application/pdf",
        )  # fmt: skip
        [version] = await artifacts.versions(tx, "art_2")
        assert await artifacts.versions(tx, "art_unknown") == []
    assert (version.digest, version.mime, version.text) == ("a" * 64, "application/pdf", None)
