"""Walks of several drafts: each is checked, mended once by one call, judged, and told of."""

from memory.schema.models import reasons
from memory.schema.work import effect_versions
from tests.peers.models import says
from tests.walks.model_office import CARD, WISH, Office
from tests.walks.test_manner import ASK, OPEN, plan
from tests.walks.test_modes import BRISK, PLAIN, WARM

DEAR, LATE = "You pay 940 EUR.", "It comes by 3 March 2031."
THREE = says({"texts": [PLAIN, f"{WARM} {DEAR}", f"{BRISK} {LATE}"]})


def mended(**texts: str) -> dict[str, object]:
    return says({"drafts": [{"id": int(id[1:]), "text": text} for id, text in texts.items()]})


async def purposes(office: Office) -> list[str]:
    rows = [one for one in await office.rows(reasons) if one.state == "answered"]
    return [one.step.partition("/")[0] for one in rows]


async def texts(office: Office) -> list[str]:
    newest = (await office.rows(effect_versions))[-1]
    return [one["args"]["text"] for one in newest.preview["options"]]


async def test_drafts_that_the_checks_mark_are_mended_by_one_call(office: Office) -> None:
    chat = await office.open()
    office.server.script(THREE, mended(_2=WARM, _3=BRISK))
    await chat.say(f"be creative: {WISH}")
    assert await purposes(office) == ["draft.variants", "draft.again"]
    told = str(office.server.asked[1]["messages"])
    assert "2: what is wrong with it" in told and "3: what is wrong with it" in told
    assert "1: what" not in told and "“940 EUR” is a number that I was not given." in told
    assert await texts(office) == [PLAIN, WARM, BRISK]
    assert "⚠" not in chat.text(CARD)


async def test_what_is_still_wrong_stands_on_the_option_it_is_in(office: Office) -> None:
    chat = await office.open()
    office.server.script(THREE, mended(_2=f"{WARM} {DEAR} Really.", _3=BRISK))
    await chat.say(f"be creative: {WISH}")
    card = chat.text(CARD)
    assert await texts(office) == [PLAIN, BRISK, f"{WARM} {DEAR} Really."]  # the best ones first
    [line] = [one for one in card.splitlines() if "C: " in one and "words:" in one]
    assert "⚠ “940 EUR” is a number that I was not given." in line
    assert card.count("⚠") == 1


async def test_a_draft_mended_into_a_copy_of_another_stays_as_it_was(office: Office) -> None:
    chat = await office.open()
    office.server.script(
        says({"texts": [PLAIN, f"{WARM} {DEAR}"]}), mended(_1="Not asked.", _2=PLAIN)
    )
    await chat.say(f"be creative: {WISH}")
    assert await texts(office) == [PLAIN, f"{WARM} {DEAR}"]


async def test_drafts_that_nobody_mends_are_offered_with_what_is_wrong(office: Office) -> None:
    chat = await office.open()
    office.server.script(THREE, says("no JSON at all"))
    await chat.say(f"be creative: {WISH}")
    card = chat.text(CARD)
    assert "“940 EUR” is a number" in card and "“3 March 2031” is a date" in card
    assert len(await texts(office)) == 3


async def test_a_judge_reads_each_of_several_drafts(office: Office) -> None:
    chat = await office.open(model_judge=("home/two",), model_judges=True)
    remark = {"words": "Good news", "why": "It is too loud."}
    none = says({"remarks": []})
    office.server.script(
        says({"texts": [PLAIN, WARM, BRISK]}), none, says({"remarks": [remark]}), none
    )
    await chat.say(f"be creative: {WISH}")
    assert await purposes(office) == ["draft.variants", *["draft.judge"] * 3]
    assert await texts(office) == [PLAIN, BRISK, WARM]
    [line] = [one for one in chat.text(CARD).splitlines() if "C: " in one and "words:" in one]
    assert "A judge model says of “Good news”: It is too loud." in line


async def test_several_drafts_cost_no_more_calls_than_their_specialist_may(
    office: Office,
) -> None:
    folder = office.folder / "specialists"
    folder.mkdir()
    spec = "does: writes letters\nmay: [email.*]\ntier: small\nmode: creative\ncalls_max: 1\n"
    (folder / "letters.yaml").write_text(spec, "utf-8")
    chat = await office.open()
    office.server.script(THREE)
    await chat.say(WISH)
    assert await purposes(office) == ["draft.variants"]
    assert await office.rules_said() == ["calls-contract-letters"]
    assert "“940 EUR” is a number" in chat.text(CARD)


async def test_several_drafts_of_a_text_that_a_plan_left_open_are_mended_too(
    office: Office,
) -> None:
    chat = await office.open()
    hall, late = "The hall is booked. See you.", f"Ada, good news: we have the hall. {DEAR}"
    office.server.script(
        plan(OPEN), says({"texts": [hall, late]}), mended(_2=late.removesuffix(f" {DEAR}"))
    )
    await chat.say(ASK.replace("/plan ", "/plan be creative: "))
    await chat.tap("The plan", "▶ Start")
    assert await texts(office) == [hall, late.removesuffix(f" {DEAR}")]
