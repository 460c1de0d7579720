"""Walks of what the texts of a plan may cost: said before it starts, and what to do about it."""

from decimal import Decimal
from typing import Any

from engine.planning import ledger
from memory.copying import verify
from memory.schema.chat import cards
from memory.schema.work import effects, plans
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_planning import ASK, answer, booking, mail, note, plan, states
from tests.walks.test_refund import sent
from tests.walks.test_rungs import RAISE, spend

TEMPLATES = "Start with templates"
MAY = "may cost"
SHORT = "That is too little for all of it"
HALL = "The hall is booked for Friday."
OPEN = mail("tell", text={"write": "a longer text"})
TWO = plan(note("keep", {"write": "what is agreed"}), OPEN)
BRIEF = note("brief", {"write": "a brief"})
THREE = plan(note("keep", {"write": "what is agreed"}), BRIEF, OPEN)
WRITTEN = (says({"text": HALL}), says({"text": HALL}), says({"text": HALL}))
RICH = {"model_budget_day": "100", "model_budget_goal": "50"}


async def offered(office: Office, planned: Any = TWO, **settings: Any) -> Chat:
    chat = await office.open(**RICH | settings)
    office.server.script(planned, *WRITTEN)
    await chat.say(ASK)
    return chat


async def left(office: Office, amount: str) -> None:
    """Spend the day's 100 but for this."""
    async with office.app.db.snapshot() as reader:
        so_far = (await ledger.spent(reader, None)).today
    await spend(office, str(Decimal(100) - so_far - Decimal(amount)))


async def labels(chat: Chat) -> list[str]:
    return [button.label for row in chat.card("The plan").buttons for button in row]


async def test_before_it_starts_a_plan_says_what_its_texts_may_cost(office: Office) -> None:
    chat = await offered(office)
    [line] = [one for one in chat.text("The plan").splitlines() if MAY in one]
    assert line.startswith("Its 2 texts may cost up to ")
    assert "EUR are left for it" in line and line.endswith("EUR today.")
    assert TEMPLATES not in await labels(chat)
    said = Decimal((await office.rows(plans))[-1].texts["high"])
    await chat.tap("The plan", "▶ Start")
    async with office.app.db.snapshot() as reader:
        paid = (await ledger.spent(reader, None)).today
    assert paid < said


async def test_what_was_paid_for_such_texts_before_is_what_it_says_next(office: Office) -> None:
    chat = await office.open(**RICH)
    texts = [note(f"keep{n}", {"write": f"number {n}"}) for n in range(3)]
    office.server.script(
        plan(*texts), *(says({"text": HALL}, tokens=(1000, n)) for n in (10, 20, 30)), TWO
    )
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    assert set((await states(office)).values()) == {"done"}
    office.clock.advance(minutes=1)
    await chat.say(f"{ASK} again")
    [line] = [one for one in chat.text("The plan").splitlines() if MAY in one]
    assert line.startswith("Its 2 texts may cost 0.0220 to 0.0260 EUR; ")


async def test_nothing_is_said_where_no_text_is_open_or_the_model_is_free(office: Office) -> None:
    chat = await offered(office, plan(note("keep", "It is agreed."), booking()))
    assert MAY not in chat.text("The plan")
    await office.app.close()
    chat = await offered(office, TWO, model_prices=())
    assert MAY not in chat.text("The plan")


async def test_a_plan_that_cannot_be_paid_says_so_and_a_raise_pays_for_it(office: Office) -> None:
    chat = await office.open(**RICH)
    office.server.script(THREE, *WRITTEN)
    await left(office, "0.45")
    await chat.say(ASK)
    text = chat.text("The plan")
    assert SHORT in text
    assert [*await labels(chat)][:3] == ["▶ Start", RAISE, TEMPLATES]
    token = chat.tokens[chat.key("The plan"), RAISE]
    await chat.tap("The plan", RAISE)
    assert SHORT not in chat.text("The plan") and MAY in chat.text("The plan")
    assert RAISE not in await labels(chat)
    assert (await chat.press(token)).refused
    await chat.tap("The plan", "▶ Start")
    assert await states(office) == {"keep": "done", "brief": "done", "tell": "waiting"}
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_plan_started_with_templates_asks_no_model_and_its_texts_of_you(
    office: Office,
) -> None:
    chat = await office.open(**RICH)
    office.server.script(THREE, *WRITTEN)
    await left(office, "0.45")
    await chat.say(ASK)
    token = chat.tokens[chat.key("The plan"), TEMPLATES]
    assert (await chat.tap("The plan", TEMPLATES)).text.startswith("Started. No model is asked;")
    assert len(office.server.asked) == 1  # the plan itself
    assert (await chat.press(token)).refused
    assert await states(office) == {"keep": "waiting", "brief": "waiting", "tell": "waiting"}
    assert "[to be written] a" in chat.text("Note on Ada")
    assert "⚠" in chat.text("ada@example.org")
    await chat.tap("ada@example.org", "Edit", text="We meet on Friday.")
    await answer(chat, "We meet on Friday.", "✓ Send")
    assert len(sent(office.app)) == 1
    assert (await states(office))["tell"] == "done"
    assert len(office.server.asked) == 1


async def test_a_raise_that_is_too_small_leaves_the_card_short(office: Office) -> None:
    chat = await office.open(**RICH)
    office.server.script(THREE, *WRITTEN)
    await left(office, "0.45")
    await chat.say(ASK)
    await spend(office, "3.00")
    await chat.tap("The plan", RAISE)
    assert SHORT in chat.text("The plan")
    await chat.tap("The plan", RAISE)
    assert SHORT not in chat.text("The plan")


async def test_a_start_looks_once_more_whether_it_can_be_paid(office: Office) -> None:
    chat = await offered(office)
    await left(office, "0.10")
    start = chat.tokens[chat.key("The plan"), "▶ Start"]
    assert "less money than this card said" in (await chat.press(start)).text
    assert SHORT in chat.text("The plan") and await office.rows(effects) == []
    assert (await chat.tap("The plan", "▶ Start")).text == "Started."


async def test_a_new_version_of_a_plan_says_its_own_cost_also_after_a_restart(
    office: Office,
) -> None:
    chat = await offered(office)
    office.server.script(plan(note("keep", "It is agreed."), OPEN), *WRITTEN)
    await chat.tap("The plan", "Edit in words", note="shorter")
    assert "Its text may cost up to" in chat.text("The plan")
    start = chat.tokens[chat.key("The plan"), "▶ Start"]
    await office.app.close()
    chat = await office.open(**RICH)
    await left(office, "0.01")
    assert (await chat.press(start)).refused
    [shown] = [str(row.msg) for row in await office.rows(cards) if row.key.startswith("plan:")]
    assert SHORT in shown and RAISE in shown
