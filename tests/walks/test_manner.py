"""Walks with a specialist's file: its tier, mode and checks hold for each text of its steps.

Whether the text starts from a template or stands in a model's own plan makes no difference.
"""

from pathlib import Path

import pytest

from agents.specialists import roster
from agents.specialists.spec import SpecError
from engine.planning.plan_card import BY_THE_BOOK
from memory.schema.models import reasons
from memory.schema.work import effect_versions, tasks
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import CARD, TEMPLATE, WISH, WROTE, Office
from tests.walks.test_modes import OPEN, THREE
from tests.walks.test_planning import ASK, answer, booking, note, plan, states, step
from tests.walks.test_refund import sent
from tests.walks.test_rungs import spend
from tests.walks.test_specialists import LETTERS, own

TWO = {"model_small": ("home/one",), "model_large": ("home/two",)}
HALL = "The hall is yours from Monday on."
MADE_UP = f"{HALL} It costs 940 EUR."


async def asked(office: Office) -> list[tuple[str, str, str]]:
    """Return of each answered call the purpose, the agent and the tier."""
    rows = [one for one in await office.rows(reasons) if one.state == "answered"]
    return [(one.step.partition(".")[0], one.agent, one.tier) for one in rows]


async def planned(office: Office, *steps: object, **more: object) -> Chat:
    """Have a model plan a mail whose text it leaves open, and start it."""
    chat = await office.open(**more)
    office.server.script(plan(OPEN, booking()), *steps)
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    return chat


async def test_a_text_is_asked_of_the_tier_that_the_file_says(office: Office) -> None:
    own(office.folder, "letters", LETTERS.replace("small", "large"))
    chat = await office.open(**TWO)
    office.server.script(says({"text": WROTE}))
    await chat.say(WISH)
    assert WROTE in chat.text(CARD)
    assert await asked(office) == [("draft", "letters", "large")]


async def test_a_file_that_goes_by_the_book_asks_no_model_unless_the_wish_says_so(
    office: Office,
) -> None:
    own(office.folder, "letters", f"{LETTERS}mode: deterministic\n")
    chat = await office.open()
    await chat.say(WISH)
    assert TEMPLATE in chat.text(CARD)
    assert "Mode: deterministic" in chat.text(CARD)
    assert "So says the file of “letters”." in chat.text(CARD)
    assert office.server.asked == []
    office.server.script(THREE)
    await chat.say("/mode creative")
    assert "Take C" in chat.text(CARD)
    assert "Mode: creative" in chat.text(CARD)
    assert "So says the file" not in chat.text(CARD)


async def test_a_creative_file_gives_several_drafts_without_being_told(office: Office) -> None:
    own(office.folder, "letters", f"{LETTERS}mode: creative\n")
    chat = await office.open()
    office.server.script(THREE)
    await chat.say(WISH)
    assert "Take C" in chat.text(CARD)
    await chat.say(f"by the book: {WISH}")
    assert TEMPLATE in chat.text(CARD)
    assert len(office.server.asked) == 1


CHECKS = "checks: {words: 12, never: [for you], language: en, judge: true}\n"


async def test_the_checks_of_a_file_are_told_mended_once_and_marked(office: Office) -> None:
    own(office.folder, "letters", LETTERS + CHECKS)
    chat = await office.open()
    still = "Hallo Bruno, die Datei ist für Sie da und wird nicht gelöscht. Ihr Studio Example"
    remark = {"words": "Hallo", "why": "It is too familiar."}
    office.server.script(says({"text": WROTE}), says({"text": still}), says({"remarks": [remark]}))
    await chat.say(WISH)
    assert "It never says “for you”." in str(office.server.asked[0]["messages"])
    assert "“for you” is never to be said" in str(office.server.asked[1]["messages"])
    card = chat.text(CARD)
    assert WROTE in card  # mended for the worse, so the first one stands
    assert "⚠ “for you” is never to be said, by the specialist's file." in card
    assert [one[0] for one in await asked(office)] == ["draft", "draft", "draft"]
    assert "too familiar" not in card  # what the judge remarks must stand in the text


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("checks: {wrods: 5}", r"there is no key `checks\.wrods` \(nearest: 'words'\)"),
        ("checks: {language: xx}", "`checks.language`: input should be 'en', 'de', 'fr' or 'es'"),
        ("checks: {never: ['!!']}", "`checks.never.0`"),
        ("mode: fast", "`mode`: input should be"),
    ],
)
def test_a_faulty_check_is_said_at_the_start(tmp_path: Path, said: str, fault: str) -> None:
    own(tmp_path, "letters", f"{LETTERS}{said}\n")
    with pytest.raises(SpecError, match=fault):
        roster.of(tmp_path)


async def test_a_text_of_a_models_plan_is_its_specialists(office: Office) -> None:
    own(office.folder, "letters", f"{LETTERS}calls_max: 3\n{CHECKS}".replace("words: 12, ", ""))
    (office.folder / "specialists" / "letters.md").write_text("Begin with the weather.", "utf-8")
    remark = {"words": "from Monday on", "why": "Nobody said when it ends."}
    chat = await planned(
        office, says({"text": MADE_UP}), says({"text": HALL}), says({"remarks": [remark]}), **TWO
    )
    assert await states(office) == {"tell": "waiting", "book": "waiting"}
    assert {one.agent for one in await office.rows(tasks)} == {"letters", "scheduler"}
    assert "Begin with the weather." in str(office.server.asked[1]["messages"])
    assert "“940 EUR” is a number" in str(office.server.asked[2]["messages"])
    assert [one[1:] for one in await asked(office)] == [
        ("planner", "large"), *[("letters", "small")] * 2, ("letters", "large")
    ]  # fmt: skip
    card = chat.text("ada@example.org")
    assert HALL in card and "940" not in card
    assert "Nobody said when it ends." in card


async def test_a_text_of_a_models_plan_costs_no_more_calls_than_its_specialist_may(
    office: Office,
) -> None:
    own(office.folder, "letters", f"{LETTERS}calls_max: 1\n")
    chat = await planned(office, says({"text": MADE_UP}), says({"text": HALL}))
    assert await office.rules_said() == ["calls-contract-letters"]
    assert "“940 EUR” is a number that I was not given." in chat.text("ada@example.org")
    assert len(office.server.asked) == 2


async def test_who_asks_no_model_writes_no_text_that_a_plan_leaves_open(office: Office) -> None:
    own(office.folder, "letters", LETTERS.replace("small", "local"))
    chat = await planned(office)
    assert await states(office) == {"tell": "failed", "book": "waiting"}
    assert "letters asks no language model, by its file." in chat.text("cannot be done")
    assert len(office.server.asked) == 1


async def test_a_plan_says_the_mode_of_a_file_on_the_steps_it_is_for(office: Office) -> None:
    own(office.folder, "letters", f"{LETTERS}mode: deterministic\n")
    chat = await office.open()
    office.server.script(plan(OPEN, booking()))
    await chat.say(ASK)
    card = chat.text("The plan")
    told = "deterministic, says the file of “letters”"
    [line] = [one for one in card.splitlines() if told in one]
    assert "1. Do tell" in line and BY_THE_BOOK in line
    await chat.say("/mode creative")
    card = chat.text("The plan")
    assert "Mode: creative" in card and told not in card and BY_THE_BOOK not in card


async def test_a_creative_plan_of_a_models_offers_each_mail_in_several_ways(
    office: Office,
) -> None:
    chat = await office.open()
    three = ("The hall is booked. See you.", "Ada, good news: we have the hall.", "Hall: yes!")
    office.server.script(
        plan(note("first", {"write": "a note"}), OPEN),
        says({"text": "Noted."}),
        says({"texts": three}),
    )
    await chat.say(ASK.replace("/plan ", "/plan be creative: "))
    await chat.tap("The plan", "▶ Start")
    card = chat.text("ada@example.org")
    assert three[0] in card and f"C: 2 words: {three[2]}" in card
    await answer(chat, "ada@example.org", "Take B")
    [*_, newest] = await office.rows(effect_versions)
    assert newest.action["args"]["text"] == three[1]
    assert newest.action["origins"]["text"] == "model"
    assert sent(office.app) == []
    await answer(chat, "good news", "✓ Send")
    assert len(sent(office.app)) == 1


async def test_by_the_book_no_model_writes_a_text_of_a_plan_until_the_mode_is_another(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(plan(OPEN, booking()), says({"text": HALL}))
    await chat.say(ASK.replace("/plan ", "/plan by the book: "))
    await chat.tap("The plan", "▶ Start")
    assert await states(office) == {"tell": "waiting", "book": "waiting"}
    card = chat.text("ada@example.org")
    assert "[to be written]" in card and "⚠" in card
    assert len(office.server.asked) == 1
    await chat.say("/mode usual")
    assert HALL in chat.text("ada@example.org")


async def test_a_dispute_is_asked_of_the_large_models(office: Office) -> None:
    chat = await office.open(**TWO)
    await chat.say("write to Bruno that invoice 7 is still unpaid")
    await chat.say("refund Ada 40 EUR for payment PAY-1042")
    await chat.say(WISH)
    assert list(dict.fromkeys(await asked(office))) == [
        ("draft", "writer", "large"), ("draft", "writer", "small")
    ]  # fmt: skip
    assert len({one.task for one in await office.rows(reasons) if one.tier == "large"}) == 2
    await chat.say("/cost")
    assert "• large (planning, research, long drafts, disputes): " in chat.last
    assert "• small (reading, answers, short drafts): 1 call, " in chat.last


async def test_a_dispute_is_asked_of_the_small_models_where_a_file_of_yours_says_so(
    office: Office,
) -> None:
    own(office.folder, "letters", LETTERS)
    chat = await office.open(**TWO)
    await chat.say("write to Bruno that invoice 7 is still unpaid")
    assert await asked(office) == [("draft", "letters", "small")]


async def test_with_money_short_a_dispute_is_asked_of_the_small_models(office: Office) -> None:
    chat = await office.open(**TWO)
    await spend(office, "1.65")  # four fifths of the day's 2.00 and a little
    await chat.say("write to Bruno that invoice 7 is still unpaid")
    assert await asked(office) == [("draft", "writer", "small")]
    assert await office.rules_said() == ["models-thrifty"]


async def test_a_post_of_a_models_plan_is_asked_of_the_large_models(office: Office) -> None:
    chat = await office.open(**TWO)
    post = {"title": {"write": "a title"}, "slug": "hall", "text": {"write": "the post"}}
    office.server.script(
        plan(step("post", "cms.publish", post)),
        says({"text": "Hall"}),
        says({"text": "It is ours."}),
    )
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    assert "It is ours." in chat.text("Publish")
    assert await asked(office) == [
        ("plan/1", "planner", "large"), ("compose", "publisher", "small"),
        ("compose", "publisher", "large"),
    ]  # fmt: skip
