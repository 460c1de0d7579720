"""Walks of how a specialist's file stands: new, lost, tapped by two, forgotten, and rejudged."""

import asyncio
from typing import Any

import pytest

from agents.specialists import roster
from agents.specialists.crew import Crew
from bot import host, offices
from bot.commands.agents import TITLE
from bot.commands.crew import GONE
from bot.commands.tried import STALE
from bot.settings import Settings
from engine.acting.taps import Reply
from engine.chat import outbox
from engine.chat.messages import BUTTON_ROWS_MAX
from engine.planning import specs
from engine.why import rerun
from memory import events
from memory.canon import records
from memory.copying import verify
from memory.db import Database, insert
from memory.schema.specs import specs as kept
from memory.schema.work import effect_versions, effects, tasks
from policies.rules import Rule
from tests.walks.model_office import CARD, WISH, Office
from tests.walks.test_erasing import ADA, forget
from tests.walks.test_planning import ASK, mail, plan
from tests.walks.test_spec_trials import (
    CHANGED,
    LETTERS,
    NEW,
    OLD,
    OTHER,
    again,
    by,
    labels,
    prompt_of,
    rules,
    standings,
    write,
)

NARROW = "does: writes letters\nmay: [cms.*]\ntier: small\n"


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Every wish gets what is on trial while it holds True."""
    draws = [False]
    monkeypatch.setattr(specs.Trial, "draws", lambda self, goal: draws[0] and not self.shadow)
    return draws


async def test_a_new_file_is_in_use_and_says_what_it_may(office: Office) -> None:
    await office.open()
    chat = await again(office)
    told = chat.text("“letters” is new")
    assert "It writes letters, from now on and by this file." in told
    assert "may email.*" in told and "asks models of the tier small" in told
    await chat.say(WISH)
    assert await by(office) == [("letters", 1)]
    await office.app.close()
    chat = await office.open()
    assert [one for one in chat.posted if one.startswith("new:")] == []


async def test_a_file_of_any_name_and_any_number_of_versions_opens(office: Office) -> None:
    name = "newsletters-of-all-the-regions"
    folder = office.folder / roster.OWN
    folder.mkdir()
    (folder / f"{name}.yaml").write_text(LETTERS, "utf-8")
    await office.open()
    async with office.app.db.transaction() as tx:
        for number in range(2, 100):
            says = {"agent": name, "version": f"v{number}", "number": number, "says": {}}
            await insert(tx, kept, says | {"at": tx.now})
        await specs.keep(tx, name, "v100", {})
    await office.app.close()
    (folder / f"{name}.md").write_text(NEW, "utf-8")
    chat = await office.open()
    assert labels(chat, f"The file of “{name}”")[0] == "Use newslett 101 for all"


async def test_the_agents_are_told_however_many_buttons_that_takes(office: Office) -> None:
    folder = office.folder / roster.OWN
    folder.mkdir()
    names = [f"letters-{one}" for one in "abcdefgh"]
    for text in (NARROW, LETTERS):
        for name in names:
            (folder / f"{name}.yaml").write_text(text, "utf-8")
        chat = await office.open(model_large=("home/two", "far/one"))
        await office.app.close() if text == NARROW else None
    await chat.say("/agents")
    shown = labels(chat)
    assert len([one for one in shown if one.startswith(("Use letters", "letters-"))]) == 3 * 8
    assert len(chat.card(TITLE).buttons) <= BUTTON_ROWS_MAX
    assert not (await chat.tap(TITLE, f"Use {names[7]} 2 for all")).refused


async def test_of_two_who_tap_at_once_one_counts_and_the_other_is_told(office: Office) -> None:
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    take = chat.tokens[chat.key(CHANGED), "Use letters 2 for all"]
    app, who = office.app, chat.who
    said = await asyncio.gather(*(app.tap(who, key, take, {}) for key in ("b1", "b2")))
    assert sorted(one.refused for one in said) == [False, True]
    assert [one.text for one in said if one.refused] == [STALE]
    assert (await app.tap(who, "b1", take, {})).refused  # the same message once more
    await chat.settle()
    [standing] = (await standings(office)).values()
    assert standing.before not in ("", standing.now) and standing.trial is None
    await chat.say(WISH)
    assert NEW in prompt_of(office)


async def test_the_buttons_of_a_file_that_says_something_else_by_now_do_nothing(
    office: Office,
) -> None:
    write(office, NARROW)
    await office.open()
    chat = await again(office, text=LETTERS)
    key = chat.key(CHANGED)
    old = [chat.tokens[key, label] for label in labels(chat, CHANGED)]
    assert len(old) == 3
    chat = await again(office, text=NARROW + "calls_max: 20\n")
    for token in old:
        assert await chat.press(token) == Reply(STALE, refused=True)
    chat = await again(office, text=NARROW, prompt="Begin with a joke.")
    end = chat.tokens[chat.key(CHANGED), "End trial of letters 4"]
    chat = await again(office, text=NARROW, prompt=NEW)
    assert await chat.press(end) == Reply(STALE, refused=True)
    [standing] = (await standings(office)).values()
    assert standing.trial is not None and standing.trial.version == standing.file


async def test_a_tap_that_is_not_stored_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(office, NARROW)
    await office.open()
    chat = await again(office, text=LETTERS)
    before, book = await standings(office), rules(office)
    posted = outbox.post

    async def lost(*said: Any, **more: Any) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "post", lost)
        with pytest.raises(OSError, match="the power went"):
            await chat.tap(CHANGED, "Use letters 2 for all")
    assert outbox.post is posted
    assert (await standings(office), rules(office)) == (before, book)
    await chat.say(WISH)
    assert await by(office) == [("writer", 0)]
    await chat.tap(CHANGED, "Use letters 2 for all")
    await chat.say(OTHER)
    assert await by(office) == [("writer", 0), ("letters", 2)]


async def test_a_rule_of_yours_added_after_a_tap_leaves_the_contract_of_the_tap(
    office: Office,
) -> None:
    write(office, NARROW)
    await office.open()
    chat = await again(office, text=LETTERS)
    await chat.tap(CHANGED, "letters 2: 20 of 100")
    [standing] = (await standings(office)).values()
    tried = f"contract-letters-{standing.file[:8]}"
    assert tried in rules(office)
    rule = Rule(id="mails-ask", why="I look.", then="ask", action="email.send")
    async with office.app.db.transaction() as tx:
        cause = await events.note(tx, "test.noted", None)
        await office.app.house.rulebook.add(tx, rule, "Mails ask.", cause.id)
    assert tried in rules(office) and "mails-ask" in rules(office)
    await chat.say("/agents")
    await chat.tap(TITLE, "End trial of letters 2")
    assert tried not in rules(office) and "mails-ask" in rules(office)


async def test_the_shell_goes_by_the_contracts_in_force_and_not_by_the_files(
    office: Office,
) -> None:
    write(office, NARROW)
    await office.open()
    chat = await again(office, text=LETTERS)
    host.choose(office.folder.parent, office.folder.name)
    settings = Settings(home=office.folder.parent)
    bundles = []
    for label in ("letters 2: 20 of 100", "Use letters 2 for all"):
        await chat.say("/agents")
        await chat.tap(TITLE, label)
        async with offices.house(settings) as house:
            bundles.append(house.book.bundle)
            assert house.book.bundle == office.app.house.book.bundle
    assert len(set(bundles)) == 2


async def test_the_steps_of_a_models_plan_go_by_what_the_wish_draws(
    office: Office, drawn: list[bool]
) -> None:
    write(office)
    await office.open()
    chat = await again(office, prompt=NEW)
    for draws in (True, False):
        drawn[0] = draws
        office.server.script(plan(mail(), mail("more", subject="More")))
        await chat.say(ASK)
    assert await by(office) == [("letters", 2)] * 2 + [("letters", 1)] * 2


async def test_what_waits_is_judged_by_the_contract_that_a_tap_put_in_force(
    office: Office,
) -> None:
    write(office)
    await office.open()
    chat = await again(office, text=NARROW)
    await chat.say(WISH)
    await chat.tap(CHANGED, "Use letters 2 for all")
    assert await by(office) == [("letters", 1)]
    await chat.tap(CARD, "Send")
    assert "The contract of letters does not hold this" in chat.text(CARD)
    assert [row.state for row in await office.rows(effects)] == ["failed"]


async def test_what_was_decided_under_every_version_comes_out_the_same_again(
    office: Office, drawn: list[bool]
) -> None:
    write(office, NARROW)
    await office.open()
    chat = await again(office, text=LETTERS)
    await chat.tap(CHANGED, "letters 2: 20 of 100")
    drawn[0] = True
    await chat.say(WISH)
    await chat.tap(CARD, "Send")
    await chat.say("/agents")
    await chat.tap(TITLE, "End trial of letters 2")
    await chat.say("/agents")
    await chat.tap(TITLE, "Use letters 2 for all")
    await chat.say(OTHER)
    bundle = office.app.house.book.bundle
    await office.app.close()
    await office.open()
    assert office.app.house.book.bundle == bundle
    assert await by(office) == [("letters", 2), ("letters", 2)]
    async with office.app.db.snapshot() as reader:
        done = [
            one for row in await office.rows(effects) for one in await rerun.again(reader, row.id)
        ]
    assert len(done) > 6 and [one for one in done if one.differs] == []
    facts = [row.preview["facts"]["situation"] for row in await office.rows(effect_versions)]
    assert {one["spec"] for one in facts} == {row.spec for row in await office.rows(tasks)}


async def test_a_start_that_broke_off_says_and_tries_a_change_once_all_the_same(
    office: Office,
) -> None:
    write(office)
    await office.open()
    await office.app.close()
    write(office, prompt=NEW)
    db = Database(office.folder / "firstmate.db", office.clock)
    await Crew.opened(db, roster.of(office.folder))
    await db.close()
    chat = await office.open()
    assert "Version 2 is on trial" in chat.text(CHANGED)
    assert len([one for one in chat.posted if one.startswith("changed:")]) == 1
    assert len(await office.rows(kept)) == 2


async def test_a_file_taken_away_while_on_trial_comes_back_only_as_what_it_may(
    office: Office,
) -> None:
    write(office)
    await office.open()
    await again(office, prompt=NEW)
    await office.app.close()
    (office.folder / roster.OWN / "letters.yaml").unlink()
    chat = await office.open()
    await chat.say(WISH)
    chat = await again(office, text=LETTERS + "calls_max: 20\n", prompt=NEW)
    assert "Version 3 may do more than version 1, so it does nothing" in chat.text(CHANGED)
    await chat.say(OTHER)
    assert await by(office) == [("writer", 0), ("letters", 1)]
    assert OLD in prompt_of(office)


async def test_the_lower_daily_limit_holds_while_a_trial_runs_and_no_longer(office: Office) -> None:
    write(office)
    await office.open()
    chat = await again(office, text=LETTERS + "cost_max: 0.0001\n")
    await chat.say(WISH)
    assert await by(office) == [("letters", 1)] and office.server.asked == []
    assert await office.rules_said() == ["models-frozen"]
    await chat.tap(CHANGED, "End trial of letters 2")
    await chat.say(OTHER)
    assert len(office.server.asked) == 1


async def test_what_was_decided_before_steps_had_versions_is_judged_again_all_the_same(
    office: Office,
) -> None:
    chat = await office.open()
    await chat.say(WISH)
    [row] = await office.rows(effect_versions)
    facts = {key: one for key, one in row.preview["facts"]["situation"].items() if key != "spec"}
    preview = row.preview | {"facts": row.preview["facts"] | {"situation": facts}}
    async with office.app.db.transaction() as tx:
        await tx.conn.execute(effect_versions.update().values(preview=preview))
        done = await rerun.again(tx, row.effect)
    assert len(done) > 2 and [one for one in done if one.differs] == []


async def test_who_was_forgotten_is_told_to_no_model_and_the_version_waits_for_a_tap(
    office: Office,
) -> None:
    write(office, prompt=f"Be short, as {ADA} likes it. {OLD}")
    await office.open()
    chat = await again(office, text=LETTERS + "calls_max: 20\n", prompt=NEW)
    await chat.say(WISH)
    assert ADA in prompt_of(office)
    assert await forget(chat) != ""
    assert "“letters” does nothing until you take version 2." in chat.text(CHANGED)
    assert "asks models up to 20 times for one task" in chat.text(CHANGED)
    asked = len(office.server.asked)
    await chat.say(OTHER)
    assert await by(office) == [("letters", 1), ("writer", 0)]
    assert all(ADA not in prompt_of(office, n) for n in range(asked, len(office.server.asked)))
    await office.app.close()
    chat = await office.open()  # said once
    assert "changed:" not in " ".join(chat.posted)
    await chat.say("/agents")
    assert "“letters” does nothing until you take version 2." in chat.last
    assert [one for one in labels(chat) if "letters" in one] == ["Use letters 2 for all"]
    await chat.tap(TITLE, "Use letters 2 for all")
    await chat.say("write to Bruno that the door is ready")
    assert NEW in prompt_of(office)
    assert (await chat.tap(TITLE, "Back to letters 1")).text == GONE.format(number=1)
    assert (await verify.verify(office.app.db)).faults == ()


async def test_whoever_is_forgotten_a_wider_file_of_their_name_waits_on(office: Office) -> None:
    file = office.folder / roster.OWN / "lundberg.yaml"
    file.parent.mkdir()
    file.write_text(NARROW, "utf-8")
    await office.open()
    await office.app.close()
    file.write_text(LETTERS, "utf-8")
    chat = await office.open()
    async with office.app.db.transaction() as tx:
        await records.create(tx, "person", {"name": "Lundberg"}, None)
    await chat.say("/forget Lundberg")
    await chat.tap("Lundberg:", "Erase", confirm="Lundberg")
    for _ in range(2):
        await chat.say("/agents")
        assert [one for one in labels(chat) if "lund" in one] == ["Use lundberg 2 for all"]
        await chat.say(WISH)
        await office.app.close()
        chat = await office.open()
    assert await by(office) == [("writer", 0)] * 2


async def test_a_version_that_is_kept_otherwise_than_it_was_does_nothing(office: Office) -> None:
    write(office, NARROW)
    await office.open()
    chat = await again(office, text=NARROW + "calls_max: 20\n")
    async with office.app.db.transaction() as tx:
        [old] = [row for row in await tx.rows(kept.select()) if row.number == 1]
        wide = kept.update().filter_by(version=old.version).values(says=old.says | {"may": ["*"]})
        await tx.conn.execute(wide)
    await office.app.close()
    chat = await office.open()
    assert "“letters” does nothing until you take version 2." in chat.text(CHANGED)
    await chat.say(WISH)
    assert await by(office) == [("writer", 0)]
    assert (await chat.tap(CHANGED, "Use letters 2 for all")).refused is False
