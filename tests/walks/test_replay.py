"""Walks of deciding again what was decided: the same by what was kept, or said how it differs."""

import sqlalchemy as sa

from engine.why import explain
from engine.why.rejudging import Again
from engine.why.rerun import again, lines
from memory import events
from memory.schema.models import answers, reasons
from memory.schema.recall import passages
from tests.walks.model_office import CARD, WISH, Office


async def rerun(office: Office) -> list[Again]:
    async with office.app.db.snapshot() as reader:
        effect = await explain.newest(reader)
        assert effect is not None
        return await again(reader, effect)


async def tampered(office: Office, sql: str) -> None:
    async with office.app.db.transaction() as tx:
        await tx.conn.execute(sa.text(sql))
        await events.note(tx, "test.tampered", None)


async def test_a_decision_comes_out_the_same_after_the_rules_were_changed(office: Office) -> None:
    chat = await office.open()
    await chat.say("Bruno told me that he wants short mails about the file")
    await chat.say(WISH)
    await chat.tap(CARD, "✓ Send")
    await chat.say("/autonomy off")
    done = await rerun(office)
    assert [one.what for one in done if one.differs] == []
    told = lines(done)
    assert "= draft.text/5, home/one: answered, judged" in told
    assert "= draft.text/5, home/one: answered, its answer" in told
    assert "= Version 1: ask" in told
    assert "= Your answer to version 1: approve" in told
    assert told.endswith(f"{len(done)} of {len(done)} came out the same.")


async def test_whatever_was_changed_since_is_named(office: Office) -> None:
    chat = await office.open()
    await chat.say(WISH)
    await chat.tap(CARD, "✓ Send")
    for sql, says in (
        (
            """UPDATE reasons SET verdict=json_set(verdict, '$.situation.data_class', 'secret')""",
            "≠ draft.text/5, home/one: answered, judged: now deny by models-secret-never",
        ),
        (
            "UPDATE reasons SET prompt=json_set(prompt, '$[1].content', 'Say no.')",
            "its answer: it is kept for another prompt than the one that was sent",
        ),
        ("UPDATE reasons SET prompt='[]'", "= draft.text/5, home/one: answered, its answer"),
        (
            "UPDATE answers SET value=json_set(value, '$.text', 'Something else.')",
            "its answer: nothing was drafted so",
        ),
        ("DELETE FROM answers", "its answer: it is not kept any more"),
        (
            "UPDATE effect_versions SET verdict=json_set(verdict, '$.outcome', 'allow')",
            "≠ Version 1: allow: now ask by",
        ),
        (
            "UPDATE approvals SET digest='0'",
            "version 1: approve: it was given to another action than this version",
        ),
        ("DELETE FROM bundles", "is not kept, or this version cannot read it"),
    ):
        await tampered(office, sql)
        assert says in lines(await rerun(office)), sql


async def test_a_passage_that_says_something_else_today_is_named(office: Office) -> None:
    chat = await office.open()
    await chat.say("Bruno told me that the file must be ready in blue")
    await chat.say(WISH)
    [reason] = [one for one in await office.rows(reasons) if one.state == "answered"]
    assert reason.recalled
    assert "given psg_" in lines(await rerun(office))
    id = reason.recalled[0][0]
    await tampered(office, f"UPDATE passages SET text='In green.' WHERE id='{id}'")
    assert f"given {id}: it says something else today" in lines(await rerun(office))
    assert await office.rows(passages) and await office.rows(answers)
