"""Walks of asking why of what is no effect: an answer, findings, a plan, a message, one call."""

import json
import re
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from agents.answers import rechecked
from bot.commands.rechecking import CHECKS
from engine.why import rerun, subject
from engine.why.rerun import OTHER_PROMPT
from memory.schema.models import reasons
from memory.schema.work import effects, goals
from policies.book import join
from policies.rules import Rule
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import DRAFT, Office, heard, one
from tests.walks.test_erasing import forget
from tests.walks.test_intake_reader import mail as drop
from tests.walks.test_planning import mail, note, plan
from tests.walks.test_research import finds

TOLD = "note on Ada: she wants the workshop in May and pays 60 EUR a head"
QUESTION = "what does Ada pay for the workshop?"
ANSWER = "What I find about this"
FINDINGS = "Findings: Ada's workshop"
RESEARCH = "/research Ada's workshop"


class TakenBackError(Exception):
    """What was changed for a look is not to stay."""


def states(*sentences: str) -> dict[str, Any]:
    return says({"sentences": [{"text": text, "sources": [1]} for text in sentences]})


async def answered(office: Office, *sentences: str) -> Chat:
    """Ask a question that a model answers so."""
    chat = await office.open()
    await chat.say(TOLD)
    office.server.script(states(*sentences))
    await chat.say(QUESTION)
    return chat


async def planned(office: Office) -> Chat:
    """Say what a model hears as a wish for a plan, and plans."""
    chat = await office.open()
    await plans(office)
    return chat


async def plans(office: Office) -> None:
    office.server.script(
        heard(one("plan")),
        plan(note("brief", {"write": "a brief"}), mail("tell", "brief"), title="Two steps"),
        says({"text": "A brief."}),
    )
    await office.chat.say("make an editorial calendar for Ada Example, with briefs and drafts")


async def carried_out(office: Office) -> None:
    await plans(office)
    await office.chat.tap("Plan: Two steps", "▶ Start")


async def replayed(office: Office, wanted: str) -> str:
    """Decide again what is named so."""
    async with office.app.db.snapshot() as reader:
        found = await subject.find(reader, wanted)
        assert found is not None, wanted
        return rerun.lines(await rerun.of(reader, found, CHECKS))


async def test_a_reply_of_why_to_an_answer_explains_that_answer(office: Office) -> None:
    chat = await answered(office, "Ada pays 60 EUR a head.")
    [call] = [row for row in await office.rows(reasons) if row.step == "answer/1"]
    await chat.say("/why", reply_to=chat.key(ANSWER))
    told = chat.last
    assert f"Why: You wrote: {QUESTION}" in told
    assert "1 call, 0.0030 EUR" in told
    assert "answer/1: home/one (small) answered" in told
    assert re.search(r"1 · \d\.\d\d · message of you: “.*60 EUR a head.*” · named", told)
    assert f"Checked: {rechecked.SHOWN}" in told
    await chat.tap(ANSWER, "Why?")
    assert chat.last == told
    for named in (call.id, call.id[-6:]):
        await chat.say(f"/why {named}")
        assert "Why: answer/1, home/one" in chat.last
        assert "Ada pays 60 EUR a head." in chat.last


async def test_a_reply_of_why_to_ones_own_message_explains_what_came_of_it(office: Office) -> None:
    chat = await office.open()
    await chat.say(TOLD, sent="71")
    office.server.script(states("Ada pays 60 EUR a head."))
    await chat.say(QUESTION, sent="72")
    await chat.say("write to Bruno that the file is ready")  # the newest of all
    await chat.say("/why", reply_to="72")
    assert f"Why: You wrote: {QUESTION}" in chat.last
    assert "answer/1: home/one (small) answered" in chat.last
    await chat.say("/why", reply_to="7")  # the end of an id is none
    assert "Why: You wrote" not in chat.last


@pytest.mark.parametrize(
    ("says", "why_not"),
    [
        ("Ada pays 90 EUR a head.", "a number, date, link or address in it stands in no source"),
        ("Ada does not pay 60 EUR a head.", "it has a “not” that no source it names has"),
    ],
)
async def test_why_names_the_check_that_let_an_answer_not_through(
    office: Office, says: str, why_not: str
) -> None:
    chat = await answered(office, says)
    assert says not in chat.text(ANSWER)
    await chat.tap(ANSWER, "Why?")
    assert f"Checked: not shown, for {why_not}" in chat.last


async def test_findings_and_a_rule_are_found_by_what_was_asked(office: Office) -> None:
    chat = await office.open()
    await chat.say(TOLD)
    office.server.script(finds(("Ada pays 60 EUR a head.", [1]), ("She pays 90 EUR.", [1])))
    await chat.say(RESEARCH)
    await chat.say("/why", reply_to=chat.key(FINDINGS))
    told = chat.last
    await chat.tap(FINDINGS, "Why?")
    assert chat.last == told
    assert "Checked: 1 of 2 sentences stand in the sources they name" in chat.last
    office.server.script(says({"understood": False}))
    await chat.say("/policy add treat large things with some more care")
    [call] = [row for row in await office.rows(reasons) if row.step == "rule/1"]
    await chat.say(f"/why {call.task}")
    assert "rule/1: home/one (small) answered" in chat.last


async def test_why_of_a_plan_tells_who_heard_and_who_planned_it(office: Office) -> None:
    chat = await planned(office)
    await chat.say("/why", reply_to=chat.key("Plan: Two steps"))
    told = chat.last
    await chat.tap("Plan: Two steps", "Why?")
    assert chat.last == told
    assert "Why: Two steps" in told
    assert "hear.words/1: home/one (small) answered" in told
    assert "plan/1: home/one (small) answered" in told
    [goal] = await office.rows(goals)
    await chat.say(f"/why {goal.asked_by}")
    assert f"Two steps: open · /why {goal.id[-6:]}" in chat.last
    assert "plan/1: home/one" in chat.last


async def test_why_of_an_effect_tells_who_heard_and_who_planned_it(office: Office) -> None:
    chat = await planned(office)
    await chat.tap("Plan: Two steps", "▶ Start")
    for effect in await office.rows(effects):
        await chat.say(f"/why {effect.id}")
        assert "hear.words/1: home/one" in chat.last
        assert "plan/1: home/one" in chat.last
    written = [row.step for row in await office.rows(reasons)]
    assert written == ["hear.words/1", "plan/1", "compose.text/1"]


async def two_wishes(office: Office, chat: Chat) -> None:
    """Say two wishes in one message, in words that only a model knows."""
    first, second = "the lamp of Ada is ready so drop her a word", "poke me on Friday at 9"
    slots = {"to": "Ada", "text": "the lamp of Ada is ready"}
    office.server.script(
        heard(
            one("playbook", playbook="write-mail", slots=slots, words=first),
            one("playbook", playbook="remind", slots={"at": "on Friday at 9"}, words=second),
        ),
        DRAFT,
    )
    await chat.say(f"{first}, besides {second}")


async def test_what_read_several_wishes_is_found_from_each_of_them(office: Office) -> None:
    chat = await office.open()
    await two_wishes(office, chat)
    made = await office.rows(effects)
    assert len(made) == len(await office.rows(goals)) == 2
    for effect in made:
        assert "= hear.words/1, home/one: answered, its answer" in await replayed(office, effect.id)
        await chat.say(f"/why {effect.id}")
        assert "hear.words/1: home/one" in chat.last
    await chat.say("/cost")
    assert "• message understood that was no one wish: 1, 0.0030 EUR each" in chat.last


async def test_the_cost_of_each_answer_research_and_read_mail_is_told(office: Office) -> None:
    chat = await answered(office, "Ada pays 60 EUR a head.")
    office.server.script(finds(("Ada pays 60 EUR a head.", [1])))
    await chat.say(RESEARCH)
    office.server.script(says({}))
    await chat.drop(drop())
    await chat.say("/cost")
    assert "• answer in a model's words: 1, 0.0030 EUR each" in chat.last
    assert "• research: 1, 0.0030 EUR each" in chat.last
    assert "• mail read: 1, 0.0030 EUR each" in chat.last


async def differing(office: Office, wanted: str, *changes: tuple[str, Any]) -> list[str]:
    """Change this, decide again, take it back; return what did not come out the same."""
    told = ""
    with suppress(TakenBackError):
        async with office.app.db.transaction() as tx:
            for sql, given in changes:
                assert (await tx.conn.execute(sa.text(sql), given)).rowcount >= 1, sql
            found = await subject.find(tx, wanted)
            assert found is not None
            told = rerun.lines(await rerun.of(tx, found, CHECKS))
            raise TakenBackError
    return [line for line in told.splitlines()[:-1] if not line.startswith("= ")]


def denying(office: Office) -> list[tuple[str, Any]]:
    """Return the changes after which every call was judged by a book with one more rule."""
    rule = Rule(id="no-models", why="None.", then="deny", action="models.ask")
    made = join(office.app.house.book, rule, "a test")
    row = {"hash": made.bundle, "rules": json.dumps(made.listed())}
    keep = "INSERT INTO bundles SELECT :hash, :rules, at FROM bundles LIMIT 1"
    by = "UPDATE reasons SET verdict=json_set(verdict, '$.bundle', :hash)"
    return [(keep, row), (by, {"hash": made.bundle})]


async def everything(office: Office) -> Chat:
    """Have a model answer, find and plan."""
    chat = await answered(office, "Ada pays 60 EUR a head.")
    office.server.script(finds(("Ada pays 60 EUR a head.", [1]), ("She pays 90 EUR.", [1])))
    await chat.say(RESEARCH)
    await carried_out(office)
    return chat


SUBJECTS = {  # the card, what of the kept answer is changed, and how that is named
    "answer/1": (ANSWER, ("60", "61"), "it was shown in other words"),
    "research/1": (FINDINGS, ("60 EUR", "60  EUR"), "the card shows other findings"),
    "plan/1": ("Plan: Two steps", ("Do brief", "Do it"), "the plan that was made is another"),
}


async def test_an_answer_findings_and_a_plan_come_out_the_same(office: Office) -> None:
    chat = await everything(office)
    await chat.say("/autonomy off")
    for step, (card, *_) in SUBJECTS.items():
        told = await replayed(office, chat.key(card))
        assert f"= {step}, home/one: answered, judged" in told
        assert f"= {step}, home/one: answered, its answer" in told
        assert "≠" not in told
        assert "·" not in told
    for effect in (await office.rows(effects))[1:]:  # the first kept the note
        told = await replayed(office, effect.id)
        assert "= hear.words/1, home/one: answered, its answer" in told
        assert "= plan/1, home/one: answered, its answer" in told
        assert "≠" not in told


async def test_each_single_change_is_named_and_no_other(office: Office) -> None:
    chat = await everything(office)
    rows = {row.step: row for row in await office.rows(reasons)}
    for step, (card, (old, new), other) in SUBJECTS.items():
        row, key, what = rows[step], chat.key(card), f"{step}, home/one: answered"
        denied = await differing(office, key, *denying(office))
        assert f"≠ {what}, judged: now deny by no-models, models-you-set-up: None." in denied
        assert all(", judged: now deny by no-models" in line for line in denied)
        of = {"key": row.answer, "old": old, "new": new}
        changed = "UPDATE answers SET value=replace(value, :old, :new) WHERE key=:key"
        assert await differing(office, key, (changed, of)) == [f"≠ {what}, its answer: {other}"]
        gone = await differing(office, key, ("DELETE FROM answers WHERE key=:key", of))
        assert gone == [f"· {what}, its answer: it is not kept any more"]
        sent = "UPDATE reasons SET prompt=json_set(prompt, '$[0].content', :said) WHERE id=:id"
        said = {"id": row.id, "said": "No.\n{}"}
        found = await differing(office, key, (sent, said))
        assert found == [f"≠ {what}, its answer: {OTHER_PROMPT}"]
    shown = "UPDATE cards SET msg=replace(msg, '60 EUR', '62 EUR') WHERE key=:key"
    for step in ("answer/1", "research/1"):
        card, _, other = SUBJECTS[step]
        found = await differing(office, chat.key(card), (shown, {"key": chat.key(card)}))
        assert found == [f"≠ {step}, home/one: answered, its answer: {other}"]


async def test_a_passage_that_changed_or_went_is_named_and_nothing_else(office: Office) -> None:
    chat = await everything(office)
    rows = {row.step: row for row in await office.rows(reasons)}
    for step, card in (("answer/1", ANSWER), ("research/1", FINDINGS)):
        assert rows[step].recalled
        for id, _ in rows[step].recalled:
            what, key = f"{step}, home/one: answered, given {id}", chat.key(card)
            other = ("UPDATE passages SET text='In green.' WHERE id=:id", {"id": id})
            found = await differing(office, key, other)
            assert found == [f"≠ {what}: it says something else today"]
            went = await differing(office, key, ("DELETE FROM passages WHERE id=:id", {"id": id}))
            assert went == [f"· {what}: it is not kept any more"]


async def test_an_answer_from_far_away_is_held_against_the_passages_of_today(
    office: Office,
) -> None:
    chat = await office.open(model_small=("far/one",))
    await chat.say("note on Ada: the workshop is paid from DE89 3704 0044 0532 0130 00, 60 EUR")
    office.server.script(states("The workshop is paid with 60 EUR."))
    await chat.say("from which account is the workshop paid?")
    assert "0532" not in office.server.read
    key = chat.key(ANSWER)
    assert await differing(office, key) == []
    shown = "UPDATE cards SET msg=replace(msg, 'with 60 EUR', 'with 62 EUR') WHERE key=:key"
    assert await differing(office, key, (shown, {"key": key})) == [
        "≠ answer/1, far/one: answered, its answer: it was shown in other words"
    ]
    await chat.tap(ANSWER, "Why?")
    assert f"Checked: {rechecked.SHOWN}" in chat.last


async def test_what_was_erased_since_is_said_and_is_no_failure(office: Office) -> None:
    chat = await office.open()
    await chat.say("note on Ada Example: she pays 60 EUR a head for the workshop")
    office.server.script(states("Ada Example pays 60 EUR a head."))
    await chat.say("what does Ada Example pay for the workshop?")
    key = chat.key(ANSWER)
    await forget(chat)
    told = await replayed(office, key)
    assert "≠" not in told
    assert "· answer/1, home/one: answered, its answer: " in told
    assert "cannot be compared any more." in told
    await chat.say(f"/why {key.partition(':')[2]}")
    assert "answer/1: home/one (small) answered" in chat.last
    assert "Example pays" not in chat.last
    assert "a head" not in chat.last
