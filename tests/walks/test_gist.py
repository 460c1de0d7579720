"""Walks of words that no rule knows: a small model says what they are, and rules do the rest."""

from typing import Any

import pytest

from agents.hearing.filling import Filling
from memory.copying import verify
from memory.schema.models import costs, reasons
from memory.schema.work import effects, goals
from tests.chat import Chat
from tests.peers.models import fails, says
from tests.walks.model_office import Office, heard, one
from tests.walks.test_planning import note, plan
from tests.walks.test_words import heard_again

MONEY_RUNS = """\
rules:
  - {id: mine, action: "payments.*", when: [amount <= 50.0], then: allow, why: Let it run.}
"""
REFUND = "Ada has been waiting for 40 EUR of hers for a week now"
LARGE = {"model_small": ("home/one",), "model_large": ("home/two",)}


def wish(playbook: str, **slots: str) -> dict[str, Any]:
    return one("playbook", playbook=playbook, slots=slots)


async def asked(office: Office) -> list[tuple[str, str]]:
    """Return the purpose and the model of each call that was answered, in order."""
    return [(r.step, r.model) for r in await office.rows(reasons) if r.state == "answered"]


async def states(office: Office) -> dict[str, str]:
    return {e.action["operation"]: e.state for e in await office.rows(effects)}


async def test_a_wish_said_in_other_words_costs_one_small_call_and_rules_fill_it(
    office: Office,
) -> None:
    chat = await office.open(**LARGE)
    office.server.script(heard(wish("refund", customer="Ada", amount="40 EUR")))
    await chat.say(REFUND)
    assert "40.00 EUR" in chat.text("Refund")
    assert await asked(office) == [("hear.words/1", "home/one")]
    why = await explained(office, chat)
    assert "“Refund a customer” is what home/one took your words for." in why
    assert "hear.words/1: home/one, answered · front" in why
    assert (await verify.verify(office.app.db)).faults == ()


async def explained(office: Office, chat: Chat) -> str:
    await chat.say(f"/why {(await office.rows(effects))[0].id[-8:]}")
    return chat.last


async def test_what_a_model_read_asks_even_where_your_rule_lets_it_run(office: Office) -> None:
    (office.folder / "rules").mkdir(exist_ok=True)
    (office.folder / "rules" / "mine.yaml").write_text(MONEY_RUNS, encoding="utf-8")
    chat = await office.open()
    await chat.say("refund Ada 40 EUR")
    assert (await states(office))["payments.refund"] == "done"
    office.server.script(heard(wish("refund", customer="Ada", amount="20 EUR")))
    await chat.say("Ada has been waiting for 20 EUR of hers for a week now")
    refunds = [e for e in await office.rows(effects) if e.action["operation"] == "payments.refund"]
    assert [e.state for e in refunds] == ["done", "waiting"]
    assert "read-by-model-asks" in refunds[1].verdict["rules"]
    await chat.tap("20.00 EUR", "Edit", amount="10.00")
    refund = next(e for e in await office.rows(effects) if e.id == refunds[1].id)
    assert (refund.state, refund.version) == ("waiting", 2), refund.verdict
    office.server.script(heard(wish("record-payment", customer="Ada", amount="60 EUR")))
    await chat.say("Ada says the money for the lamp, 60 EUR, is coming")
    assert (await states(office))["payments.record"] == "waiting"


@pytest.mark.parametrize(
    ("amount", "told"),
    [("half of it", "I cannot read “half of it” as an amount"), ("40 EUR", "I am not sure")],
)
async def test_an_amount_that_was_not_said_is_none(office: Office, amount: str, told: str) -> None:
    chat = await office.open()
    office.server.script(heard(wish("refund", customer="Ada", amount=amount)))
    await chat.say("Ada should see half of it again")
    assert told in chat.last
    assert await office.rows(goals) == []


async def test_what_is_refused_or_only_asked_is_no_wish_whatever_a_model_says(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(heard(wish("refund", customer="Ada", amount="40 EUR")))
    await chat.say("never give Ada those 40 EUR again, she has had them")
    assert "I am not sure what you want" in chat.last
    assert await office.rows(goals) == []


async def test_what_only_tells_something_is_kept_without_a_plan(office: Office) -> None:
    chat = await office.open(**LARGE)
    office.server.script(heard(one("note")))
    await chat.say("Ada would rather be called in the mornings")
    assert "Note on Ada Example" in chat.text("Note")
    assert (await states(office)) == {"records.note": "done"}
    await chat.say("the gate of the yard has a new lock since Monday")
    assert "I keep that." in chat.last
    await chat.say("does the yard's gate have a new lock?")
    assert "the gate of the yard has a new lock since Monday" in chat.last
    assert {step for step, _ in await asked(office)} == {"hear.words/1"}


async def test_thanks_want_nothing_and_plan_nothing(office: Office) -> None:
    chat = await office.open(**LARGE)
    office.server.script(heard(one("talk")))
    await chat.say("thanks, that was great")
    assert "nothing in that for me to do" in chat.last
    assert await asked(office) == [("hear.words/1", "home/one")]


async def test_a_question_in_another_form_is_answered_from_what_is_known(office: Office) -> None:
    chat = await office.open()
    await chat.say("Bruno told me that the hall has no lift and holds 80 people")
    office.server.script(
        heard(one("question")), says({"sentences": [{"text": "80 people.", "sources": [1]}]})
    )
    await chat.say("the number of people in the hall, please")
    assert "80 people" in chat.last


async def test_a_correction_in_other_words_changes_what_waits(office: Office) -> None:
    chat = await office.open()
    await chat.say("refund Ada 40 EUR")
    office.server.script(heard(one("correction", new="25 EUR", old="")))
    await chat.say("hm, 25 EUR are quite enough for her")
    refunds = [e for e in await office.rows(effects) if "amount" in e.action["args"]]
    both = [(e.state, e.action["args"]["amount"]) for e in refunds]
    assert both == [("withdrawn", "40.00"), ("waiting", "25.00")]
    assert "what they asked for before" in office.server.read
    assert "refund Ada 40 EUR" in office.server.read


async def test_several_things_are_parted_where_the_words_stand(office: Office) -> None:
    chat = await office.open()
    said = "the lamp of Ada is ready so drop her a word, besides I should be poked on Friday at 9"
    first = "the lamp of Ada is ready so drop her a word"
    second = "I should be poked on Friday at 9"
    office.server.script(
        heard(
            wish("write-mail", to="Ada", text="the lamp of Ada is ready") | {"words": first},
            wish("remind", at="on Friday at 9") | {"words": second},
        )
    )
    await chat.say(said)
    assert "the lamp of Ada is ready" in chat.text("Send e-mail")
    assert "reminder set for Fri 27 Nov" in chat.text("Reminder")
    heard_calls = [step for step, _ in await asked(office) if step.startswith("hear.")]
    assert heard_calls == ["hear.words/1"]
    before = len(await office.rows(goals)), len(office.server.asked)
    await heard_again(office.app, chat)
    assert (len(await office.rows(goals)), len(office.server.asked)) == before


async def test_words_that_belong_to_nobody_are_not_swallowed(office: Office) -> None:
    chat = await office.open()
    part = wish("refund", customer="Ada", amount="40 EUR") | {"words": "40 EUR for Ada again"}
    office.server.script(heard(part))
    await chat.say("40 EUR for Ada again, and the hall wants booking for the spring fair")
    assert "I am not sure what you want" in chat.last
    assert await office.rows(goals) == []


async def test_words_between_two_wishes_that_belong_to_neither_are_not_swallowed(
    office: Office,
) -> None:
    chat = await office.open()
    first, second = "the lamp of Ada is ready so drop her a word", "poke me on Friday at 9"
    mail = wish("write-mail", to="Ada", text="the lamp of Ada is ready") | {"words": first}
    office.server.script(heard(mail, wish("remind", at="on Friday at 9") | {"words": second}))
    await chat.say(f"{first}, the hall wants booking for the fair, besides {second}")
    assert "I am not sure what you want" in chat.last
    assert await office.rows(goals) == []


async def test_a_plain_new_wish_is_planned_and_a_doubtful_one_is_offered(office: Office) -> None:
    chat = await office.open(**LARGE)
    made = plan(note("calendar", "A calendar."), title="Editorial calendar")
    office.server.script(heard(one("plan")), made)
    await chat.say("make an editorial calendar for Ada Example, with briefs and drafts")
    assert "Nothing is done before you start it." in chat.text("Editorial calendar")
    assert [model for _, model in await asked(office)] == ["home/one", "home/two"]
    office.server.script(heard(one("plan", sure=False)), made)
    await chat.say("an editorial calendar for Ada Example might be nice some day")
    assert "A language model can make a plan for it" in chat.last
    assert len(await asked(office)) == 3
    reply = await chat.tap("I know no way", "Make a plan for it")
    assert reply.text == "Taken: Make a plan for it."
    assert len(await asked(office)) == 4
    assert len(await office.rows(goals)) == 2


async def test_a_part_that_no_playbook_does_is_planned_with_its_own_words(office: Office) -> None:
    chat = await office.open(**LARGE)
    office.server.script(heard(one("plan")), plan(note("trip", "Rome."), title="Flight to Rome"))
    await chat.say("- remind me tomorrow at 8 to water the plants\n- book a flight to Rome for Ada")
    assert "reminder set" in chat.text("Reminder")
    assert "Nothing is done before you start it." in chat.text("Flight to Rome")
    wanted = office.server.asked[-1]["messages"][1]["content"]
    assert "book a flight to Rome for Ada" in wanted
    assert "water the plants" not in wanted.rpartition("the wish in the owner's words")[2]


async def test_where_it_is_not_sure_the_nearest_is_a_button(office: Office) -> None:
    chat = await office.open()
    office.server.script(heard(wish("refund", customer="Ada", amount="40 EUR") | {"sure": False}))
    await chat.say(REFUND)
    assert "Did you mean “Refund a customer”?" in chat.last
    assert await office.rows(goals) == []
    await chat.tap("I am not sure", "Refund a customer")
    assert "40.00 EUR" in chat.text("Refund")
    assert (await chat.press(next(iter(chat.tokens.values())))).text  # tapped again: nothing twice
    assert len(await office.rows(goals)) == 1


@pytest.mark.parametrize("gone", ["frozen", "down", "no model"])
async def test_without_a_small_model_it_is_as_ever(office: Office, gone: str) -> None:
    match gone:
        case "frozen":
            chat = await office.open(model_budget_day="0")
        case "down":
            chat = await office.open(**LARGE)
            office.server.script(fails(401))
        case _:
            chat = await office.open(model_small=())
    await chat.say("make an editorial calendar for Ada Example, with briefs and drafts")
    if gone == "no model":
        assert "language model; none is set up" in chat.last
    else:
        short = "the money for models does not allow for it now"
        assert (short if gone == "frozen" else "I made no plan") in chat.last
        assert "Do it tomorrow" not in chat.last  # no day to come has more
    await chat.say("refund Ada 40 EUR")
    assert "40.00 EUR" in chat.text("Refund")


async def test_the_same_words_again_cost_nothing(office: Office) -> None:
    chat = await office.open()
    office.server.script(heard(one("talk")))
    await chat.say("thanks, that was great")
    spent = sum(float(c.amount) for c in await office.rows(costs))
    await chat.say("thanks, that was great")
    assert len(office.server.asked) == 1
    assert sum(float(c.amount) for c in await office.rows(costs)) == spent > 0


async def test_of_two_buttons_the_first_tap_counts(office: Office) -> None:
    chat = await office.open(**LARGE)
    office.server.script(heard(wish("refund", customer="Ada", amount="40 EUR") | {"sure": False}))
    await chat.say(REFUND)
    key = chat.key("I am not sure")
    refund, plan_it = (chat.tokens[key, b.label] for row in chat.shown[key].buttons for b in row)
    assert (await chat.press(refund)).text == "Taken: Refund a customer."
    reply = await chat.press(plan_it)  # on a second device, where the buttons stand still
    assert (reply.refused, reply.text.startswith("You said already")) == (True, True)
    assert len(await office.rows(goals)) == 1
    assert len(await asked(office)) == 1


async def test_a_tap_outlives_a_fault_right_after_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await office.open()
    office.server.script(heard(wish("refund", customer="Ada", amount="40 EUR") | {"sure": False}))
    await chat.say(REFUND)
    fill, faults = Filling.fill, [RuntimeError("the process died here")]

    async def once(self: Filling, *args: Any, **more: Any) -> None:
        if faults:
            raise faults.pop()
        await fill(self, *args, **more)

    monkeypatch.setattr(Filling, "fill", once)
    assert (await chat.tap("I am not sure", "Refund a customer")).text.startswith("Taken")
    office.clock.advance(seconds=30)
    await chat.settle()
    assert "40.00 EUR" in chat.text("Refund")


TURNED = (
    ("no longer ", "40 EUR go back to Ada", ", and ", "poke me on Friday at 9"),
    ("never: ", "40 EUR go back to Ada", ", besides ", "poke me on Friday at 9"),
    ("", "poke me on Friday at 9", ", not that ", "40 EUR go back to Ada"),
    ("", "40 EUR go back to Ada", " if asked, ", "poke me on Friday at 9"),
)


@pytest.mark.parametrize("words", TURNED)
async def test_no_word_that_turns_a_wish_around_belongs_to_nobody(
    office: Office, words: tuple[str, ...]
) -> None:
    chat = await office.open()
    known = {
        "40 EUR go back to Ada": wish("refund", customer="Ada", amount="40 EUR"),
        "poke me on Friday at 9": wish("remind", at="on Friday at 9"),
    }
    office.server.script(heard(*(known[one] | {"words": one} for one in words if one in known)))
    await chat.say("".join(words))
    assert "I am not sure what you want" in chat.last
    assert await office.rows(goals) == []


async def test_no_number_is_cut_in_the_middle(office: Office) -> None:
    chat = await office.open()
    first, second = "let Ada have 40", "poke me on Friday at 9"
    office.server.script(
        heard(
            wish("refund", customer="Ada", amount="40") | {"words": first},
            wish("remind", at="on Friday at 9") | {"words": second},
        )
    )
    await chat.say(f"{first}0 EUR and {second}")
    assert "I am not sure what you want" in chat.last
    assert await office.rows(goals) == []


@pytest.mark.parametrize(("new", "old"), [("5 EUR", ""), ("25", "4"), ("25 EUR", "0 EUR")])
async def test_a_correction_names_whole_words(office: Office, new: str, old: str) -> None:
    chat = await office.open()
    await chat.say("refund Ada 40 EUR")
    office.server.script(heard(one("correction", new=new, old=old)))
    await chat.say("hm, 25 EUR in place of 40 EUR would do for her, 25.50 at most")
    refunds = [e for e in await office.rows(effects) if "amount" in e.action["args"]]
    assert [(e.state, e.action["args"]["amount"]) for e in refunds] == [("waiting", "40.00")]
