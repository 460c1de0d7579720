"""What the tests share is what each of them would have made."""

from pathlib import Path

import sqlalchemy as sa

from memory.dialects import sqlite
from policies import book

RULE = "rules: [{id: mine, why: I want to see it, action: email.send, then: ask}]"


async def test_what_one_database_compiled_the_next_knows(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        engine = sqlite.engine(tmp_path / name)
        async with engine.connect() as conn:
            done = await conn.execute(sa.select(sa.literal(4711)))
        found.append((done.scalar(), done.context.cache_hit.name))
        await engine.dispose()
    assert found == [(4711, "CACHE_MISS"), (4711, "CACHE_HIT")]


def test_only_the_same_rules_make_the_same_book() -> None:
    one, again, other = (
        book.load({"mine.yaml": text}) for text in (RULE, RULE, RULE.replace("ask", "deny"))
    )
    assert one is again
    assert [entry.rule.then for entry in (*one.entries, *other.entries)] == ["ask", "deny"]
