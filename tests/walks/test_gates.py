"""Walks with the checks of drafts: what no evidence has is marked, revised once, and looked at."""

from memory.schema.models import reasons
from memory.schema.work import effects
from tests.peers.models import says
from tests.walks.model_office import CARD, WISH, WROTE, Office
from tests.walks.test_objectives import recorded
from tests.walks.test_refund import sent
from tests.walks.test_rule_words import agreed

WRONG = "Hello Bruno, your file is ready; you pay 940.00 EUR to Quirina. Yours, Studio Example"
LEAVE = "mails to known people are fine"
MARKS = ("“940.00 EUR” is a number that I was not given.", "“Quirina” is a name that I was not")


async def test_a_draft_with_a_fact_from_nowhere_is_revised_once_and_then_clean(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(says({"text": WRONG}), says({"text": WROTE}))
    await chat.say(WISH)
    card = chat.text(CARD)
    assert WROTE in card
    assert "not given" not in card
    assert len(office.server.asked) == 2
    assert "“940.00 EUR” is a number that I was not given." in office.server.read
    await chat.say("/why")
    assert "draft.again/1: home/one" in chat.last


async def test_what_the_revision_leaves_stands_on_the_card_with_its_words(office: Office) -> None:
    chat = await office.open()
    office.server.script(says({"text": WRONG}))
    await chat.say(WISH)
    card = chat.text(CARD)
    assert WRONG in card
    for mark in MARKS:
        assert mark in card
    assert len(office.server.asked) == 2  # revised once, and never again


async def test_a_marked_draft_is_asked_about_where_it_would_run_by_itself(office: Office) -> None:
    (office.folder / "rules").mkdir(exist_ok=True)
    (office.folder / "rules" / "mine.yaml").write_text(MINE)
    chat = await office.open()
    await chat.say(WISH)
    assert len(sent(office.app)) == 1  # a clean one runs
    office.server.script(says({"text": WRONG}))
    await chat.say("write to Bruno that the course starts on Monday")
    assert len(sent(office.app)) == 1
    [_, waiting] = await office.rows(effects)
    assert "outward-findings-ask" in waiting.verdict["rules"]


async def test_an_order_number_that_became_a_sum_does_not_leave_by_itself(office: Office) -> None:
    (office.folder / "rules").mkdir(exist_ok=True)
    (office.folder / "rules" / "mine.yaml").write_text(MINE)
    chat = await office.open()
    office.server.script(says({"text": "Dear Bruno, you get 1042 EUR back. Yours, Studio Example"}))
    await chat.say("write to Bruno that he gets 40 EUR back for order 1042")
    assert sent(office.app) == []
    assert "“1042 EUR” is a number that I was not given." in chat.text(CARD)
    office.server.script(says({"text": "Dear Bruno, €40.00 is on its way. Yours, Studio Example"}))
    await chat.say("write to Bruno that he gets 40 EUR back for order 1043")
    assert len(sent(office.app)) == 1


async def test_a_marked_draft_that_was_stopped_and_taken_back_is_asked_about_again(
    office: Office,
) -> None:
    (office.folder / "rules").mkdir(exist_ok=True)
    (office.folder / "rules" / "mine.yaml").write_text(MINE)
    chat = await office.open()
    await recorded(chat, "new project Spring", "New project")
    office.server.script(says({"text": WRONG}))
    await chat.say(f"for project Spring: {WISH}")
    assert sent(office.app) == []
    await chat.say("stop project Spring")
    await chat.tap("Stop Spring?", "■ Stop it")
    await chat.tap("Spring is stopped", "Take it back")
    assert sent(office.app) == []
    card = chat.text(CARD)
    for mark in MARKS:
        assert mark in card


async def test_a_mark_goes_when_the_operator_takes_its_words_out(office: Office) -> None:
    chat = await office.open()
    office.server.script(says({"text": WRONG}))
    await chat.say(WISH)
    await chat.tap(CARD, "✎ Edit", text=WRONG.replace("940.00 EUR", "40 EUR"))
    card = chat.text(CARD)
    assert "“940.00 EUR”" not in card.split("⚠", 1)[1]
    assert "“Quirina” is a name" in card


async def test_what_a_model_made_up_before_does_not_vouch_for_what_it_writes_next(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(says({"text": WRONG}))
    await chat.say(WISH)
    other = "Bruno! Come by: 940.00 EUR it is, and Quirina looks forward to it. Studio Example"
    office.server.script(says({"texts": [f"{WRONG}, now.", other]}))
    await chat.say("/mode creative")
    card = chat.text(CARD)
    assert "Take B" in card
    for mark in MARKS:
        assert mark in card


async def test_a_rule_of_tone_is_told_to_the_model_that_broke_it(office: Office) -> None:
    chat = await office.open()
    await agreed(chat, "never say 'asap' in a mail")
    office.server.script(says({"text": "Hello Bruno, asap. Yours"}), says({"text": WROTE}))
    await chat.say(WISH)
    assert WROTE in chat.text(CARD)
    assert "It is not as you want it. You said: never say 'asap'" in office.server.read


async def test_without_a_model_what_was_to_be_filled_in_is_marked(office: Office) -> None:
    chat = await office.open(model_small=())
    await chat.say("write to Bruno that [NAME] has the file")
    assert "“[NAME]” looks like a place that was still to be filled in." in chat.text(CARD)
    assert office.server.asked == []


async def test_a_judge_says_what_to_look_at_and_decides_nothing(office: Office) -> None:
    chat = await office.open(model_judge=("home/two",), model_judges=True)
    remarks = [
        {"words": "your file", "why": "It is not said whose."},
        {"words": "zebra", "why": "x"},
    ]
    office.server.script(says({"text": WROTE}), says({"remarks": remarks}))
    await chat.say(WISH)
    card = chat.text(CARD)
    assert "A judge model says of “your file”: It is not said whose." in card
    assert "zebra" not in card  # words that the draft does not have
    assert sent(office.app) == []
    assert [one.tier for one in await office.rows(reasons)] == ["small", "judge"]


async def test_no_judge_is_asked_unless_one_is_wanted(office: Office) -> None:
    chat = await office.open(model_judge=("home/two",))
    await chat.say(WISH)
    assert [one.tier for one in await office.rows(reasons)] == ["small"]


MINE = """\
rules:
  - id: mails-run
    action: email.send
    when: [recipient_known, recipients == 1, dest_trusted]
    then: notify
    why: You let mails run.
"""
