"""Walks with modes: the same wish is looked into, done by the book, or drafted in several ways."""

from dataclasses import dataclass

import pytest

from agents.writing import variants
from engine.flow.durable import open_work
from engine.planning import goals as engine_goals
from engine.planning import mode_words
from memory.copying import verify
from memory.schema.models import reasons
from memory.schema.work import effect_versions, effects, goals, outcomes, tasks
from tests.peers.models import says
from tests.walks.model_office import CARD, TEMPLATE, WISH, WROTE, Office
from tests.walks.test_objectives import recorded
from tests.walks.test_planning import ASK, booking, mail, plan
from tests.walks.test_refund import sent

PLAIN = "Hello Bruno,\n\nthe file is ready.\n\nKind regards\nStudio Example"
WARM = "Good news, Bruno! What we talked about lies here now: come by for the file any time. Yours"
BRISK = "Bruno: file ready. Fetch it."
NEAR = PLAIN.replace("Kind regards", "Best regards")
THREE = says({"texts": [PLAIN, NEAR, WARM, BRISK]})
OPEN = mail(text={"write": "the mail about the hall"})
NAMES = {"by the book: ": "deterministic", "be creative: ": "creative"}


@dataclass(frozen=True, slots=True)
class Became:
    """What the records say of one wish: its steps, who wrote, what it offers, how it ended."""

    steps: tuple[tuple[str, str], ...]  # operation and state of each
    asked: tuple[str, ...]  # purposes of the calls to models
    offered: int  # other drafts of the newest card
    kinds: tuple[str, ...]  # of what came of it


async def became(office: Office, *leave_out: str) -> dict[str, Became]:
    """Return what became of the newest wish of each mode. `leave_out`: purposes of calls."""
    works, calls = await office.rows(tasks), await office.rows(reasons)
    ended, done = await office.rows(outcomes), await office.rows(effects)
    newest = {one.effect: one for one in await office.rows(effect_versions)}
    found = {}
    for goal in await office.rows(goals):
        steps = [one for one in works if one.goal == goal.id]
        cards = [newest[one.id] for one in done if one.goal == goal.id]
        found[goal.mode] = Became(
            tuple((one.operation, one.state) for one in steps),
            tuple(p for one in calls if one.goal == goal.id
                  and (p := one.step.partition("/")[0]) not in leave_out),
            sum(len(one.preview["options"]) for one in cards),
            tuple(one.kind for one in ended if one.goal == goal.id),
        )  # fmt: skip
    return found


async def test_the_same_wish_gives_three_different_plans(office: Office) -> None:
    chat = await office.open()
    await chat.say(f"explore: {WISH}")
    assert "I only looked; nothing was done." in chat.text("I only looked")
    assert "To go on I would: Write an e-mail (write to)" in chat.last
    await chat.say(f"by the book: {WISH}")
    by_the_book = chat.text(CARD)
    office.server.script(THREE)
    await chat.say(f"be creative: {WISH}")
    creative = chat.text(CARD)
    assert await became(office) == {
        "exploratory": Became((), (), 0, ("findings",)),
        "deterministic": Became((("email.send", "waiting"),), (), 0, ()),
        "creative": Became((("email.send", "waiting"),), ("draft.variants",), 3, ()),
    }
    assert TEMPLATE in by_the_book and "Mode: deterministic: by rules and" in by_the_book
    assert "B: " not in by_the_book and "drafted" not in by_the_book
    assert "B: " in creative and f"C: {len(BRISK.split())} words: {BRISK}" in creative
    labels = [b.label for row in chat.card(CARD).buttons for b in row]
    assert [one for one in labels if "Take" in one] == ["Take B", "Take C"]
    assert (await verify.verify(office.app.db)).faults == ()


async def test_the_same_wish_that_no_playbook_does_gives_three_different_plans(
    office: Office,
) -> None:
    chat = await office.open()
    for mode in ("explore: ", "by the book: ", "be creative: "):
        wish = ASK.replace("/plan ", f"/plan {mode}")
        made = () if mode == "explore: " else (plan(OPEN, booking()), THREE)
        office.server.script(*made or (says({"sentences": []}),))
        await chat.say(wish)
        if made:
            assert f"Mode: {NAMES[mode]}" in chat.text("The plan")
            yours = "you fill in its text: by the book no model writes it"
            assert (yours in chat.text("The plan")) == (mode == "by the book: ")
            await chat.tap("The plan", "▶ Start")
    assert await became(office, "answer") == {
        "exploratory": Became((), (), 0, ("findings",)),
        "deterministic": Became(
            (("email.send", "waiting"), ("calendar.book", "waiting")), ("plan",), 0, ()
        ),
        "creative": Became(
            (("email.send", "waiting"), ("calendar.book", "waiting")),
            ("plan", "draft.variants"), 3, (),
        ),
    }  # fmt: skip
    assert "Take C" in chat.text("ada@example.org")
    assert sent(office.app) == []


async def test_to_explore_ends_in_findings_with_sources_and_never_in_an_effect(
    office: Office,
) -> None:
    chat = await office.open()
    await chat.say("note on Bruno: prefers the blue file")
    before = len(await office.rows(effects))
    await chat.say(f"explore {WISH}")
    assert "the record" in chat.text("I only looked")
    assert any("blue file" in chat.text(chat.shown[key].summary) for key in chat.order[-2:])
    assert len(await office.rows(effects)) == before
    [ended] = [one for one in await office.rows(outcomes) if one.kind == "findings"]
    assert ended.succeeded
    await chat.tap("To go on I would", "Do it")
    assert chat.text(CARD)
    assert sent(office.app) == []


@pytest.mark.parametrize("head", ["for project Spring: explore: ", "explore: for project Spring: "])
async def test_a_project_before_or_behind_the_mode_hides_neither(office: Office, head: str) -> None:
    chat = await office.open(model_small=())
    await recorded(chat, "new project Spring", "New project")
    await chat.say(f"{head}{WISH}")
    assert "I only looked; nothing was done." in chat.text("I only looked")
    assert await office.rows(effects) == []
    [goal] = await office.rows(goals)
    assert goal.project
    await chat.tap("To go on I would", "Do it")
    assert TEMPLATE in chat.text(CARD)
    assert [one.project for one in await office.rows(goals)] == [goal.project] * 2
    assert (await verify.verify(office.app.db)).faults == ()


async def test_each_of_several_wishes_keeps_its_words_its_mode_and_its_project(
    office: Office,
) -> None:
    chat = await office.open()
    await recorded(chat, "new project Spring", "New project")
    await chat.say(
        "by the book: for project Spring: refund Ada 40 EUR and remind me on Friday to call her"
    )
    found = await office.rows(goals)
    assert [one.mode for one in found] == ["deterministic"] * 2
    assert all(one.project for one in found)
    assert "40.00 EUR" in found[0].text or "40 EUR" in str(found[0].slots)
    assert "call" in found[1].text


async def test_what_is_only_looked_into_is_denied_whatever_asks_for_it(office: Office) -> None:
    chat = await office.open(model_small=())
    await chat.say(WISH)
    [goal] = await office.rows(goals)
    async with office.app.db.transaction() as tx:  # behind the back of every card
        await engine_goals.go_about(tx, goal.id, mode_words.EXPLORATORY, goal.asked_by)
    await chat.tap(CARD, "✓ Send")
    assert sent(office.app) == []
    assert "You asked only to look into it." in chat.text(CARD)


async def test_by_the_book_no_model_is_asked(office: Office) -> None:
    chat = await office.open(model_judge=("home/two",), model_judges=True)
    for way in ("by the book: ", "/mode deterministic ", "strictly: "):
        await chat.say(f"{way}{WISH}")
        assert TEMPLATE in chat.text(CARD)
    assert office.server.asked == []
    assert await office.rows(reasons) == []


async def test_a_card_tells_the_mode_that_holds_even_where_its_text_stays(office: Office) -> None:
    chat = await office.open(model_small=())
    await chat.say(f"by the book: {WISH}")
    assert "Mode: deterministic" in chat.text(CARD)
    await chat.say("/mode usual")
    assert "Mode:" not in chat.text(CARD)


async def test_taking_another_draft_shows_it_whole_before_it_is_asked(office: Office) -> None:
    chat = await office.open()
    office.server.script(THREE)
    await chat.say(f"be creative: {WISH}")
    assert f"C: {len(BRISK.split())} words: {BRISK}" in chat.text(CARD)
    assert (await chat.tap(CARD, "Take C")).text == "Taken. Here is the new card."
    card = chat.text(CARD)
    assert "Take B" in card and "Take C" in card  # the others may still be taken
    assert sent(office.app) == []
    newest = (await office.rows(effect_versions))[-1]
    assert newest.action["args"]["text"] == BRISK
    assert newest.action["origins"]["text"] == "model"  # chosen, not typed
    await chat.tap(CARD, "✓ Send")
    assert len(sent(office.app)) == 1
    await chat.say("/facts Bruno")
    assert "lesson" not in chat.last


async def test_a_draft_keeps_its_marks_when_it_is_taken(office: Office) -> None:
    chat = await office.open()
    wrong = f"{BRISK} You pay 940 EUR."
    office.server.script(says({"texts": [PLAIN, wrong]}), says({"drafts": []}))
    await chat.say(f"be creative: {WISH}")
    marked = f"B: 9 words: {' '.join(wrong.split())} ⚠ “940 EUR” is a number"
    assert marked in chat.text(CARD)
    await chat.tap(CARD, "Take B")
    assert "“940 EUR” is a number that I was not given." in chat.text(CARD)


async def test_copies_are_no_choice(office: Office) -> None:
    chat = await office.open()
    office.server.script(says({"texts": [PLAIN, NEAR]}), says({"text": WROTE}))
    await chat.say(f"be creative: {WISH}")
    assert WROTE in chat.text(CARD)
    assert "Take B" not in chat.text(CARD)


async def test_other_drafts_are_offered_where_the_first_of_them_stands_there_already(
    office: Office,
) -> None:
    chat = await office.open()
    await chat.say(WISH)
    office.server.script(says({"texts": [WROTE, WARM, BRISK]}))
    await chat.say("/mode creative")
    assert WROTE in chat.text(CARD)
    assert f"B: {len(WARM.split())} words: {WARM}" in chat.text(CARD)
    assert "There is only this one" not in chat.text(CARD)
    before = len(await office.rows(effect_versions))
    [task] = await office.rows(tasks)
    async with office.app.db.transaction() as tx:
        await open_work(tx, "dispatch", task.id)
    await chat.settle()
    assert len(await office.rows(effect_versions)) == before  # the same drafts are no news


async def test_without_a_model_a_creative_card_says_that_there_is_one_draft(office: Office) -> None:
    chat = await office.open(model_small=())
    await chat.say(WISH)
    assert "There is only this one" not in chat.text(CARD)
    await chat.say("/mode creative")
    assert "There is only this one: no language model wrote others" in chat.text(CARD)
    await chat.tap(CARD, "✓ Send")
    assert "There is only this one" not in chat.text(CARD)


async def test_an_open_wish_is_turned_by_word_and_by_button(office: Office) -> None:
    chat = await office.open()
    await chat.say(WISH)
    assert WROTE in chat.text(CARD)
    await chat.say("/mode deterministic")
    assert "From now on deterministic" in chat.text("From now on")
    assert TEMPLATE in chat.text(CARD)
    office.server.script(THREE)
    await chat.tap(CARD, "… More")
    await chat.tap(CARD, "Mode…")
    await chat.tap("Go on in another way?", "Creative")
    assert "Take B" in chat.text(CARD)
    await chat.say("/mode explore")
    assert "Withdrawn" in chat.text(CARD)
    assert "I only looked" in chat.text("I only looked")
    assert sent(office.app) == []


async def test_a_mode_that_is_none_is_said(office: Office) -> None:
    chat = await office.open()
    await chat.say("/mode funny")
    assert "I know no mode “funny”." in chat.last
    await chat.say("/mode")
    assert "There is no open wish here." in chat.last


@pytest.mark.parametrize(
    ("said", "mode", "wish"),
    [
        ("Explore what Ada ordered", "exploratory", "what Ada ordered"),
        ("please be creative: write to Ada", "creative", "write to Ada"),
        ("sei kreativ: schreib Ada", "creative", "schreib Ada"),
        ("by the book, refund Ada", "deterministic", "refund Ada"),
        ("the explorer is here", "", "the explorer is here"),
        ("be creative", "", "be creative"),
        ("creative work costs 40 EUR", "", "creative work costs 40 EUR"),
    ],
)
def test_a_mode_is_heard_before_the_wish(said: str, mode: str, wish: str) -> None:
    assert mode_words.heard(said) == (mode, wish)


def test_near_copies_are_dropped_and_at_most_five_stay() -> None:
    assert variants.different([PLAIN, NEAR, WARM, PLAIN, BRISK]) == [PLAIN, WARM, BRISK]
    many = [f"{word} " * 9 for word in ("one", "two", "three", "four", "five", "six")]
    assert len(variants.different(many)) == 5
