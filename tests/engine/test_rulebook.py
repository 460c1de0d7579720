"""The rulebook: own rules are kept version by version and judge from their commit on."""

import shutil
from pathlib import Path

import pytest

from bot import offices
from bot.app import App, open_app
from bot.settings import Settings
from engine.rules import bundles, own_rules
from engine.rules.own_rules import OwnRule
from memory.canon import records
from memory.copying import verify
from memory.db import Clock
from memory.forgetting import erasure
from policies.book import BookError
from policies.rules import Rule
from tests.chat import Chat

MINE = Rule(
    id="always-test",
    action="email.send",
    effect="share",
    then="notify",
    why="I said so.",
    when=("counterpart == 'rec_bruno'", "today <= '2026-12-21'"),
)
SAYS = "Send an e-mail to Bruno Muster by myself."


async def added(app: App, rule: Rule = MINE) -> OwnRule:
    async with app.db.transaction() as tx:
        return await app.house.rulebook.add(tx, rule, SAYS, "evt_1")


async def turned(app: App, old: OwnRule, state: own_rules.State) -> OwnRule:
    async with app.db.transaction() as tx:
        return await app.house.rulebook.turn(tx, old, state, "evt_2")


async def rolled_back(app: App, old: OwnRule) -> OwnRule | None:
    async with app.db.transaction() as tx:
        return await app.house.rulebook.back(tx, old, "evt_3")


async def opened(home: Path, clock: Clock) -> tuple[App, Chat]:
    chat = Chat()
    app = await open_app(home / "sample", lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    return app, chat


def in_force(app: App) -> list[str]:
    return [e.rule.id for e in app.house.book.entries if e.level == "operator"]


async def versions(app: App) -> list[str]:
    found = []
    async with app.db.snapshot() as reader:
        while kept := await own_rules.get(reader, MINE.id, len(found) + 1):
            found.append(kept.state)
    return found


async def test_a_rule_judges_from_its_commit_on(app: App) -> None:
    before = app.house.book.bundle
    async with app.db.transaction() as tx:
        await app.house.rulebook.add(tx, MINE, SAYS, "evt_1")
        assert app.house.book.bundle == before
    assert in_force(app) == ["always-test"]
    assert app.house.book.bundle != before


async def test_what_is_not_committed_never_judges(app: App) -> None:
    with pytest.raises(RuntimeError, match="cut off"):
        async with app.db.transaction() as tx:
            await app.house.rulebook.add(tx, MINE, SAYS, "evt_1")
            raise RuntimeError("cut off")
    assert in_force(app) == []
    await added(app, MINE.model_copy(update={"id": "always-other"}))
    assert in_force(app) == ["always-other"]


async def test_every_change_is_a_version_and_all_are_kept(app: App) -> None:
    first = await added(app)
    paused = await turned(app, first, "paused")
    assert in_force(app) == []
    resumed = await turned(app, paused, "active")
    assert in_force(app) == ["always-test"]
    removed = await turned(app, resumed, "removed")
    assert in_force(app) == []
    again = await rolled_back(app, removed)
    assert again is not None and (again.version, again.state, again.body) == (
        5,
        "active",
        first.body,
    )
    assert in_force(app) == ["always-test"]
    assert await versions(app) == ["active", "paused", "active", "removed", "active"]


async def test_the_first_version_has_none_before_it(app: App) -> None:
    assert await rolled_back(app, await added(app)) is None
    assert await versions(app) == ["active"]


async def test_a_rule_that_cannot_hold_is_not_kept(app: App) -> None:
    with pytest.raises(BookError, match="There is no operation"):
        await added(app, MINE.model_copy(update={"action": "email.sent"}))
    assert (await versions(app), in_force(app)) == ([], [])


async def test_the_log_replays_to_the_rules(app: App) -> None:
    await turned(app, await added(app), "paused")
    report = await verify.verify(app.db)
    assert report.faults == ()


async def test_the_words_of_every_book_that_judged_are_kept(app: App) -> None:
    await added(app)
    old = app.house.book.bundle
    await added(app, MINE.model_copy(update={"why": "Now for another reason."}))
    async with app.db.snapshot() as reader:
        before = await bundles.words(reader, old, ["always-test", "outward-asks"])
        now = await bundles.words(reader, app.house.book.bundle, ["always-test"])
    assert before[0].startswith("Do it and tell me: I said so. (always-test: email.send")
    assert before[1].startswith("Ask me: Somebody outside will read this.")
    assert now[0].startswith("Do it and tell me: Now for another reason.")


async def test_a_restart_keeps_the_rules_and_sets_aside_what_no_longer_loads(
    filled: Path, tmp_path: Path, clock: Clock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    app, _ = await opened(tmp_path, clock)
    await added(app)
    gone = MINE.model_copy(update={"id": "always-gone"})
    async with app.db.transaction() as tx:  # past the check: its operation was there then
        await own_rules.write(tx, gone.model_copy(update={"action": "email.fax"}), SAYS, "evt_1")
        await own_rules.write(tx, gone.model_copy(update={"id": "always-odd"}), SAYS, "evt_1")
        odd = await own_rules.newest(tx, "always-odd")
        assert odd is not None
        await own_rules.turn(
            tx, odd.model_copy(update={"body": {"then": "fly"}}), "active", "evt_1"
        )
    await app.close()
    again, later = await opened(tmp_path, clock)
    assert in_force(again) == ["always-test"]
    assert sorted(again.house.rulebook.aside) == ["always-gone", "always-odd"]
    said = [
        msg.summary for msg in later.shown.values() if "set a rule of yours aside" in msg.summary
    ]
    assert len(said) == 2
    await later.say("/policy")
    assert "Set aside, it decides nothing: There is no operation 'email.fax'" in later.last
    assert "Set aside, it decides nothing: It is written in a way this version" in later.last
    await again.close()
    (tmp_path / "current").write_text("sample", encoding="utf-8")
    told = await offices.checked_rules(Settings(home=tmp_path), None)
    assert "Warning: always-gone is set aside: There is no operation 'email.fax'" in told
    assert "Do it and tell me: I said so. (always-test: email.send" in told


async def test_forgetting_a_person_cuts_the_name_out_of_the_rule(app: App) -> None:
    await added(app)
    async with app.db.transaction() as tx:
        [bruno] = [p for p in await records.of_kind(tx, "person") if p.name == "Bruno Muster"]
        await erasure.erase(tx, bruno.id, None)
    async with app.db.snapshot() as reader:
        kept = await own_rules.newest(reader, MINE.id)
    assert kept is not None
    assert "Bruno" not in kept.says and "[erased " in kept.says
    assert (await verify.verify(app.db)).faults == ()
